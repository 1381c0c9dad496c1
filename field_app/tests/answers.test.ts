/** Answers that are not what they should be, of a gateway, a portal or a faulty server: none stops the rest. */

import "fake-indexeddb/auto";
import { beforeEach, describe, expect, test } from "vitest";
import type { Entry } from "../src/core/database";
import type { ChunkSize } from "../src/core/link";
import { send } from "../src/core/upload";
import { type Asked, json, type Told } from "./fake/server";
import { type Page, World } from "./fake/world";

let world: World;
let page: Page;

beforeEach(async () => {
  world = new World(7);
  page = await world.open();
  world.signIn("ana");
});

async function shoot(): Promise<Entry> {
  world.clock.advance(1);
  const picture = new Blob([Buffer.alloc(300, `photo ${world.random()}`)], { type: "image/jpeg" });
  return page.capture.assemble(picture, page.facts("ana"));
}

const entry = async (id: string): Promise<Entry> => (await page.outbox.get(id)) as Entry;
const only = (method: string, told: Told) => (asked: Asked) => (asked.method === method ? told : null);

test("A try that fails in a way nobody foresaw ends all the same", async () => {
  const photo = await shoot();
  const bytes = (await page.outbox.bytes(photo.id)) as ArrayBuffer;
  const lost = () => {
    throw new Error("a counter that is odd");
  };
  const chunk = { bytes: 100, took: () => undefined, lost } as unknown as ChunkSize;
  const fetch = () => Promise.reject(new TypeError("Failed to fetch"));
  const way = { fetch, endpoint: "http://server/api/v1/uploads/", token: "t", chunk, now: () => 0 };
  const none = async () => undefined;

  await expect(send(photo, bytes, way, { begun: none, taken: none })).rejects.toThrow("a counter that is odd");
});

describe("Sending", () => {
  test.each([
    ["a message alone", [{ message: "upstream connect error" }]],
    ["nothing", [null]],
    ["a text", ["upstream"]],
    ["a pointer that is a number", [{ pointer: 7, detail: "seven" }]],
  ])("is tried again after a gateway whose error has %s", async (_name, errors) => {
    const { id } = await shoot();
    world.between = only("PATCH", json(502, { errors }));
    await page.sync.run();

    expect(await entry(id)).toMatchObject({ state: "queued", attempts: 1, trouble: { key: "server" } });
    world.between = () => null;
    world.clock.advance(600_000);
    await page.sync.run();
    expect((await entry(id)).kept).toBe(false);
  });

  test("takes what it can read of a refusal with an odd error in it", async () => {
    const { id } = await shoot();
    const errors = [null, { pointer: "#/claim/stage", detail: "There is no such stage." }];
    world.between = only("PATCH", json(422, { type: "/problems/invalid", errors }));
    await page.sync.run();

    expect(await entry(id)).toMatchObject({ state: "held", trouble: { detail: "There is no such stage." } });
  });

  test.each([[[null]], [["x"]], [[{ check: 1, outcome: "warn", message: "m" }]]])(
    "comes to its receipt past findings like %j, which it leaves out",
    async (findings) => {
      const { id } = await shoot();
      world.between = (asked) => withFindings(world.server.handle, asked, findings);
      await page.sync.run();

      expect(await entry(id)).toMatchObject({ kept: false, state: "needs_review", findings: [] });
    },
  );

  test("puts off the one photo that nobody foresaw, says so, and goes on with the next", async () => {
    const first = await shoot();
    const second = await shoot();
    const bytes = page.outbox.bytes.bind(page.outbox);
    page.outbox.bytes = (id) => (id === first.id ? Promise.reject(new Error("a disk that is odd")) : bytes(id));
    await page.sync.run();

    expect((await entry(second.id)).kept).toBe(false);
    const { state, attempts, nextTryAt, trouble } = await entry(first.id);
    expect([state, attempts, trouble?.key]).toEqual(["queued", 1, "unforeseen"]);
    expect(nextTryAt).toBeGreaterThan(world.clock.now());
    expect(world.faults).toEqual([new Error("a disk that is odd")]);
  });
});

function withFindings(handle: (asked: Asked) => Told, asked: Asked, findings: unknown): Told | null {
  if (asked.method !== "GET" || !asked.path.startsWith("/api/v1/evidence/")) return null;
  const told = handle.call(world.server, asked);
  return { ...told, body: JSON.stringify({ ...(JSON.parse(told.body) as object), findings }) };
}

describe("A verdict", () => {
  test.each([
    ["a page of a captive portal", null],
    ["an empty object", {}],
    ["a list", []],
  ])("stays what it was after %s", async (_name, body) => {
    const { id } = await shoot();
    await page.sync.run();
    await page.outbox.change(id, { state: "verified", grade: "A", refreshedAt: 0 });
    world.between = only("GET", json(200, body));
    await page.sync.run();

    expect(await entry(id)).toMatchObject({ state: "verified", grade: "A", refreshedAt: world.clock.now() });
  });
});

describe("A device", () => {
  const ready = () => page.device.ready(world.credentials as NonNullable<typeof world.credentials>);
  const posted = (end: string, body: unknown) => (asked: Asked) => (asked.path.endsWith(end) ? json(200, body) : null);

  test.each([[null], [{}], [[]], [{ id: 7, revoked_at: null }], [{ id: "" }]])(
    "is not enrolled by an answer like %j, and is by the next",
    async (body) => {
      world.between = posted("/devices", body);
      await ready();
      expect(await page.device.standing("ana")).toEqual({ kind: "unsigned", device: null });
      expect((await page.database.get("keys", "ana"))?.device).toBeNull();

      world.between = () => null;
      await ready();
      expect((await page.device.standing("ana")).kind).toBe("ready");
    },
  );

  const server_time = "2026-03-31T00:00:00Z";
  test.each([
    [null],
    [{}],
    [{ server_time }],
    [{ server_time, nonces: [null] }],
    [{ server_time, nonces: [{ nonce: "n", expires_at: "soon" }] }],
    [{ server_time: 7, nonces: [] }],
  ])("takes no nonce of an answer like %j, and does of the next", async (body) => {
    world.between = posted("/nonces", body);
    await ready();
    expect(await page.database.count("nonces")).toBe(0);

    world.between = () => null;
    await ready();
    expect(await page.database.count("nonces")).toBe(50);
  });
});
