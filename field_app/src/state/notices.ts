/** What the phone knows of itself that no check before the shutter says: its signature, and a clock that is behind. */
import { readClaim } from "../core/claim";
import { many, say, span } from "../i18n";
import type { ClockReading, OutboxEntry, Project, Standing } from "../ports";
import { isWaiting } from "./needs";

/** Warnings about this phone before a photo, the gravest first; none of them hinders the photo. */
export function noticesOf(standing: Standing, clock: ClockReading, policy: Project["policy"]): string[] {
  const notices: string[] = [];
  if (standing.kind === "withdrawn") notices.push(say("camera.withdrawn"));
  if (standing.kind === "unsigned") notices.push(say("camera.unsigned"));
  const behindS = (clock.offsetMs ?? 0) / 1000;
  if (behindS > policy.clocks_warn_s) notices.push(say("camera.clock_behind", { lag: span(behindS) }));
  return notices;
}

/** Whether a photo bears this phone's signature. */
export function isSigned({ claim }: OutboxEntry): boolean {
  return readClaim(claim)?.signed ?? false;
}

/** How many photos wait that a device signed which was withdrawn since: the server will return them. */
export function doomed(entries: readonly OutboxEntry[], withdrawn: readonly string[]): number {
  if (withdrawn.length === 0) return 0;
  return entries.filter((entry) => isWaiting(entry) && withdrawn.includes(readClaim(entry.claim)?.signer ?? "")).length;
}

/** The sentence about them, or null where there is none. */
export function doomedWords(entries: readonly OutboxEntry[], withdrawn: readonly string[]): string | null {
  const count = doomed(entries, withdrawn);
  return count === 0 ? null : many("withdrawn.doomed", count);
}
