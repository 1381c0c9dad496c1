/**
 * What the server says of a photo: read from its evidence document at first, and asked for again while it may change.
 *
 * A worker may find something in the pixels later, and a person decides days later. Whose photos are asked about and
 * when is told from outside; sending them is `delivery`'s.
 */

import { type Api, type Credentials, OfflineError } from "./api";
import type { Entry } from "./database";
import { type EvidenceDocument, evidenceOf } from "./documents";
import type { Judgement, Outbox } from "./outbox";

interface VerdictPorts {
  readonly outbox: Outbox;
  readonly api: Api;
  readonly now: () => number;
  /** The server no longer knows this token. */
  readonly expired: (token: string) => Promise<void>;
}

/** How often a photo that may change is asked about. */
export const REFRESH_EVERY_MS = 15 * 60_000;
/** The same while the server still looks at its pixels. */
const LOOKING_EVERY_MS = 60_000;
const REFRESH_FOR_MS = 30 * 86_400_000;
const REFRESHED_AT_ONCE = 20;

/** Where a photo stands, in the server's words and the outbox's. */
const STANDING: Readonly<Record<string, Judgement["state"]>> = {
  received: "safe",
  verified: "verified",
  accepted: "verified",
  needs_review: "needs_review",
  rejected: "rejected",
  refused: "rejected",
};

/** Learn later verdicts of this person's photos, as far as the network goes. */
export async function refreshVerdicts(ports: VerdictPorts, credentials: Credentials): Promise<void> {
  const { outbox, now } = ports;
  const due = (await outbox.list()).filter((entry) => isStale(entry, credentials.person.id, now()));
  try {
    for (const entry of due.slice(0, REFRESHED_AT_ONCE)) {
      if (!(await refreshOne(ports, entry, credentials))) return;
    }
  } catch (error) {
    if (!(error instanceof OfflineError)) throw error;
  }
}

/** Resolves to whether the session still holds. */
async function refreshOne(ports: VerdictPorts, { id }: Entry, { token }: Credentials): Promise<boolean> {
  const { status, body } = await ports.api.evidence(id, token);
  if (status === 401) {
    await ports.expired(token);
    return false;
  }
  const evidence = status === 200 ? evidenceOf(body) : null;
  const news = evidence === null ? {} : judgementOf(evidence);
  await ports.outbox.change(id, { ...news, refreshedAt: ports.now() });
  return true;
}

/** Whether the server may still change its mind about a photo of this person. */
export function mayChange(entry: Entry, person: string, now: number): boolean {
  return entry.receipt !== null && entry.owner.id === person && now - entry.addedAt < REFRESH_FOR_MS;
}

function isStale(entry: Entry, person: string, now: number): boolean {
  return mayChange(entry, person, now) && now - (entry.refreshedAt ?? 0) >= refreshEvery(entry);
}

/** How long after the last time a photo is asked about again. */
export function refreshEvery({ looking }: Entry): number {
  return looking === true ? LOOKING_EVERY_MS : REFRESH_EVERY_MS;
}

/** What an evidence document says of a photo. */
export function judgementOf({ state, grade, advice, findings, looking }: EvidenceDocument): Judgement {
  const standing = Object.hasOwn(STANDING, state) ? (STANDING[state] ?? "safe") : "safe";
  return { state: standing, grade, advice, findings, looking };
}
