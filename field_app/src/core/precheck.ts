/**
 * What the server will say of a photo, said before it is taken: the same rules over the same numbers.
 *
 * Each check mirrors its namesake in `evidence/checks/`; both are held to `tests/data/precheck_vectors.json`. The
 * answers are keys and numbers, as the words are i18n's. What only the server can know (earlier photos, the
 * device's enrolment) is kept out.
 */

import type { Milestone, PhoneNumbers, Project, Requirement, Stage } from "./assignments";
import { type SiteFeature, SiteShape } from "./geometry";
import { clockOf, dateOf, dayOf, wallTime, weekdayOf } from "./zone";

export type Outcome = "pass" | "warn" | "fail" | "unknown";

export const CHECKS = [
  "place.accuracy",
  "place.inside_site",
  "place.station",
  "time.in_schedule",
  "time.working_hours",
  "time.not_future",
  "file.resolution",
] as const;
type CheckName = (typeof CHECKS)[number];

/** One check's answer; `key` names the sentence ("place.inside_site.outside"), `values` what stands in it. */
export interface Result {
  readonly check: CheckName;
  readonly outcome: Outcome;
  readonly key: string;
  readonly values: Readonly<Record<string, number | string | boolean>>;
}

/** A fix as the browser gives it; `accuracy_m` is the radius that holds `confidence` of its error. */
export interface Fix {
  readonly latitude: number;
  readonly longitude: number;
  readonly accuracy_m: number | null;
  readonly confidence: number | null;
}

/**
 * What is known of a photo at the shutter. `capturedAtMs` is what the phone will write, by its own clock however wrong;
 * `serverNowMs` is that clock corrected by the last measure, which is not sure where the clock may have moved since.
 */
export interface Facts {
  readonly position: Fix | null;
  readonly capturedAtMs: number;
  readonly serverNowMs: number;
  readonly clockSure?: boolean;
  readonly width: number | null;
  readonly height: number | null;
}

/** What the photo is for. The stage is the requirement's where none is named. */
export interface Target {
  readonly project: Pick<Project, "time_zone" | "schedule" | "site" | "policy">;
  readonly milestone: Pick<Milestone, "starts_on" | "ends_on"> | null;
  readonly requirement: Partial<
    Pick<Requirement, "station_m" | "station_tolerance_m" | "minimum_megapixels" | "stage">
  > | null;
  readonly stage?: Stage;
}

/** Radius that holds a share of a circular Gaussian, in sigmas: Android states 68 %, a browser 95 %. */
export const RADII_PER_SIGMA: Readonly<Record<string, number>> = { "0.68": 1.51, "0.95": 2.448 };
const R68_PER_SIGMA = 1.51;
const STATION_REACH_SIGMAS = 3;

/** Answer every check, in the order of `CHECKS`. */
export function precheck(target: Target, facts: Facts): Result[] {
  return [
    accuracy(target.project.policy, facts.position),
    insideSite(target, facts.position),
    station(target, facts.position),
    inSchedule(target, facts.capturedAtMs),
    workingHours(target, facts.capturedAtMs),
    notFuture(target.project.policy, facts),
    resolution(target, facts),
  ];
}

/** The 68 % radius in metres that a fix states; fillers such as 0 and -1 are no statement. */
export function statedR68(fix: Fix): number | null {
  if (fix.accuracy_m === null) return null;
  const radius = (fix.accuracy_m / (RADII_PER_SIGMA[String(fix.confidence)] ?? R68_PER_SIGMA)) * R68_PER_SIGMA;
  return Number.isFinite(radius) && radius > 0 ? radius : null;
}

const shapes = new WeakMap<SiteFeature, SiteShape>();

/** The shape of a site, laid on its plane once per document. */
export function shapeOf(site: SiteFeature): SiteShape {
  let shape = shapes.get(site);
  if (shape === undefined) {
    shape = new SiteShape(site);
    shapes.set(site, shape);
  }
  return shape;
}

function accuracy(policy: PhoneNumbers, fix: Fix | null): Result {
  const answer = answers("place.accuracy");
  const values = { allowed_m: policy.accuracy_pass_r68_m };
  if (fix === null) return answer("unknown", "no_position", values);
  const r68 = statedR68(fix);
  if (r68 === null) return answer("warn", "not_stated", { ...values, assumed_m: policy.assumed_r68_m });
  if (r68 <= policy.accuracy_pass_r68_m) return answer("pass", "good", { ...values, r68_m: r68 });
  const usable = r68 <= policy.accuracy_fail_r68_m;
  return answer(usable ? "warn" : "fail", usable ? "rough" : "useless", { ...values, r68_m: r68 });
}

interface Witness {
  readonly fix: Fix;
  readonly r68: number;
  readonly sigma: number;
  readonly assumed: boolean;
}

/** The fix with the radius to reckon with; null where it is too rough for any check of the place. */
function witnessOf(fix: Fix | null, policy: PhoneNumbers): Witness | null {
  if (fix === null) return null;
  const stated = statedR68(fix);
  const r68 = stated ?? policy.assumed_r68_m;
  if (r68 > policy.accuracy_fail_r68_m) return null;
  return { fix, r68, sigma: r68 / R68_PER_SIGMA, assumed: stated === null };
}

function insideSite({ project }: Target, fix: Fix | null): Result {
  const answer = answers("place.inside_site");
  if (project.site === null) return answer("unknown", "no_site");
  const witness = witnessOf(fix, project.policy);
  if (witness === null) return answer("unknown", fix === null ? "no_position" : "too_rough_to_use");
  const shape = shapeOf(project.site);
  const outside = shape.signedDistanceM(witness.fix);
  const probability = shape.probabilityInside(witness.fix, witness.sigma);
  const values = {
    outside_m: outside,
    probability,
    tolerance_m: shape.toleranceM,
    r68_m: witness.r68,
    assumed: witness.assumed,
  };
  const outcome = byProbability(probability, project.policy);
  if (outcome === "pass") return answer(outcome, outside <= 0 ? "inside" : "within_tolerance", values);
  if (outside <= 0) return answer(outcome, "too_rough", values);
  const direction = shape.wayBack(witness.fix).wind;
  return answer(outcome, outcome === "fail" ? "outside" : "perhaps_outside", { ...values, direction });
}

function byProbability(probability: number, policy: PhoneNumbers): Outcome {
  if (probability >= policy.inside_pass_probability) return "pass";
  return probability <= policy.inside_fail_probability ? "fail" : "warn";
}

function station({ project, requirement }: Target, fix: Fix | null): Result {
  const answer = answers("place.station");
  if (project.site?.properties.kind !== "corridor") return answer("unknown", "no_stations");
  const witness = witnessOf(fix, project.policy);
  if (witness === null) return answer("unknown", "no_position");
  const shape = shapeOf(project.site);
  const reach = shape.toleranceM + STATION_REACH_SIGMAS * witness.sigma;
  const here = shape.signedDistanceM(witness.fix) > reach ? null : shape.stationOf(witness.fix);
  if (here === null) return answer("unknown", "too_far");
  const values = { chainage_m: here.chainageM, offset_m: here.offsetM };
  const wanted = requirement?.station_m ?? null;
  if (wanted === null) return answer("pass", "at", values);
  const allowed = requirement?.station_tolerance_m ?? project.policy.station_tolerance_m;
  const ahead = wanted - here.chainageM;
  const all = { ...values, wanted_m: wanted, allowed_m: allowed, ahead_m: ahead };
  if (Math.abs(ahead) <= allowed) return answer("pass", "at_required", all);
  return answer("warn", ahead > 0 ? "forward" : "back", all);
}

function inSchedule(target: Target, capturedAtMs: number): Result {
  const { schedule, policy, time_zone } = target.project;
  const { day } = wallTime(capturedAtMs, time_zone);
  const answer = answers("time.in_schedule");
  const values = { day: dateOf(day) };
  const starts = dayOf(schedule.contract_starts_on);
  const ends = dayOf(schedule.contract_ends_on);
  const stage = target.stage ?? target.requirement?.stage ?? "during";
  if (starts !== null && day < starts && stage !== "before") {
    return answer("fail", "before_contract", { ...values, limit: dateOf(starts) });
  }
  const last = ends === null ? null : ends + policy.defects_period_days;
  if (last !== null && day > last) return answer("fail", "after_contract", { ...values, limit: dateOf(last) });
  if (target.milestone === null) return answer("unknown", "no_milestone", values);
  return againstWindow(day, target.milestone, policy, values);
}

function againstWindow(
  day: number,
  { starts_on, ends_on }: Pick<Milestone, "starts_on" | "ends_on">,
  { schedule_grace_days: grace }: PhoneNumbers,
  values: Record<string, string>,
): Result {
  const answer = answers("time.in_schedule");
  const all = { ...values, starts_on, ends_on };
  if (day < (dayOf(starts_on) as number) - grace) return answer("warn", "before_milestone", all);
  if (day > (dayOf(ends_on) as number) + grace) return answer("warn", "after_milestone", all);
  return answer("pass", "within", all);
}

function workingHours({ project: { schedule, time_zone } }: Target, capturedAtMs: number): Result {
  const { weekday, clockMs, day } = wallTime(capturedAtMs, time_zone);
  const [starts, ends] = [clockOf(schedule.work_starts), clockOf(schedule.work_ends)];
  const values = {
    weekday,
    clock_min: Math.floor(clockMs / 60_000),
    work_starts: schedule.work_starts,
    work_ends: schedule.work_ends,
  };
  const works = (on: number): boolean => schedule.working_days.includes(on);
  const working =
    starts <= ends
      ? works(weekday) && starts <= clockMs && clockMs <= ends
      : clockMs >= starts
        ? works(weekday)
        : // A shift that ends past midnight belongs to the day on which it began.
          clockMs <= ends && works(weekdayOf(day - 1));
  const answer = answers("time.working_hours");
  return working ? answer("pass", "within", values) : answer("warn", "outside", values);
}

function notFuture(policy: PhoneNumbers, { capturedAtMs, serverNowMs, clockSure = true }: Facts): Result {
  const lead = (capturedAtMs - serverNowMs) / 1000;
  const values = { lead_s: lead, limit_s: policy.future_limit_s };
  const answer = answers("time.not_future");
  if (lead > policy.future_limit_s) return answer("fail", "ahead", values);
  return clockSure ? answer("pass", "not_ahead", values) : answer("unknown", "not_measured", values);
}

function resolution({ project, requirement }: Target, { width, height }: Facts): Result {
  const least = requirement?.minimum_megapixels ?? project.policy.minimum_megapixels;
  const answer = answers("file.resolution");
  if (!width || !height) return answer("unknown", "size_unknown", { least_mp: least });
  const values = { megapixels: (width * height) / 1e6, least_mp: least };
  return values.megapixels >= least ? answer("pass", "enough", values) : answer("warn", "too_small", values);
}

/** Makes the results of one check, their keys beginning with its name. */
function answers(check: CheckName) {
  return (outcome: Outcome, key: string, values: Result["values"] = {}): Result => ({
    check,
    outcome,
    key: `${check}.${key}`,
    values,
  });
}
