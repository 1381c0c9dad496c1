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
import { addressOf, go } from "../state/router";
import { Sending, Sentence } from "./outbox";

export function Photo({ entry }: { readonly entry: OutboxEntry }) {
  const field = useField();
  return (
    <Frame title={entry.purpose.title} over={entry.purpose.project} back={{ screen: "outbox" }}>
      <div class="photo">
        <div>
          <PictureOf entry={entry} field={field} />
        </div>
        <div>
          <p class="badges">
            <StateBadge state={entry.state} />
            {entry.grade && <Badge tone="plain" words={say("outbox.grade", { grade: entry.grade })} />}
          </p>
          <p class="soft facts">
            <span>{moment(entry.capturedAt)}</span>
            <span>{bytes(entry.size)}</span>
            <span>{say(`source.${entry.source}`)}</span>
          </p>
          {!advisedBelow(entry) && (
            <p class="told">
              <Sentence entry={entry} />
            </p>
          )}
          <Sending entry={entry} />
          <Findings entry={entry} />
          <Doings entry={entry} field={field} />
        </div>
      </div>
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

function toldOf({ findings }: OutboxEntry) {
  return findings.filter(({ outcome }) => outcome !== "pass" && outcome !== "unknown");
}

/** The advice is the sentence of a finding, and is not said twice on one screen. */
function advisedBelow(entry: OutboxEntry): boolean {
  return toldOf(entry).some(({ message }) => message === entry.advice);
}

/** What the server found, in the person's language and in its own words; what passed is not in the way. */
function Findings({ entry }: { readonly entry: OutboxEntry }) {
  const told = toldOf(entry);
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
  const lost = takesAgain(entry);
  return (
    <div class="doings">
      <TakeAgain entry={entry} field={field} />
      {stopped && (
        <button
          type="button"
          class={lost ? "quiet-button" : "main-button"}
          onClick={() => void outbox.retry(entry.id).then(() => sync.kick())}
        >
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

/** Troubles that no further try mends. */
const LOST: ReadonlySet<string | null> = new Set([
  "picture_gone",
  "other_bytes",
  "photo-type-unsupported",
  "photo-empty",
]);

/** Whether the way on is another photo. */
function takesAgain({ state, trouble }: OutboxEntry): boolean {
  return state === "rejected" || (state === "held" && trouble !== null && LOST.has(trouble.key));
}

/** The camera for the same requirement, where its milestone still takes photos. */
function TakeAgain({ entry, field }: Shown) {
  const { project: code, milestone, requirement } = entry.purpose;
  const open = field.project(code)?.milestones.some(({ id, takes_photos }) => id === milestone && takes_photos);
  if (!open || !takesAgain(entry)) return null;
  return (
    <a class="main-button" href={addressOf({ screen: "camera", project: code, milestone, requirement })}>
      <Icon sign="camera" />
      {say("outbox.again")}
    </a>
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
