/** What is still needed: what the server counted, what waits here, and which photo comes next. */
import { expect, it } from "vitest";
import { missingIn, needsOf, nextNeed, openNeeds, progressOf } from "../../src/state/needs";
import { entry, milestone, requirement, road } from "./works";

it("counts a photo that waits on this phone, so that nobody takes it twice", () => {
  const [need] = needsOf(road(), milestone(), [entry("queued"), entry("sending")]);
  expect([need?.missing, need?.queued]).toEqual([0, 2]);
});

it("asks again for a photo that stopped on its way, and tells that it did", () => {
  const [need] = needsOf(road(), milestone(), [entry("queued"), entry("held")]);
  expect([need?.missing, need?.queued, need?.held]).toEqual([1, 1, 1]);
});

it("does not count a photo twice once the server has it", () => {
  const counted = requirement({ counts: { verified: 1, needs_review: 0, rejected: 0 } });
  const [need] = needsOf(road(), milestone([counted]), [entry("verified")]);
  expect(need?.missing).toBe(1);
});

it("asks again for what was returned, and tells the newest one with its sentence", () => {
  const returned = requirement({ photos: 1, counts: { verified: 0, needs_review: 0, rejected: 2 } });
  const entries = [entry("rejected", { advice: "43 m outside the site." }), entry("rejected", { advice: "Older." })];
  const [need] = needsOf(road(), milestone([returned]), entries);
  expect([need?.missing, need?.returned, need?.returnedPhoto?.advice]).toEqual([1, 2, "43 m outside the site."]);
});

it("leaves another project's and another milestone's photos alone", () => {
  const other = entry("queued");
  const entries = [
    { ...other, purpose: { ...other.purpose, project: "ROAD-2" } },
    { ...other, purpose: { ...other.purpose, milestone: "m-2" } },
  ];
  expect(missingIn(road(), entries)).toBe(2);
});

it("wants nothing of a milestone that takes no photos now", () => {
  expect(openNeeds(road([milestone([requirement()], false)]), [])).toEqual([]);
});

it("goes to the nearest station along the road, and past one that has its photos", () => {
  const done = { verified: 1, needs_review: 0, rejected: 0 };
  const stations = [
    requirement({ code: "a", photos: 1, station_m: 100 }),
    requirement({ code: "b", photos: 1, station_m: 500, counts: done }),
    requirement({ code: "c", photos: 1, station_m: 800 }),
  ];
  const needs = openNeeds(road([milestone(stations)]), []);
  expect(nextNeed(needs, 490)?.requirement.code).toBe("c");
  expect(nextNeed(needs, 300)?.requirement.code).toBe("a");
  expect(nextNeed(needs, null)?.requirement.code).toBe("a");
  expect(nextNeed([], 300)).toBeNull();
});

it("counts as done what a submission counts, and no more than is asked for", () => {
  const some = requirement({ photos: 2, counts: { verified: 1, needs_review: 4, rejected: 0 } });
  const more = requirement({ code: "more", photos: 1, counts: { verified: 3, needs_review: 0, rejected: 0 } });
  const of = milestone([some, more]);
  expect(progressOf(needsOf(road(), of, [entry("queued")]))).toEqual({ done: 2, total: 3 });
});

it("asks again for a photo of another station, which its taker is told to take again", () => {
  const finding = { check: "place.station", outcome: "warn", message: "Walk 116 m back." } as const;
  const inReview = requirement({ photos: 1, counts: { verified: 0, needs_review: 1, rejected: 0 } });
  const missing = (findings: (typeof finding)[]) =>
    needsOf(road(), milestone([inReview]), [entry("needs_review", { findings })])[0]?.missing;
  expect([missing([]), missing([finding])]).toEqual([0, 1]);
});
