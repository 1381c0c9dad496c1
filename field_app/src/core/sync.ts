/**
 * Brings the outbox to the server: one photo at a time, from one tab, now or when the next is due.
 *
 * No library retries anything. Whose photos go is decided by who is signed in; the rest wait. What is stored is the
 * outbox's; how one photo gets to its receipt, and how long it waits after a vain try, is `delivery`'s.
 */

import type { Credentials } from "./api";
import type { Entry } from "./database";
import { Delivery, type DeliveryPorts } from "./delivery";
import { mayChange, refreshEvery, refreshVerdicts } from "./verdicts";

export interface SyncStatus {
  readonly phase: "idle" | "sending" | "waiting" | "signed_out";
}

/** A clock that can wake one up; the browser's own outside the tests. */
export interface Clock {
  now(): number;
  /** Calls back once after so long; returns how to stop it. */
  after(ms: number, wake: () => void): () => void;
}

/** Web Locks, as far as they are used: `work` runs while no other tab holds the name, or not at all. */
export interface Locks {
  ifFree(name: string, work: () => Promise<void>): Promise<boolean>;
}

export interface SyncPorts extends DeliveryPorts {
  readonly clock: Clock;
  readonly locks: Locks;
  /** Who is signed in, or null. */
  readonly session: () => Promise<Credentials | null>;
}

/** The lock that whoever sends holds; an update waits until nobody does. */
export const SENDING = "saksi-send";
const OTHER_TAB_MS = 15_000;
const AFTER_FAULT_MS = 60_000;

export class Sync {
  readonly #ports: SyncPorts;
  readonly #delivery: Delivery;
  readonly #watchers = new Set<() => void>();
  #status: SyncStatus = { phase: "idle" };
  #running: Promise<void> | null = null;
  #asked = false;
  #hasten = false;
  #stopTimer: () => void = () => undefined;

  constructor(ports: SyncPorts) {
    this.#ports = ports;
    this.#delivery = new Delivery(ports);
  }

  start(): void {
    this.kick();
  }

  /** There may be something to do now: a network, a new photo, an opened app. */
  kick(): void {
    this.#go(true);
  }

  status(): SyncStatus {
    return this.#status;
  }

  observe(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => void this.#watchers.delete(changed);
  }

  /** Send what is due; resolves when nothing more is due now. Background Sync awaits this. */
  run({ hasten = false } = {}): Promise<void> {
    this.#asked = true;
    this.#hasten ||= hasten;
    this.#running ??= this.#turns();
    return this.#running;
  }

  /** One turn, and another for whoever asked meanwhile. */
  async #turns(): Promise<void> {
    this.#stopTimer();
    try {
      while (this.#asked) await this.#turn();
    } finally {
      // Within the step that saw nobody ask: were it a later one, whoever asked between would wait for nothing.
      this.#running = null;
    }
  }

  async #turn(): Promise<void> {
    const hasten = this.#hasten;
    this.#asked = false;
    this.#hasten = false;
    const free = await this.#ports.locks.ifFree(SENDING, () => this.#drain(hasten));
    if (!free) this.#wakeAfter(OTHER_TAB_MS);
  }

  #go(hasten: boolean): void {
    this.run({ hasten }).catch((error: unknown) => {
      this.#wakeAfter(AFTER_FAULT_MS);
      this.#ports.report(error);
    });
  }

  /** Only the holder of the lock gets here, so whatever is still "sending" was cut off. */
  async #drain(hasten: boolean): Promise<void> {
    const { outbox, session } = this.#ports;
    await outbox.recover();
    if (hasten) await outbox.hasten();
    let heard = true;
    for (;;) {
      const credentials = await session();
      if (credentials === null) return this.#tell("signed_out");
      const entry = heard ? await this.#nextDue(credentials) : undefined;
      if (entry === undefined) break;
      this.#tell("sending");
      heard = await this.#delivery.bring(entry, credentials);
    }
    if (heard) await this.#refresh();
    await this.#rest();
  }

  /** The oldest photo of this person that is due. */
  async #nextDue({ person }: Credentials): Promise<Entry | undefined> {
    const now = this.#ports.clock.now();
    const due = (await this.#waiting(person.id)).filter(({ nextTryAt }) => nextTryAt === null || nextTryAt <= now);
    return due.at(-1);
  }

  async #waiting(person: string): Promise<Entry[]> {
    const entries = await this.#ports.outbox.list();
    return entries.filter(({ state, owner }) => state === "queued" && owner.id === person);
  }

  async #refresh(): Promise<void> {
    const { outbox, api, clock, expired, session } = this.#ports;
    const credentials = await session();
    if (credentials === null) return;
    await refreshVerdicts({ outbox, api, now: () => clock.now(), expired }, credentials);
  }

  /** Sleep until the next photo is due, or the next verdict may have changed. */
  async #rest(): Promise<void> {
    const { session, clock, outbox } = this.#ports;
    const credentials = await session();
    if (credentials === null) return this.#tell("signed_out");
    const waiting = await this.#waiting(credentials.person.id);
    const now = clock.now();
    const next = Math.min(...waiting.map(({ nextTryAt }) => nextTryAt ?? now));
    const fresh = (await outbox.list()).filter((entry) => mayChange(entry, credentials.person.id, now));
    if (Number.isFinite(next)) this.#wakeAfter(Math.max(next - now, 0));
    else if (fresh.length > 0) this.#wakeAfter(Math.min(...fresh.map(refreshEvery)));
    this.#tell(waiting.length ? "waiting" : "idle");
  }

  #wakeAfter(ms: number): void {
    this.#stopTimer();
    this.#stopTimer = this.#ports.clock.after(ms, () => this.#go(false));
  }

  #tell(phase: SyncStatus["phase"]): void {
    this.#status = { phase };
    for (const changed of this.#watchers) changed();
  }
}

/** The browser's own clock. */
export const realClock: Clock = {
  now: () => Date.now(),
  after(ms, wake) {
    const timer = setTimeout(wake, ms);
    return () => clearTimeout(timer);
  },
};
