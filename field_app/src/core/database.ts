/**
 * The phone's database: what is stored, in which shape, and how an older shape becomes the present one.
 *
 * A shape that was once released never changes; a new one gets a new step in `STEPS` and a fixture of the old one
 * in the tests. What the records mean is kept out.
 */

import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB, type StoreNames } from "idb";
import type { Stage } from "./assignments";

/** Where a photo stands. Nothing is "captured" any more; an entry from before photos were queued at once may be. */
export type EntryState = "captured" | "queued" | "sending" | "safe" | "verified" | "needs_review" | "rejected" | "held";

/** How the picture came to be, from the strongest to the weakest. */
export type Source = "camera" | "phone_camera" | "gallery";

export interface Person {
  readonly id: string;
  readonly name: string;
}

/** Where a photo belongs: kept with it, so that the outbox can be read without any assignment at hand. */
export interface Purpose {
  readonly project: string;
  readonly milestone: string;
  readonly requirement: string;
  readonly stage: Stage;
  readonly title: string;
}

export interface Finding {
  readonly check: string;
  readonly outcome: "pass" | "warn" | "fail" | "unknown";
  readonly message: string;
}

/**
 * Why an entry did not go on: a key for i18n, and the server's own sentence where it refused.
 *
 * The keys are "network", "server", "receipt" (none that proves anything yet), "unchecked" (a receipt whose keys cannot
 * be had yet), "sign_in", "picture_gone" (or damaged on this phone), "other_bytes" (on record under this id) and
 * "unforeseen" (an error that nobody thought of), or the name of the server's problem ("too-large"). Null is a refusal
 * that was kept before names were, or a proxy's.
 */
export interface Trouble {
  readonly key: string | null;
  readonly detail: string;
}

/** One photo of the outbox without its picture (version 1). Times ending in `At` are milliseconds since 1970 or ISO. */
export interface Entry {
  readonly id: string;
  readonly owner: Person;
  readonly purpose: Purpose;
  readonly source: Source;
  readonly state: EntryState;
  readonly capturedAt: string;
  readonly addedAt: number;
  readonly size: number;
  readonly sha256: string;
  readonly mediaType: string;
  /** The claim's JSON text as it is sent, always the same, so that the server knows a repetition. */
  readonly claim: string;
  readonly uploadUrl: string | null;
  readonly sentBytes: number;
  readonly attempts: number;
  /** When it is tried again by itself; null when it waits for nothing but a network. */
  readonly nextTryAt: number | null;
  readonly trouble: Trouble | null;
  readonly grade: string | null;
  readonly advice: string | null;
  readonly findings: readonly Finding[];
  /** The server's signed statement (compact JWS), once it came and was checked. */
  readonly receipt: string | null;
  readonly refreshedAt: number | null;
  /** Whether the server had not looked at the pixels when it was last asked; missing in entries of earlier versions. */
  readonly looking?: boolean;
  /** Whether the picture is still on this phone. */
  readonly kept: boolean;
}

/** A picture's bytes. Not a Blob: WebKit has lost the file behind a stored one between two starts of an app. */
export interface Picture {
  readonly id: string;
  readonly bytes: ArrayBuffer;
}

/** A person's key on this phone; `device` is its id at the server, null until it is enrolled. */
export interface KeyRecord {
  readonly person: string;
  readonly keys: CryptoKeyPair;
  readonly device: string | null;
}

export interface NonceRecord {
  readonly nonce: string;
  readonly device: string;
  readonly expiresAt: number;
}

interface FieldSchema extends DBSchema {
  photos: { key: string; value: Entry; indexes: { owner: string } };
  pictures: { key: string; value: Picture };
  keys: { key: string; value: KeyRecord };
  nonces: { key: string; value: NonceRecord; indexes: { device: string } };
  settings: { key: string; value: unknown };
}

export type FieldDatabase = IDBPDatabase<FieldSchema>;
type Upgrade = IDBPTransaction<FieldSchema, StoreNames<FieldSchema>[], "versionchange">;
/** Takes the database from one version to the next, with what is in it. */
export type Step = (database: FieldDatabase, transaction: Upgrade) => void | Promise<void>;

const first: Step = (database) => {
  database.createObjectStore("photos", { keyPath: "id" }).createIndex("owner", "owner.id");
  database.createObjectStore("pictures", { keyPath: "id" });
  database.createObjectStore("keys", { keyPath: "person" });
  database.createObjectStore("nonces", { keyPath: "nonce" }).createIndex("device", "device");
  database.createObjectStore("settings");
};

/** Every step there ever was, in order; the database's version is their number. */
export const STEPS: readonly Step[] = [first];

export const DATABASE = "saksi-field";

/** On disk before it is told, not only in the operating system's memory. */
export const DURABLE = { durability: "strict" } as const;

/**
 * Open the database and bring it up to date; a step that fails leaves everything as it was, and its error is thrown.
 *
 * `onBlocked` is told while an older tab holds the database in its old shape; this tab yields when a newer one asks.
 */
export async function openDatabase(
  name = DATABASE,
  steps: readonly Step[] = STEPS,
  onBlocked: () => void = () => undefined,
): Promise<FieldDatabase> {
  let fault: unknown = null;
  try {
    return await openDB<FieldSchema>(name, steps.length, {
      async upgrade(database, oldVersion, _newVersion, transaction) {
        try {
          for (const step of steps.slice(oldVersion)) await step(database, transaction);
        } catch (error) {
          fault = error;
          abort(transaction);
        }
      },
      blocked: onBlocked,
      blocking(_current, _blocked, event) {
        (event.target as IDBDatabase).close();
      },
    });
  } catch (error) {
    throw fault ?? error;
  }
}

/** Undo an update. idb itself would commit the half of it that was done before a rejection. */
function abort(transaction: Upgrade): void {
  // The rejection that follows is the abort itself; what led to it is thrown by `openDatabase`.
  transaction.done.catch(() => undefined);
  transaction.abort();
}
