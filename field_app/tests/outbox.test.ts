/** The outbox and its database: what is kept, when it is told, and that no version of the app loses a photo. */

import { IDBFactory } from "fake-indexeddb";
import "fake-indexeddb/auto";
import { readFileSync } from "node:fs";
import { openDB } from "idb";
import { beforeEach, describe, expect, test } from "vitest";
import { DATABASE, type Entry, type FieldDatabase, openDatabase, STEPS, type Step } from "../src/core/database";
import { broadcast, type NewEntry, NotSafeError, Outbox } from "../src/core/outbox";
import type { ProvenReceipt } from "../src/core/receipt";

interface Fixture {
  version: number;
  stores: Record<string, { keyPath: string | null; indexes: Record<string, string> }>;
  photos: Entry[];
  pictures: Record<string, string>;
  nonces: { nonce: string; device: string; expiresAt: number }[];
  settings: Record<string, unknown>;
}

const fixture = JSON.parse(readFileSync(new URL("fixtures/database_v1.json", import.meta.url), "utf-8")) as Fixture;
const bytesOf = (base64: string): ArrayBuffer => new Uint8Array(Buffer.from(base64, "base64")).buffer;

let database: FieldDatabase;
let outbox: Outbox;
let now = 1000;

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  now = 1000;
  database = await openDatabase();
  outbox = new Outbox(database, () => now);
});

function photo(id: string, owner = "ana"): NewEntry {
  return {
    id,
    owner: { id: owner, name: owner },
    purpose: { project: "P", milestone: "m", requirement: "R", stage: "during", title: "T" },
    source: "camera",
    capturedAt: "2026-03-31T08:15:00.123+08:00",
    size: 3,
    sha256: "f".repeat(64),
    mediaType: "image/jpeg",
    claim: "{}",
  };
}

const receipt = (id: string, over: Partial<ProvenReceipt> = {}): ProvenReceipt =>
  ({ evidence: id, sha256: "f".repeat(64), size: 3, jws: "a.b.c", receivedAt: "t", ...over }) as ProvenReceipt;
const judged = { state: "verified", grade: "A", advice: null, findings: [], looking: false } as const;
const three = (): ArrayBuffer => Uint8Array.of(1, 2, 3).buffer;

describe("The outbox", () => {
  test("tells of a photo only when picture and entry are on disk", async () => {
    const seen: number[] = [];
    outbox.observe(() => void database.count("pictures").then((count) => seen.push(count)));
    await outbox.add(photo("a"), three());

    expect(await outbox.get("a")).toMatchObject({ state: "queued", kept: true, attempts: 0 });
    expect(new Uint8Array((await outbox.bytes("a")) as ArrayBuffer)).toEqual(Uint8Array.of(1, 2, 3));
    expect((await outbox.photo("a"))?.type).toBe("image/jpeg");
    expect(seen).toEqual([1]);
  });

  test("takes no second photo under a known id", async () => {
    await outbox.add(photo("a"), three());

    await expect(outbox.add(photo("a"), Uint8Array.of(9).buffer)).rejects.toThrow();
    expect(new Uint8Array((await outbox.bytes("a")) as ArrayBuffer)).toEqual(Uint8Array.of(1, 2, 3));
  });

  test("lets a picture go with a receipt, and keeps entry and receipt", async () => {
    await outbox.add(photo("a"), three());
    await outbox.settle(receipt("a"), judged);

    expect(await outbox.bytes("a")).toBeNull();
    expect(await outbox.photo("a")).toBeNull();
    expect(await outbox.get("a")).toMatchObject({ state: "verified", receipt: "a.b.c", kept: false, sentBytes: 3 });
  });

  test.each([
    ["other bytes", { sha256: "0".repeat(64) }],
    ["another size", { size: 4 }],
    ["another photo", { evidence: "b" }],
  ])("keeps the picture for a receipt of %s", async (_name, over) => {
    await outbox.add(photo("a"), three());
    await outbox.settle(receipt("a", over), judged);

    expect(await outbox.bytes("a")).not.toBeNull();
    expect(await outbox.get("a")).toMatchObject({ receipt: null, kept: true });
  });

  test("gives up a photo that is not safe only at a person's word", async () => {
    await outbox.add(photo("a"), three());
    await outbox.add(photo("b"), three());
    await outbox.settle(receipt("b"), judged);

    await expect(outbox.remove("a", { unsent: false })).rejects.toThrow(NotSafeError);
    await outbox.remove("b", { unsent: false });
    expect((await outbox.list()).map(({ id }) => id)).toEqual(["a"]);
    await outbox.remove("a", { unsent: true });
    expect([await database.count("photos"), await database.count("pictures")]).toEqual([0, 0]);
  });

  test("queues again what a kill cut short, and leaves the rest", async () => {
    for (const [id, state] of [
      ["a", "captured"],
      ["b", "sending"],
      ["c", "held"],
    ] as const) {
      await outbox.add(photo(id), three());
      await outbox.change(id, { state });
    }
    await outbox.recover();

    expect((await outbox.list()).map(({ id, state }) => [id, state]).sort()).toEqual([
      ["a", "queued"],
      ["b", "queued"],
      ["c", "held"],
    ]);
  });

  test("tries a held photo anew, from the start", async () => {
    await outbox.add(photo("a"), three());
    await outbox.change("a", {
      state: "held",
      uploadUrl: "u",
      attempts: 5,
      trouble: { key: null, detail: "no" },
      sentBytes: 3,
    });
    await outbox.retry("a");

    expect(await outbox.get("a")).toMatchObject({
      state: "queued",
      uploadUrl: null,
      attempts: 0,
      trouble: null,
      sentBytes: 0,
    });
  });

  test("does not send again what is safe", async () => {
    await outbox.add(photo("a"), three());
    await outbox.settle(receipt("a"), judged);
    await outbox.retry("a");

    expect((await outbox.get("a"))?.state).toBe("verified");
  });

  test("makes due at once only what waits for a network", async () => {
    for (const [id, key] of [
      ["a", "network"],
      ["b", "server"],
    ] as const) {
      await outbox.add(photo(id), three());
      await outbox.change(id, { state: "queued", nextTryAt: 9e9, trouble: { key, detail: "" } });
    }
    await outbox.hasten();

    expect([(await outbox.get("a"))?.nextTryAt, (await outbox.get("b"))?.nextTryAt]).toEqual([null, 9e9]);
  });

  test("lists the newest first, and stops telling whoever asks it to", async () => {
    let told = 0;
    const stop = outbox.observe(() => {
      told += 1;
    });
    await outbox.add(photo("a"), three());
    now += 1;
    await outbox.add(photo("b", "ben"), three());
    stop();
    await outbox.change("a", { attempts: 1 });

    expect((await outbox.list()).map(({ id }) => id)).toEqual(["b", "a"]);
    expect(told).toBe(2);
    expect(await outbox.change("gone", { attempts: 1 })).toBeNull();
  });
});

describe("Two tabs", () => {
  test("hear of each other's changes", async () => {
    const channels = [new BroadcastChannel("outbox"), new BroadcastChannel("outbox")] as const;
    const [mine, theirs] = channels.map((channel) => new Outbox(database, () => now, broadcast(channel))) as [
      Outbox,
      Outbox,
    ];
    const heard = new Promise<void>((resolve) => theirs.observe(resolve));
    await mine.add(photo("a"), three());

    await expect(heard).resolves.toBeUndefined();
    for (const channel of channels) channel.close();
  });
});

describe("The database", () => {
  test("has the shape of version 1, and an entry its fields", async () => {
    const stores = Object.fromEntries(
      [...database.objectStoreNames].map((name) => {
        const { store } = database.transaction(name);
        const indexes = Object.fromEntries([...store.indexNames].map((index) => [index, store.index(index).keyPath]));
        return [name, { keyPath: store.keyPath, indexes }];
      }),
    );
    await outbox.add(photo("a"), three());

    expect(stores).toEqual(fixture.stores);
    expect(Object.keys((await outbox.get("a")) as Entry).sort()).toEqual(
      Object.keys(fixture.photos[0] as Entry).sort(),
    );
    expect(STEPS.length).toBeGreaterThanOrEqual(fixture.version);
  });

  test("of version 1 loses nothing on its way to this version", async () => {
    await storeFixture();
    const present = await openDatabase(DATABASE);

    await expectWhole(present);
  });

  test("of version 1 loses nothing on its way through later versions", async () => {
    await storeFixture();
    const later: Step[] = [
      (opened, transaction) => {
        transaction.objectStore("photos").createIndex("state" as "owner", "state");
        opened.createObjectStore("notes" as "settings");
      },
      async (_opened, transaction) => {
        for (const entry of await transaction.objectStore("photos").getAll()) {
          await transaction.objectStore("photos").put({ ...entry, note: "" } as Entry);
        }
      },
    ];
    const future = await openDatabase(DATABASE, [...STEPS, ...later]);

    expect(future.version).toBe(STEPS.length + 2);
    await expectWhole(future);
  });

  test("whose update breaks stays as it was", async () => {
    await storeFixture();
    const broken: Step = async (_opened, transaction) => {
      await transaction.objectStore("pictures").clear();
      throw new Error("a fault of the new version");
    };

    await expect(openDatabase(DATABASE, [...STEPS, broken])).rejects.toThrow("a fault of the new version");
    await expectWhole(await openDatabase(DATABASE));
  });

  test("is given up by an old tab when a new version asks for it", async () => {
    const newer = await openDatabase(DATABASE, [...STEPS, () => undefined]);

    expect(newer.version).toBe(STEPS.length + 1);
    await expect(outbox.list()).rejects.toThrow();
  });
});

/** The database as version 1 left it on a phone, made without any of the app's own code. */
async function storeFixture(): Promise<void> {
  globalThis.indexedDB = new IDBFactory();
  const old = await openDB(DATABASE, fixture.version, {
    upgrade(opened) {
      for (const [name, { keyPath, indexes }] of Object.entries(fixture.stores)) {
        const store = opened.createObjectStore(name, keyPath === null ? undefined : { keyPath });
        for (const [index, path] of Object.entries(indexes)) store.createIndex(index, path);
      }
    },
  });
  for (const entry of fixture.photos) await old.put("photos", entry);
  for (const [id, base64] of Object.entries(fixture.pictures))
    await old.put("pictures", { id, bytes: bytesOf(base64) });
  for (const nonce of fixture.nonces) await old.put("nonces", nonce);
  for (const [key, value] of Object.entries(fixture.settings)) await old.put("settings", value, key);
  const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  await old.put("keys", { person: "ana", keys, device: "d" });
  old.close();
}

async function expectWhole(opened: FieldDatabase): Promise<void> {
  const kept = new Outbox(opened, () => now);
  for (const entry of fixture.photos) expect(await kept.get(entry.id)).toMatchObject(entry);
  for (const [id, base64] of Object.entries(fixture.pictures)) {
    expect(Buffer.from((await kept.bytes(id)) as ArrayBuffer).toString("base64")).toBe(base64);
  }
  expect(await opened.getAll("nonces")).toEqual(fixture.nonces);
  for (const [key, value] of Object.entries(fixture.settings)) expect(await opened.get("settings", key)).toEqual(value);
  const record = await opened.get("keys", "ana");
  const signature = crypto.subtle.sign(
    { name: "ECDSA", hash: "SHA-256" },
    record?.keys.privateKey as CryptoKey,
    three(),
  );
  expect((await signature).byteLength).toBe(64);
}
