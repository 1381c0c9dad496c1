/** How much to send at once, and how long to wait before trying again. Pure arithmetic; the clock is the caller's. */

const LEAST_BYTES = 64 * 1024;
const MOST_BYTES = 4 * 1024 * 1024;
const AIM_S = 4;

/** Bytes of the next chunk: as many as take about four seconds on the link as it was lately. */
export class ChunkSize {
  readonly #least: number;
  readonly #most: number;
  #bytes: number;

  constructor(least = LEAST_BYTES, most = MOST_BYTES) {
    this.#least = least;
    this.#most = most;
    this.#bytes = Math.min(4 * least, most);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** A chunk of this many bytes was taken after this long. One step never more than doubles. */
  took(bytes: number, seconds: number): void {
    const fitting = (bytes / Math.max(seconds, 0.001)) * AIM_S;
    // A short last chunk is all latency: what came in time is no reason for smaller ones.
    if (fitting < this.#bytes && seconds < AIM_S) return;
    this.#set(Math.min(fitting, 2 * this.#bytes));
  }

  /** A chunk was lost on its way. */
  lost(): void {
    this.#set(this.#bytes / 2);
  }

  #set(bytes: number): void {
    this.#bytes = Math.round(Math.min(Math.max(bytes, this.#least), this.#most));
  }
}

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 300_000;

/**
 * Milliseconds before the next try after `attempts` vain ones in a row: doubling from two seconds to five minutes.
 *
 * `random` (0 … 1) spreads the phones of a whole site that come back into signal together; a server's own
 * Retry-After is never undercut.
 */
export function backOffMs(attempts: number, random: number, retryAfterMs: number | null): number {
  const wait = Math.min(FIRST_WAIT_MS * 2 ** Math.max(attempts - 1, 0), LONGEST_WAIT_MS);
  return Math.round(Math.max(wait * (0.5 + random / 2), retryAfterMs ?? 0));
}
