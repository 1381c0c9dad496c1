/** A phone that is killed, goes offline and changes hands, before a network that lies: what the model test plays with. */

import { IDBFactory } from "fake-indexeddb";
import { Api, type Credentials, type Fetch } from "../../src/core/api";
import { Capture, type ShutterFacts } from "../../src/core/capture";
import { PhoneClock } from "../../src/core/clock";
import { type FieldDatabase, openDatabase, STEPS, type Step } from "../../src/core/database";
import { Device } from "../../src/core/device";
import { ChunkSize } from "../../src/core/link";
import { Outbox } from "../../src/core/outbox";
import { PinnedKeys } from "../../src/core/receipt";
import { type Clock, type Locks, Sync } from "../../src/core/sync";
import { type Asked, askedOf, FakeServer, problem, responseOf, type Told } from "./server";

/** Random numbers that come again with the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export async function ticks(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await tick();
}

/** Time that passes only when told to. */
export class FakeClock implements Clock {
  #now = 1_774_900_000_000;
  #timers = new Set<{ at: number; wake: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, wake: () => void): () => void {
    const timer = { at: this.#now + ms, wake };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#timers].filter(({ at }) => at <= this.#now)) {
      this.#timers.delete(timer);
      timer.wake();
    }
  }
}

export type OutboxKind = new (database: FieldDatabase, now: () => number) => Outbox;

/** A phone's clock that nobody moves. */
export function clockOf(database: FieldDatabase, now: () => number): PhoneClock {
  return new PhoneClock(database, { now, steady: now, awake: () => true });
}

/** What goes wrong with one exchange: before it, in the midst of it, or on the way back. */
export type Mishap = "none" | "error" | "busy" | "lost" | "cut";

export class World {
  readonly clock = new FakeClock();
  readonly server = new FakeServer(() => this.clock.now());
  readonly random: () => number;
  readonly outboxKind: OutboxKind;
  readonly faults: unknown[] = [];
  readonly mishaps: Mishap[] = [];
  readonly held = new Map<string, Page>();
  /** What stands between the phone and the server, such as a gateway, and answers in its place; null lets pass. */
  between: (asked: Asked) => Told | null = () => null;
  online = true;
  credentials: Credentials | null = null;
  steps: readonly Step[] = STEPS;
  sending = 0;

  constructor(seed: number, outboxKind: OutboxKind = Outbox) {
    this.random = seeded(seed);
    this.outboxKind = outboxKind;
    globalThis.indexedDB = new IDBFactory();
  }

  signIn(person: string): void {
    this.credentials = { token: this.server.signIn(person), person: { id: person, name: person } };
  }

  below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  async open(): Promise<Page> {
    const database = await openDatabase("phone", this.steps);
    const page = new Page(this, database);
    await page.device.load();
    return page;
  }

  /** The network as one page has it. A dead page hears nothing any more. */
  fetchFor(page: { readonly dead: boolean }): Fetch {
    const answer: Fetch = async (url, init) => {
      await ticks(this.below(3));
      if (page.dead) return new Promise<Response>(() => undefined);
      if (!this.online) throw new TypeError("Failed to fetch");
      const told = this.#exchange(url, init);
      await ticks(this.below(3));
      if (page.dead) return new Promise<Response>(() => undefined);
      if (told === null || !this.online) throw new TypeError("Failed to fetch");
      return responseOf(told);
    };
    return function (this: unknown, url, init) {
      // A browser's own fetch is no method of anything.
      if (this !== undefined) throw new TypeError("Illegal invocation");
      return answer(url, init);
    };
  }

  #exchange(url: string, init: RequestInit) {
    const asked = askedOf(url, init);
    const odd = this.between(asked);
    if (odd !== null) return odd;
    switch (this.mishaps.shift()) {
      case "error":
        return problem(500, "internal", "Something went wrong on our side.");
      case "busy":
        return { ...problem(503, "store-away", "The store is away."), headers: { "Retry-After": "7" } };
      case "lost":
        this.server.handle(asked);
        return null;
      case "cut":
        if (asked.method === "PATCH") {
          this.server.handle({ ...asked, body: asked.body.subarray(0, this.below(asked.body.length)) });
        }
        return null;
      default:
        return this.server.handle(asked);
    }
  }
}

/** The app as it is open in one tab. */
export class Page {
  readonly world: World;
  readonly database: FieldDatabase;
  readonly outbox: Outbox;
  readonly device: Device;
  readonly capture: Capture;
  readonly sync: Sync;
  dead = false;

  constructor(world: World, database: FieldDatabase) {
    this.world = world;
    this.database = database;
    const fetch = world.fetchFor(this);
    const [now, api] = [() => world.clock.now(), new Api(fetch, "http://server")];
    this.outbox = new world.outboxKind(database, now);
    this.device = new Device(database, api, now, "Pixel 7", clockOf(database, now));
    this.capture = new Capture({
      outbox: this.outbox,
      device: this.device,
      version: "0.1.0",
      userAgent: "model",
      offsetMinutes: () => 480,
    });
    this.sync = new Sync({
      outbox: this.outbox,
      api,
      fetch,
      keys: new PinnedKeys(database, () => api.receiptKeys()),
      clock: { now, after: (ms, wake) => world.clock.after(ms, () => this.dead || wake()) },
      locks: this.#locks(),
      random: world.random,
      session: async () => world.credentials,
      expired: async (token) => {
        if (world.credentials?.token === token) world.credentials = null;
      },
      report: (error) => void (this.dead || world.faults.push(error)),
      chunk: new ChunkSize(40, 400),
    });
  }

  /** The tab is gone in the midst of whatever it did; what its database had begun may still be written. */
  kill(): void {
    this.dead = true;
    this.database.close();
    for (const [name, page] of this.world.held) if (page === this) this.world.held.delete(name);
  }

  facts(owner: string): ShutterFacts {
    return {
      purpose: { project: "P-1", milestone: "m", requirement: "R", stage: "during", title: "Road" },
      owner: { id: owner, name: owner },
      source: "phone_camera",
      capturedAtMs: this.world.clock.now(),
      fix: null,
      noPositionReason: "under a bridge",
      orientation: null,
      camera: null,
      caption: "",
    };
  }

  #locks(): Locks {
    const { held } = this.world;
    return {
      ifFree: async (name, work) => {
        if (held.has(name)) return false;
        held.set(name, this);
        try {
          await work();
        } finally {
          if (held.get(name) === this) held.delete(name);
        }
        return true;
      },
    };
  }
}
