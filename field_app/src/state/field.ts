/**
 * The app's one model: who is signed in, what there is to do, what waits in the outbox.
 *
 * It joins the shell's own keeping (`kept`) with the core's ports. Screens read its observables and call its verbs.
 */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import * as api from "../net/api";
import type {
  Assignments,
  ClockReading,
  Credentials,
  OutboxEntry,
  Ports,
  Project,
  Standing,
  SyncStatus,
} from "../ports";
import { report } from "../report";
import { endSessions } from "./ending";
import { ghostsOf, type Kept } from "./kept";
import { Observable } from "./observable";

/** How the last refresh of the assignments went. */
export type Freshness =
  | { readonly state: "never" | "fetching" }
  | { readonly state: "fresh" | "failed"; readonly atMs: number };

const UNKNOWN: Standing = { kind: "unsigned", device: null };

export class Field {
  /** Whose phone this is: whoever signed in last and did not sign out. */
  readonly session = new Observable<Credentials | null>(null);
  /** Whether their session ended without their doing: all goes on but what needs the server. */
  readonly ended = new Observable(false);
  /** How a photo taken now would be signed. */
  readonly standing = new Observable<Standing>(UNKNOWN);
  /** Every device that this phone was and that was withdrawn. */
  readonly withdrawnIds = new Observable<readonly string[]>([]);
  /** Whether the server has still to be told of a sign-out. */
  readonly ending = new Observable(false);
  readonly assignments = new Observable<Assignments | null>(null);
  readonly freshness = new Observable<Freshness>({ state: "never" });
  readonly entries = new Observable<readonly OutboxEntry[]>([]);
  readonly sync: Observable<SyncStatus>;
  readonly online = new Observable(true);
  /** What stopped the sending though it never should, as the browser says it; null once something goes again. */
  readonly fault = new Observable<string | null>(null);
  /** A photo is being taken or kept: not the moment for an update. */
  readonly capturing = new Observable(false);
  readonly ports: Ports;
  readonly #kept: Kept;
  #etag: string | null = null;
  /** Photos of the outbox that have a receipt; null before the first look. */
  #judged: number | null = null;
  #refreshing: Promise<void> | null = null;
  #ghosts: Promise<void> = Promise.resolve();
  #wished = false;

  constructor(ports: Ports, kept: Kept) {
    this.ports = ports;
    this.#kept = kept;
    this.sync = new Observable(ports.sync.status());
  }

  /** Bring back what was kept, then let the network come when it comes. */
  async open(): Promise<void> {
    this.ports.outbox.observe(() => void this.#listEntries());
    this.ports.sync.observe(() => this.#heardOfSync());
    const [kept] = await Promise.all([this.#kept.lastSession(), this.#listEntries()]);
    this.ended.set(kept?.ended === true);
    if (kept !== null) await this.#enter(kept);
    else void this.refresh();
    this.ports.sync.kick();
  }

  async signIn(email: string, password: string): Promise<void> {
    const before = this.session.value;
    const credentials = await api.signIn(email, password);
    // Whoever signs in over a session leaves it; one that has ended needs no ending.
    if (before !== null && !this.ended.value) await this.#kept.putAside(before.token);
    await this.#kept.keepSession(credentials);
    await this.ports.device.signedIn(credentials.person.id);
    this.ended.set(false);
    await this.#enter(credentials);
  }

  /**
   * Forget who was signed in. What is in the outbox stays, and waits for its owner.
   *
   * The token is kept for one thing: where there is no network, its session is ended with the next one.
   */
  async signOut(): Promise<void> {
    const credentials = this.session.value;
    if (credentials !== null && !this.ended.value) await this.#kept.putAside(credentials.token);
    await this.#leave();
    await this.#endSessions();
  }

  /** There may be a network: ask for what is new and let waiting photos go; once more if wished for meanwhile. */
  refresh(): Promise<void> {
    this.#wished = true;
    this.#refreshing ??= this.#rounds();
    return this.#refreshing;
  }

  async #rounds(): Promise<void> {
    try {
      while (this.#wished) {
        this.#wished = false;
        if (this.ended.value) await this.#adopt();
        if (this.session.value !== null && !this.ended.value) await this.#refreshFor(this.session.value);
        await this.#endSessions();
      }
    } finally {
      // Within the step that saw no wish: were it a later one, a wish between them would be lost.
      this.#refreshing = null;
    }
  }

  /** The person may have signed in again in another tab. */
  async #adopt(): Promise<void> {
    const live = await this.#kept.session();
    if (live === null || live.person.id !== this.session.value?.person.id) return;
    this.session.set(live);
    this.ended.set(false);
  }

  async #refreshFor(credentials: Credentials): Promise<void> {
    const before = this.freshness.value;
    this.freshness.set({ state: "fetching" });
    try {
      await this.ports.device.ready(credentials).catch(() => undefined);
      await this.#lookAtDevice();
      await this.#fetch(credentials);
    } catch (error) {
      await this.#notRefreshed(error, before, credentials);
    }
    this.ports.sync.kick();
  }

  async #endSessions(): Promise<void> {
    this.ending.set(!(await endSessions(this.#kept)));
  }

  project(code: string): Project | null {
    return this.assignments.value?.projects.find((project) => project.code === code) ?? null;
  }

  /** The photo from before, if it is on this phone. */
  ghost(evidence: string): Promise<Blob | null> {
    return this.#kept.ghost(evidence);
  }

  /** By how much the phone's clock is off, and whether that is sure. */
  clock(): ClockReading {
    return this.ports.device.clock();
  }

  /** The person has withdrawn a phone at the server; it may be this one. */
  async withdraw(device: string): Promise<void> {
    await this.ports.device.withdrawn(device);
    await this.#lookAtDevice();
  }

  async #lookAtDevice(): Promise<void> {
    const person = this.session.value?.person.id;
    if (person === undefined) return;
    const [standing, ids] = await Promise.all([this.ports.device.standing(person), this.ports.device.withdrawnIds()]);
    if (this.session.value?.person.id !== person) return;
    this.standing.set(standing);
    this.withdrawnIds.set(ids);
  }

  async #enter(credentials: Credentials): Promise<void> {
    const kept = await this.#kept.assignments(credentials.person.id);
    this.#etag = kept?.etag ?? null;
    this.assignments.set(kept?.document ?? null);
    this.freshness.set(kept === null ? { state: "never" } : { state: "fresh", atMs: kept.fetchedAtMs });
    if (this.session.value?.person.id !== credentials.person.id) this.#forgetDevice();
    this.session.set(credentials);
    await this.#lookAtDevice();
    void this.refresh();
  }

  /** What was known of this phone was of the key of whoever used it before. */
  #forgetDevice(): void {
    this.standing.set(UNKNOWN);
    this.withdrawnIds.set([]);
  }

  async #leave(): Promise<void> {
    await this.#kept.keepSession(null);
    await this.ports.device.signedOut();
    this.session.set(null);
    this.ended.set(false);
    this.assignments.set(null);
    this.freshness.set({ state: "never" });
    this.#forgetDevice();
  }

  async #fetch(credentials: Credentials): Promise<void> {
    const fetched = await api.fetchAssignments(credentials.token, this.#etag);
    const atMs = Date.now();
    const document = fetched?.document ?? this.assignments.value;
    if (this.session.value !== credentials || document === null) return;
    const etag = fetched === null ? this.#etag : fetched.etag;
    await this.#kept.keepAssignments(credentials.person.id, { etag, fetchedAtMs: atMs, document });
    if (this.session.value !== credentials) return;
    this.#etag = etag;
    this.assignments.set(document);
    this.freshness.set({ state: "fresh", atMs });
    // One after the other: a run for somebody who left ends at its next photo.
    this.#ghosts = this.#ghosts.then(() => this.#fetchGhosts(credentials, document));
  }

  /** The server no longer knows this token: the person goes on with what the phone keeps, and sends after signing in. */
  async expired(token: string): Promise<void> {
    await this.#kept.endSession(token);
    if (this.session.value?.token === token) this.ended.set(true);
  }

  async #notRefreshed(error: unknown, before: Freshness, credentials: Credentials): Promise<void> {
    // Whoever signed in meanwhile has a refresh of their own.
    if (this.session.value !== credentials) return;
    if (error instanceof api.ApiError && error.failure === "signed_out") await this.expired(credentials.token);
    this.freshness.set("atMs" in before ? { state: "failed", atMs: before.atMs } : { state: "never" });
  }

  /**
   * Take along the photos from before, one after the other, as long as the person is signed in, and let go of those that
   * nobody's works name any more. One that does not come is asked for next time.
   */
  async #fetchGhosts(credentials: Credentials, document: Assignments): Promise<void> {
    try {
      await this.#kept.dropGhosts();
      for (const ghost of ghostsOf(document)) {
        if (this.session.value?.person.id !== credentials.person.id) return;
        if ((await this.#kept.ghost(ghost.evidence)) !== null) continue;
        const picture = await api.fetchPicture(credentials.token, ghost.web).catch(() => null);
        if (picture !== null) await this.#kept.keepGhost(ghost.evidence, picture);
      }
    } catch (error) {
      // A full phone, say: photos from before are a help, and no reason to stop anything.
      report("A photo from before could not be kept:", error);
    }
  }

  #heardOfSync(): void {
    const status = this.ports.sync.status();
    if (status.phase === "sending") this.fault.set(null);
    this.sync.set({ ...status });
  }

  /** A photo that has just been judged changes what is still needed, so that is asked for anew. */
  async #listEntries(): Promise<void> {
    const before = this.#judged;
    const entries = await this.ports.outbox.list();
    this.#judged = entries.filter(({ receipt }) => receipt !== null).length;
    this.entries.set(entries);
    if (before === null) return;
    // What a server judged may say that this device stands no more, which a refresh asks; what was kept took a nonce.
    if (this.#judged > before) void this.refresh();
    await this.#lookAtDevice();
  }
}

const Context = createContext<Field | null>(null);
export const FieldProvider = Context.Provider;

/** The model, anywhere below the app. */
export function useField(): Field {
  const field = useContext(Context);
  if (field === null) throw new Error("A screen was drawn outside the app.");
  return field;
}
