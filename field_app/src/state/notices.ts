/** What the phone knows of itself that no check before the shutter says: its signature, and a clock that is behind. */
import { jsonOf } from "../core/bytes";
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
  return envelopeOf(claim) !== null;
}

/** How many photos wait that a device signed which was withdrawn since: the server will return them. */
export function doomed(entries: readonly OutboxEntry[], withdrawn: readonly string[]): number {
  if (withdrawn.length === 0) return 0;
  return entries.filter((entry) => isWaiting(entry) && withdrawn.includes(signerOf(entry.claim) ?? "")).length;
}

/** The sentence about them, or null where there is none. */
export function doomedWords(entries: readonly OutboxEntry[], withdrawn: readonly string[]): string | null {
  const count = doomed(entries, withdrawn);
  return count === 0 ? null : many("withdrawn.doomed", count);
}

function envelopeOf(claim: string): string | null {
  const { envelope } = JSON.parse(claim) as { envelope?: unknown };
  return typeof envelope === "string" ? envelope : null;
}

function signerOf(claim: string): string | null {
  const head = jsonOf(envelopeOf(claim)?.split(".")[0] ?? "");
  return typeof head?.kid === "string" ? head.kid : null;
}
