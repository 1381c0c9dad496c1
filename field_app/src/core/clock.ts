/**
 * The phone's clock against the server's, measured at every answer that is dated, and honest about what is not known.
 *
 * An answer bounds the offset from both sides, however slow it was: the server wrote its time between the asking and
 * the hearing. Bounds that overlap narrow each other; bounds that do not mean that the clock was moved. Between answers
 * a clock that runs steadily beside it tells of a jump. That one may stand still while a phone sleeps, so a gap
 * forward that nobody watched is no certainty either way.
 */

import type { Fetch } from "./api";
import type { FieldDatabase } from "./database";

/** The clocks of this phone. */
interface Clocks {
  /** Milliseconds since 1970, as the phone believes. */
  readonly now: () => number;
  /** Milliseconds since any instant; nobody can set it. */
  readonly steady: () => number;
  /** Whether the app is in front, so that the phone does not sleep. */
  readonly awake: () => boolean;
}

/** Server minus phone, and whether nothing has shaken it since; for the screens, which say more than an envelope may. */
export interface ClockReading {
  readonly offsetMs: number | null;
  readonly sure: boolean;
}

interface Measure {
  readonly lowMs: number;
  readonly highMs: number;
  /** When, by the phone's clock. */
  readonly atMs: number;
  /** Whether the clock has not jumped since. */
  readonly honest: boolean;
}

const KEPT = "clock";
const DATE_RESOLUTION_MS = 1000;
const JUMP_MS = 2000;
/** How far a phone's quartz may run off, as a share of the time that passed. */
const DRIFT = 1e-4;

export class PhoneClock {
  readonly #database: FieldDatabase;
  readonly #clocks: Clocks;
  #measure: Measure | null = null;
  #skew: number;
  #written: Promise<unknown> = Promise.resolve();

  constructor(database: FieldDatabase, clocks: Clocks) {
    this.#database = database;
    this.#clocks = clocks;
    this.#skew = this.#skewNow();
  }

  /** Read the last measure; one from the future tells that the clock was set back since. */
  async load(): Promise<this> {
    const kept = ((await this.#database.get("settings", KEPT)) as Measure | undefined) ?? null;
    const back = kept !== null && kept.atMs > this.#clocks.now() + JUMP_MS;
    this.#measure = back ? { ...kept, honest: false } : kept;
    return this;
  }

  /** Server minus phone in milliseconds by the last honest measure; null before the first and after a jump. */
  offsetMs(): number | null {
    const { offsetMs, sure } = this.reading();
    return sure ? offsetMs : null;
  }

  reading(): ClockReading {
    this.look();
    if (this.#measure === null) return { offsetMs: null, sure: false };
    const { lowMs, highMs, honest } = this.#measure;
    return { offsetMs: Math.round((lowMs + highMs) / 2), sure: honest };
  }

  /** The server's time as nearly as it is known. */
  serverNow(): number {
    return this.#clocks.now() + (this.reading().offsetMs ?? 0);
  }

  /** Has the clock jumped since the last look? `awake`: whether somebody watched all the while. */
  look(awake = this.#clocks.awake()): void {
    const jumpMs = this.#skewNow() - this.#skew;
    if (Math.abs(jumpMs) <= JUMP_MS) return;
    this.#skew += jumpMs;
    if (this.#measure === null) return;
    // A sleeping phone's steady clock falls behind; nothing but a hand sets a clock back.
    const movedMs = awake || jumpMs < 0 ? jumpMs : 0;
    const { lowMs, highMs } = this.#measure;
    this.#keep({ ...this.#measure, lowMs: lowMs - movedMs, highMs: highMs - movedMs, honest: false });
  }

  /** The server's clock showed `serverMs`, cut to `resolutionMs`, between two instants of the phone's. */
  heard(serverMs: number, resolutionMs: number, askedMs: number, heardMs: number): void {
    if (!Number.isFinite(serverMs)) return;
    this.look();
    const fresh = { lowMs: serverMs - heardMs, highMs: serverMs + resolutionMs - askedMs, atMs: heardMs, honest: true };
    this.#keep(this.#measure?.honest ? narrowed(this.#measure, fresh) : fresh);
  }

  /** The same network, whose dated answers are heard; what may have come out of a cache is not. */
  listening(fetch: Fetch): Fetch {
    return async (url, init) => {
      const [askedMs, skew] = [this.#clocks.now(), this.#skewNow()];
      const response = await fetch(url, init);
      const moved = Math.abs(this.#skewNow() - skew) > JUMP_MS;
      const date = response.headers.get("Date");
      if (date !== null && !moved && isFresh(init)) {
        this.heard(Date.parse(date), DATE_RESOLUTION_MS, askedMs, this.#clocks.now());
      }
      return response;
    };
  }

  /** Resolves when what was measured is kept. */
  async settled(): Promise<void> {
    await this.#written;
  }

  #skewNow(): number {
    return this.#clocks.now() - this.#clocks.steady();
  }

  #keep(measure: Measure): void {
    this.#measure = measure;
    // A measure that cannot be kept still holds in this tab.
    this.#written = this.#database.put("settings", measure, KEPT).catch(() => undefined);
  }
}

/** What two measures allow together; where they contradict each other, the later one is right. */
function narrowed(before: Measure, fresh: Measure): Measure {
  const slackMs = Math.abs(fresh.atMs - before.atMs) * DRIFT;
  const lowMs = Math.max(before.lowMs - slackMs, fresh.lowMs);
  const highMs = Math.min(before.highMs + slackMs, fresh.highMs);
  return lowMs <= highMs ? { ...fresh, lowMs, highMs } : fresh;
}

function isFresh({ method = "GET", cache }: RequestInit): boolean {
  return cache === "no-store" || !["GET", "HEAD"].includes(method.toUpperCase());
}
