/**
 * Goes through a bundle of evidence and gathers what is to be said of it: the same lines, by the same codes, as
 * `verify/saksi_verify.py` has. Nothing is sent anywhere.
 */

import { type Checkpoint, jws, type NoteKey, noteKey, opened, thumbprint } from "./notes";
import { type Bytes, base64url, continues, fromHex, hex, joined, rootFrom, same, sha256, utf8 } from "./proofs";
import { countIn, documentOf, hashesIn, hexIn, isTold, listIn, objectIn, type Told, textIn } from "./told";
import { WrongError, Zip } from "./zip";

export type State = "holds" | "broken" | "note";

/** One thing that holds, broke or is to be known: what it is about, and why (`reason` where the page has the words). */
export interface Line {
  readonly code: string;
  readonly subject: string;
  readonly why: string;
  readonly reason?: string;
}

interface Event {
  readonly action: string;
  readonly record: unknown[];
  readonly told: Told;
  readonly leaf: string;
  readonly place: number;
}

const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const NAMES: [RegExp, number][] = [
  [/^bundle\.json$/, 8_000_000],
  [/^bundle\.jws$/, 2_000],
  [/^keys\.json$/, 200_000],
  [/^checkpoint\.txt$/, 20_000],
  [/^consistency\.json$/, 20_000],
  [/^milestones\/[0-9]{4}\.json$/, 8_000_000],
  [new RegExp(`^photos/${UUID}/public\\.jpg$`), 30_000_000],
  [new RegExp(`^photos/${UUID}/statement\\.json$`), 1_000_000],
  [new RegExp(`^photos/${UUID}/receipt\\.jws$`), 4_000],
  [new RegExp(`^photos/${UUID}/events\\.json$`), 4_000_000],
];
const ALWAYS = ["bundle.json", "bundle.jws", "keys.json", "checkpoint.txt"];
const OF_PHOTO = ["public.jpg", "statement.json", "receipt.jws", "events.json"];
const NOTES = new Set([
  "keys.inside",
  "receipt.early",
  "statement.early",
  "event.hidden",
  "event.waiting",
  "copy.unnamed",
  "consistency.unasked",
  "subject.photos",
]);
const HOLDING = new Set(["keys.known", "consistency.same"]);

export function stateOf(code: string): State {
  if (NOTES.has(code)) return "note";
  return code.endsWith(".holds") || HOLDING.has(code) ? "holds" : "broken";
}

const limitOf = (name: string): number => NAMES.find(([form]) => form.test(name))?.[1] ?? 0;
const sorted = (told: Record<string, string>): string =>
  JSON.stringify(Object.fromEntries(Object.entries(told).sort(([one], [other]) => (one < other ? -1 : 1))));

class Verifier {
  readonly lines: Line[] = [];
  private readonly receiptKeys = new Map<string, Bytes>();
  private logKeys: NoteKey[] = [];
  private checkpoint: Checkpoint | null = null;

  constructor(
    private readonly zip: Zip,
    private readonly known: readonly string[],
    private readonly old: Bytes | null,
  ) {}

  private say(code: string, subject = "", why = "", reason?: string): void {
    this.lines.push({ code, subject, why: why.slice(0, 300), ...(reason && { reason }) });
  }

  private read(name: string): Promise<Bytes> {
    return this.zip.read(name, limitOf(name));
  }

  private async document(name: string): Promise<Told> {
    return documentOf(await this.read(name));
  }

  async run(): Promise<void> {
    const told = await this.document("bundle.json");
    if (told.format !== "saksi-bundle/1") throw new WrongError("form");
    const listed = objectIn(told, "files");
    const photos = listIn(told, "photos").map((each) => textIn({ id: each }, "id", new RegExp(`^${UUID}$`)));
    await this.files(listed, photos);
    await this.within("keys.json", () => this.keys());
    await this.within("bundle.jws", () => this.signature());
    await this.within("checkpoint.txt", () => this.signedLog());
    await this.compared();
    await this.within("bundle.json", () => this.subject(told, photos));
    for (const name of this.zip.names.filter((each) => each.startsWith("milestones/")).sort()) {
      await this.within(name, () => this.events(name));
    }
    for (const photo of photos) await this.photo(photo);
  }

  private async within(name: string, check: () => unknown): Promise<void> {
    if (!this.zip.has(name)) return;
    try {
      await check();
    } catch (error) {
      if (!(error instanceof WrongError)) throw error;
      this.say("file.unreadable", name, "", error.reason);
    }
  }

  private async files(listed: Told, photos: string[]): Promise<void> {
    const needed = new Set([...ALWAYS, ...photos.flatMap((id) => OF_PHOTO.map((name) => `photos/${id}/${name}`))]);
    const all = new Set([...Object.keys(listed), ...needed]);
    for (const name of [...all].sort()) if (!this.zip.has(name)) this.say("file.missing", name);
    const isListed = (name: string) => Object.hasOwn(listed, name);
    const own = (name: string) => name === "bundle.json" || name === "bundle.jws";
    const extra = new Set(this.zip.names.filter((name) => !limitOf(name) || (!isListed(name) && !own(name))));
    for (const name of Object.keys(listed)) if (name.startsWith("photos/") && !needed.has(name)) extra.add(name);
    for (const name of [...extra].sort()) this.say("file.extra", name);
    for (const name of this.zip.names.filter((each) => isListed(each) && !extra.has(each))) {
      await this.within(name, () => this.file(name, listed[name]));
    }
  }

  private async file(name: string, told: unknown): Promise<void> {
    const wanted = hexIn(told, "sha256");
    const size = isTold(told) ? countIn(told, "size") : -1;
    const content = await this.read(name).catch(() => null);
    const whole = content !== null && content.length === size && hex(await sha256(content)) === wanted;
    this.say(whole ? "file.holds" : "file.changed", name);
  }

  private async keys(): Promise<void> {
    const told = await this.document("keys.json");
    for (const each of listIn(told, "receipts")) {
      const key = base64url(textIn(each, "x"));
      if (!isTold(each) || key.length !== 32 || each.kty !== "OKP" || each.crv !== "Ed25519") {
        throw new WrongError("form");
      }
      this.receiptKeys.set(await thumbprint(key), key);
    }
    this.logKeys = await Promise.all(listIn(told, "log").map((each) => noteKey(textIn({ key: each }, "key"))));
  }

  /** Whether a key is one of those that the reader gave, if any of its kind were given. */
  private trusted(subject: string, key: string, isNote: boolean): void {
    const given = this.known.filter((each) => each.includes("+") === isNote);
    if (given.length === 0) this.say("keys.inside", subject, key);
    else this.say(given.includes(key) ? "keys.known" : "keys.unknown", subject, key);
  }

  private async signature(): Promise<void> {
    try {
      const found = await jws(await this.read("bundle.jws"), "saksi-bundle+jws", this.receiptKeys);
      const own = hex(await sha256(await this.read("bundle.json")));
      if (found.payload.v === 1 && found.payload.bundle === own) {
        this.say("signature.holds", "bundle.jws");
        this.trusted("bundle.jws", found.kid, false);
        return;
      }
    } catch (error) {
      if (!(error instanceof WrongError)) throw error;
    }
    this.say("signature.broken", "bundle.jws");
  }

  private async signedLog(): Promise<void> {
    const name = "checkpoint.txt";
    try {
      this.checkpoint = await opened(await this.read(name), this.logKeys);
    } catch (error) {
      if (!(error instanceof WrongError)) throw error;
      this.say("checkpoint.broken", name, "", error.reason);
      return;
    }
    const { origin, size, root, by } = this.checkpoint;
    this.say("checkpoint.holds", name, `${origin}, ${size}, ${hex(root).slice(0, 16)}…`);
    this.trusted(name, by.told, true);
  }

  private async compared(): Promise<void> {
    const name = "checkpoint.txt";
    if (this.old === null) {
      this.say("consistency.unasked", name);
      return;
    }
    if (this.checkpoint === null) return;
    try {
      const given = await Promise.all(this.known.filter((each) => each.includes("+")).map(noteKey));
      const old = await opened(this.old, [...given, ...this.logKeys]);
      if (old.origin !== this.checkpoint.origin) throw new WrongError("other-log");
      const [code, why] = await this.continued(old, this.checkpoint);
      this.say(code, name, why);
      this.sameKey(old, this.checkpoint);
    } catch (error) {
      if (!(error instanceof WrongError)) throw error;
      this.say("consistency.unreadable", name, "", error.reason);
    }
  }

  /** Whoever kept a checkpoint trusts its key; another one, which a bundle brings along, anybody could have made. */
  private sameKey(old: Checkpoint, now: Checkpoint): void {
    const key = now.by.told;
    if (key !== old.by.told && !this.known.includes(key)) this.say("consistency.rekeyed", "checkpoint.txt", key);
  }

  private async continued(old: Checkpoint, now: Checkpoint): Promise<[string, string]> {
    const sizes = `${old.size} → ${now.size}`;
    if (old.size > now.size) return ["consistency.shorter", sizes];
    if (old.size === now.size) {
      return [same(old.root, now.root) ? "consistency.same" : "consistency.forked", sizes];
    }
    if (!this.zip.has("consistency.json")) return ["consistency.missing", String(old.size)];
    try {
      const told = await this.document("consistency.json");
      if (countIn(told, "first") !== old.size || countIn(told, "second") !== now.size) {
        return ["consistency.missing", String(old.size)];
      }
      const whole = await continues(old, now, hashesIn(told, "hashes"));
      return [whole ? "consistency.holds" : "consistency.forked", sizes];
    } catch (error) {
      if (!(error instanceof WrongError)) throw error;
      return ["consistency.forked", sizes];
    }
  }

  private subject(told: Told, photos: string[]): void {
    const published = countIn(told, "published");
    if (published !== photos.length) this.say("subject.photos", "bundle.json", `${photos.length} / ${published}`);
  }

  private async photo(id: string): Promise<void> {
    const path = (name: string) => `photos/${id}/${name}`;
    if (OF_PHOTO.some((name) => !this.zip.has(path(name)))) return;
    const events: Event[] = [];
    await this.within(path("events.json"), async () => events.push(...(await this.own(path("events.json"), id))));
    await this.within(path("statement.json"), () => this.statement(path("statement.json"), id, events));
    await this.within(path("receipt.jws"), () => this.receipt(path("receipt.jws"), id, events));
    await this.within(path("public.jpg"), () => this.copy(path("public.jpg"), events));
  }

  private async own(name: string, id: string): Promise<Event[]> {
    const events = await this.events(name);
    for (const { record, action } of events) {
      if (record[0] !== "evidence" || record[1] !== id) this.say("event.foreign", name, action);
    }
    const waiting = this.lines.some((line) => line.code === "event.waiting" && line.subject === name);
    for (const action of ["evidence.received", "evidence.published"]) {
      if (!waiting && !events.some((event) => event.action === action)) this.say("event.missing", name, action);
    }
    return events;
  }

  private async statement(name: string, id: string, events: Event[]): Promise<void> {
    const content = await this.read(name);
    const told = documentOf(content);
    const last = (field: string) => events.findLast((event) => Object.hasOwn(event.told, field))?.told[field];
    if (told.id !== id) this.say("statement.mixed", name, "id");
    const recorded = last("statement");
    if (recorded === undefined) {
      this.say(events.length > 0 ? "statement.early" : "statement.other", name);
      return;
    }
    this.say(recorded === hex(await sha256(content)) ? "statement.holds" : "statement.other", name);
    for (const field of ["verdict", "sha256", "project"]) {
      const value = last(field);
      if (value !== undefined && value !== told[field]) this.say("statement.mixed", name, field);
    }
  }

  private async receipt(name: string, id: string, events: Event[]): Promise<void> {
    let found: Awaited<ReturnType<typeof jws>>;
    try {
      found = await jws(await this.read(name), "saksi-receipt+jws", this.receiptKeys);
    } catch (error) {
      if (!(error instanceof WrongError)) throw error;
      this.say("receipt.broken", name);
      return;
    }
    const told = await this.document(`photos/${id}/statement.json`);
    const wanted: Told = { evidence: id, sha256: told.sha256, size: told.size, received_at: told.received_at };
    const other = Object.keys(wanted).filter((field) => found.payload[field] !== wanted[field]);
    if (found.payload.v !== 1 || other.length > 0) {
      this.say("receipt.other", name, other.join(", ") || "version");
      return;
    }
    const given = this.known.filter((each) => !each.includes("+"));
    if (given.length > 0 && !given.includes(found.kid)) this.say("keys.unknown", name, found.kid);
    const arrivals = events.filter((event) => event.action === "evidence.received");
    if (found.payload.leaf === undefined) this.say("receipt.early", name);
    else if (arrivals.length !== 1 || arrivals[0]?.leaf !== found.payload.leaf) {
      this.say("receipt.leaf", name);
      return;
    }
    this.say("receipt.holds", name, `${told.sha256}, ${told.received_at}`);
  }

  private async copy(name: string, events: Event[]): Promise<void> {
    const last = events.findLast((event) => event.action === "copy.published");
    if (!last) {
      this.say("copy.unnamed", name);
      return;
    }
    this.say(last.told.copy === hex(await sha256(await this.read(name))) ? "copy.holds" : "copy.other", name);
  }

  private async events(name: string): Promise<Event[]> {
    const told = await this.document(name);
    const taken: Event[] = [];
    let before = -1;
    for (const each of listIn(told, "events")) {
      const event = await this.event(name, each);
      if (event.place <= before) this.say("event.order", name, event.action);
      before = event.place;
      taken.push(event);
    }
    const waiting = countIn(told, "waiting");
    if (waiting > 0) this.say("event.waiting", name, String(waiting));
    return taken;
  }

  private async event(name: string, told: unknown): Promise<Event> {
    if (!isTold(told)) throw new WrongError("form");
    const record = listIn(told, "record");
    if (record.length !== 2 || record.some((each) => typeof each !== "string")) throw new WrongError("form");
    const [at, action, actor] = [textIn(told, "at"), textIn(told, "action"), hexIn(told, "actor")];
    const [shown, details] = await disclosed(told);
    const data = JSON.stringify({ action, actor, at, details, record, v: 1 });
    const [leaf, place] = [hexIn(told, "leaf"), countIn(told, "place")];
    const made = hex(await sha256(joined(Uint8Array.of(0), utf8(data))));
    this.say(made === leaf ? "leaf.holds" : "leaf.broken", name, `${action}, ${at}`);
    const hidden = Object.hasOwn(told, "details_digest") || Object.hasOwn(objectIn(told, "kept"), "statement");
    if (hidden) this.say("event.hidden", name, `${action}, ${at}`);
    if (this.checkpoint) {
      const { size, root } = this.checkpoint;
      const reached = await rootFrom(fromHex(leaf), place, size, hashesIn(told, "proof"));
      const led = reached !== null && same(reached, root);
      this.say(led ? "proof.holds" : "proof.broken", name, `${action}, ${at}, ${place}`);
    }
    return { action, record, told: shown, leaf, place };
  }
}

/** What is disclosed of an event's details, and the digest of all of them. */
async function disclosed(told: Told): Promise<[Told, string]> {
  if (Object.hasOwn(told, "details_digest")) return [{}, hexIn(told, "details_digest")];
  const [shown, kept] = [objectIn(told, "details"), objectIn(told, "kept")];
  const digests: Record<string, string> = {};
  for (const name of Object.keys(kept)) digests[name] = hexIn(kept, name);
  const values: Told = {};
  for (const [name, each] of Object.entries(shown)) {
    const salt = fromHex(textIn(each, "salt", /^[0-9a-f]{32}$/));
    const value = isTold(each) ? each.value : undefined;
    const plain = value === null || ["string", "boolean"].includes(typeof value) || Number.isSafeInteger(value);
    if (!plain || Object.hasOwn(digests, name)) throw new WrongError("form");
    digests[name] = hex(await sha256(joined(salt, utf8(JSON.stringify(value)))));
    values[name] = value;
  }
  return [values, hex(await sha256(utf8(sorted(digests))))];
}

export interface Given {
  readonly known?: readonly string[];
  readonly old?: Bytes | null;
}

/** Every line about a bundle. */
export async function verify(file: Blob, { known = [], old = null }: Given = {}): Promise<Line[]> {
  try {
    const verifier = new Verifier(await Zip.open(file), known, old);
    await verifier.run();
    return verifier.lines;
  } catch (error) {
    const reason = error instanceof WrongError ? error.reason : "zip";
    return [{ code: "container.unreadable", subject: "", why: "", reason }];
  }
}
