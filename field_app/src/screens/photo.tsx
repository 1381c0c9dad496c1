/** One photo: the picture while it is here, what the server found, its receipt, and what can be done. */
import { useState } from "preact/hooks";
import { saveFile } from "../device/saving";
import { bytes, moment, say } from "../i18n";
import { Badge, StateBadge } from "../parts/badge";
import { Found } from "../parts/found";
import { Frame } from "../parts/frame";
import { Icon } from "../parts/icon";
import { useBlobAddress } from "../parts/picture";
import { Sheet } from "../parts/sheet";
import type { OutboxEntry } from "../ports";
import { type Field, useField } from "../state/field";
import { isWaiting } from "../state/needs";
import { go } from "../state/router";
import { Sending, Sentence } from "./outbox";

export function Photo({ entry }: { readonly entry: OutboxEntry }) {
  const field = useField();
  return (
    <Frame title={entry.purpose.title} over={entry.purpose.project} back={{ screen: "outbox" }}>
      <PictureOf entry={entry} field={field} />
      <p class="badges">
        <StateBadge state={entry.state} />
        {entry.grade && <Badge tone="plain" words={say("outbox.grade", { grade: entry.grade })} />}
      </p>
      <p class="soft">
        {moment(entry.capturedAt)} · {bytes(entry.size)} · {say(`source.${entry.source}`)}
      </p>
      <p class="told">
        <Sentence entry={entry} />
      </p>
      <Sending entry={entry} />
      <Findings entry={entry} />
      <Doings entry={entry} field={field} />
    </Frame>
  );
}

interface Shown {
  readonly entry: OutboxEntry;
  readonly field: Field;
}

function PictureOf({ entry, field }: Shown) {
  const address = useBlobAddress(async () => (entry.kept ? field.ports.outbox.photo(entry.id) : null), entry.id);
  if (!entry.kept) {
    return (
      <p class="note good">
        <Icon sign="check" /> {say("outbox.gone")}
      </p>
    );
  }
  return address && <img class="preview" src={address} alt={say("outbox.photo", { title: entry.purpose.title })} />;
}

/** What the server found, in the person's language and in its own words; what passed is not in the way. */
function Findings({ entry }: { readonly entry: OutboxEntry }) {
  const told = entry.findings.filter(({ outcome }) => outcome !== "pass" && outcome !== "unknown");
  if (told.length === 0) return null;
  return (
    <section>
      <h2>{say("outbox.why")}</h2>
      <ul class="answers">
        {told.map((finding) => (
          <li key={finding.check} class={finding.outcome}>
            <Icon sign={finding.outcome === "fail" ? "stop" : "warn"} />
            <Found entry={entry} finding={finding} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Doings({ entry, field }: Shown) {
  const [sure, setSure] = useState(false);
  const { outbox, sync } = field.ports;
  const stopped = entry.state === "held" || (isWaiting(entry) && entry.attempts > 0);
  return (
    <div class="doings">
      {stopped && (
        <button type="button" class="main-button" onClick={() => void outbox.retry(entry.id).then(() => sync.kick())}>
          <Icon sign="refresh" />
          {say("outbox.retry")}
        </button>
      )}
      <Receipt entry={entry} />
      {entry.kept && (
        <button type="button" class="quiet-button" onClick={() => void savePicture(field, entry)}>
          <Icon sign="save" />
          {say("outbox.share")}
        </button>
      )}
      <button
        type="button"
        class={entry.receipt === null ? "quiet-button danger" : "quiet-button"}
        onClick={() => (entry.receipt === null ? setSure(true) : void removed(field, entry, false))}
      >
        {say(entry.receipt === null ? "outbox.delete" : "outbox.remove")}
      </button>
      {sure && <Sure close={() => setSure(false)} yes={() => void removed(field, entry, true)} />}
    </div>
  );
}

function Receipt({ entry }: { readonly entry: OutboxEntry }) {
  const { receipt } = entry;
  if (receipt === null) return <p class="soft">{say("outbox.no_receipt")}</p>;
  const save = () => saveFile(new Blob([receipt], { type: "application/jose" }), `saksi-receipt-${entry.id}.jws`);
  return (
    <button type="button" class="quiet-button" onClick={save}>
      <Icon sign="save" />
      {say("outbox.receipt")}
    </button>
  );
}

function Sure({ close, yes }: { readonly close: () => void; readonly yes: () => void }) {
  return (
    <Sheet title={say("outbox.delete")} onClose={close}>
      <p>{say("outbox.delete_sure")}</p>
      <div class="row">
        <button type="button" class="quiet-button danger" onClick={yes}>
          {say("outbox.delete_yes")}
        </button>
        <button type="button" class="main-button" onClick={close}>
          {say("app.cancel")}
        </button>
      </div>
    </Sheet>
  );
}

async function removed(field: Field, entry: OutboxEntry, unsent: boolean): Promise<void> {
  await field.ports.outbox.remove(entry.id, { unsent });
  go({ screen: "outbox" });
}

async function savePicture(field: Field, entry: OutboxEntry): Promise<void> {
  const picture = await field.ports.outbox.photo(entry.id);
  if (picture !== null) saveFile(picture, `saksi-${entry.purpose.project}-${entry.id}.jpg`);
}
