/**
 * What the shell keeps on the phone: who is signed in, the assignments as last fetched, the "before" photos.
 *
 * It is a database of its own. Photos on their way live in the outbox's, which nothing here opens or deletes.
 */
import { type DBSchema, type IDBPDatabase, type IDBPObjectStore, openDB } from "idb";
import type { Assignments, Credentials, Ghost } from "../ports";

/** The assignments with what is needed to ask whether they changed. */
interface KeptAssignments {
  readonly etag: string | null;
  readonly fetchedAtMs: number;
  readonly document: Assignments;
}

/** Who signed in last and did not sign out; `ended` where the server no longer knows their token. */
interface LastSession extends Credentials {
  readonly ended?: boolean;
}

interface Schema extends DBSchema {
  /** Who is signed in, under "current"; the tokens that the server has still to end, under "ending". */
  session: { key: "current" | "ending"; value: LastSession | readonly string[] };
  assignments: { key: string; value: KeptAssignments };
  ghosts: { key: string; value: Blob };
}

export interface Kept {
  /** Who may talk to the server, which is nobody once their session has ended. */
  session(): Promise<Credentials | null>;
  /** Whose phone this is, also after their session has ended. */
  lastSession(): Promise<LastSession | null>;
  /** The server no longer knows this token; its person goes on without one. */
  endSession(token: string): Promise<void>;
  keepSession(credentials: Credentials | null): Promise<void>;
  /** Nobody is signed in any more, and the token is kept for one thing: to end its session at the server. */
  putAside(token: string): Promise<void>;
  /** The tokens that were put aside. */
  ending(): Promise<readonly string[]>;
  /** The server has ended the session: forget its token. */
  forget(token: string): Promise<void>;
  assignments(person: string): Promise<KeptAssignments | null>;
  keepAssignments(person: string, kept: KeptAssignments): Promise<void>;
  ghost(evidence: string): Promise<Blob | null>;
  keepGhost(evidence: string, picture: Blob): Promise<void>;
  /** Let go of the photos from before that no kept assignments name. */
  dropGhosts(): Promise<void>;
  close(): void;
}

/** Open the shell's database; `name` is other than the usual one in tests alone. */
export async function openKept(name = "saksi-shell"): Promise<Kept> {
  return keeper(await openDB<Schema>(name, 1, { upgrade }));
}

function upgrade(database: IDBPDatabase<Schema>): void {
  database.createObjectStore("session");
  database.createObjectStore("assignments");
  database.createObjectStore("ghosts");
}

function keeper(database: IDBPDatabase<Schema>): Kept {
  return {
    session: async () => {
      const last = await lastSession(database);
      return last?.ended ? null : last;
    },
    lastSession: () => lastSession(database),
    endSession: (token) => endSession(database, token),
    keepSession: async (credentials) => {
      if (credentials === null) await database.delete("session", "current");
      else await database.put("session", credentials, "current");
    },
    putAside: (token) =>
      changeEnding(database, (tokens, store) => {
        void store.delete("current");
        return [...tokens.filter((other) => other !== token), token];
      }),
    ending: async () => tokensOf(await database.get("session", "ending")),
    forget: (token) => changeEnding(database, (tokens) => tokens.filter((other) => other !== token)),
    assignments: async (person) => (await database.get("assignments", person)) ?? null,
    keepAssignments: async (person, kept) => {
      await database.put("assignments", kept, person);
    },
    ghost: async (evidence) => (await database.get("ghosts", evidence)) ?? null,
    keepGhost: async (evidence, picture) => {
      await database.put("ghosts", picture, evidence);
    },
    dropGhosts: () => dropGhosts(database),
    close: () => database.close(),
  };
}

/** Every photo from before that these assignments name. */
export function ghostsOf({ projects }: Assignments): Ghost[] {
  const requirements = projects.flatMap((project) => project.milestones.flatMap((each) => each.requirements));
  return requirements.flatMap(({ ghost }) => ghost ?? []);
}

async function dropGhosts(database: IDBPDatabase<Schema>): Promise<void> {
  const kept = await database.getAll("assignments");
  const named = new Set(kept.flatMap(({ document }) => ghostsOf(document)).map(({ evidence }) => evidence));
  for (const evidence of await database.getAllKeys("ghosts"))
    if (!named.has(evidence)) await database.delete("ghosts", evidence);
}

async function lastSession(database: IDBPDatabase<Schema>): Promise<LastSession | null> {
  return ((await database.get("session", "current")) as LastSession | undefined) ?? null;
}

/** In one transaction: whoever signed in meanwhile, in another tab say, has a token of their own. */
async function endSession(database: IDBPDatabase<Schema>, token: string): Promise<void> {
  const transaction = database.transaction("session", "readwrite");
  const last = (await transaction.store.get("current")) as LastSession | undefined;
  if (last?.token === token) await transaction.store.put({ ...last, ended: true }, "current");
  await transaction.done;
}

type Change = (
  tokens: readonly string[],
  store: IDBPObjectStore<Schema, ["session"], "session", "readwrite">,
) => readonly string[];

/** Change the tokens that were put aside, in one transaction, as another tab or the worker may do so too. */
async function changeEnding(database: IDBPDatabase<Schema>, change: Change): Promise<void> {
  const transaction = database.transaction("session", "readwrite");
  const tokens = change(tokensOf(await transaction.store.get("ending")), transaction.store);
  await transaction.store.put(tokens, "ending");
  await transaction.done;
}

const tokensOf = (stored: unknown): readonly string[] => (stored ?? []) as readonly string[];
