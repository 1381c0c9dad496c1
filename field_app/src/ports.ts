/**
 * What the screens need of the core, and nothing of how it is done.
 *
 * The pure parts (pre-check, geometry) are taken from the core as they are. What has a state or a network behind it
 * (outbox, sync, capture, the signed-in person's device) stands here as an interface; `wiring.ts` gives the real
 * ones, and the tests give ones in memory.
 */
import type { Credentials } from "./core/api";
import type { ShutterFacts } from "./core/capture";
import type { ClockReading } from "./core/clock";
import type { Entry } from "./core/database";
import type { Standing } from "./core/device";
import type { SyncStatus } from "./core/sync";

export type { Credentials } from "./core/api";
export type { Assignments, Ghost, Milestone, Project, Requirement, Stage } from "./core/assignments";
export type { Orientation, ShutterFacts, ShutterFix as Fix } from "./core/capture";
export type { ClockReading } from "./core/clock";
export type { EntryState, Finding, Purpose, Source } from "./core/database";
export type { Standing } from "./core/device";
export type { Geometry, SiteFeature } from "./core/geometry";
export { bearingDeg, geodesicM, LocalPlane, type Position, type Wind, windOf } from "./core/plane";
export { type Facts, type Outcome, precheck, type Result, shapeOf, statedR68, type Target } from "./core/precheck";
export type { SyncStatus } from "./core/sync";

/** One photo on this phone as far as the screens read it; the picture itself is asked for with `photo`. */
export type OutboxEntry = Pick<
  Entry,
  | "id"
  | "owner"
  | "purpose"
  | "source"
  | "state"
  | "capturedAt"
  | "size"
  | "claim"
  | "sentBytes"
  | "attempts"
  | "nextTryAt"
  | "trouble"
  | "grade"
  | "advice"
  | "findings"
  | "receipt"
  | "kept"
>;

export interface Outbox {
  /** Every entry of everybody who signed in on this phone, the newest first. */
  list(): Promise<readonly OutboxEntry[]>;
  /** Calls back after every change, with nothing: ask `list` again. Returns how to stop. */
  observe(changed: () => void): () => void;
  /** The picture of an entry, or null where it has left the phone. */
  photo(id: string): Promise<Blob | null>;
  /** Try an entry again now, also one that was held. */
  retry(id: string): Promise<void>;
  /** Take an entry off the list. Refused unless the server's receipt is here, or the person says they know. */
  remove(id: string, options: { readonly unsent: boolean }): Promise<void>;
}

export interface Sync {
  start(): void;
  /** There may be something to do now: a network, a new photo, an opened app. */
  kick(): void;
  status(): SyncStatus;
  observe(changed: () => void): () => void;
}

export interface Capture {
  /** Write the facts into the picture, seal and sign it, and put it safely into the outbox. Resolves when it is on disk. */
  assemble(jpeg: Blob, facts: ShutterFacts): Promise<OutboxEntry>;
}

export interface Device {
  /** Whenever there is signal: ask whether this device still stands, enrol it where it may be, fill its deck. */
  ready(credentials: Credentials): Promise<void>;
  /** A person gave their password: a phone that was withdrawn may be enrolled for them again. */
  signedIn(person: string): Promise<void>;
  /** A device was withdrawn: this phone signs nothing more with it. */
  withdrawn(device: string): Promise<void>;
  /** Every device that this phone was and that was withdrawn: what it signed will be returned. */
  withdrawnIds(): Promise<readonly string[]>;
  /** How a photo of this person would be signed now. */
  standing(person: string): Promise<Standing>;
  /** By how much the phone's clock is off, and whether that is sure. */
  clock(): ClockReading;
  /** Forget the credentials; keys, photos and receipts stay. */
  signedOut(): Promise<void>;
}

export interface Ports {
  readonly outbox: Outbox;
  readonly sync: Sync;
  readonly capture: Capture;
  readonly device: Device;
}
