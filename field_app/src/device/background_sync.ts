/**
 * Background Sync: the browser is asked to wake the service worker once there is a network, also with the app closed.
 *
 * Chromium has it; Safari and Firefox do not, and there photos go when the app is opened or finds a network.
 */
import type { OutboxEntry } from "../ports";
import { SYNC_TAG } from "../quiet";

interface SyncManager {
  register(tag: string): Promise<void>;
}

/**
 * What to call with the outbox whenever it changes: asks the browser once for each photo that begins to wait.
 *
 * Not at every change: while there is a network the browser answers each question at once by waking the worker.
 */
export function asker(ask: () => Promise<unknown> = askForSync): (entries: readonly OutboxEntry[]) => void {
  const asked = new Set<string>();
  return (entries) => {
    const fresh = entries.filter(({ id, state }) => state === "queued" && !asked.has(id));
    for (const { id } of fresh) asked.add(id);
    if (fresh.length > 0) void ask();
  };
}

/** Ask the browser; false where it has no such thing, or the person has turned it off. */
export async function askForSync(container = navigator.serviceWorker): Promise<boolean> {
  const registration = await container?.ready;
  const sync = (registration as { readonly sync?: SyncManager } | undefined)?.sync;
  if (sync === undefined) return false;
  try {
    await sync.register(SYNC_TAG);
    return true;
  } catch {
    // Refused by a setting of the browser: photos go while the app is open, as on other browsers.
    return false;
  }
}
