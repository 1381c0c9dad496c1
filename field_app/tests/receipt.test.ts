/** Which receipts prove something, and which keys are believed. */

import { IDBFactory } from "fake-indexeddb";
import "fake-indexeddb/auto";
import { verifyAsync } from "@noble/ed25519";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Answer } from "../src/core/api";
import { fromBase64url, utf8 } from "../src/core/bytes";
import { type FieldDatabase, openDatabase } from "../src/core/database";
import { KeysAwayError, keysOf, PinnedKeys, prove } from "../src/core/receipt";
import { FakeServer } from "./fake/server";

const ID = "0195e8a0-1111-7abc-8def-0123456789ab";
const SHA = "a".repeat(64);
const expected = { evidence: ID, sha256: SHA, size: 5 };

let server: FakeServer;
let database: FieldDatabase;
let keys: PinnedKeys;

const document = () => ({ keys: server.listed });
/** What the server answers when asked for its keys. */
const told = async (body: unknown = document(), status = 200): Promise<Answer> => ({
  status,
  body,
  retryAfterMs: null,
});
const proven = async () => (await prove(server.receipt(ID), expected, keys)) !== null;
const pinned = async () => (await database.get("settings", "receipt-keys")) ?? {};

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  server = new FakeServer();
  server.evidence.set(ID, {
    owner: "ana",
    sha256: SHA,
    bytes: Buffer.from("photo"),
    receivedAt: "2026-03-31T00:00:00Z",
    state: "verified",
    claim: "",
  });
  database = await openDatabase("receipts");
  keys = new PinnedKeys(database, () => told());
});

describe("A receipt", () => {
  test("proves what it speaks of", async () => {
    expect(await prove(server.receipt(ID), expected, keys)).toMatchObject({
      ...expected,
      receivedAt: "2026-03-31T00:00:00Z",
    });
  });

  test("is checked by the spare library where the browser knows no Ed25519", async () => {
    vi.spyOn(crypto.subtle, "importKey").mockRejectedValue(new DOMException("no", "NotSupportedError"));
    const [head, body, signature] = server.receipt(ID).split(".") as [string, string, string];

    expect(await prove(server.receipt(ID), expected, keys)).not.toBeNull();
    expect(await prove(`${head}.${body}.${"A".repeat(86)}`, expected, keys)).toBeNull();
    expect(
      await verifyAsync(
        fromBase64url(signature) as Uint8Array,
        utf8(`${head}.${body}`),
        fromBase64url((await keys.find(server.kid)) as string) as Uint8Array,
      ),
    ).toBe(true);
    vi.restoreAllMocks();
  });

  test.each([
    ["another photo's", { evidence: "0195e8a0-1111-7abc-8def-0123456789ac" }, {}],
    ["of other bytes", { sha256: "b".repeat(64) }, {}],
    ["of another size", { size: 6 }, {}],
    ["of another version", { v: 2 }, {}],
    ["without a signature's algorithm", {}, { alg: "none" }],
    ["of another kind", {}, { typ: "JWT" }],
    ["by an unknown key", {}, { kid: "A".repeat(43) }],
  ])("%s proves nothing", async (_name, payload, header) => {
    expect(await prove(server.receipt(ID, payload, header), expected, keys)).toBeNull();
  });

  test.each([
    ["nothing", undefined],
    ["a number", 7],
    ["two parts", "a.b"],
    ["four parts", "a.b.c.d"],
    ["no JSON", "YQ.YQ.YQ"],
  ])("that is %s proves nothing", async (_name, jws) => {
    expect(await prove(jws, expected, keys)).toBeNull();
  });

  test("that was altered by one byte proves nothing", async () => {
    const [head, body, signature] = server.receipt(ID).split(".") as [string, string, string];
    const other = JSON.parse(Buffer.from(body, "base64url").toString()) as object;
    const altered = Buffer.from(JSON.stringify({ ...other, received_at: "2020-01-01T00:00:00Z" })).toString(
      "base64url",
    );

    expect(await prove(`${head}.${altered}.${signature}`, expected, keys)).toBeNull();
  });
});

describe("The server's keys", () => {
  test("are named by their thumbprints (RFC 8037, A.3)", async () => {
    const x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    const kid = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
    const key = { kty: "OKP", crv: "Ed25519", x };

    expect(await keysOf({ keys: [{ ...key, kid }] })).toEqual(new Map([[kid, x]]));
    expect(await keysOf({ keys: [{ ...key, kid: "A".repeat(43) }] })).toEqual(new Map());
  });

  test("are each pinned once a receipt was verified by it, and no other key of the document with it", async () => {
    server.listed = [...new FakeServer().listed, ...server.listed, ...new FakeServer().listed];

    expect(await proven()).toBe(true);
    expect(Object.keys(await pinned())).toEqual([server.kid]);
  });

  test("are not pinned for a receipt that proves nothing", async () => {
    expect(await prove(`${server.receipt(ID).slice(0, -86)}${"A".repeat(86)}`, expected, keys)).toBeNull();
    expect(await pinned()).toEqual({});
  });

  test("are not replaced by another under the same id", async () => {
    expect(await proven()).toBe(true);
    server.forgeKeys();

    expect(await proven()).toBe(false);
  });

  test("under an id that is not their thumbprint verify nothing, also at first", async () => {
    server.forgeKeys();

    expect(await proven()).toBe(false);
    expect(await pinned()).toEqual({});
  });

  test("may be followed by a new one while the pinned ones are still listed", async () => {
    const first = server.kid;
    expect(await proven()).toBe(true);
    server.turnKeys();

    expect(await proven()).toBe(true);
    expect(Object.keys(await pinned()).sort()).toEqual([first, server.kid].sort());
  });

  test("are another server's, and verify nothing new, where a pinned one is no longer listed", async () => {
    expect(await proven()).toBe(true);
    const before = await pinned();
    server.turnKeys({ alone: true });

    expect(await proven()).toBe(false);
    expect(await pinned()).toEqual(before);
  });

  test("still verify by what is pinned where the document cannot be had", async () => {
    expect(await proven()).toBe(true);
    keys = new PinnedKeys(database, () => told(null, 503));

    expect(await proven()).toBe(true);
  });

  test.each([
    ["a server that cannot", null, 503],
    ["a page of a proxy", null, 200],
    ["a document without keys", {}, 200],
  ])("are away, and no word on the receipt is given, with %s", async (_name, body, status) => {
    keys = new PinnedKeys(database, async () => ({ status, body, retryAfterMs: 7000 }));

    await expect(proven()).rejects.toBeInstanceOf(KeysAwayError);
    await expect(proven()).rejects.toMatchObject({ retryAfterMs: 7000 });
  });

  test("are found among entries that are no objects, of another type, or without what a key has", async () => {
    const own = server.listed[0] as Record<string, unknown>;
    const { x: _left, ...withoutX } = own;
    server.listed = [null, 7, "key", [], { ...own, kty: "EC", crv: "P-256" }, withoutX, { ...own, x: 5 }, own];

    expect(await proven()).toBe(true);
    expect([await keysOf(null), await keysOf({}), await keysOf({ keys: "x" })]).toEqual([
      new Map(),
      new Map(),
      new Map(),
    ]);
  });
});
