/** What the server says of a photo: in the person's language where there are words for it, with its own beside them. */
import { language, say } from "../i18n";
import { type Finding, type OutboxEntry, useWording } from "../state/wording";

/** A finding. */
export function Found({ entry, finding }: { readonly entry: OutboxEntry; readonly finding: Finding }) {
  return <Both own={useWording(entry)(finding)} server={finding.message} />;
}

/** The one sentence that tells what to do; it is that of the weightiest finding. */
export function Advice({ entry }: { readonly entry: OutboxEntry }) {
  const words = useWording(entry);
  if (entry.advice === null) return null;
  const weightiest = entry.findings.find(({ message }) => message === entry.advice);
  return <Both own={weightiest === undefined ? null : words(weightiest)} server={entry.advice} />;
}

/** The server speaks English; whoever reads that gets its sentence alone. */
function Both({ own, server }: { readonly own: string | null; readonly server: string }) {
  if (own === null || language.value === "en") return <span lang="en">{server}</span>;
  return (
    <span>
      {own}
      <ServersWords words={server} />
    </span>
  );
}

/** The server's own sentence, below what the app says and marked for whose it is. */
export function ServersWords({ words }: { readonly words: string }) {
  return (
    <span class="soft said">
      {say("outbox.server_says")}: <span lang="en">{words}</span>
    </span>
  );
}
