/** Every photo of this phone and how far it has come. */
import { ago, bytes, many, moment, say, sayIfKnown } from "../i18n";
import { StateBadge } from "../parts/badge";
import { Advice, ServersWords } from "../parts/found";
import { Frame } from "../parts/frame";
import { Icon } from "../parts/icon";
import { useBlobAddress } from "../parts/picture";
import type { OutboxEntry, SyncStatus } from "../ports";
import { useField } from "../state/field";
import { isWaiting } from "../state/needs";
import { useValue } from "../state/observable";
import { addressOf } from "../state/router";
import { troubleOf } from "../state/waiting";
import { Empty } from "./works";

export function Outbox() {
  const field = useField();
  const entries = useValue(field.entries);
  const waiting = entries.filter(isWaiting).length;
  const [status, fault] = [useValue(field.sync), useValue(field.fault)];
  return (
    <Frame
      title={say("outbox.title")}
      action={
        waiting > 0 && (
          <button type="button" class="main-button" onClick={() => field.ports.sync.kick()}>
            <Icon sign="outbox" />
            {say("outbox.send_now")}
          </button>
        )
      }
    >
      {entries.length === 0 ? (
        <Empty title={say("outbox.none")} hint={say("outbox.none_hint")} />
      ) : (
        <>
          <Summary waiting={waiting} status={status} />
          <Fault words={fault} />
          <ul class="cards">
            {entries.map((entry) => (
              <Row key={entry.id} entry={entry} />
            ))}
          </ul>
        </>
      )}
    </Frame>
  );
}

function Summary({ waiting, status }: { readonly waiting: number; readonly status: SyncStatus }) {
  if (waiting === 0) {
    return (
      <p class="note good" role="status">
        <Icon sign="check" /> {say("outbox.all_safe")}
      </p>
    );
  }
  return (
    <p class="note care" role="status">
      <Icon sign="phone" />
      <span>
        <strong>{many("outbox.wait", waiting)}</strong>
        {PHASES[status.phase] && <span class="phase">{sayIfKnown(PHASES[status.phase])}</span>}
      </span>
    </p>
  );
}

/** Sending stopped for a reason that no rule foresees; the photos are not touched by it. */
function Fault({ words }: { readonly words: string | null }) {
  if (words === null) return null;
  return (
    <p class="note bad" role="alert">
      <Icon sign="stop" />
      <span>
        {say("outbox.fault")} <span lang="en">{words}</span>
      </span>
    </p>
  );
}

const PHASES: Readonly<Record<SyncStatus["phase"], string>> = {
  idle: "",
  sending: "outbox.sending",
  waiting: "outbox.waiting",
  signed_out: "outbox.signed_out",
};

function Row({ entry }: { readonly entry: OutboxEntry }) {
  const field = useField();
  const picture = useBlobAddress(async () => (entry.kept ? field.ports.outbox.photo(entry.id) : null), entry.id);
  return (
    <li>
      <a class="card photo-row" href={addressOf({ screen: "photo", id: entry.id })}>
        <span class="thumb">{picture ? <img src={picture} alt="" loading="lazy" /> : <Icon sign="camera" />}</span>
        <span class="photo-text">
          <strong>{entry.purpose.title}</strong>
          <span class="soft facts">
            <span>{entry.purpose.project}</span>
            <span>{moment(entry.capturedAt)}</span>
            {entry.source !== "camera" && <span>{say(`source.${entry.source}`)}</span>}
          </span>
          <span class="badges">
            <StateBadge state={entry.state} />
          </span>
          <Sending entry={entry} />
          <Sentence entry={entry} />
        </span>
      </a>
    </li>
  );
}

/** How many bytes are over there already. */
export function Sending({ entry }: { readonly entry: OutboxEntry }) {
  if (entry.state !== "sending" && (entry.sentBytes === 0 || !isWaiting(entry))) return null;
  const words = say("outbox.bytes", { sent: bytes(entry.sentBytes), size: bytes(entry.size) });
  return (
    <span class="progress">
      <progress value={entry.sentBytes} max={entry.size} aria-label={words} />
      <span>{words}</span>
    </span>
  );
}

/** The one sentence about this photo: what the server advises, or why it does not go on. */
export function Sentence({ entry }: { readonly entry: OutboxEntry }) {
  const owner = useValue(useField().session)?.person.id;
  if (isWaiting(entry) && owner !== entry.owner.id) {
    return <span class="soft">{say("outbox.of", { name: entry.owner.name })}</span>;
  }
  const advises = (entry.state === "rejected" || entry.state === "needs_review") && entry.advice !== null;
  if (advises) return <Advice entry={entry} />;
  const trouble = troubleOf(entry);
  if (trouble === null) return null;
  const now = Date.now();
  const again =
    entry.nextTryAt === null || entry.nextTryAt < now
      ? null
      : say("outbox.next_try", { when: ago(entry.nextTryAt, now) });
  return (
    <span class="soft">
      {trouble.words} {again}
      {trouble.server && <ServersWords words={trouble.server} />}
    </span>
  );
}
