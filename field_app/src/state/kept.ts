/**
 * What the shell keeps on the phone: who is signed in, the assignments as last fetched, the "before" photos.
 *
 * It is a database of its own. Photos on their way live in the outbox's, which nothing here opens or deletes.
 */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Assignments, Credentials } from "../ports";

/** The assignments with what is needed to ask whether they changed. */
export interface KeptAssignments {
  readonly etag: string | null;
  readonly fetchedAtMs: number;
  readonly document: Assignments;
}

interface Schema extends DBSchema {
  session: { key: "current"; value: Credentials };
  assignments: { key: string; value: KeptAssignments };
  ghosts: { key: string; value: Blob };
}

export interface Kept {
  session(): Promise<Credentials | null>;
  keepSession(credentials: Credentials | null): Promise<void>;
  assignments(person: string): Promise<KeptAssignments | null>;
  keepAssignments(person: string, kept: KeptAssignments): Promise<void>;
  ghost(evidence: string): Promise<Blob | null>;
  keepGhost(evidence: string, picture: Blob): Promise<void>;
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
    session: async () => (await database.get("session", "current")) ?? null,
    keepSession: async (credentials) => {
      if (credentials === null) await database.delete("session", "current");
      else await database.put("session", credentials, "current");
    },
    assignments: async (person) => (await database.get("assignments", person)) ?? null,
    keepAssignments: async (person, kept) => {
      await database.put("assignments", kept, person);
    },
    ghost: async (evidence) => (await database.get("ghosts", evidence)) ?? null,
    keepGhost: async (evidence, picture) => {
      await database.put("ghosts", picture, evidence);
    },
    close: () => database.close(),
  };
}
