/**
 * tus-js-client's HTTP over `fetch`, which a page, a worker and Node all have.
 *
 * Its own stack is XMLHttpRequest, which a service worker lacks. A request that stalls is given up here.
 */

import type { HttpRequest, HttpResponse, HttpStack } from "tus-js-client";
import type { Fetch } from "./api";

/** A chunk is made for a few seconds; one that takes this long is on a dead connection. */
const STALLED_MS = 75_000;

export class FetchStack implements HttpStack {
  readonly #fetch: Fetch;

  constructor(fetch: Fetch) {
    // Called by itself, as a browser's fetch wants to be.
    this.#fetch = (url, init) => fetch(url, init);
  }

  createRequest(method: string, url: string): HttpRequest {
    return new FetchRequest(this.#fetch, method, url);
  }

  getName(): string {
    return "FetchStack";
  }
}

class FetchRequest implements HttpRequest {
  readonly #headers = new Map<string, string>();
  readonly #abort = new AbortController();
  readonly #fetch: Fetch;
  readonly #method: string;
  readonly #url: string;

  constructor(fetch: Fetch, method: string, url: string) {
    this.#fetch = fetch;
    this.#method = method;
    this.#url = url;
  }

  getMethod(): string {
    return this.#method;
  }

  getURL(): string {
    return this.#url;
  }

  setHeader(header: string, value: string): void {
    this.#headers.set(header, value);
  }

  getHeader(header: string): string | undefined {
    return this.#headers.get(header);
  }

  /** `fetch` tells no progress within a request; chunks are small enough to count by. */
  setProgressHandler(): void {
    return;
  }

  async send(body: unknown): Promise<HttpResponse> {
    const stalled = setTimeout(() => this.#abort.abort(), STALLED_MS);
    try {
      const response = await this.#fetch(this.#url, {
        method: this.#method,
        headers: Object.fromEntries(this.#headers),
        signal: this.#abort.signal,
        ...(body === null || body === undefined ? {} : { body: body as BodyInit }),
      });
      return new FetchResponse(response, await response.text());
    } finally {
      clearTimeout(stalled);
    }
  }

  async abort(): Promise<void> {
    this.#abort.abort();
  }

  getUnderlyingObject(): unknown {
    return this;
  }
}

class FetchResponse implements HttpResponse {
  readonly #response: Response;
  readonly #text: string;

  constructor(response: Response, text: string) {
    this.#response = response;
    this.#text = text;
  }

  getStatus(): number {
    return this.#response.status;
  }

  getHeader(header: string): string | undefined {
    return this.#response.headers.get(header) ?? undefined;
  }

  getBody(): string {
    return this.#text;
  }

  getUnderlyingObject(): unknown {
    return this.#response;
  }
}
