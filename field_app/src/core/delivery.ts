/**
 * One photo's way to its receipt: what each answer of the server means for it, and when it is tried again.
 *
 * How its bytes travel is `upload`'s, what is stored the outbox's. Which photo goes when is `sync`'s.
 */

import { type Answer, type Api, type Credentials, type Fetch, OfflineError } from "./api";
import { sha256Hex } from "./bytes";
import type { Entry } from "./database";
import { type EvidenceDocument, evidenceOf, type Problem } from "./documents";
import { backOffMs, ChunkSize } from "./link";
import type { Outbox } from "./outbox";
import { type Keys, KeysAwayError, prove } from "./receipt";
import { nameOf, type Sent, send } from "./upload";
import { judgementOf } from "./verdicts";

export interface DeliveryPorts {
  readonly outbox: Outbox;
  readonly api: Api;
  readonly fetch: Fetch;
  readonly keys: Keys;
  readonly clock: { now(): number };
  /** 0 ≤ r < 1. */
  readonly random: () => number;
  /** The server no longer knows this token. */
  readonly expired: (token: string) => Promise<void>;
  /** Told of what should never happen; it is tried again by itself. */
  readonly report: (error: unknown) => void;
  readonly chunk?: ChunkSize;
}

export class Delivery {
  readonly #ports: DeliveryPorts;
  readonly #chunk: ChunkSize;

  constructor(ports: DeliveryPorts) {
    this.#ports = ports;
    this.#chunk = ports.chunk ?? new ChunkSize();
  }

  /** Bring one photo as far as it goes. Resolves to whether anybody answered. */
  async bring(entry: Entry, credentials: Credentials): Promise<boolean> {
    const { outbox } = this.#ports;
    await outbox.change(entry.id, { state: "sending" });
    try {
      return await this.#decide(entry, await this.#transfer(entry, credentials), credentials);
    } catch (error) {
      if (error instanceof KeysAwayError) return this.#later(entry, later(error), false, "unchecked");
      if (error instanceof OfflineError) {
        return this.#later(entry, { kind: "later", answered: false, retryAfterMs: null });
      }
      return this.#unforeseen(entry, error);
    }
  }

  /** An error that nobody foresaw is this photo's alone: it waits, and those behind it go on. */
  #unforeseen(entry: Entry, error: unknown): Promise<boolean> {
    this.#ports.report(error);
    return this.#later(entry, later({ retryAfterMs: null }), false, "unforeseen");
  }

  async #transfer(entry: Entry, { token }: Credentials): Promise<Sent> {
    const { outbox, fetch, api, clock } = this.#ports;
    const bytes = await outbox.bytes(entry.id);
    if (bytes === null) return { kind: "arrived" };
    const way = { fetch, endpoint: `${api.origin}/api/v1/uploads/`, token, chunk: this.#chunk, now: () => clock.now() };
    return send(entry, bytes, way, {
      begun: async (uploadUrl) => void (await outbox.change(entry.id, { uploadUrl, sentBytes: 0 })),
      taken: async (sentBytes) => {
        // Whoever gets on is not on a dead link: the next cut waits two seconds again, not minutes.
        const further = sentBytes > entry.sentBytes;
        await outbox.change(entry.id, further ? { sentBytes, attempts: 0 } : { sentBytes });
      },
    });
  }

  async #decide(entry: Entry, sent: Sent, credentials: Credentials): Promise<boolean> {
    switch (sent.kind) {
      case "arrived":
      // What the server made of an upload outlives it, and is looked for before the photo is sent once more.
      case "gone":
        return this.#prove(entry, credentials);
      case "signed_out":
        return this.#signedOut(entry, credentials);
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
    const evidence = evidenceOf(answer.body);
    if (await this.#settle(entry, evidence)) return true;
    // What is on record never changes, so no later receipt could be for this picture.
    if (evidence !== null && evidence.sha256 !== entry.sha256) return this.#stop(entry, "other_bytes");
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
    const evidence = answer.status === 200 ? evidenceOf(answer.body) : null;
    if (evidence?.sha256 === entry.sha256 && (await this.#settle(entry, evidence))) return true;
    return this.#hold(entry, problem);
  }

  async #settle(entry: Entry, evidence: EvidenceDocument | null): Promise<boolean> {
    if (evidence === null) return false;
    const expected = { evidence: entry.id, sha256: entry.sha256, size: entry.size };
    const proven = await prove(evidence.receipt, expected, this.#ports.keys);
    if (proven === null) return false;
    await this.#ports.outbox.settle(proven, judgementOf(evidence));
    // A whole photo came through, so the network is back; browsers do not always say so.
    await this.#ports.outbox.hasten();
    return true;
  }

  #ask({ id }: Entry, { token }: Credentials): Promise<Answer> {
    return this.#ports.api.evidence(id, token);
  }

  async #later(
    { id, attempts: before }: Entry,
    { answered, retryAfterMs, why: named }: Extract<Sent, { kind: "later" }>,
    anew = false,
    why: string = answered ? (named ?? "server") : "network",
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

  async #hold({ id }: Entry, problem: Problem): Promise<boolean> {
    const { detail, title, errors } = problem;
    const sentence = errors[0]?.detail && !detail ? errors[0].detail : detail || title;
    const trouble = { key: nameOf(problem), detail: sentence };
    await this.#ports.outbox.change(id, { state: "held", nextTryAt: null, trouble });
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
}

const later = ({ retryAfterMs }: Pick<Answer, "retryAfterMs">): Extract<Sent, { kind: "later" }> => ({
  kind: "later",
  answered: true,
  retryAfterMs,
});
