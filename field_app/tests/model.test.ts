/**
 * A thousand random lives of a phone: captured photos meet no network, kills, other people, updates and a server that
 * fails. None may be lost, none doubled, none deleted before its receipt.
 */

import "fake-indexeddb/auto";
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Entry } from "../src/core/database";
import { Outbox } from "../src/core/outbox";
import { type OutboxKind, type Page, ticks, World } from "./fake/world";

const LIVES = Number(process.env.SAKSI_LIVES ?? 1000);
const PEOPLE = ["ana", "ben"];

/** One random life; throws with the rule that was broken. */
class Life {
  readonly world: World;
  /** What was told to be on this phone: id and sha256 of every photo whose capture resolved. */
  readonly told = new Map<string, string>();
  readonly story: string[] = [];
  pages: Page[] = [];
  photos = 0;
  readonly #begun: { readonly page: Page; readonly done: Promise<void> }[] = [];

  constructor(seed: number, kind: OutboxKind) {
    this.world = new World(seed, kind);
  }

  get page(): Page {
    return this.pages[0] as Page;
  }

  async live(steps: number): Promise<void> {
    await this.open();
    this.world.signIn("ana");
    for (let step = 0; step < steps; step += 1) {
      const name = this.pick();
      this.story.push(name);
      await this.deeds[name]();
      await ticks(this.world.below(12));
      await this.check();
    }
    await this.comeToRest();
  }

  readonly deeds = {
    capture: async () => this.shoot(),
    offline: async () => {
      this.world.online = false;
    },
    online: async () => {
      this.world.online = true;
      for (const page of this.pages) page.sync.kick();
    },
    kill: async () => this.restart(),
    signOut: async () => {
      this.world.credentials = null;
      await this.page.device.signedOut();
    },
    signIn: async () => {
      this.world.signIn(PEOPLE[this.world.below(2)] as string);
      const { credentials } = this.world;
      if (credentials) this.page.device.ready(credentials).catch(this.unlessDead(this.page));
      this.page.sync.kick();
    },
    update: async () => {
      if (this.world.steps.length < 4) this.world.steps = [...this.world.steps, touchEveryPhoto];
      await this.restart();
    },
    mishap: async () => {
      const kinds = ["error", "busy", "lost", "cut"] as const;
      for (let left = 1 + this.world.below(3); left > 0; left -= 1) {
        this.world.mishaps.push(kinds[this.world.below(4)] as (typeof kinds)[number]);
      }
    },
    tokenExpires: async () => this.world.server.tokens.clear(),
    uploadsExpire: async () => {
      for (const [id, { bytes, length }] of this.world.server.uploads) {
        if (bytes.length < length) this.world.server.uploads.delete(id);
      }
    },
    refusal: async () => {
      this.world.server.refuseNext += 1;
    },
    secondTab: async () => {
      if (this.pages.length < 2) this.pages.push(await this.world.open());
      this.pages.at(-1)?.sync.kick();
    },
    time: async () => this.world.clock.advance(this.world.below(600_000)),
    work: async () => {
      this.page.sync.kick();
      await ticks(60);
    },
  };

  pick(): keyof typeof this.deeds {
    const names = Object.keys(this.deeds) as (keyof typeof this.deeds)[];
    const weighted = [...names, "capture", "capture", "work", "work", "work", "online", "online", "time"] as const;
    return weighted[this.world.below(weighted.length)] as keyof typeof this.deeds;
  }

  async open(): Promise<void> {
    this.pages = [await this.world.open()];
    this.page.sync.start();
  }

  async restart(): Promise<void> {
    for (const page of this.pages) page.kill();
    await this.open();
  }

  /** A photo is begun; whether the app lives to tell of it is another matter. */
  shoot(): void {
    const owner = this.world.credentials?.person.id ?? (PEOPLE[this.world.below(2)] as string);
    this.photos += 1;
    const bytes = Buffer.alloc(40 + this.world.below(600), `photo ${this.photos} `);
    const page = this.page;
    const done = page.capture
      .assemble(new Blob([bytes], { type: "image/jpeg" }), page.facts(owner))
      .then(({ id }) => {
        this.told.set(id, createHash("sha256").update(bytes).digest("hex"));
        if (!page.dead) page.sync.kick();
      })
      .catch(this.unlessDead(page));
    this.#begun.push({ page, done });
  }

  unlessDead(page: Page): (error: unknown) => void {
    return (error) => void (page.dead || this.world.faults.push(error));
  }

  /** No photo is gone, and none is without its picture unless the server has given its receipt. */
  async check(): Promise<void> {
    const told = [...this.told.keys()];
    const transaction = this.page.database.transaction(["photos", "pictures"]);
    const entries = await transaction.objectStore("photos").getAll();
    const pictures = new Set(await transaction.objectStore("pictures").getAllKeys());
    const known = new Map(entries.map((entry) => [entry.id, entry]));
    for (const id of told) if (!known.has(id)) throw new Error(`lost: ${id}`);
    for (const entry of entries) this.checkEntry(entry, pictures.has(entry.id));
    const doubled = [...this.world.server.created.values()].some((times) => times > 1);
    if (doubled || this.world.server.evidence.size > this.photos) throw new Error("doubled on the server");
    if (this.world.faults.length) throw this.world.faults[0];
  }

  checkEntry({ id, receipt, kept, state }: Entry, hasPicture: boolean): void {
    const given = receipt !== null && this.world.server.receiptsGiven.has(id);
    if (!hasPicture && !given) throw new Error(`deleted before its receipt: ${id}`);
    if (kept !== hasPicture) throw new Error(`told wrongly whether the picture is kept: ${id}`);
    if (["safe", "verified", "needs_review", "rejected"].includes(state) && !given)
      throw new Error(`safe too soon: ${id}`);
  }

  /** Everything is well again; everybody signs in once more, and a person looks at what was held. */
  async comeToRest(): Promise<void> {
    this.world.mishaps.length = 0;
    this.world.server.refuseNext = 0;
    this.world.online = true;
    for (const page of this.pages.splice(1)) page.kill();
    await Promise.all(this.#begun.filter(({ page }) => !page.dead).map(({ done }) => done));
    for (const person of PEOPLE) {
      this.world.signIn(person);
      await this.finish(person);
    }
    await this.check();
    for (const [id, sha256] of this.told) {
      if (this.world.server.evidence.get(id)?.sha256 !== sha256)
        throw new Error(`never arrived: ${JSON.stringify(await this.page.outbox.get(id))}`);
    }
    const left = (await this.page.outbox.list()).filter(({ kept }) => kept);
    if (left.length) throw new Error(`left behind: ${JSON.stringify(left[0])}`);
  }

  async finish(person: string): Promise<void> {
    for (let round = 0; round < 40; round += 1) {
      await ticks(3);
      await this.page.sync.run({ hasten: true });
      const open = (await this.page.outbox.list()).filter(({ kept, owner }) => kept && owner.id === person);
      if (open.length === 0) return;
      for (const { id, state } of open) if (state === "held") await this.page.outbox.retry(id);
      this.world.clock.advance(600_000);
    }
  }
}

/** What a later version's migration may do: read and write every entry. */
async function touchEveryPhoto(
  _database: unknown,
  transaction: { objectStore(name: "photos"): unknown },
): Promise<void> {
  const store = transaction.objectStore("photos") as {
    getAll(): Promise<Entry[]>;
    put(entry: Entry): Promise<unknown>;
  };
  for (const entry of await store.getAll()) await store.put({ ...entry });
}

async function live(seed: number, kind: OutboxKind = Outbox): Promise<Life> {
  const life = new Life(seed, kind);
  try {
    await life.live(12 + (seed % 19));
  } catch (error) {
    throw new Error(`life ${seed}: ${life.story.join(", ")}: ${String(error)}`, { cause: error });
  }
  return life;
}

describe("The outbox through random lives", () => {
  test(`${LIVES} lives lose no photo, double none and delete none before its receipt`, {
    timeout: 600_000,
  }, async () => {
    const lives = { told: 0, arrived: 0 };
    for (let seed = 1; seed <= LIVES; seed += 1) {
      const life = await live(seed);
      lives.told += life.told.size;
      lives.arrived += life.world.server.evidence.size;
      for (const page of life.pages) page.kill();
    }

    expect(lives.told).toBeGreaterThan(LIVES);
    expect(lives.arrived).toBeGreaterThanOrEqual(lives.told);
  });

  test("an outbox that deletes with the last byte, before the receipt, is caught", { timeout: 60_000 }, async () => {
    class Hasty extends Outbox {
      override async change(...[id, change]: Parameters<Outbox["change"]>): ReturnType<Outbox["change"]> {
        const entry = await super.change(id, change);
        if (entry !== null && entry.sentBytes === entry.size) await this.database.delete("pictures", id);
        return entry;
      }
    }

    await expect(firstBroken(Hasty)).resolves.toMatch(/deleted before its receipt/);
  });

  test("an outbox that tells before it writes is caught", { timeout: 60_000 }, async () => {
    class Boastful extends Outbox {
      override async add(...[entry, bytes]: Parameters<Outbox["add"]>): ReturnType<Outbox["add"]> {
        setTimeout(() => super.add(entry, bytes).catch(() => null), 5);
        return entry as Entry;
      }

      override async change(...[id, change]: Parameters<Outbox["change"]>): ReturnType<Outbox["change"]> {
        return (await super.change(id, change)) ?? ({ id, ...change } as Entry);
      }
    }

    await expect(firstBroken(Boastful)).resolves.toMatch(/lost|never arrived/);
  });

  test("an outbox that forgets what was being sent when the app was killed is caught", {
    timeout: 60_000,
  }, async () => {
    class Forgetful extends Outbox {
      override async recover(): Promise<void> {
        return;
      }
    }

    await expect(firstBroken(Forgetful)).resolves.toMatch(/never arrived|left behind/);
  });
});

/** The first rule that an outbox breaks within a hundred lives. */
async function firstBroken(kind: OutboxKind): Promise<string> {
  for (let seed = 1; seed <= 100; seed += 1) {
    try {
      await live(seed, kind);
    } catch (error) {
      return String(error);
    }
  }
  return "nothing was broken";
}
