/** tus-js-client for real, over sockets of this machine, against a small tus server that cuts connections. */

import { randomBytes } from "node:crypto";
import { IDBFactory } from "fake-indexeddb";
import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Api, type Credentials } from "../src/core/api";
import { sha256Hex } from "../src/core/bytes";
import { openDatabase } from "../src/core/database";
import { ChunkSize } from "../src/core/link";
import { Outbox } from "../src/core/outbox";
import { PinnedKeys } from "../src/core/receipt";
import { realClock, Sync } from "../src/core/sync";
import { HttpServer } from "./fake/http";
import { FakeServer } from "./fake/server";

let http: HttpServer;

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

afterEach(() => http.close());

async function phone(server: HttpServer, chunk: ChunkSize) {
  http = server;
  const origin = await server.listen();
  const credentials: Credentials = { token: server.fake.signIn("ana"), person: { id: "ana", name: "Ana" } };
  const database = await openDatabase("phone");
  const outbox = new Outbox(database, Date.now);
  const api = new Api(fetch, origin);
  const faults: unknown[] = [];
  const sync = new Sync({
    outbox,
    api,
    fetch,
    keys: new PinnedKeys(database, () => api.receiptKeys()),
    clock: { ...realClock, after: () => () => undefined },
    locks: { ifFree: async (_name, work) => work().then(() => true) },
    random: Math.random,
    session: async () => credentials,
    expired: async () => undefined,
    report: (error) => void faults.push(error),
    chunk,
  });
  return { outbox, sync, faults };
}

async function keep(outbox: Outbox, id: string, bytes: Buffer): Promise<void> {
  const purpose = { project: "P", milestone: "m", requirement: "R", stage: "during", title: "T" } as const;
  const sha256 = await sha256Hex(new Uint8Array(bytes));
  const rest = {
    source: "camera",
    capturedAt: "2026-03-31T08:15:00.123+08:00",
    mediaType: "image/jpeg",
    claim: '{"caption":"ฝน"}',
  } as const;
  await outbox.add(
    { id, owner: { id: "ana", name: "Ana" }, purpose, size: bytes.length, sha256, ...rest },
    new Uint8Array(bytes).buffer,
  );
  await outbox.change(id, { state: "queued" });
}

describe("A photo over a real connection", () => {
  test("arrives whole, with its claim, and leaves the phone for its receipt", async () => {
    const { outbox, sync, faults } = await phone(new HttpServer(), new ChunkSize(65_536, 262_144));
    const bytes = randomBytes(1_300_007);
    await keep(outbox, "photo-1", bytes);
    await sync.run();

    expect(http.fake.evidence.get("photo-1")?.bytes.equals(bytes)).toBe(true);
    expect(http.fake.evidence.get("photo-1")?.claim).toBe('{"caption":"ฝน"}');
    expect(await outbox.get("photo-1")).toMatchObject({
      state: "needs_review",
      kept: false,
      trouble: null,
      sentBytes: 1_300_007,
    });
    expect(http.sizes.length).toBeGreaterThan(3);
    expect(faults).toEqual([]);
  });

  test("goes on where it was cut off, at every 64 kB, and sends no byte twice", async () => {
    const bytes = randomBytes(700_000);
    const cuts = Array.from({ length: 10 }, () => 65_536);
    const { outbox, sync } = await phone(new HttpServer(new FakeServer(), cuts), new ChunkSize(262_144, 262_144));
    await keep(outbox, "photo-1", bytes);
    for (let attempt = 0; attempt < 12; attempt += 1) await sync.run({ hasten: true });

    expect(http.fake.evidence.get("photo-1")?.bytes.equals(bytes)).toBe(true);
    expect(http.fake.bytesReceived).toBe(bytes.length);
    expect((await outbox.get("photo-1"))?.kept).toBe(false);
    expect(http.fake.log.filter((line) => line.startsWith("POST /api/v1/uploads"))).toHaveLength(1);
  }, 20_000);

  test("is sent in larger parts over a fast connection and in smaller ones over a slow one", async () => {
    const { outbox, sync } = await phone(new HttpServer(), new ChunkSize());
    await keep(outbox, "fast", randomBytes(9_000_000));
    await sync.run();
    const [first, last] = [http.sizes[0] as number, Math.max(...http.sizes)];

    expect([first, last]).toEqual([262_144, 4 * 1024 * 1024]);
  }, 20_000);
});
