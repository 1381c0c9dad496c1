/** Which receipts prove something, and which keys are believed. */

import { IDBFactory } from "fake-indexeddb";
import "fake-indexeddb/auto";
import { verifyAsync } from "@noble/ed25519";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { fromBase64url, utf8 } from "../src/core/bytes";
import { type FieldDatabase, openDatabase } from "../src/core/database";
import { keysOf, PinnedKeys, prove } from "../src/core/receipt";
import { FakeServer } from "./fake/server";

const ID = "0195e8a0-1111-7abc-8def-0123456789ab";
const SHA = "a".repeat(64);
const expected = { evidence: ID, sha256: SHA, size: 5 };

let server: FakeServer;
let database: FieldDatabase;
let keys: PinnedKeys;

const jwks = async (): Promise<unknown> => {
  const answer = server.handle({
    method: "GET",
    path: "/.well-known/saksi-keys.json",
    headers: new Headers(),
    body: new Uint8Array(),
  });
  return JSON.parse(answer.body);
};

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
  keys = new PinnedKeys(database, jwks);
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
        fromBase64url((await keys.find("key-1")) as string) as Uint8Array,
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
    ["by an unknown key", {}, { kid: "key-2" }],
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
  test("are pinned at their first use", async () => {
    await prove(server.receipt(ID), expected, keys);
    server.forgeKeys();

    expect(await prove(server.receipt(ID), expected, keys)).toBeNull();
  });

  test("may grow by one, but not lose or change one", async () => {
    const first = await keys.find("key-1");
    const grown = async () => ({
      keys: [...((await jwks()) as { keys: object[] }).keys, { kty: "OKP", crv: "Ed25519", kid: "key-2", x: "y" }],
    });

    expect(await new PinnedKeys(database, grown).find("key-2")).toBe("y");
    expect(await new PinnedKeys(database, jwks).find("key-3")).toBeNull();
    expect(await new PinnedKeys(database, async () => null).find("key-1")).toBe(first);
  });

  test("are Ed25519 or nothing", () => {
    expect(
      keysOf({
        keys: [
          { kty: "EC", crv: "P-256", kid: "a", x: "b" },
          { kty: "OKP", crv: "Ed25519", kid: "c", x: "d" },
        ],
      }),
    ).toEqual({ c: "d" });
    expect([keysOf(null), keysOf({}), keysOf({ keys: "x" })]).toEqual([{}, {}, {}]);
  });
});
