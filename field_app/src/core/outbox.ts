/**
 * The outbox: every photo of this phone and how far it has come. Nothing is told before it is on disk.
 *
 * A picture leaves only with a proven receipt, or by a person's own word. Entries belong to whoever took them
 * and outlive every sign-out. Sending them is `sync`'s.
 */

import { DURABLE, type Entry, type EntryState, type FieldDatabase, type Finding, type Trouble } from "./database";
import type { ProvenReceipt } from "./receipt";

/** What a new photo comes with. */
export type NewEntry = Pick<
  Entry,
  "id" | "owner" | "purpose" | "source" | "capturedAt" | "size" | "sha256" | "mediaType" | "claim"
>;

/** What may change of an entry while it travels. */
export type Change = Partial<
  Pick<
    Entry,
    | "state"
    | "uploadUrl"
    | "sentBytes"
    | "attempts"
    | "nextTryAt"
    | "trouble"
    | "grade"
    | "advice"
    | "findings"
    | "refreshedAt"
    | "looking"
  >
>;

/** How the server judged a photo. */
export interface Judgement {
  readonly state: Extract<EntryState, "safe" | "verified" | "needs_review" | "rejected">;
  readonly grade: string | null;
  readonly advice: string | null;
  readonly findings: readonly Finding[];
  /** The pixels are still being looked at, so that a later verdict is soon to be had. */
  readonly looking: boolean;
}

/** The photo is not safe on the server, so it is not taken off without a person's word. */
export class NotSafeError extends Error {
  override readonly name = "NotSafeError";
}

/** The app's other tabs and its service worker, which share the database but not its watchers. */
interface OtherTabs {
  tell(): void;
  heard(changed: () => void): void;
}

const NOBODY: OtherTabs = { tell: () => undefined, heard: () => undefined };

/** Other tabs by the browser's BroadcastChannel. */
export function broadcast(channel: BroadcastChannel): OtherTabs {
  return {
    tell: () => channel.postMessage("outbox"),
    heard: (changed) => channel.addEventListener("message", () => changed()),
  };
}

export class Outbox {
  protected readonly database: FieldDatabase;
  readonly #now: () => number;
  readonly #others: OtherTabs;
  readonly #watchers = new Set<() => void>();

  constructor(database: FieldDatabase, now: () => number, others = NOBODY) {
    this.database = database;
    this.#now = now;
    this.#others = others;
    others.heard(() => this.#tellHere());
  }

  /** Keep a photo, and let it go as soon as it can. Resolves when picture and entry are on disk together. */
  async add(entry: NewEntry, bytes: ArrayBuffer): Promise<Entry> {
    const whole: Entry = { ...entry, ...FRESH, addedAt: this.#now() };
    const transaction = this.database.transaction(["photos", "pictures"], "readwrite", DURABLE);
    await Promise.all([
      transaction.objectStore("photos").add(whole),
      transaction.objectStore("pictures").add({ id: entry.id, bytes }),
      transaction.done,
    ]);
    this.#tell();
    return whole;
  }

  /** Every entry of everybody who signed in on this phone, the newest first. */
  async list(): Promise<readonly Entry[]> {
    return (await this.database.getAll("photos")).sort((a, b) => b.addedAt - a.addedAt || (a.id < b.id ? 1 : -1));
  }

  get(id: string): Promise<Entry | undefined> {
    return this.database.get("photos", id);
  }

  /** The picture's bytes, or null where it has left the phone. */
  async bytes(id: string): Promise<ArrayBuffer | null> {
    return (await this.database.get("pictures", id))?.bytes ?? null;
  }

  /** The picture of an entry, or null where it has left the phone. */
  async photo(id: string): Promise<Blob | null> {
    const [entry, bytes] = [await this.get(id), await this.bytes(id)];
    return bytes === null ? null : new Blob([bytes], { type: entry?.mediaType ?? "" });
  }

  /** Calls back after every change that is on disk. Returns how to stop. */
  observe(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => void this.#watchers.delete(changed);
  }

  /** Change an entry; one that is gone stays gone. Resolves to the entry as it is on disk now. */
  async change(id: string, change: Change): Promise<Entry | null> {
    const transaction = this.database.transaction("photos", "readwrite", DURABLE);
    const entry = await transaction.store.get(id);
    const changed = entry === undefined ? null : { ...entry, ...change };
    if (changed !== null) await transaction.store.put(changed);
    await transaction.done;
    this.#tell();
    return changed;
  }

  /** Photos that were cut short, by a kill between two steps or in the midst of sending, are queued again. */
  async recover(): Promise<void> {
    for (const { id, state } of await this.list()) {
      if (state === "captured" || state === "sending") await this.change(id, { state: "queued" });
    }
  }

  /** Note what the server made of a photo and let its picture go: both or neither. */
  async settle(receipt: ProvenReceipt, judgement: Judgement): Promise<void> {
    const transaction = this.database.transaction(["photos", "pictures"], "readwrite", DURABLE);
    const entry = await transaction.objectStore("photos").get(receipt.evidence);
    if (entry !== undefined && entry.sha256 === receipt.sha256 && entry.size === receipt.size) {
      const settled: Entry = { ...entry, ...judgement, ...SETTLED, receipt: receipt.jws, sentBytes: entry.size };
      await transaction.objectStore("photos").put({ ...settled, refreshedAt: this.#now() });
      await transaction.objectStore("pictures").delete(receipt.evidence);
    }
    await transaction.done;
    this.#tell();
  }

  /** Try an entry again now, also one that was held. */
  async retry(id: string): Promise<void> {
    const entry = await this.get(id);
    if (entry === undefined || entry.receipt !== null || entry.state === "sending") return;
    // A held upload is refused for ever under its address; a new one may fare better.
    await this.change(id, {
      state: "queued",
      trouble: null,
      attempts: 0,
      nextTryAt: null,
      uploadUrl: null,
      sentBytes: 0,
    });
  }

  /**
   * Entries that wait only because there was no network are due at once, and what was vain without one is forgotten:
   * a server that is busy once after a day without signal is asked again in seconds.
   */
  async hasten(): Promise<void> {
    for (const { id, state, trouble, nextTryAt } of await this.list()) {
      if (state === "queued" && trouble?.key === "network" && nextTryAt !== null)
        await this.change(id, { nextTryAt: null, attempts: 0 });
    }
  }

  /**
   * Take an entry off the list.
   *
   * Throws NotSafeError unless the server's receipt is here, or `unsent` says that a person knows it is not.
   */
  async remove(id: string, { unsent }: { readonly unsent: boolean }): Promise<void> {
    const entry = await this.get(id);
    if (entry !== undefined && entry.receipt === null && !unsent) {
      throw new NotSafeError("this photo is not safe on the server");
    }
    const transaction = this.database.transaction(["photos", "pictures"], "readwrite", DURABLE);
    await Promise.all([
      transaction.objectStore("photos").delete(id),
      transaction.objectStore("pictures").delete(id),
      transaction.done,
    ]);
    this.#tell();
  }

  #tell(): void {
    this.#tellHere();
    this.#others.tell();
  }

  #tellHere(): void {
    for (const changed of this.#watchers) changed();
  }
}

const FRESH = {
  state: "queued",
  uploadUrl: null,
  sentBytes: 0,
  attempts: 0,
  nextTryAt: null,
  trouble: null as Trouble | null,
  grade: null,
  advice: null,
  findings: [],
  receipt: null,
  refreshedAt: null,
  kept: true,
} as const;

const SETTLED = { uploadUrl: null, attempts: 0, nextTryAt: null, trouble: null, kept: false } as const;
