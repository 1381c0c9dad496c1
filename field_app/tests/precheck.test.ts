/** Holds the phone's pre-check to what the server's checks said of the same photos. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { PhoneNumbers, Requirement, Stage } from "../src/core/assignments";
import type { SiteFeature } from "../src/core/geometry";
import type { Position } from "../src/core/plane";
import { type Facts, type Fix, precheck, type Result, shapeOf, type Target } from "../src/core/precheck";

interface Vector {
  place: string;
  position: Fix | null;
  captured_ms: number;
  server_ms: number;
  size: [number | null, number | null];
  stage: Stage;
  milestone: boolean;
  contract: [string | null, string | null];
  working_days: number[];
  hours: [string, string];
  requirement: Partial<Requirement> | null;
  expected: string[];
  bearing: number | null;
  numbers: Partial<Record<"outside_m" | "probability" | "chainage_m" | "offset_m", number>>;
}

interface Document {
  checks: string[];
  window: [string, string];
  places: Record<string, { time_zone: string; policy: PhoneNumbers; site: SiteFeature | null }>;
  vectors: Vector[];
}

const file = new URL("../../tests/data/precheck_vectors.json", import.meta.url);
const document = JSON.parse(readFileSync(file, "utf-8")) as Document;

/** P: what the server's corners for round ends cost. Metres: the same, by the width of the site and the way to it. */
/** Degrees: beside a round end, a centimetre of it turns the way by this much. */
const BEARING_TOLERANCE_DEG = 3;
const P_TOLERANCE = 0.003;
const metresTolerance = (metres: number, halfWidth: number): number =>
  0.02 + 0.0015 * halfWidth + 0.0002 * Math.abs(metres);

function targetOf(vector: Vector): Target {
  const place = document.places[vector.place];
  if (place === undefined) throw new Error(`no place ${vector.place}`);
  const schedule = {
    contract_starts_on: vector.contract[0],
    contract_ends_on: vector.contract[1],
    working_days: vector.working_days,
    work_starts: vector.hours[0],
    work_ends: vector.hours[1],
  };
  const [starts_on, ends_on] = document.window;
  return {
    project: { ...place, schedule },
    milestone: vector.milestone ? { starts_on, ends_on } : null,
    requirement: vector.requirement,
    stage: vector.stage,
  };
}

function factsOf(vector: Vector): Facts {
  return {
    position: vector.position,
    capturedAtMs: vector.captured_ms,
    serverNowMs: vector.server_ms,
    width: vector.size[0],
    height: vector.size[1],
  };
}

const said = (results: Result[]): string[] => results.map(({ outcome }) => outcome);

describe("The pre-check on the phone", { timeout: 60_000 }, () => {
  test("knows at least 500 photos", () => {
    expect(document.vectors.length).toBeGreaterThanOrEqual(500);
    expect(
      precheck(targetOf(document.vectors[0] as Vector), factsOf(document.vectors[0] as Vector)).map((r) => r.check),
    ).toEqual(document.checks);
  });

  test("says of every photo what the server says", () => {
    const differing = document.vectors.flatMap((vector, index) => {
      const outcomes = said(precheck(targetOf(vector), factsOf(vector)));
      return JSON.stringify(outcomes) === JSON.stringify(vector.expected)
        ? []
        : [{ index, place: vector.place, outcomes, expected: vector.expected, numbers: vector.numbers }];
    });

    expect(differing).toEqual([]);
  });

  test("measures what the server measures", () => {
    const differing = document.vectors.flatMap((vector, index) => {
      const site = document.places[vector.place]?.site ?? null;
      if (site === null || vector.position === null || vector.numbers.outside_m === undefined) return [];
      const results = precheck(targetOf(vector), factsOf(vector));
      const values = results[1]?.values ?? {};
      const station = shapeOf(site).stationOf(vector.position);
      const halfWidth = (site.properties.width_m ?? 0) / 2;
      const measured = { ...values, chainage_m: station?.chainageM, offset_m: station?.offsetM } as Record<
        string,
        number
      >;
      return Object.entries(vector.numbers).flatMap(([name, wanted]) => {
        const gap = Math.abs((measured[name] ?? Number.NaN) - wanted);
        const allowed = name === "probability" ? P_TOLERANCE : metresTolerance(wanted, halfWidth);
        return gap <= allowed ? [] : [{ index, place: vector.place, name, wanted, measured: measured[name], gap }];
      });
    });

    expect(differing).toEqual([]);
  });

  test("leads back to the site the way the server does", () => {
    const differing = document.vectors.flatMap(({ place, position, bearing, numbers }, index) => {
      const site = document.places[place]?.site ?? null;
      // Far away two places of an outline may be nearest within the tolerance of a metre.
      if (site === null || position === null || bearing === null || (numbers.outside_m ?? 0) > 50_000) return [];
      const way = shapeOf(site).wayBack(position);
      const gap = Math.abs(((way.bearing - bearing + 540) % 360) - 180);
      return gap <= BEARING_TOLERANCE_DEG ? [] : [{ index, place, bearing, told: way.bearing, numbers }];
    });

    expect(differing).toEqual([]);
  });

  test("finds each station at the place that it says it has", () => {
    for (const { site } of Object.values(document.places)) {
      if (site?.properties.kind !== "corridor") continue;
      const shape = shapeOf(site);
      const start = site.properties.chainage_start_m ?? 0;
      expect(shape.lengthM).toBeCloseTo(site.properties.length_m as number, 1);
      for (const share of [0, 0.01, 0.25, 0.5, 0.99, 1]) {
        const chainage = start + share * shape.lengthM;
        const station = shape.stationOf(shape.pointAt(chainage) as Position);
        expect(station?.chainageM).toBeCloseTo(chainage, 4);
        expect(station?.offsetM).toBeCloseTo(0, 4);
      }
      expect(shape.pointAt(start - 1)).toBeNull();
      expect(shape.pointAt(start + shape.lengthM + 1)).toBeNull();
    }
  });

  test("answers within a second about the largest outline that is taken", () => {
    const corners = Array.from({ length: 20_000 }, (_, index) => {
      const [angle, radius] = [(index * 2 * Math.PI) / 20_000, 0.01 + 0.0005 * Math.sin(index / 7)];
      return [121 + radius * Math.cos(angle), 14 + radius * Math.sin(angle)];
    });
    const coordinates = [[...corners, corners[0] as number[]]];
    const template = (document.places.square as { site: SiteFeature }).site;
    const site: SiteFeature = { ...template, geometry: { type: "Polygon", coordinates } };
    const target = targetOf(document.vectors[0] as Vector);
    const facts = {
      ...factsOf(document.vectors[0] as Vector),
      position: { latitude: 14, longitude: 121.0105, accuracy_m: 8, confidence: 0.95 },
    };
    const project = { ...target.project, site };
    precheck({ ...target, project }, facts);
    const began = performance.now();
    precheck({ ...target, project }, facts);

    expect(performance.now() - began).toBeLessThan(1000);
  });
});
