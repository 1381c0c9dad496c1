/**
 * What the server will make of a photo, from the pre-check's answers: by the rules of `evidence/verdict.py`.
 *
 * Which checks are decisive the policy says; the words are the screens'.
 */
import type { Project, Result, Source } from "../ports";

/** What one answer does to a photo: returned, looked at by a person, or only noted. */
export type Weight = "returned" | "review" | "noted";
export type Prospect = Weight | "good";

/** There is no position: the one thing that a person can mend before the shutter. */
export const NO_POSITION = "place.accuracy.no_position";

/** Those of the neutral policy, for a document that was fetched before phones were told. */
const DECISIVE = ["place.inside_site", "place.station", "place.claims_agree", "time.in_schedule", "time.claims_agree"];
const RETURNING: ReadonlySet<string> = new Set(["place.inside_site", "time.in_schedule", "time.not_future"]);
/** Place and time have to hold; what is not known does not. */
const HOLDING: ReadonlySet<string> = new Set(["place.inside_site", "time.in_schedule"]);
const RANK: readonly Weight[] = ["returned", "review", "noted"];

/** What one answer does to the photo, or null where it does nothing. */
export function weightOf({ check, outcome }: Result, { decisive = DECISIVE }: Project["policy"]): Weight | null {
  if (outcome === "fail") return RETURNING.has(check) || check.startsWith("file.") ? "returned" : "review";
  if (outcome === "warn") return decisive.includes(check) ? "review" : "noted";
  return outcome === "unknown" && HOLDING.has(check) ? "review" : null;
}

/** The weightiest of all answers. When a picture from the gallery was taken nobody saw, so it is never simply good. */
export function prospectOf(results: readonly Result[], policy: Project["policy"], source: Source = "camera"): Prospect {
  const weights = results.map((result) => weightOf(result, policy));
  const weightiest = RANK.find((weight) => weights.includes(weight)) ?? "good";
  return source === "gallery" && weightiest !== "returned" ? "review" : weightiest;
}

/** What is worth saying: that there is no position, then the answers by their weight. */
export function worthSaying(results: readonly Result[], policy: Project["policy"]): Result[] {
  const unplaced = results.filter(({ key }) => key === NO_POSITION);
  const others = results.filter(({ key }) => key !== "place.inside_site.no_position");
  const weighed = RANK.flatMap((weight) => others.filter((result) => weightOf(result, policy) === weight));
  return [...unplaced, ...weighed];
}
