/**
 * What all tabs of the app and its worker agree on by name, and the quiet moment in which an update may happen:
 * nobody captures, nobody sends, in any tab.
 */

import { SENDING } from "./core/sync";

/** By this channel tabs and worker tell each other that the outbox changed. */
export const OUTBOX_CHANNEL = "saksi-outbox";
/** Held, together with others, by every tab in which a photo is being taken or kept. */
export const CAPTURING = "saksi-capture";
/** The tag of the sync that the browser is asked for. */
export const SYNC_TAG = "saksi-send";

/** Say for all tabs that a photo is being taken; resolves when `work` does. */
export async function whileCapturing<Result>(
  work: () => Promise<Result>,
  locks: LockManager | undefined = navigator.locks,
): Promise<Result> {
  return locks === undefined ? work() : locks.request(CAPTURING, { mode: "shared" }, () => work());
}

/**
 * Do `work` while nobody captures and nobody sends, and nobody can begin; false where somebody does just now.
 *
 * A browser without Web Locks has one tab, whose own busy mark the caller has looked at.
 */
export async function inAQuietMoment(
  work: () => Promise<void>,
  locks: LockManager | undefined = navigator.locks,
): Promise<boolean> {
  if (locks === undefined) {
    await work();
    return true;
  }
  const alone = { ifAvailable: true } as const;
  let done = false;
  await locks.request(CAPTURING, alone, async (capture) => {
    if (capture === null) return;
    await locks.request(SENDING, alone, async (sending) => {
      if (sending === null) return;
      await work();
      done = true;
    });
  });
  return done;
}
