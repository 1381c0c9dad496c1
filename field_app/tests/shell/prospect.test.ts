/** What is expected of a photo before and after the shutter: by what the policy calls decisive, the missing position first. */
import { afterEach, expect, it } from "vitest";
import { language } from "../../src/i18n";
import { headline } from "../../src/parts/precheck_strip";
import type { Project } from "../../src/ports";
import { checkShot } from "../../src/state/place";
import { prospectOf, worthSaying } from "../../src/state/prospect";
import { fixAt, milestone, requirement, road } from "./works";

const NOON = Date.parse("2026-03-31T12:00:00+08:00");
const night: Project = { ...road(), schedule: { ...road().schedule, work_starts: "07:00", work_ends: "08:00" } };
const { policy } = night;
const size = { width: 4000, height: 3000 };
const told = { policy, reason: null, denied: false };

function checked(changes: Partial<Parameters<typeof checkShot>[3]> = {}, asked = requirement(), project = night) {
  const shot = { fix: fixAt(11, 122.5), capturedAtMs: NOON, serverNowMs: NOON, size, ...changes };
  return checkShot(project, milestone(), asked, shot);
}

afterEach(() => language.set("en"));

it("names the missing position before anything else, and what to do about it", () => {
  const blind = checked({ fix: null });
  expect(headline({ ...told, results: blind })).toBe("There is no position yet. Wait under open sky.");
  expect(headline({ ...told, results: blind, denied: true })).toMatch(
    /^No position: location is not allowed\. Allow it/,
  );
});

it("names the missing position first also where the day returns the photo", () => {
  const late = checked({ fix: null, capturedAtMs: Date.parse("2029-03-31T12:00:00+08:00") });
  const words = headline({ ...told, results: late });
  expect(words).toMatch(/^There is no position yet/);
  expect(words).toContain("Will be returned: Today is after the contract");
});

it("says of a warning that decides nothing that it is noted, and expects the photo to be accepted", () => {
  const results = checked();
  expect(prospectOf(results, policy)).toBe("noted");
  expect(headline({ ...told, results })).toMatch(/^Ready; noted, not decisive: Outside working hours/);
});

it("expects a person to look where a decisive check warns, the place is not known or is too rough", () => {
  const elsewhere = requirement({ station_m: 400 });
  for (const results of [checked({}, elsewhere), checked({ fix: null }), checked({ fix: fixAt(11, 122.5, 400) })]) {
    expect(prospectOf(results, policy)).toBe("review");
  }
});

it("hears from the policy which checks are decisive", () => {
  expect(prospectOf(checked(), { ...policy, decisive: ["time.working_hours"] })).toBe("review");
});

it("expects a photo outside the site to be returned, and says so before what is only noted", () => {
  const far = checked({ fix: fixAt(11, 122.53) });
  expect(prospectOf(far, policy)).toBe("returned");
  expect(worthSaying(far, policy).map(({ check }) => check)).toEqual(["place.inside_site", "time.working_hours"]);
});

it("never simply accepts a picture from the gallery", () => {
  const good = checked({}, requirement(), road());
  expect([prospectOf(good, policy), prospectOf(good, policy, "gallery")]).toEqual(["good", "review"]);
});
