/** What is written of a photo: the place and the time of its shutter, not of the end of the camera's work. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { attitude } from "../../src/device/attitude";
import { position } from "../../src/device/position";
import type { ShutterFacts, Source } from "../../src/ports";
import type { Field } from "../../src/state/field";
import { taken } from "../../src/state/shutter";
import { entry, milestone, requirement, road } from "./works";

const PRESSED = Date.parse("2026-03-31T08:15:00Z");
const here = { latitude: 11, longitude: 122.5, accuracyM: 5, fixedAtMs: PRESSED, altitudeM: 20 };
const rest = { altitudeAccuracyM: null, headingDeg: null, speedMps: null };
const upright = { headingDeg: 90, pitchDeg: 0, rollDeg: 0 };
const still = { jpeg: new Blob(), width: 4000, height: 3000 };
const written: ShutterFacts[] = [];
const aim = { project: road(), milestone: milestone(), requirement: requirement() };
const field = {
  session: { value: { person: { id: "p-1", name: "Ana" } } },
  clock: () => ({ offsetMs: 0, sure: true }),
  ports: {
    sync: { kick: () => undefined },
    capture: {
      assemble: async (_jpeg: Blob, facts: ShutterFacts) => {
        written.push(facts);
        return entry("queued");
      },
    },
  },
} as unknown as Field;

/** A camera that works for three seconds, in which the person walks on and lets the phone sink. */
async function slowly() {
  vi.setSystemTime(PRESSED + 3000);
  position.set({ kind: "fix", fix: { ...here, ...rest, latitude: 11.001 } });
  attitude.set({ ...upright, headingDeg: 180 });
  return still;
}

beforeEach(() => {
  vi.useFakeTimers({ now: PRESSED });
  position.set({ kind: "fix", fix: { ...here, ...rest } });
  attitude.set(upright);
  written.length = 0;
});
afterEach(() => vi.useRealTimers());

it("is of the moment when the shutter was pressed", async () => {
  await taken(field, aim, { source: "camera", take: slowly }, null);
  expect(written).toMatchObject([{ capturedAtMs: PRESSED, fix: { latitude: 11 }, orientation: { headingDeg: 90 } }]);
});

it.each<Source>(["phone_camera", "gallery"])(
  "says nothing of how the phone was held for a %s picture",
  async (source) => {
    await taken(field, aim, { source, take: async () => still }, null);
    expect(written).toMatchObject([{ orientation: null }]);
  },
);

it("names a reason only where there is no position", async () => {
  await taken(field, aim, { source: "camera", take: async () => still }, "under a bridge");
  position.set({ kind: "missing" });
  await taken(field, aim, { source: "camera", take: async () => still }, "under a bridge");
  expect(written.map(({ noPositionReason }) => noPositionReason)).toEqual([null, "under a bridge"]);
});

it("keeps nothing when the camera gave nothing", async () => {
  const told = await taken(field, aim, { source: "camera", take: () => Promise.reject(new Error("lost")) }, null);
  expect([told, written]).toEqual([{ fault: "camera.failed" }, []]);
});

it("says that a photo was kept whatever goes wrong with what is to be expected of it", async () => {
  const seen = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const clockless = { ...field, clock: () => null } as unknown as Field;
  const told = await taken(clockless, aim, { source: "camera", take: async () => still }, null);
  expect(told).toMatchObject({ taken: { results: [] } });
  expect([written.length, seen.mock.calls.length]).toEqual([1, 1]);
  seen.mockRestore();
});

it("says that a photo was not kept where there was no room for it, and why to whoever looks", async () => {
  const seen = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const full = new DOMException("full", "QuotaExceededError");
  const ports = { ...field.ports, capture: { assemble: () => Promise.reject(full) } };
  const told = await taken(
    { ...field, ports } as unknown as Field,
    aim,
    { source: "camera", take: async () => still },
    null,
  );
  expect(told).toEqual({ fault: "camera.store_failed" });
  expect(seen).toHaveBeenCalledWith(expect.any(String), full);
  seen.mockRestore();
});
