/** What is still needed: requirements against what the server counts and what waits on this phone. */
import type { EntryState, Milestone, OutboxEntry, Project, Requirement } from "../ports";

/** How one requirement stands. `missing` counts what nobody has taken yet. */
export interface Need {
  readonly milestone: Milestone;
  readonly requirement: Requirement;
  readonly verified: number;
  readonly inReview: number;
  /** On this phone and on their way. */
  readonly queued: number;
  /** On this phone, and not going on by themselves: whether one ever arrives is a person's to see to. */
  readonly held: number;
  readonly returned: number;
  readonly missing: number;
  /** The newest photo for this, from this phone, that the server returned. */
  readonly returnedPhoto: OutboxEntry | null;
}

/** States in which a photo is not counted by the server yet. */
const WAITING: ReadonlySet<EntryState> = new Set(["captured", "queued", "sending", "held"]);

export function isWaiting(entry: OutboxEntry): boolean {
  return WAITING.has(entry.state);
}

/** Whether a photo waits for a person because it is of another station than the one asked for. */
function isMisplaced({ state, findings }: OutboxEntry): boolean {
  return (
    state === "needs_review" && findings.some(({ check, outcome }) => check === "place.station" && outcome === "warn")
  );
}

/** How many of a milestone's photos the server would count for a submission, out of how many. */
export function progressOf(needs: readonly Need[]): { readonly done: number; readonly total: number } {
  const done = needs.reduce((sum, { verified, requirement }) => sum + Math.min(verified, requirement.photos), 0);
  return { done, total: needs.reduce((sum, { requirement }) => sum + requirement.photos, 0) };
}

/** Every requirement of a milestone, in its order. */
export function needsOf(project: Project, milestone: Milestone, entries: readonly OutboxEntry[]): Need[] {
  const mine = entries.filter(({ purpose }) => purpose.project === project.code && purpose.milestone === milestone.id);
  return milestone.requirements.map((requirement) =>
    needOf(
      milestone,
      requirement,
      mine.filter(({ purpose }) => purpose.requirement === requirement.code),
    ),
  );
}

function needOf(milestone: Milestone, requirement: Requirement, entries: readonly OutboxEntry[]): Need {
  const { verified, needs_review, rejected } = requirement.counts;
  const held = entries.filter(({ state }) => state === "held").length;
  const queued = entries.filter(isWaiting).length - held;
  // Whoever took these is told to take them again; until a person accepts them they are as good as missing.
  const misplaced = Math.min(needs_review, entries.filter(isMisplaced).length);
  return {
    milestone,
    requirement,
    verified,
    inReview: needs_review,
    queued,
    held,
    returned: rejected,
    missing: Math.max(0, requirement.photos - verified - (needs_review - misplaced) - queued),
    returnedPhoto: entries.find(({ state }) => state === "rejected") ?? null,
  };
}

/** The needs of all milestones that take photos now. */
export function openNeeds(project: Project, entries: readonly OutboxEntry[]): Need[] {
  return project.milestones
    .filter((milestone) => milestone.takes_photos)
    .flatMap((milestone) => needsOf(project, milestone, entries));
}

export function missingIn(project: Project, entries: readonly OutboxEntry[]): number {
  return openNeeds(project, entries).reduce((sum, need) => sum + need.missing, 0);
}

/** The need whose station is nearest along the road, else the first one that misses a photo. */
export function nextNeed(needs: readonly Need[], chainageM: number | null): Need | null {
  const missing = needs.filter((need) => need.missing > 0);
  const distance = (need: Need) =>
    need.requirement.station_m === null || chainageM === null
      ? Number.POSITIVE_INFINITY
      : Math.abs(need.requirement.station_m - chainageM);
  return missing.reduce<Need | null>(
    (best, need) => (best === null || distance(need) < distance(best) ? need : best),
    null,
  );
}
