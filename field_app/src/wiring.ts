/** Joins the core to this browser: its database, clock, locks and network. The only place that knows both. */
import { Api, type Credentials } from "./core/api";
import { Capture } from "./core/capture";
import { PhoneClock } from "./core/clock";
import { openDatabase } from "./core/database";
import { Device } from "./core/device";
import { broadcast, Outbox } from "./core/outbox";
import { PinnedKeys } from "./core/receipt";
import { type Locks, realClock, Sync } from "./core/sync";
import { askThrough } from "./net/api";
import type { Ports } from "./ports";
import { OUTBOX_CHANNEL, whileCapturing } from "./quiet";

/** What the sync asks of the shell. */
interface Shell {
  readonly session: () => Promise<Credentials | null>;
  readonly expired: (token: string) => Promise<void>;
  /** Sending met what should never happen; it is tried again by itself. */
  readonly report: (error: unknown) => void;
}

const now = () => Date.now();

/** Web Locks; a browser without them has one tab of this app at a time, as nearly as we can know. */
const locks: Locks = {
  ifFree: async (name, work) => {
    if (navigator.locks === undefined) {
      await work();
      return true;
    }
    return navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
      if (lock !== null) await work();
      return lock !== null;
    });
  },
};

export async function wire(shell: Shell): Promise<Ports> {
  const database = await openDatabase();
  const clock = new PhoneClock(database, { now, steady: () => performance.now(), awake });
  watch(clock);
  const throughNetwork = clock.listening((url, init) => fetch(url, init));
  askThrough(throughNetwork);
  const api = new Api(throughNetwork);
  const outbox = new Outbox(database, now, broadcast(new BroadcastChannel(OUTBOX_CHANNEL)));
  const device = await new Device(database, api, now, deviceName(navigator.userAgent), clock).load();
  const keys = new PinnedKeys(database, () => api.receiptKeys());
  const sync = new Sync({
    outbox,
    api,
    fetch: throughNetwork,
    keys,
    clock: realClock,
    locks,
    random: Math.random,
    ...shell,
    report: (error) => {
      // biome-ignore lint/suspicious/noConsole: where a phone is looked into, the whole error stands there.
      console.error(error);
      shell.report(error);
    },
  });
  const offsetMinutes = (instantMs: number) => -new Date(instantMs).getTimezoneOffset();
  const around = { outbox, device, version: __VERSION__, userAgent: navigator.userAgent, offsetMinutes };
  const capture = new Capture(around);
  const kept: Ports["capture"] = {
    assemble: (jpeg, facts) => whileCapturing(() => capture.assemble(jpeg, facts)),
  };
  return { outbox, sync, device, capture: kept };
}

const awake = () => document.visibilityState === "visible";
const LOOK_EVERY_MS = 1000;

/** Look often, and when the app comes to the front: by then the phone may have slept, so nobody watched. */
function watch(clock: PhoneClock): void {
  setInterval(() => clock.look(), LOOK_EVERY_MS);
  document.addEventListener("visibilitychange", () => clock.look(false));
}

/** How a person knows this phone again: "Pixel 7, Android 14", "iPhone", else the system's name. */
export function deviceName(userAgent: string): string {
  const android = /\(Linux; (Android [\d.]+); ([^;)]+)/.exec(userAgent);
  if (android) return `${android[2]?.trim()}, ${android[1]}`;
  return /iPhone|iPad|Windows|Macintosh|CrOS|Linux/.exec(userAgent)?.[0] ?? "Browser";
}
