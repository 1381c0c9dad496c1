/**
 * Brings the outbox to the server: one photo at a time, from one tab, until its receipt is proved.
 *
 * All retries are owned here. Whose photos go is decided by who is signed in; the rest wait. What is stored is the
 * outbox's, how one photo travels is `upload`'s.
 */

import { type Answer, type Api, type Credentials, type Fetch, OfflineError, type Problem } from "./api";
import { sha256Hex } from "./bytes";
import type { Entry, Finding } from "./database";
import { backOffMs, ChunkSize } from "./link";
import type { Judgement, Outbox } from "./outbox";
import { type PinnedKeys, prove } from "./receipt";
import { type Sent, send } from "./upload";

export interface SyncStatus {
  readonly phase: "idle" | "sending" | "waiting" | "signed_out";
  /** Milliseconds since 1970 at which the server last answered, or null. */
  readonly lastHeardAt: number | null;
}

/** A clock that can wake one up; the browser's own outside the tests. */
export interface Clock {
  now(): number;
  /** Calls back once after so long; returns how to stop it. */
  after(ms: number, wake: () => void): () => void;
}

/** Web Locks, as far as they are used: `work` runs while no other tab holds the name, or not at all. */
export interface Locks {
  ifFree(name: string, work: () => Promise<void>): Promise<boolean>;
}

export interface SyncPorts {
  readonly outbox: Outbox;
  readonly api: Api;
  readonly fetch: Fetch;
  readonly keys: Pick<PinnedKeys, "find">;
  readonly clock: Clock;
  readonly locks: Locks;
  /** 0 ≤ r < 1. */
  readonly random: () => number;
  /** Who is signed in, or null. */
  readonly session: () => Promise<Credentials | null>;
  /** The server no longer knows this token. */
  readonly expired: (token: string) => Promise<void>;
  /** Told of what should never happen, such as a database that cannot be written; it is tried again after a minute. */
  readonly report: (error: unknown) => void;
  readonly chunk?: ChunkSize;
}

const LOCK = "saksi-send";
const OTHER_TAB_MS = 15_000;
const AFTER_FAULT_MS = 60_000;
const REFRESH_EVERY_MS = 15 * 60_000;
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

export class Sync {
  readonly #ports: SyncPorts;
  readonly #chunk: ChunkSize;
  readonly #watchers = new Set<() => void>();
  #status: SyncStatus = { phase: "idle", lastHeardAt: null };
  #running: Promise<void> | null = null;
  #again = false;
  #stopTimer: () => void = () => undefined;

  constructor(ports: SyncPorts) {
    this.#ports = ports;
    this.#chunk = ports.chunk ?? new ChunkSize();
  }

  start(): void {
    this.kick();
  }

  /** There may be something to do now: a network, a new photo, an opened app. */
  kick(): void {
    this.#go(true);
  }

  status(): SyncStatus {
    return this.#status;
  }

  observe(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => void this.#watchers.delete(changed);
  }

  /** Send what is due; resolves when nothing more is due now. Background Sync awaits this. */
  run({ hasten = false } = {}): Promise<void> {
    this.#again ||= this.#running !== null;
    this.#running ??= this.#turns(hasten).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** One turn, and another for whoever asked meanwhile. */
  async #turns(hasten: boolean): Promise<void> {
    this.#stopTimer();
    do {
      this.#again = false;
      const free = await this.#ports.locks.ifFree(LOCK, () => this.#drain(hasten));
      if (!free) this.#wakeAfter(OTHER_TAB_MS);
    } while (this.#again);
  }

  #go(hasten: boolean): void {
    this.run({ hasten }).catch((error: unknown) => {
      this.#wakeAfter(AFTER_FAULT_MS);
      this.#ports.report(error);
    });
  }

  /** Only the holder of the lock gets here, so whatever is still "sending" was cut off. */
  async #drain(hasten: boolean): Promise<void> {
    const { outbox, session } = this.#ports;
    await outbox.recover();
    if (hasten) await outbox.hasten();
    let heard = true;
    for (;;) {
      const credentials = await session();
      if (credentials === null) return this.#tell("signed_out");
      const entry = heard ? await this.#nextDue(credentials) : undefined;
      if (entry === undefined) break;
      this.#tell("sending");
      heard = await this.#sendOne(entry, credentials);
    }
    if (heard) await this.#refresh();
    await this.#rest();
  }

  /** The oldest photo of this person that is due. */
  async #nextDue({ person }: Credentials): Promise<Entry | undefined> {
    const now = this.#ports.clock.now();
    const due = (await this.#waiting(person.id)).filter(({ nextTryAt }) => nextTryAt === null || nextTryAt <= now);
    return due.at(-1);
  }

  async #waiting(person: string): Promise<Entry[]> {
    const entries = await this.#ports.outbox.list();
    return entries.filter(({ state, owner }) => state === "queued" && owner.id === person);
  }

  /** Bring one photo as far as it goes. Resolves to whether anybody answered. */
  async #sendOne(entry: Entry, credentials: Credentials): Promise<boolean> {
    const { outbox } = this.#ports;
    await outbox.change(entry.id, { state: "sending" });
    try {
      return await this.#decide(entry, await this.#transfer(entry, credentials), credentials);
    } catch (error) {
      if (!(error instanceof OfflineError)) throw error;
      return this.#later(entry, { kind: "later", answered: false, retryAfterMs: null });
    }
  }

  async #transfer(entry: Entry, { token }: Credentials): Promise<Sent> {
    const { outbox, fetch, api, clock } = this.#ports;
    const bytes = await outbox.bytes(entry.id);
    if (bytes === null) return { kind: "arrived" };
    const way = { fetch, endpoint: `${api.origin}/api/v1/uploads/`, token, chunk: this.#chunk, now: () => clock.now() };
    return send(entry, bytes, way, {
      begun: async (uploadUrl) => void (await outbox.change(entry.id, { uploadUrl, sentBytes: 0 })),
      taken: async (sentBytes) => {
        this.#heard();
        // Whoever gets on is not on a dead link: the next cut waits two seconds again, not minutes.
        const further = sentBytes > entry.sentBytes;
        await outbox.change(entry.id, further ? { sentBytes, attempts: 0 } : { sentBytes });
      },
    });
  }

  async #decide(entry: Entry, sent: Sent, credentials: Credentials): Promise<boolean> {
    switch (sent.kind) {
      case "arrived":
        return this.#prove(entry, credentials);
      case "signed_out":
        return this.#signedOut(entry, credentials);
      case "gone":
        return this.#later(entry, { kind: "later", answered: true, retryAfterMs: null }, true);
      case "damaged":
        return this.#damaged(entry);
      case "refused":
        return sent.problem.status === 409
          ? this.#lookUp(entry, sent.problem, credentials)
          : this.#hold(entry, sent.problem);
      case "later":
        return this.#later(entry, sent);
    }
  }

  /** Fetch the evidence and let the picture go for its receipt; without a proof it stays, and is asked for again. */
  async #prove(entry: Entry, credentials: Credentials): Promise<boolean> {
    const answer = await this.#ask(entry, credentials);
    if (answer.status === 401) return this.#signedOut(entry, credentials);
    if (answer.status === 404) return this.#missing(entry, answer);
    if (answer.status !== 200) return this.#later(entry, later(answer));
    if (await this.#settle(entry, answer.body)) return true;
    // What is on record never changes, so no later receipt could be for this picture.
    if (isOfOthers(answer.body, entry)) return this.#stop(entry, "other_bytes");
    return this.#later(entry, later(answer), false, "receipt");
  }

  /** The bytes changed on their way, or on this phone's disk, where no other try could help. */
  async #damaged(entry: Entry): Promise<boolean> {
    const bytes = await this.#ports.outbox.bytes(entry.id);
    const whole = bytes !== null && (await sha256Hex(bytes)) === entry.sha256;
    return whole
      ? this.#later(entry, { kind: "later", answered: true, retryAfterMs: null }, true)
      : this.#stop(entry, "picture_gone");
  }

  /** The server does not have it after all. If a damaged disk has lost the picture too, a person must know. */
  async #missing(entry: Entry, answer: Answer): Promise<boolean> {
    const { outbox } = this.#ports;
    if ((await outbox.bytes(entry.id)) !== null) return this.#later(entry, later(answer), true);
    return this.#stop(entry, "picture_gone");
  }

  /** The id is taken. If it is by these very bytes, an earlier try of ours had come through. */
  async #lookUp(entry: Entry, problem: Problem, credentials: Credentials): Promise<boolean> {
    const answer = await this.#ask(entry, credentials);
    if (answer.status === 401) return this.#signedOut(entry, credentials);
    if (answer.status >= 500) return this.#later(entry, later(answer));
    const ours = (answer.body as { sha256?: unknown } | null)?.sha256 === entry.sha256;
    if (answer.status === 200 && ours && (await this.#settle(entry, answer.body))) return true;
    return this.#hold(entry, problem);
  }

  async #settle(entry: Entry, document: unknown): Promise<boolean> {
    const receipt = (document as { receipt?: unknown } | null)?.receipt;
    const expected = { evidence: entry.id, sha256: entry.sha256, size: entry.size };
    const proven = await prove(receipt, expected, this.#ports.keys);
    if (proven === null) return false;
    await this.#ports.outbox.settle(proven, judgementOf(document));
    // A whole photo came through, so the network is back; browsers do not always say so.
    await this.#ports.outbox.hasten();
    return true;
  }

  async #ask({ id }: Entry, { token }: Credentials): Promise<Answer> {
    const answer = await this.#ports.api.ask("GET", `/api/v1/evidence/${id}`, token);
    this.#heard();
    return answer;
  }

  async #later(
    { id, attempts: before }: Entry,
    { answered, retryAfterMs }: Extract<Sent, { kind: "later" }>,
    anew = false,
    why: "network" | "server" | "receipt" = answered ? "server" : "network",
  ): Promise<boolean> {
    const { outbox, clock, random } = this.#ports;
    // Bytes that were taken and must all go again were no progress: only then does the wait still grow.
    const attempts = Math.max((await outbox.get(id))?.attempts ?? 0, anew ? before : 0) + 1;
    await outbox.change(id, {
      state: "queued",
      attempts,
      nextTryAt: clock.now() + backOffMs(attempts, random(), retryAfterMs),
      trouble: { key: why, detail: "" },
      ...(anew ? { uploadUrl: null, sentBytes: 0 } : {}),
    });
    return answered;
  }

  async #hold({ id }: Entry, { detail, title, errors }: Problem): Promise<boolean> {
    const sentence = errors[0]?.detail && !detail ? errors[0].detail : detail || title;
    await this.#ports.outbox.change(id, { state: "held", nextTryAt: null, trouble: { key: null, detail: sentence } });
    return true;
  }

  /** Hold a photo for what this phone itself found; the sentence is i18n's. */
  async #stop({ id }: Entry, key: "picture_gone" | "other_bytes"): Promise<boolean> {
    await this.#ports.outbox.change(id, { state: "held", nextTryAt: null, trouble: { key, detail: "" } });
    return true;
  }

  /** The photo waits for its owner's next sign-in; it was not its fault, so no attempt is counted. */
  async #signedOut({ id }: Entry, { token }: Credentials): Promise<boolean> {
    await this.#ports.outbox.change(id, { state: "queued", nextTryAt: null, trouble: { key: "sign_in", detail: "" } });
    await this.#ports.expired(token);
    return true;
  }

  /** Learn later verdicts: what a worker found in the pixels, what a person decided. */
  async #refresh(): Promise<void> {
    const { outbox, session, clock } = this.#ports;
    const credentials = await session();
    if (credentials === null) return;
    const due = (await outbox.list()).filter((entry) => isStale(entry, credentials.person.id, clock.now()));
    for (const entry of due.slice(0, REFRESHED_AT_ONCE)) {
      try {
        const { status, body } = await this.#ask(entry, credentials);
        if (status === 401) return await this.#ports.expired(credentials.token);
        const news = status === 200 ? judgementOf(body) : {};
        await outbox.change(entry.id, { ...news, refreshedAt: clock.now() });
      } catch (error) {
        if (!(error instanceof OfflineError)) throw error;
        return;
      }
    }
  }

  /** Sleep until the next photo is due, or the next verdict may have changed. */
  async #rest(): Promise<void> {
    const { session, clock, outbox } = this.#ports;
    const credentials = await session();
    if (credentials === null) return this.#tell("signed_out");
    const waiting = await this.#waiting(credentials.person.id);
    const now = clock.now();
    const next = Math.min(...waiting.map(({ nextTryAt }) => nextTryAt ?? now));
    const fresh = (await outbox.list()).some((entry) => mayChange(entry, credentials.person.id, now));
    if (Number.isFinite(next)) this.#wakeAfter(Math.max(next - now, 0));
    else if (fresh) this.#wakeAfter(REFRESH_EVERY_MS);
    this.#tell(waiting.length ? "waiting" : "idle");
  }

  #wakeAfter(ms: number): void {
    this.#stopTimer();
    this.#stopTimer = this.#ports.clock.after(ms, () => this.#go(false));
  }

  #heard(): void {
    this.#status = { ...this.#status, lastHeardAt: this.#ports.clock.now() };
  }

  #tell(phase: SyncStatus["phase"]): void {
    this.#status = { ...this.#status, phase };
    for (const changed of this.#watchers) changed();
  }
}

const later = ({ retryAfterMs }: Answer): Extract<Sent, { kind: "later" }> => ({
  kind: "later",
  answered: true,
  retryAfterMs,
});

/** Whether an evidence document is of other bytes than these. */
function isOfOthers(document: unknown, { sha256 }: Entry): boolean {
  const recorded = (document as { sha256?: unknown } | null)?.sha256;
  return typeof recorded === "string" && recorded !== sha256;
}

function mayChange(entry: Entry, person: string, now: number): boolean {
  return entry.receipt !== null && entry.owner.id === person && now - entry.addedAt < REFRESH_FOR_MS;
}

function isStale(entry: Entry, person: string, now: number): boolean {
  return mayChange(entry, person, now) && now - (entry.refreshedAt ?? 0) >= REFRESH_EVERY_MS;
}

/** What an evidence document says of a photo. */
export function judgementOf(document: unknown): Judgement {
  const { state, grade, advice, findings } = (document ?? {}) as Record<string, unknown>;
  return {
    state: STANDING[String(state)] ?? "safe",
    grade: typeof grade === "string" ? grade : null,
    advice: typeof advice === "string" ? advice : null,
    findings: Array.isArray(findings) ? findings.map(findingOf) : [],
  };
}

function findingOf({ check, outcome, message }: Finding): Finding {
  return { check, outcome, message };
}

/** The browser's own clock. */
export const realClock: Clock = {
  now: () => Date.now(),
  after(ms, wake) {
    const timer = setTimeout(wake, ms);
    return () => clearTimeout(timer);
  },
};

/** The browser's own Web Locks. */
export function webLocks(manager: LockManager): Locks {
  return {
    ifFree: (name, work) =>
      manager.request(name, { ifAvailable: true }, async (lock) => {
        if (lock === null) return false;
        await work();
        return true;
      }),
  };
}
