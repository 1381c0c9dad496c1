/** The server's findings in the person's language: with the pre-check's numbers where both agree, else plainly. */
import { readdirSync, readFileSync } from "node:fs";
import { afterEach, expect, it } from "vitest";
import { language } from "../../src/i18n";
import { en } from "../../src/i18n/en";
import type { Finding } from "../../src/ports";
import { worded } from "../../src/state/wording";
import { entry, road } from "./works";

afterEach(() => language.set("en"));

const NOON = "2026-03-31T12:00:00.000+08:00";
const far = { latitude: 11, longitude: 122.505, accuracy_m: 8, confidence: 0.95 };
const jws = (payload: object) => `e30.${Buffer.from(JSON.stringify(payload)).toString("base64url")}.x`;
const signed = { claim: JSON.stringify({ envelope: jws({ position: far, camera: null }) }), capturedAt: NOON };
const unsigned = { claim: JSON.stringify({ device_position: far }), capturedAt: NOON };
const outside: Finding = { check: "place.inside_site", outcome: "fail", message: "512 m outside the site." };

it.each([
  ["a signed", signed],
  ["an unsigned", unsigned],
])("says of %s photo how far outside it is and where to walk", (_which, changes) => {
  language.set("th");
  const words = worded(outside, entry("rejected", changes), road());
  expect(words).toContain("ตะวันตก");
  expect(words).toMatch(/5\d\d/);
});

it("does not put the phone's words into the server's mouth where the two disagree", () => {
  language.set("fil");
  const warned = worded({ ...outside, outcome: "warn" }, entry("needs_review", signed), road());
  expect(warned).toBe("Hindi tugma ang kinatatayuan sa lugar ng gawain.");
});

it("has plain words where the work is not assigned any more, and none for a check it does not know", () => {
  expect(worded(outside, entry("rejected", signed), null)).toBe("The place does not fit the site.");
  expect(worded({ ...outside, check: "moon.phase" }, entry("rejected", signed), road())).toBeNull();
});

it("takes the server's own time of receipt for its clock", () => {
  const early = { ...signed, receipt: jws({ received_at: "2026-03-31T03:00:00Z" }) };
  const ahead: Finding = { check: "time.not_future", outcome: "fail", message: "An hour ahead." };
  language.set("en");
  expect(worded(ahead, entry("rejected", early), road())).toContain("60 minutes");
});

it("does not tell of a picture from the gallery when the phone thinks it was taken", () => {
  const late: Finding = { check: "time.in_schedule", outcome: "fail", message: "Taken in 2018." };
  const early = { ...signed, capturedAt: "2025-03-31T12:00:00.000+08:00" };
  expect(worded(late, entry("rejected", early), road())).toContain("before the contract");
  const picked = entry("rejected", { ...early, source: "gallery" });
  expect(worded(late, picked, road())).toBe("The day does not fit the schedule.");
});

it("has words for every check of the server", () => {
  const folder = new URL("../../../evidence/checks/", import.meta.url);
  const names = readdirSync(folder).flatMap((file) =>
    file.endsWith(".py") ? (/^NAME = "(.+)"$/m.exec(readFileSync(new URL(file, folder), "utf8"))?.[1] ?? []) : [],
  );
  expect(names.length).toBeGreaterThanOrEqual(17);
  expect(names.filter((name) => !(`found.${name}` in en))).toEqual([]);
});
