/**
 * The few things the core asks of the server, over any `fetch`: what is not an answer becomes `OfflineError`.
 *
 * Whose token it is and what to do about a refusal are the callers'.
 */

import { jsonValue } from "./documents";

/** Who is signed in, for whoever talks to the server. */
export interface Credentials {
  readonly token: string;
  readonly person: { readonly id: string; readonly name: string };
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfterMs: number | null;
}

/** There was no answer: no network, a cut connection, or none in time. */
export class OfflineError extends Error {
  override readonly name = "OfflineError";
}

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

const PATIENCE_MS = 30_000;

export class Api {
  readonly #fetch: Fetch;
  /** Where the server is: "" in a page that it served itself. */
  readonly origin: string;

  constructor(fetch: Fetch, origin = "") {
    // A browser's fetch is called by itself or not at all: as a method of ours it throws "Illegal invocation".
    this.#fetch = (url, init) => fetch(url, init);
    this.origin = origin;
  }

  /** One exchange; throws OfflineError where there is no whole answer. */
  async ask(method: string, path: string, token: string | null, body?: unknown): Promise<Answer> {
    try {
      const response = await this.#fetch(this.origin + path, {
        method,
        headers: {
          Accept: "application/json",
          ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const text = await response.text();
      return {
        status: response.status,
        body: jsonValue(text),
        retryAfterMs: retryAfterMs(response.headers.get("Retry-After")),
      };
    } catch (error) {
      throw new OfflineError(`no answer to ${method} ${path}`, { cause: error });
    }
  }

  /** What the server has on record of a photo. */
  evidence(id: string, token: string): Promise<Answer> {
    return this.ask("GET", `/api/v1/evidence/${id}`, token);
  }

  /** The keys by which receipts are checked. */
  receiptKeys(): Promise<Answer> {
    return this.ask("GET", "/.well-known/saksi-keys.json", null);
  }
}

/** The seconds of a Retry-After (RFC 9110) in milliseconds; null for none and for a date. */
export function retryAfterMs(header: string | null | undefined): number | null {
  return header && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : null;
}
