/** What is said before the shutter, and that it is what is said after it, and what the server will say. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { position } from "../../src/device/position";
import { language } from "../../src/i18n";
import { sentence } from "../../src/i18n/findings";
import { linesOf } from "../../src/parts/precheck_strip";
import type { ClockReading, Standing } from "../../src/ports";
import type { Field } from "../../src/state/field";
import { noticesOf } from "../../src/state/notices";
import { worthSaying } from "../../src/state/prospect";
import { checkNow, taken } from "../../src/state/shutter";
import { entry, fixAt, milestone, requirement, road } from "./works";

const NOW = Date.parse("2026-03-31T08:15:00Z");
const HOUR = 3_600_000;
const READY: Standing = { kind: "ready", device: "d-1" };
const aim = { project: road(), milestone: milestone(), requirement: requirement() };
const fieldWith = (clock: ClockReading) =>
  ({
    session: { value: { person: { id: "p-1", name: "Ana" } } },
    clock: () => clock,
    ports: { sync: { kick: () => undefined }, capture: { assemble: async () => entry("queued") } },
  }) as unknown as Field;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  position.set({ kind: "fix", fix: fixAt(11, 122.5) });
});
afterEach(() => {
  vi.useRealTimers();
  language.set("en");
});

it.each([
  ["a day ahead", -24 * HOUR, true],
  ["ten minutes ahead", -HOUR / 6, true],
  ["a minute ahead", -60_000, true],
  ["right", 0, true],
  ["right by a measure that was shaken", 0, false],
  ["ten minutes behind", HOUR / 6, true],
  ["never measured", null, false],
])("says the same before and after with a clock that is %s", async (_name, offsetMs, sure) => {
  const field = fieldWith({ offsetMs, sure });
  const before = checkNow(field, aim, fixAt(11, 122.5)).map(({ check, outcome, key }) => [check, outcome, key]);
  const still = { jpeg: new Blob(), width: null, height: null };
  const told = await taken(field, aim, { source: "camera", take: async () => still }, null);

  expect("taken" in told && told.taken.results.map(({ check, outcome, key }) => [check, outcome, key])).toEqual(before);
});

it("says before the shutter how far the clock is ahead, by the time that the photo will bear", () => {
  const answers = checkNow(fieldWith({ offsetMs: -24 * HOUR, sure: true }), aim, null);
  const [, first] = worthSaying(answers, aim.project.policy);
  expect(first && [first.outcome, sentence(first)]).toEqual([
    "fail",
    "The phone’s clock is 24 hours ahead: let the network set it.",
  ]);
});

it("does not say that a clock fits which was not measured since it may have been moved", () => {
  for (const offsetMs of [null, 0]) {
    const answers = checkNow(fieldWith({ offsetMs, sure: false }), aim, null);
    expect(answers.find(({ check }) => check === "time.not_future")).toMatchObject({ outcome: "unknown" });
  }
});

it.each(["en", "fil", "th"] as const)("says in %s before the shutter what no check of the server does", (name) => {
  language.set(name);
  const sure = { offsetMs: 0, sure: true };
  const policy = aim.project.policy;
  const withdrawn = noticesOf({ kind: "withdrawn", device: "d-1" }, sure, policy);
  const unsigned = noticesOf({ kind: "unsigned", device: "d-1" }, sure, policy);
  const behind = noticesOf(READY, { offsetMs: HOUR, sure: true }, policy);

  expect(noticesOf(READY, sure, policy)).toEqual([]);
  expect(noticesOf(READY, { offsetMs: null, sure: false }, policy)).toEqual([]);
  expect([withdrawn, unsigned, behind].map(({ length }) => length)).toEqual([1, 1, 1]);
  expect(new Set([...withdrawn, ...unsigned, ...behind]).size).toBe(3);
  expect(behind[0]).toMatch(/60/);
});

it("says that all is well only where the phone has nothing to say of itself", () => {
  const shown = { results: [], policy: aim.project.policy, reason: null, denied: false };
  expect(linesOf({ ...shown, notices: [] })).toEqual(["Ready"]);
  expect(linesOf({ ...shown, notices: ["It will bear no signature."] })).toEqual(["It will bear no signature."]);
  expect(linesOf({ ...shown, reason: "in a tunnel", notices: ["Unsigned."] })).toEqual([
    expect.stringContaining("in a tunnel"),
    "Unsigned.",
  ]);
});
