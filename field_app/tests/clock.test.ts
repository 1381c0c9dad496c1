/** The phone's clock against the server's: measured at every answer, and honest about what it does not know. */

import { IDBFactory } from "fake-indexeddb";
import "fake-indexeddb/auto";
import { beforeEach, expect, test } from "vitest";
import { PhoneClock } from "../src/core/clock";
import { type FieldDatabase, openDatabase } from "../src/core/database";

const HOUR = 3_600_000;
const TRUE_TIME = 1_774_900_000_000;
let passed = 0;
let wrongBy = 0;
let asleep = 0;
let awake = true;
let database: FieldDatabase;
let clock: PhoneClock;

const serverNow = () => TRUE_TIME + passed;
const date = () => new Date(serverNow()).toUTCString();

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  [passed, wrongBy, asleep, awake] = [0, 0, 0, true];
  database = await openDatabase("clock");
  clock = await opened();
});

function opened(): Promise<PhoneClock> {
  const now = () => serverNow() + wrongBy;
  return new PhoneClock(database, { now, steady: () => passed - asleep, awake: () => awake }).load();
}

/** One answer that took so long, dated in its middle. */
async function answer(tookMs = 100, init: RequestInit = { method: "POST" }): Promise<void> {
  const fetch = clock.listening(async () => {
    passed += tookMs / 2;
    const headers = { Date: date() };
    passed += tookMs / 2;
    return new Response("{}", { headers });
  });
  await fetch("/", init);
  await clock.settled();
}

test("knows nothing before the first answer", () => {
  expect(clock.reading()).toEqual({ offsetMs: null, sure: false });
});

test("is measured at any answer, to within the second that a Date tells", async () => {
  wrongBy = 10 * 60_000;
  await answer();

  expect(Math.abs((clock.offsetMs() as number) + wrongBy)).toBeLessThanOrEqual(600);
  expect((await opened()).offsetMs()).toBe(clock.offsetMs());
});

test("gets more exact with every answer, and is not spoiled by a slow one", async () => {
  for (let index = 0; index < 20; index += 1) {
    passed += 1370;
    await answer(40);
  }
  const before = clock.offsetMs() as number;
  expect(Math.abs(before)).toBeLessThan(150);
  await answer(25_000);

  expect(Math.abs((clock.offsetMs() as number) - before)).toBeLessThan(100);
});

test("does not measure by an answer out of a cache", async () => {
  await answer(10, { method: "GET" });
  expect(clock.offsetMs()).toBeNull();
  await answer(10, { method: "GET", cache: "no-store" });
  expect(clock.offsetMs()).not.toBeNull();
});

test("that jumped is unknown to the envelope until the next answer, and known to the person at once", async () => {
  await answer();
  wrongBy = 24 * HOUR;

  expect(clock.offsetMs()).toBeNull();
  expect(Math.abs((clock.reading().offsetMs as number) + 24 * HOUR)).toBeLessThanOrEqual(600);
  expect((await opened()).offsetMs()).toBeNull();
  await answer();
  expect(Math.abs((clock.offsetMs() as number) + 24 * HOUR)).toBeLessThanOrEqual(600);
  expect(clock.reading().sure).toBe(true);
});

test("that went back while the app was closed is unknown", async () => {
  await answer();
  wrongBy = -2 * HOUR;
  expect((await opened()).offsetMs()).toBeNull();
});

test("of a phone that slept may have been moved: its last measure is no certainty, and no alarm", async () => {
  await answer();
  const before = clock.offsetMs();
  awake = false;
  [passed, asleep] = [passed + 8 * HOUR, 8 * HOUR];
  clock.look();
  awake = true;

  expect(clock.offsetMs()).toBeNull();
  expect(clock.reading()).toEqual({ offsetMs: before, sure: false });
});

test("is not measured by an answer in whose midst it jumped", async () => {
  const fetch = clock.listening(async () => {
    wrongBy = HOUR;
    return new Response("{}", { headers: { Date: date() } });
  });
  await fetch("/", { method: "POST" });
  expect(clock.offsetMs()).toBeNull();
});
