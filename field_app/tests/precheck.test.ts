/** Holds the phone's pre-check to what the server's checks said of the same photos. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { PhoneNumbers, Requirement, Stage } from "../src/core/assignments";
import type { SiteFeature } from "../src/core/geometry";
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

describe("The pre-check on the phone", () => {
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
});
