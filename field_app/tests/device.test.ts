/** The device's key, its enrolment and its deck; the envelope that is signed with them. */

import { IDBFactory } from "fake-indexeddb";
import "fake-indexeddb/auto";
import { beforeEach, describe, expect, test } from "vitest";
import { Api, type Fetch } from "../src/core/api";
import { fromBase64url, jsonOf, utf8 } from "../src/core/bytes";
import { type FieldDatabase, type KeyRecord, openDatabase } from "../src/core/database";
import { Device } from "../src/core/device";
import { type EnvelopePayload, sealEnvelope, withOffset } from "../src/core/envelope";
import { FakeServer } from "./fake/server";
import { clockOf } from "./fake/world";

let now = 1_774_900_000_000;
let server: FakeServer;
let database: FieldDatabase;
let device: Device;
const as = (person: string) => ({ token: server.signIn(person), person: { id: person, name: person } });

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  now = 1_774_900_000_000;
  server = new FakeServer(() => now + 5_000);
  database = await openDatabase("device");
  device = await open();
});

function open(): Promise<Device> {
  return phone(server.fetch(), "Pixel 7").load();
}

function phone(fetch: Fetch, name = "x"): Device {
  const time = () => now;
  return new Device(database, new Api(fetch, "http://server"), time, name, clockOf(database, time));
}

describe("A device", () => {
  test("enrols once and has a deck of 50 nonces", async () => {
    await device.ready(as("ana"));

    expect(await database.count("nonces")).toBe(50);
    await device.ready(as("ana"));
    expect(server.devices.size).toBe(1);
    expect(await device.id()).toBe([...server.devices.keys()][0]);
  });

  test("has a key that nobody can read out", async () => {
    await device.ready(as("ana"));
    const record = await database.get("keys", "ana");

    expect(record?.keys.privateKey.extractable).toBe(false);
    await expect(crypto.subtle.exportKey("pkcs8", record?.keys.privateKey as CryptoKey)).rejects.toThrow();
  });

  test("has a key for each person", async () => {
    await device.ready(as("ana"));
    await device.ready(as("ben"));

    expect([...server.devices.values()].map(({ owner }) => owner)).toEqual(["ana", "ben"]);
    expect((await device.takeSeal("ana"))?.device).not.toBe((await device.takeSeal("ben"))?.device);
  });

  test("gives each nonce once, also over two starts, and fills the deck again", async () => {
    await device.ready(as("ana"));
    const drawn = new Set<string>();
    for (let index = 0; index < 30; index += 1) drawn.add(((await device.takeSeal("ana")) as { nonce: string }).nonce);
    const again = await open();
    for (const nonce of drawn) (server.nonces.get(nonce) as { used: string }).used = "e";
    await again.ready(as("ana"));
    for (let index = 0; index < 50; index += 1) drawn.add(((await again.takeSeal("ana")) as { nonce: string }).nonce);

    expect(drawn.size).toBe(80);
    expect(await again.takeSeal("ana")).toBeNull();
  });

  test("draws no nonce that has expired by the server's clock", async () => {
    await device.ready(as("ana"));
    now += 7 * 86_400_000 + 1;

    expect(await device.takeSeal("ana")).toBeNull();
  });

  test("fills a deck whose nonces were lost", async () => {
    await device.ready(as("ana"));
    await database.clear("nonces");
    await device.ready(as("ana"));

    expect(await database.count("nonces")).toBe(50);
  });

  test("knows by how much its clock is wrong, also after a start", async () => {
    expect(device.clockOffsetMs()).toBeNull();
    await device.ready(as("ana"));

    expect(device.clockOffsetMs()).toBe(5_000);
    expect((await open()).clockOffsetMs()).toBe(5_000);
  });

  test("is not troubled by having no network, and signs nothing before its enrolment", async () => {
    const offline = phone(() => Promise.reject(new TypeError("no")));
    await offline.ready(as("ana"));

    expect(await offline.takeSeal("ana")).toBeNull();
    expect(await offline.id()).toBeNull();
  });

  test("is nobody's after a sign-out, and keeps its keys", async () => {
    await device.ready(as("ana"));
    await device.signedOut();

    expect(await device.id()).toBeNull();
    expect(await device.takeSeal("ana")).not.toBeNull();
  });
});

describe("A device that was withdrawn", () => {
  const revoke = async () => {
    const id = (await device.id()) as string;
    (server.devices.get(id) as { revoked: boolean }).revoked = true;
    return id;
  };
  const kinds = async () => [(await device.standing("ana")).kind, (await device.takeSeal("ana")) === null];

  test("learns of it at the next signal, though its deck is full, and signs nothing more", async () => {
    const credentials = as("ana");
    await device.ready(credentials);
    expect(await kinds()).toEqual(["ready", false]);
    const id = await revoke();
    await device.ready(credentials);

    expect(await kinds()).toEqual(["withdrawn", true]);
    expect([await database.count("nonces"), await database.get("keys", "ana")]).toEqual([0, undefined]);
    expect(await device.withdrawnIds()).toEqual([id]);
  });

  test("does not enrol again behind the back of whoever withdrew it, also after a start", async () => {
    const credentials = as("ana");
    await device.ready(credentials);
    await revoke();
    for (let times = 0; times < 3; times += 1) await device.ready(credentials);
    device = await open();
    await device.ready(credentials);

    expect(server.devices.size).toBe(1);
    expect(await kinds()).toEqual(["withdrawn", true]);
  });

  test("enrols a fresh key with the next sign-in", async () => {
    await device.ready(as("ana"));
    const first = await revoke();
    await device.ready(as("ana"));
    await device.signedIn("ana");
    await device.ready(as("ana"));

    expect(await device.id()).not.toBe(first);
    expect((await device.takeSeal("ana"))?.device).toBe(await device.id());
    expect((await device.standing("ana")).kind).toBe("ready");
  });

  test("enrols a fresh key at once where it hears of it just after a sign-in", async () => {
    await device.ready(as("ana"));
    const first = await revoke();
    await device.signedIn("ana");
    await device.ready(as("ana"));

    expect(await device.id()).not.toBe(first);
    expect((await device.takeSeal("ana"))?.device).toBe(await device.id());
  });

  test("takes a sign-in for one fresh key, not for every later one", async () => {
    await device.signedIn("ana");
    const credentials = as("ana");
    await device.ready(credentials);
    await revoke();
    await device.ready(credentials);

    expect(await kinds()).toEqual(["withdrawn", true]);
  });

  test("is told by the person's own word in the settings, and by the answer to an enrolment", async () => {
    const credentials = as("ana");
    await device.ready(credentials);
    const id = (await device.id()) as string;
    const record = await database.get("keys", "ana");
    await device.withdrawn(id);
    expect(await kinds()).toEqual(["withdrawn", true]);

    await device.signedIn("ben");
    await database.put("keys", { ...(record as KeyRecord), person: "ben", device: null });
    const jwk = server.devices.get(id) as { owner: string; revoked: boolean };
    Object.assign(jwk, { owner: "ben", revoked: true });
    await device.ready(as("ben"));
    expect((await device.takeSeal("ben"))?.device).not.toBe(id);
  });

  test("is not taken for withdrawn by a proxy's refusal, and enrols anew where the server forgot it", async () => {
    const credentials = as("ana");
    await device.ready(credentials);
    const wall = phone(async () => new Response("<html>", { status: 403 }));
    await wall.ready(credentials);
    expect(await kinds()).toEqual(["ready", false]);

    server.devices.clear();
    await device.ready(credentials);
    await device.ready(credentials);
    expect([await kinds(), server.devices.size]).toEqual([["ready", false], 1]);
  });

  test("says before the shutter that the deck is empty", async () => {
    await device.ready(as("ana"));
    expect(await device.standing("ana")).toEqual({ kind: "ready", device: await device.id() });
    await database.clear("nonces");
    expect((await device.standing("ana")).kind).toBe("unsigned");
    expect((await device.standing("ben")).kind).toBe("unsigned");
  });
});

describe("An envelope", () => {
  const payload: EnvelopePayload = {
    v: 1,
    evidence: "e",
    sha256: "0",
    nonce: "n",
    app: { name: "saksi-field", version: "0.1.0" },
    source: "camera",
    captured_at: withOffset(1_774_944_900_123, 480),
    clock_offset_ms: null,
    position: null,
    no_position_reason: "ใต้สะพาน ".repeat(100),
    orientation: null,
    camera: { width: 4000, height: 3000 },
    user_agent: "x".repeat(1000),
  };

  test("is signed by the enrolled key over exactly what it says", async () => {
    await device.ready(as("ana"));
    const seal = await device.takeSeal("ana");
    const jws = await sealEnvelope((seal as { key: CryptoKey }).key, "device-1", payload);
    const [head, body, signature] = jws.split(".") as [string, string, string];
    const jwk = [...server.devices.values()][0]?.jwk as JsonWebKey;
    const key = await crypto.subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
    const ok = await crypto.subtle.verify(
      { name: "ECDSA", hash: "SHA-256" },
      key,
      fromBase64url(signature) as Uint8Array<ArrayBuffer>,
      utf8(`${head}.${body}`),
    );

    expect(ok).toBe(true);
    expect(jsonOf(head)).toEqual({ alg: "ES256", typ: "saksi-envelope+jws", kid: "device-1" });
    expect(jsonOf(body)).toMatchObject({ v: 1, nonce: "n", captured_at: "2026-03-31T16:15:00.123+08:00" });
  });

  test("stays within 8 KiB whatever was said", async () => {
    await device.ready(as("ana"));
    const seal = await device.takeSeal("ana");
    const body = (await sealEnvelope((seal as { key: CryptoKey }).key, "d", payload)).split(".")[1] as string;

    expect((fromBase64url(body) as Uint8Array).length).toBeLessThan(8192);
    expect((jsonOf(body) as { no_position_reason: string }).no_position_reason).toHaveLength(300);
  });
});
