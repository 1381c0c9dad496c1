/**
 * What the screens need of the core, and nothing of how it is done.
 *
 * The pure parts (pre-check, geometry) are taken from the core as they are. What has a state or a network behind it
 * (outbox, sync, capture, the signed-in person's device) stands here as an interface; `wiring.ts` gives the real
 * ones, and the tests give ones in memory.
 */
import type { Stage } from "./core/assignments";
import type { ClockReading } from "./core/clock";
import type { Standing } from "./core/device";

export type { Assignments, Ghost, Milestone, Project, Requirement, Stage } from "./core/assignments";
export type { ClockReading } from "./core/clock";
export type { Standing } from "./core/device";
export type { Geometry, SiteFeature } from "./core/geometry";
export { bearingDeg, geodesicM, LocalPlane, type Position, type Wind, windOf } from "./core/plane";
export { type Facts, type Outcome, precheck, type Result, shapeOf, statedR68, type Target } from "./core/precheck";

export type EntryState = "captured" | "queued" | "sending" | "safe" | "verified" | "needs_review" | "rejected" | "held";

/** How the picture came to be, from the strongest to the weakest. */
export type Source = "camera" | "phone_camera" | "gallery";

/** One finding of the server, in its own words. */
export interface Finding {
  readonly check: string;
  readonly outcome: "pass" | "warn" | "fail" | "unknown";
  readonly message: string;
}

/** Where a photo belongs: kept with it, so that the outbox can be read without any assignment at hand. */
export interface Purpose {
  readonly project: string;
  readonly milestone: string;
  readonly requirement: string;
  readonly stage: Stage;
  readonly title: string;
}

/** One photo on this phone, as the outbox tells it; the picture itself is asked for with `photo`. */
export interface OutboxEntry {
  readonly id: string;
  readonly owner: { readonly id: string; readonly name: string };
  readonly purpose: Purpose;
  readonly source: Source;
  readonly state: EntryState;
  readonly capturedAt: string;
  readonly size: number;
  /** The claim as it is sent (JSON): what the phone knew at the shutter, mostly inside a signed envelope. */
  readonly claim: string;
  readonly sentBytes: number;
  readonly attempts: number;
  /** When it is tried again by itself, in milliseconds since 1970; null when it waits for nothing but a network. */
  readonly nextTryAt: number | null;
  /** Why it did not go on: a key of the core's or the name of the server's problem, with the server's own sentence. */
  readonly trouble: { readonly key: string | null; readonly detail: string } | null;
  readonly grade: string | null;
  readonly advice: string | null;
  readonly findings: readonly Finding[];
  /** The server's signed statement (compact JWS), once it came and was checked. */
  readonly receipt: string | null;
  /** Whether the picture is still kept on this phone. */
  readonly kept: boolean;
}

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

export interface SyncStatus {
  readonly phase: "idle" | "sending" | "waiting" | "signed_out";
  /** Milliseconds since 1970 at which the server last answered, or null. */
  readonly lastHeardAt: number | null;
}

export interface Sync {
  start(): void;
  /** There may be something to do now: a network, a new photo, an opened app. */
  kick(): void;
  status(): SyncStatus;
  observe(changed: () => void): () => void;
}

/** What the phone knew at the shutter. Angles in degrees, lengths in metres. */
export interface ShutterFacts {
  readonly purpose: Purpose;
  readonly owner: { readonly id: string; readonly name: string };
  readonly source: Source;
  readonly capturedAtMs: number;
  readonly fix: Fix | null;
  readonly noPositionReason: string | null;
  readonly orientation: Orientation | null;
  readonly camera: { readonly width: number; readonly height: number } | null;
  readonly caption: string;
}

/** A position as the browser gives it; `accuracyM` is the radius of 95 %. */
export interface Fix {
  readonly latitude: number;
  readonly longitude: number;
  readonly accuracyM: number;
  readonly fixedAtMs: number;
  readonly altitudeM: number | null;
  readonly altitudeAccuracyM: number | null;
  readonly headingDeg: number | null;
  readonly speedMps: number | null;
}

export interface Orientation {
  readonly headingDeg: number | null;
  readonly pitchDeg: number | null;
  readonly rollDeg: number | null;
}

export interface Capture {
  /** Write the facts into the picture, seal and sign it, and put it safely into the outbox. Resolves when it is on disk. */
  assemble(jpeg: Blob, facts: ShutterFacts): Promise<OutboxEntry>;
}

/** Who is signed in, for whoever talks to the server. */
export interface Credentials {
  readonly token: string;
  readonly person: { readonly id: string; readonly name: string };
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
  /** This phone's id at the server, or null before its first enrolment. */
  id(): Promise<string | null>;
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
