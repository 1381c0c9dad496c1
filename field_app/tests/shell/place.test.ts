/** Where a person stands: inside, outside and which way, or not known well enough. */
import { expect, it } from "vitest";
import { anglesOf, attitude, attitudeAsks, heard } from "../../src/device/attitude";
import { draw, HEIGHT, WIDTH } from "../../src/state/drawing";
import { accuracyOf, checkShot, standingOf, wayToSite } from "../../src/state/place";
import { worthSaying } from "../../src/state/prospect";
import { fixAt, milestone, requirement, road } from "./works";

const NOON = Date.parse("2026-03-31T12:00:00+08:00");

it("says that one is inside", () => {
  expect(standingOf(road(), fixAt(11, 122.5)).kind).toBe("inside");
});

it("says how far outside one is and where to walk", () => {
  const standing = standingOf(road(), fixAt(11, 122.503));
  expect(standing).toMatchObject({ kind: "outside", wind: "west" });
  expect(standing.kind === "outside" && Math.round(standing.outsideM)).toBeGreaterThan(300);
});

it("asks to wait for a better position before it says anything of the place", () => {
  const standing = standingOf(road(), fixAt(11, 122.5, 150));
  expect(standing).toMatchObject({ kind: "rough", allowedM: 50 });
});

it("tolerates what the policy tolerates", () => {
  expect(standingOf(road(), fixAt(11, 122.50015, 3)).kind).toBe("tolerated");
});

/** The same road, 8 m wide and with 10 m around it. */
function narrow() {
  const site = road().site;
  if (site === null) throw new Error("the road has a site");
  return { ...road(), site: { ...site, properties: { ...site.properties, width_m: 8, tolerance_m: 10 } } };
}
const R95_PER_R68 = 2.448 / 1.51;

it("asks to wait for a better accuracy where no step further in could help", () => {
  expect(standingOf(road(), fixAt(11, 122.5, 48 * R95_PER_R68))).toMatchObject({ kind: "unsure", r68M: 48 });
  expect(standingOf(narrow(), fixAt(11, 122.50003, 30))).toMatchObject({ kind: "unsure" });
});

it("asks to go further in where that would do", () => {
  expect(standingOf(road(), fixAt(11.0045, 122.5, 48))).toEqual({ kind: "edge" });
  expect(standingOf(road(), fixAt(11, 122.5, 48))).toEqual({ kind: "inside" });
});

it("finds the deepest place of an area for that", () => {
  const plot = (half: number) => {
    const [west, east, south, north] = [122.5 - half, 122.5 + half, 11 - half, 11 + half];
    const ring = [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south],
    ];
    const site = road().site;
    if (site === null) throw new Error("the road has a site");
    const properties = { ...site.properties, kind: "polygon" as const, tolerance_m: 5 };
    return { ...road(), site: { ...site, geometry: { type: "Polygon" as const, coordinates: [ring] }, properties } };
  };
  expect(standingOf(plot(0.0009), fixAt(11.00085, 122.5, 45))).toEqual({ kind: "edge" });
  expect(standingOf(plot(0.0001), fixAt(11, 122.5, 45))).toMatchObject({ kind: "unsure" });
});

it("knows no way to a site on which one stands, or which has no outline", () => {
  expect(wayToSite(road().site, fixAt(11, 122.5))).toBeNull();
  expect(wayToSite(null, fixAt(11, 122.5))).toBeNull();
  expect(wayToSite(road().site, fixAt(11.1, 122.5))?.wind).toBe("south");
});

it("says what fails before what warns, and that there is no position", () => {
  const shot = { fix: fixAt(11, 122.53), capturedAtMs: NOON, serverNowMs: NOON, size: { width: 640, height: 480 } };
  const said = worthSaying(checkShot(road(), milestone(), requirement(), shot), road().policy);
  expect(said.map(({ outcome }) => outcome)).toEqual(["fail", "warn"]);
  const blind = worthSaying(
    checkShot(road(), milestone(), requirement(), { ...shot, fix: null, size: null }),
    road().policy,
  );
  expect(blind.map(({ key }) => key)).toEqual(["place.accuracy.no_position"]);
});

it("draws the site within its canvas, with the person and only the stations that are asked for", () => {
  const site = road().site;
  if (site === null) throw new Error("the road has a site");
  const wanted = [
    { requirement: { station_m: 500 }, missing: 1 },
    { requirement: { station_m: null }, missing: 1 },
  ];
  const drawing = draw(site, wanted, fixAt(11, 122.5), false);
  const numbers = drawing.paths.match(/[\d.]+/g)?.map(Number) ?? [];
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThanOrEqual(Math.max(WIDTH, HEIGHT));
  expect(drawing.stations).toMatchObject([{ metresAlong: 500, missing: true, labelled: true }]);
  expect(drawing.you?.onCanvas).toBe(true);
});

it("keeps the site large when the person is far away, and shows on which side they are", () => {
  const site = road().site;
  if (site === null) throw new Error("the road has a site");
  const { you } = draw(site, [], fixAt(11, 123.5), false);
  expect(you).toMatchObject({ onCanvas: false });
  expect(you?.x).toBeGreaterThan(WIDTH / 2);
});

it("knows when the person is in the corner in which a button lies", () => {
  const site = road().site;
  if (site === null) throw new Error("the road has a site");
  expect(draw(site, [], fixAt(10.5, 123.5), false).youBelowRight).toBe(true);
  expect(draw(site, [], fixAt(11.5, 123.5), false).youBelowRight).toBe(false);
  expect(draw(site, [], null, false).youBelowRight).toBe(false);
});

it("names one accuracy, that by which the policy judges", () => {
  const rough = fixAt(11, 122.5, 150);
  expect(standingOf(road(), rough)).toMatchObject({ kind: "rough", r68M: accuracyOf(rough) });
  expect(accuracyOf(rough)).toBeLessThan(rough.accuracyM);
  const site = road().site;
  if (site === null) throw new Error("the road has a site");
  const { you, scale } = draw(site, [], rough, false);
  const metresOfCircle = ((you?.radius ?? 0) / scale.length) * scale.metres;
  expect(metresOfCircle).toBeCloseTo(accuracyOf(rough), 0);
});

it("asks for the compass no more once it is heard", () => {
  attitudeAsks.set(true);
  heard({ alpha: 0, beta: 90, gamma: 0 }, false);
  expect(attitudeAsks.value).toBe(true);
  heard({ alpha: 0, beta: 90, gamma: 0, webkitCompassHeading: 45 }, false);
  expect([attitudeAsks.value, attitude.value?.headingDeg]).toEqual([false, 45]);
});

it("reads heading, pitch and roll from how the phone is held", () => {
  // Upright, its back to the north; then turned to the east, which is -90° around the vertical.
  const north = anglesOf(0, 90, 0);
  for (const angle of Object.values(north)) expect(Math.abs(Math.round(angle))).toBe(0);
  expect(Math.round(anglesOf(270, 90, 0).heading)).toBe(90);
  expect(Math.round(anglesOf(0, 60, 0).pitch)).toBe(-30);
});
