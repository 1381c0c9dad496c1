/** The few calls that the shell makes by itself; photos go by the core's sync. */
import { assignmentsOf, type DeviceDocument, devicesOf, jsonValue, sessionOf } from "../core/documents";
import type { Assignments, Credentials } from "../ports";

export type { DeviceDocument } from "../core/documents";

/** Why a call came to nothing, as far as a screen can say something about it. */
type Failure = "offline" | "signed_out" | "refused" | "too_many" | "server";

export class ApiError extends Error {
  constructor(readonly failure: Failure) {
    super(failure);
  }
}

const PATIENCE_MS = 20_000;

type Network = (address: string, options: RequestInit) => Promise<Response>;
let network: Network = (address, options) => fetch(address, options);

/** Ask through a network of somebody's who listens to the answers' dates. */
export function askThrough(listening: Network): void {
  network = listening;
}

/** Begin a session. */
export async function signIn(email: string, password: string): Promise<Credentials> {
  return read(await call("/api/v1/session", { method: "POST", json: { email, password } }), sessionOf);
}

/** End the session at the server. Resolves to whether it has ended, now or before: its token is then worth nothing. */
export async function signOut(token: string): Promise<boolean> {
  try {
    await call("/api/v1/session", { method: "DELETE", token });
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return error.failure === "signed_out";
  }
}

/** The assignments, or null where those of `etag` still hold. */
export async function fetchAssignments(
  token: string,
  etag: string | null,
): Promise<{ etag: string | null; document: Assignments } | null> {
  const headers: Record<string, string> = etag === null ? {} : { "If-None-Match": etag };
  const answer = await call("/api/v1/assignments", { token, headers });
  if (answer.status === 304) return null;
  return { etag: answer.headers.get("ETag"), document: await read(answer, assignmentsOf) };
}

/** A picture of the server's, by the address it gave. */
export async function fetchPicture(token: string, address: string): Promise<Blob> {
  return (await call(address, { token, headers: { Accept: "image/*" } })).blob();
}

export async function fetchDevices(token: string): Promise<readonly DeviceDocument[]> {
  return read(await call("/api/v1/devices", { token }), devicesOf);
}

export async function revokeDevice(token: string, id: string): Promise<void> {
  await call(`/api/v1/devices/${id}`, { method: "DELETE", token });
}

interface Asked {
  readonly method?: string;
  readonly token?: string;
  readonly headers?: Record<string, string>;
  readonly json?: unknown;
}

async function call(address: string, asked: Asked): Promise<Response> {
  const headers = new Headers(asked.headers);
  if (asked.token !== undefined) headers.set("Authorization", `Bearer ${asked.token}`);
  if (asked.json !== undefined) headers.set("Content-Type", "application/json");
  const answer = await reached(address, {
    method: asked.method ?? "GET",
    headers,
    body: asked.json === undefined ? null : JSON.stringify(asked.json),
    cache: "no-store",
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!answer.ok && answer.status !== 304) throw new ApiError(failureOf(answer.status, asked.token !== undefined));
  return answer;
}

/** The document in an answer; one that is none is a fault of whoever answered. */
async function read<Document>(answer: Response, reader: (body: unknown) => Document | null): Promise<Document> {
  const document = reader(jsonValue(await whole(answer)));
  if (document === null) throw new ApiError("server");
  return document;
}

async function whole(answer: Response): Promise<string> {
  try {
    return await answer.text();
  } catch {
    // Cut off in its midst: to the person that is no network.
    throw new ApiError("offline");
  }
}

async function reached(address: string, options: RequestInit): Promise<Response> {
  try {
    return await network(address, options);
  } catch {
    throw new ApiError("offline");
  }
}

function failureOf(status: number, withToken: boolean): Failure {
  if (status === 401) return withToken ? "signed_out" : "refused";
  if (status === 429) return "too_many";
  return status >= 500 ? "server" : "refused";
}
