/** Where a person stands in relation to a site: the numbers and the words' key that the screens show. */
import {
  bearingDeg,
  type Fix,
  geodesicM,
  type Position,
  type Project,
  precheck,
  type Requirement,
  type Result,
  type SiteFeature,
  shapeOf,
  statedR68,
  type Wind,
  windOf,
} from "../ports";

/** The confidence of the radius that a browser states (W3C Geolocation). */
const CONFIDENCE = 0.95;
/** A position older than this is shown as old, and waited on. */
export const OLD_MS = 60_000;

export type Standing =
  | { readonly kind: "no_site" }
  | { readonly kind: "rough"; readonly r68M: number; readonly allowedM: number }
  | { readonly kind: "inside" | "edge" }
  | { readonly kind: "unsure"; readonly r68M: number }
  | { readonly kind: "tolerated"; readonly outsideM: number; readonly allowedM: number }
  | { readonly kind: "outside"; readonly outsideM: number; readonly wind: Wind; readonly bearing: number };

export interface Way {
  readonly distanceM: number;
  readonly bearing: number;
  readonly wind: Wind;
}

/** How a position stands to the project's site, by the same rule by which the server will judge it. */
export function standingOf(project: Project, fix: Fix): Standing {
  if (project.site === null) return { kind: "no_site" };
  const r68M = statedR68(asFix(fix)) ?? project.policy.assumed_r68_m;
  if (r68M > project.policy.accuracy_pass_r68_m) {
    return { kind: "rough", r68M, allowedM: project.policy.accuracy_pass_r68_m };
  }
  const shape = shapeOf(project.site);
  const outsideM = shape.signedDistanceM(fix);
  if (surelyAt(project, fix, fix)) {
    return outsideM <= 0 ? { kind: "inside" } : { kind: "tolerated", outsideM, allowedM: shape.toleranceM };
  }
  // Where even the middle of the site would not do with this accuracy, no step further in helps.
  if (outsideM <= 0) return surelyAt(project, shape.middle, fix) ? { kind: "edge" } : { kind: "unsure", r68M };
  const { wind, bearing } = shape.wayBack(fix);
  return { kind: "outside", outsideM, wind, bearing };
}

/** From here to a place. */
export function wayTo(from: Position, to: Position): Way {
  const bearing = bearingDeg(from, to);
  return { distanceM: geodesicM(from, to), bearing, wind: windOf(bearing) };
}

/** From here to the site, or null where one stands on it or it has no outline. */
export function wayToSite(site: SiteFeature | null, from: Position): Way | null {
  if (site === null) return null;
  const shape = shapeOf(site);
  if (shape.signedDistanceM(from) <= 0) return null;
  const { distanceM, wind, bearing } = shape.wayBack(from);
  return { distanceM, wind, bearing };
}

/** How exact a position is, as the policies ask for it: the radius of 68 %, where the browser states that of 95 %. */
export function accuracyOf(fix: Fix): number {
  return statedR68(asFix(fix)) ?? fix.accuracyM;
}

/** The browser's position in the pre-check's words. */
function asFix(fix: Fix) {
  return { latitude: fix.latitude, longitude: fix.longitude, accuracy_m: fix.accuracyM, confidence: CONFIDENCE };
}

interface Shot {
  readonly fix: Fix | null;
  readonly capturedAtMs: number;
  readonly serverNowMs: number;
  readonly clockSure?: boolean;
  readonly size: { readonly width: number; readonly height: number } | null;
}

/** What the server will say of a photo for this requirement, as far as the phone can know. */
export function checkShot(
  project: Project,
  milestone: { readonly starts_on: string; readonly ends_on: string },
  requirement: Requirement,
  shot: Shot,
): Result[] {
  return precheck(
    { project, milestone, requirement },
    {
      position: shot.fix === null ? null : asFix(shot.fix),
      capturedAtMs: shot.capturedAtMs,
      serverNowMs: shot.serverNowMs,
      clockSure: shot.clockSure ?? true,
      width: shot.size?.width ?? null,
      height: shot.size?.height ?? null,
    },
  );
}

/** Whether a position would pass for the site if it were as exact as this fix. */
function surelyAt(project: Project, place: Position, fix: Fix): boolean {
  if (project.site === null) return false;
  const sigma = (statedR68(asFix(fix)) ?? project.policy.assumed_r68_m) / 1.51;
  return shapeOf(project.site).probabilityInside(place, sigma) >= project.policy.inside_pass_probability;
}
