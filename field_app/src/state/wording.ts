/**
 * The server's findings in the person's language.
 *
 * The server sends English sentences. Where the pre-check, given what the phone knew at the shutter, comes to the
 * same outcome by the same check, its own sentence says the same with its numbers; else a plain one for the check.
 */
import { readClaim } from "../core/claim";
import { receivedAtMs } from "../core/receipt";
import { sayIfKnown } from "../i18n";
import { sentence } from "../i18n/findings";
import type { Finding, OutboxEntry, Project, Result } from "../ports";
import { precheck } from "../ports";
import { useField } from "./field";

export type { Finding, OutboxEntry } from "../ports";

/** How to word the findings of an entry; null for one that this version has no words for. */
export function useWording(entry: OutboxEntry): (finding: Finding) => string | null {
  const project = useField().project(entry.purpose.project);
  return (finding) => worded(finding, entry, project);
}

/** A finding in the person's language. */
export function worded(finding: Finding, entry: OutboxEntry, project: Project | null): string | null {
  const same = project === null ? null : sameAnswer(finding, entry, project);
  return same === null ? sayIfKnown(`found.${finding.check}`) : sentence(same);
}

/** The pre-check's answer to the same check, where it is of the same mind. */
function sameAnswer({ check, outcome }: Finding, entry: OutboxEntry, project: Project): Result | null {
  // The phone does not know when a picture from its gallery was taken.
  if (entry.source === "gallery" && check.startsWith("time.")) return null;
  const facts = factsOf(entry);
  const milestone = project.milestones.find(({ id }) => id === entry.purpose.milestone) ?? null;
  const requirement = milestone?.requirements.find(({ code }) => code === entry.purpose.requirement) ?? null;
  const { stage } = entry.purpose;
  const answers = precheck({ project, milestone, requirement, stage }, facts);
  return answers.find((answer) => answer.check === check && answer.outcome === outcome) ?? null;
}

/** What the phone knew at the shutter, read back from the claim that it sent. */
function factsOf({ claim, capturedAt, receipt }: OutboxEntry) {
  const said = readClaim(claim);
  const capturedAtMs = Date.parse(capturedAt);
  return {
    position: said?.position ?? null,
    capturedAtMs,
    serverNowMs: receivedAtMs(receipt) ?? capturedAtMs,
    width: said?.camera?.width ?? null,
    height: said?.camera?.height ?? null,
  };
}
