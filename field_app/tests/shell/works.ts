/** A small road and a plot for the tests of the shell, near (11, 122.5). */
import type { EntryState, Fix, Milestone, OutboxEntry, Project, Requirement } from "../../src/ports";

export function requirement(changes: Partial<Requirement> = {}): Requirement {
  return {
    code: "during",
    title: "The roadbed",
    stage: "during",
    photos: 2,
    view: "up the road",
    station_m: null,
    station_tolerance_m: null,
    minimum_megapixels: null,
    oldest_age_h: null,
    counts: { verified: 0, needs_review: 0, rejected: 0 },
    ghost: null,
    ...changes,
  };
}

export function milestone(requirements: readonly Requirement[] = [requirement()], takes = true): Milestone {
  return {
    id: "m-1",
    code: "M1",
    title: "Roadbed",
    must_exist: "A roadbed.",
    state: takes ? "open" : "planned",
    takes_photos: takes,
    starts_on: "2026-01-01",
    ends_on: "2026-12-31",
    requirements,
  };
}

const POLICY: Project["policy"] = {
  policy: "test",
  tolerance_point_m: 15,
  tolerance_corridor_m: 25,
  tolerance_obstructed_m: 50,
  assumed_r68_m: 30,
  inside_pass_probability: 0.9,
  inside_fail_probability: 0.01,
  accuracy_pass_r68_m: 50,
  accuracy_fail_r68_m: 100,
  station_tolerance_m: 25,
  schedule_grace_days: 7,
  defects_period_days: 365,
  future_limit_s: 300,
  fresh_pass_h: 72,
  fresh_fail_h: 720,
  clocks_warn_s: 300,
  clocks_fail_s: 86_400,
  minimum_megapixels: 3.2,
};

export function road(milestones: readonly Milestone[] = [milestone()]): Project {
  return {
    code: "ROAD-1",
    title: "The road",
    status: "implementation",
    agency: "Agency",
    roles: ["inspector"],
    time_zone: "Asia/Manila",
    schedule: {
      contract_starts_on: "2026-01-01",
      contract_ends_on: "2026-12-31",
      working_days: [1, 2, 3, 4, 5, 6, 7],
      work_starts: "00:00",
      work_ends: "23:59",
    },
    site: {
      type: "Feature",
      id: "s-1",
      geometry: {
        type: "LineString",
        coordinates: [
          [122.5, 10.9955],
          [122.5, 11.0045],
        ],
      },
      properties: {
        kind: "corridor",
        width_m: 20,
        chainage_start_m: 0,
        length_m: 995.4,
        tolerance_m: 25,
        obstructed: false,
      },
    },
    policy: POLICY,
    milestones,
  };
}

export function fixAt(latitude: number, longitude: number, accuracyM = 8): Fix {
  const rest = { altitudeM: null, altitudeAccuracyM: null, headingDeg: null, speedMps: null };
  return { latitude, longitude, accuracyM, fixedAtMs: 0, ...rest };
}

export function entry(state: EntryState, changes: Partial<OutboxEntry> = {}): OutboxEntry {
  return {
    id: crypto.randomUUID(),
    owner: { id: "p-1", name: "Ana" },
    purpose: { project: "ROAD-1", milestone: "m-1", requirement: "during", stage: "during", title: "The roadbed" },
    source: "camera",
    state,
    capturedAt: "2026-03-31T08:15:00.000+08:00",
    size: 1000,
    claim: "{}",
    sentBytes: 0,
    attempts: 0,
    nextTryAt: null,
    trouble: null,
    grade: null,
    advice: null,
    findings: [],
    receipt: null,
    kept: true,
    ...changes,
  };
}
