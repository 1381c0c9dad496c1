/** The fake server behind a real socket, with connections that are cut after so many bytes. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { FakeServer } from "./server";

export class HttpServer {
  readonly fake: FakeServer;
  readonly #server: Server;
  readonly #cuts: number[];
  readonly sizes: number[] = [];
  /** Bytes per second that are read of a body; 0 for as fast as they come. */
  speed = 0;

  /** Each of `cuts` breaks off the next PATCH after so many bytes, which are kept. */
  constructor(fake = new FakeServer(), cuts: number[] = []) {
    this.fake = fake;
    this.#cuts = cuts;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): Promise<unknown> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const cut = request.method === "PATCH" ? this.#cuts.shift() : undefined;
    // Leaving the loop over a request takes its socket away.
    const { socket } = request;
    const body = await this.#read(request, cut);
    if (body === null) return;
    if (request.method === "PATCH" && cut === undefined) this.sizes.push(body.length);
    const told = this.fake.handle({
      method: request.method ?? "GET",
      path: request.url ?? "/",
      headers: new Headers(request.headers as Record<string, string>),
      body,
    });
    if (cut !== undefined) return void socket.destroy();
    response.writeHead(told.status, told.headers).end(told.body);
  }

  async #read(request: IncomingMessage, most = Number.POSITIVE_INFINITY): Promise<Buffer | null> {
    const parts: Buffer[] = [];
    let length = 0;
    try {
      for await (const part of request as AsyncIterable<Buffer>) {
        parts.push(part);
        length += part.length;
        if (this.speed > 0) await new Promise((resolve) => setTimeout(resolve, (1000 * part.length) / this.speed));
        if (length >= most) break;
      }
    } catch {
      // The client hung up; what came so far is all there is.
      return null;
    }
    return Buffer.concat(parts).subarray(0, Math.min(length, most));
  }
}
