/**
 * Sending with every page closed: what the service worker does when the browser wakes it for a sync.
 *
 * The same outbox, rules and lock as in a page; only the waiting is the browser's. There is no screen here: a session
 * that has ended is left for the app's next opening to find out and to say.
 */
import { Api, type Credentials, type Fetch } from "./core/api";
import { type FieldDatabase, openDatabase } from "./core/database";
import { broadcast, Outbox } from "./core/outbox";
import { PinnedKeys } from "./core/receipt";
import { type Clock, type Locks, Sync } from "./core/sync";
import { OUTBOX_CHANNEL } from "./quiet";
import { endSessions } from "./state/ending";
import { openKept } from "./state/kept";

/** Something is left that could not be done now; thrown so that the browser wakes the worker again. */
export class StillWaitingError extends Error {
  override readonly name = "StillWaitingError";
}

/** What sending needs of the worker. */
export interface Worker {
  readonly fetch: Fetch;
  /** Where the server is: the worker's own origin. */
  readonly origin: string;
  readonly clock: Clock;
  readonly locks: Locks;
  readonly session: () => Promise<Credentials | null>;
}

/** Send whatever the signed-in person has waiting; throws StillWaitingError where some of it did not get through. */
export async function sendWhatWaits(outbox: Outbox, database: FieldDatabase, worker: Worker): Promise<void> {
  const api = new Api(worker.fetch, worker.origin);
  let refused: string | null = null;
  const session = async () => {
    const credentials = await worker.session();
    return credentials === null || credentials.token === refused ? null : credentials;
  };
  const faults: unknown[] = [];
  const sync = new Sync({
    ...worker,
    outbox,
    api,
    keys: new PinnedKeys(database, () => api.receiptKeys()),
    random: Math.random,
    session,
    expired: async (token) => {
      refused = token;
    },
    report: (error) => faults.push(error),
  });
  await sync.run({ hasten: true });
  const credentials = await session();
  if (credentials === null) return;
  const left = (await outbox.list()).filter(
    ({ state, owner }) => state === "queued" && owner.id === credentials.person.id,
  );
  if (left.length > 0 || faults.length > 0)
    throw new StillWaitingError(`${left.length} photos wait`, { cause: faults[0] });
}

/** The whole of it in a service worker, whose databases are closed again for whoever wants to change their shape. */
export async function sendInBackground(fetch: Fetch, origin: string, manager: LockManager): Promise<void> {
  const [kept, database] = await Promise.all([openKept(), openDatabase()]);
  const channel = new BroadcastChannel(OUTBOX_CHANNEL);
  try {
    const outbox = new Outbox(database, clock.now, broadcast(channel));
    const session = () => kept.session();
    const ended = await endSessions(kept);
    await sendWhatWaits(outbox, database, { fetch, origin, clock, locks: inTurn(manager), session });
    if (!ended) throw new StillWaitingError("a session has still to be ended");
  } finally {
    channel.close();
    database.close();
    kept.close();
  }
}

/** A worker is put to sleep when it has nothing to do, so no timer would wake it: the browser does. */
const clock: Clock = { now: () => Date.now(), after: () => () => undefined };

/** A page that is sending is waited for and not left to its luck: if it is closed meanwhile, the worker goes on. */
function inTurn(manager: LockManager): Locks {
  return {
    ifFree: async (name, work) => {
      await manager.request(name, work);
      return true;
    },
  };
}
