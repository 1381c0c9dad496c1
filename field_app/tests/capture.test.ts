/** From the shutter to the disk: what is written into the picture and what is said beside it. */

import "fake-indexeddb/auto";
import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import { jsonOf, sha256Hex } from "../src/core/bytes";
import type { ShutterFacts } from "../src/core/capture";
import type { EnvelopePayload } from "../src/core/envelope";
import { type Page, World } from "./fake/world";

const jpeg = new Uint8Array(readFileSync(new URL("../../tests/data/exif/plain.jpg", import.meta.url)));
const fix = {
  latitude: 14.6,
  longitude: 121,
  accuracyM: 4.896,
  fixedAtMs: 1_774_899_999_000,
  altitudeM: 20,
  altitudeAccuracyM: null,
  headingDeg: null,
  speedMps: 0,
};

let world: World;
let page: Page;

beforeEach(async () => {
  world = new World(1);
  page = await world.open();
  world.signIn("ana");
});

const facts = (over: Partial<ShutterFacts>): ShutterFacts => ({ ...page.facts("ana"), ...over });
const blob = (bytes: Uint8Array, type = "image/jpeg"): Blob => new Blob([Uint8Array.from(bytes)], { type });
const sealed = (claim: string): EnvelopePayload =>
  jsonOf((JSON.parse(claim) as { envelope: string }).envelope.split(".")[1] as string) as unknown as EnvelopePayload;

async function ready(): Promise<void> {
  await page.device.ready(world.credentials as NonNullable<typeof world.credentials>);
}

describe("A captured photo", () => {
  test("of the app's own camera holds the facts and is sealed with them", async () => {
    await ready();
    const entry = await page.capture.assemble(blob(jpeg), facts({ source: "camera", fix, noPositionReason: null }));
    const bytes = (await page.outbox.bytes(entry.id)) as ArrayBuffer;
    const payload = sealed(entry.claim);

    expect(entry).toMatchObject({ state: "queued", kept: true, size: bytes.byteLength });
    expect(entry.sha256).toBe(await sha256Hex(bytes));
    expect(Buffer.from(bytes).includes(entry.id.replaceAll("-", ""))).toBe(true);
    expect(payload).toMatchObject({
      evidence: entry.id,
      sha256: entry.sha256,
      source: "camera",
      no_position_reason: null,
    });
    expect(payload.position).toMatchObject({ latitude: 14.6, accuracy_m: 4.896, confidence: 0.95 });
    expect(payload.captured_at).toBe(entry.capturedAt);
    expect(world.server.nonces.has(payload.nonce)).toBe(true);
  });

  test.each(["phone_camera", "gallery"] as const)("of the %s keeps every byte", async (source) => {
    await ready();
    const entry = await page.capture.assemble(blob(Uint8Array.of(1, 2, 3), "image/heic"), facts({ source, fix }));

    expect(new Uint8Array((await page.outbox.bytes(entry.id)) as ArrayBuffer)).toEqual(Uint8Array.of(1, 2, 3));
    expect(entry.mediaType).toBe("image/heic");
  });

  test("without an enrolled device says the same in the open", async () => {
    const entry = await page.capture.assemble(blob(jpeg), facts({ source: "camera", fix }));

    expect(JSON.parse(entry.claim)).toMatchObject({
      sha256: entry.sha256,
      captured_at: entry.capturedAt,
      device_position: { latitude: 14.6, longitude: 121, accuracy_m: 4.896, confidence: 0.95 },
    });
  });

  test("from the gallery claims no time in the open, as this phone did not see it taken", async () => {
    const entry = await page.capture.assemble(blob(jpeg), facts({ source: "gallery", fix }));

    expect(JSON.parse(entry.claim)).not.toHaveProperty("captured_at");
    expect(JSON.parse(entry.claim)).toMatchObject({ device_position: { latitude: 14.6 } });
  });

  test("without a position says why", async () => {
    await ready();
    const entry = await page.capture.assemble(blob(jpeg), facts({ source: "camera" }));

    expect(sealed(entry.claim)).toMatchObject({ position: null, no_position_reason: "under a bridge" });
  });

  test("uses a nonce of its own each time", async () => {
    await ready();
    const entries = [];
    for (let index = 0; index < 5; index += 1) {
      entries.push(await page.capture.assemble(blob(jpeg), facts({ source: "camera" })));
    }

    expect(new Set(entries.map(({ claim }) => sealed(claim).nonce)).size).toBe(5);
    expect(new Set(entries.map(({ id }) => id)).size).toBe(5);
  });

  test("of the app's own camera that is no JPEG is kept as it is, rather than lost", async () => {
    await ready();
    const entry = await page.capture.assemble(blob(Uint8Array.of(1, 2, 3)), facts({ source: "camera", fix }));

    expect(new Uint8Array((await page.outbox.bytes(entry.id)) as ArrayBuffer)).toEqual(Uint8Array.of(1, 2, 3));
    expect(sealed(entry.claim).position).not.toBeNull();
  });
});
