/**
 * One photo to the server by tus, once: begun or gone on with where the server says it stands.
 *
 * tus-js-client speaks the protocol and retries nothing, as that is the outbox's. What an answer means for the
 * photo is told in `Sent`; nothing is stored here.
 */

import { type HttpRequest, type HttpResponse, Upload } from "tus-js-client";
import { type Fetch, retryAfterMs } from "./api";
import type { Entry } from "./database";
import { type Problem, problemOf } from "./documents";
import type { ChunkSize } from "./link";
import { FetchStack } from "./stack";

/** What became of one try. */
export type Sent =
  /** The server has every byte and made evidence of it. */
  | { readonly kind: "arrived" }
  /** Nobody is signed in as far as the server is concerned. */
  | { readonly kind: "signed_out" }
  /** The server does not want it, and says why. */
  | { readonly kind: "refused"; readonly problem: Problem }
  /** What was sent is no longer there; begin anew. */
  | { readonly kind: "gone" }
  /** What arrived is not what was hashed here; the server recorded nothing. */
  | { readonly kind: "damaged" }
  /** Nobody answered, or the server could not just now. */
  | {
      readonly kind: "later";
      readonly answered: boolean;
      readonly retryAfterMs: number | null;
      readonly why?: string | null;
    };

/** What is told on the way; each is awaited before the next byte leaves. */
export interface Progress {
  begun(url: string): Promise<void>;
  taken(bytes: number): Promise<void>;
}

export interface Way {
  readonly fetch: Fetch;
  readonly endpoint: string;
  readonly token: string;
  readonly chunk: ChunkSize;
  readonly now: () => number;
}

/** Send a photo as far as it goes. Never rejects for what a server or a network does, and always settles. */
export function send(entry: Entry, bytes: ArrayBuffer, way: Way, progress: Progress): Promise<Sent> {
  return new Promise((resolve, reject) => new Try(entry, bytes, way, progress, { resolve, reject }).start());
}

/** How a try ends: by what became of it, or by an error that nobody foresaw. */
interface End {
  readonly resolve: (sent: Sent) => void;
  readonly reject: (error: unknown) => void;
}

class Try {
  readonly #way: Way;
  readonly #progress: Progress;
  readonly #upload: Upload;
  readonly #size: number;
  #sentAt = 0;
  #last: { readonly method: string; readonly response: HttpResponse } | null = null;

  constructor(entry: Entry, bytes: ArrayBuffer, way: Way, progress: Progress, { resolve, reject }: End) {
    this.#way = way;
    this.#progress = progress;
    this.#size = bytes.byteLength;
    this.#upload = new Upload(new Blob(), {
      endpoint: way.endpoint,
      uploadUrl: entry.uploadUrl,
      headers: { Authorization: `Bearer ${way.token}` },
      metadata: {
        evidence_id: entry.id,
        claim: entry.claim,
        filetype: entry.mediaType,
        filename: `${entry.id}.${entry.mediaType.split("/")[1] ?? "jpeg"}`,
      },
      chunkSize: way.chunk.bytes,
      retryDelays: null,
      onShouldRetry: () => false,
      storeFingerprintForResuming: false,
      fingerprint: async () => entry.id,
      httpStack: new FetchStack(way.fetch),
      fileReader: { openFile: async () => sourceOf(bytes) },
      onBeforeRequest: () => {
        this.#sentAt = way.now();
      },
      onAfterResponse: (request, response) => this.#answered(request, response),
      onSuccess: () => resolve({ kind: "arrived" }),
      onError: () => void this.#failed().then(resolve, reject),
    });
  }

  start(): void {
    this.#upload.start();
  }

  /** Keep what the server says before the next request; throwing stops the library's own ideas about it. */
  async #answered(request: HttpRequest, response: HttpResponse): Promise<void> {
    const [method, status] = [request.getMethod(), response.getStatus()];
    this.#last = { method, response };
    // The library would begin anew after any refusal of its HEAD; here that is for the outbox to say.
    if (status < 200 || status > 299) throw new Error(`${method} was answered ${status}`);
    if (method === "POST") {
      const location = response.getHeader("Location");
      if (location !== undefined) await this.#progress.begun(new URL(location, absolute(this.#way.endpoint)).href);
      return;
    }
    const offset = Number(response.getHeader("Upload-Offset"));
    if (!Number.isSafeInteger(offset) || offset < 0 || offset > this.#size) throw new Error("the offset is no offset");
    if (method === "PATCH") this.#measure(request, offset);
    await this.#progress.taken(offset);
  }

  #measure(request: HttpRequest, offset: number): void {
    const bytes = offset - Number(request.getHeader("Upload-Offset") ?? offset);
    this.#way.chunk.took(bytes, (this.#way.now() - this.#sentAt) / 1000);
    this.#upload.options.chunkSize = this.#way.chunk.bytes;
  }

  /** Not the library's word for it: what was answered last is known here, and otherwise nobody answered. */
  async #failed(): Promise<Sent> {
    const last = this.#last;
    const status = last?.response.getStatus() ?? 0;
    if (last === null || (status >= 200 && status <= 299)) return this.#unanswered();
    const sent = meaning(last.method, last.response);
    return sent.kind === "gone" && last.method === "HEAD" ? this.#askWhy() : sent;
  }

  /** An answer to HEAD has no sentence; one to no bytes at all has, and is what the last byte was answered with. */
  async #askWhy(): Promise<Sent> {
    const { url, options } = this.#upload;
    const request = new FetchStack(this.#way.fetch).createRequest("PATCH", url ?? "");
    const headers = { ...options.headers, "Tus-Resumable": "1.0.0", "Upload-Offset": String(this.#size) };
    for (const [name, value] of Object.entries(headers)) request.setHeader(name, value);
    request.setHeader("Content-Type", "application/offset+octet-stream");
    try {
      return meaning("PATCH", await request.send(new Uint8Array(0)));
    } catch {
      // No whole answer came, whatever the browser calls that: it is asked for again.
      return this.#unanswered();
    }
  }

  #unanswered(): Sent {
    this.#way.chunk.lost();
    return { kind: "later", answered: false, retryAfterMs: null };
  }
}

/** What a refusal means for the photo. */
function meaning(method: string, response: HttpResponse): Sent {
  const status = response.getStatus();
  const problem = problemOf(status, response.getBody());
  const aboutClaim = problem.errors.some(({ pointer }) => pointer.startsWith("#/claim"));
  const wait = retryAfterMs(response.getHeader("Retry-After"));
  const later: Sent = { kind: "later", answered: true, retryAfterMs: wait, why: nameOf(problem) };
  if (status === 401) return { kind: "signed_out" };
  if (status === 408 || status === 423 || status === 425 || status === 429 || status === 460 || status >= 500)
    return later;
  if (method === "HEAD") return { kind: "gone" };
  if (problem.type.endsWith("/offset-conflict")) return later;
  if (problem.type.endsWith("/photo-digest-mismatch")) return { kind: "damaged" };
  if ((status === 404 || status === 410) && !aboutClaim && method === "PATCH") return { kind: "gone" };
  return status >= 400 ? { kind: "refused", problem } : later;
}

/** The name of a problem in the server's catalogue (`server/problems.py`), or null where a proxy spoke. */
export function nameOf({ type }: Pick<Problem, "type">): string | null {
  return /\/problems\/([a-z-]+)$/.exec(type)?.[1] ?? null;
}

/** The endpoint as an absolute address; a page that the server served gives only a path. */
function absolute(endpoint: string): string {
  return /^https?:/.test(endpoint) ? endpoint : new URL(endpoint, globalThis.location.href).href;
}

function sourceOf(bytes: ArrayBuffer) {
  return {
    size: bytes.byteLength,
    slice: async (start: number, end: number) => {
      const part = new Uint8Array(bytes, start, Math.max(Math.min(end, bytes.byteLength) - start, 0));
      // The library asks a part for its `size`, as a Blob has one.
      return { value: Object.assign(part, { size: part.length }), done: end >= bytes.byteLength };
    },
    close: () => undefined,
  };
}
