/** A server in memory that does what the real one promises: sign-in, devices, nonces, tus, evidence, receipts. */

import { createHash, generateKeyPairSync, sign } from "node:crypto";
import type { Fetch } from "../../src/core/api";

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

export interface Told {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

interface Unfinished {
  readonly owner: string;
  readonly length: number;
  readonly evidence: string;
  readonly claim: string;
  bytes: Buffer;
  refused: Told | null;
}

interface Recorded {
  readonly owner: string;
  readonly sha256: string;
  readonly bytes: Buffer;
  readonly receivedAt: string;
  state: string;
  readonly claim: string;
}

const b64 = (value: Buffer | string): string => Buffer.from(value).toString("base64url");

export class FakeServer {
  readonly evidence = new Map<string, Recorded>();
  readonly uploads = new Map<string, Unfinished>();
  readonly devices = new Map<string, { owner: string; jwk: JsonWebKey; revoked: boolean }>();
  readonly nonces = new Map<string, { device: string; used: string | null }>();
  readonly receiptsGiven = new Set<string>();
  readonly tokens = new Map<string, string>();
  /** How often each id was made evidence; more than once is a doubled photo. */
  readonly created = new Map<string, number>();
  readonly log: string[] = [];
  refuseNext = 0;
  /** How many of the next photos change by a bit on their way. */
  damageNext = 0;
  bytesReceived = 0;
  now: () => number;
  #count = 0;
  #keys = generateKeyPairSync("ed25519");
  kid: string;
  /** What the document of the receipt keys lists. */
  listed: unknown[];

  constructor(now: () => number = Date.now) {
    this.now = now;
    const jwk = this.#jwk();
    this.kid = jwk.kid;
    this.listed = [jwk];
  }

  #next(): number {
    this.#count += 1;
    return this.#count;
  }

  signIn(person: string): string {
    const token = `token-${person}-${this.#next()}`;
    this.tokens.set(token, person);
    return token;
  }

  /** A new key under the old id, which is not its thumbprint: a forger's. */
  forgeKeys(): void {
    this.#keys = generateKeyPairSync("ed25519");
    this.listed = [{ ...this.#jwk(), kid: this.kid }];
  }

  /** A new key, beside those that signed before or, as by another server under this address, alone. */
  turnKeys({ alone = false } = {}): void {
    this.#keys = generateKeyPairSync("ed25519");
    const jwk = this.#jwk();
    this.kid = jwk.kid;
    this.listed = alone ? [jwk] : [...this.listed, jwk];
  }

  handle(asked: Asked): Told {
    this.log.push(`${asked.method} ${asked.path}`);
    if (asked.path === "/.well-known/saksi-keys.json") return json(200, { keys: this.listed });
    const person = this.tokens.get((asked.headers.get("Authorization") ?? "").replace("Bearer ", ""));
    if (person === undefined) return problem(401, "not-signed-in", "Sign in first.");
    if (asked.path.startsWith("/api/v1/uploads/")) return this.#tus(asked, person);
    if (asked.path.startsWith("/api/v1/evidence/")) return this.#evidence(asked, person);
    if (asked.path === "/api/v1/devices") return this.#enrol(asked, person);
    return this.#deal(asked, person);
  }

  #tus(asked: Asked, person: string): Told {
    if (asked.headers.get("Tus-Resumable") !== "1.0.0") return problem(412, "tus-version", "Only tus 1.0.0.");
    if (asked.method === "POST") return this.#begin(asked, person);
    const id = asked.path.split("/").at(-1) ?? "";
    const upload = this.uploads.get(id);
    if (upload === undefined || upload.owner !== person) return problem(404, "not-found", "There is no such upload.");
    if (upload.refused !== null) return asked.method === "HEAD" ? { ...upload.refused, body: "" } : upload.refused;
    return asked.method === "HEAD" ? this.#progress(200, upload) : this.#patch(asked, upload);
  }

  #begin(asked: Asked, person: string): Told {
    const told = new Map(
      (asked.headers.get("Upload-Metadata") ?? "").split(",").map((pair) => {
        const [name = "", value = ""] = pair.trim().split(" ");
        return [name, Buffer.from(value, "base64").toString()] as const;
      }),
    );
    const id = `upload-${this.#next()}`;
    const length = Number(asked.headers.get("Upload-Length"));
    const [evidence, claim] = [told.get("evidence_id") ?? "", told.get("claim") ?? "{}"];
    this.uploads.set(id, { owner: person, length, evidence, claim, bytes: Buffer.alloc(0), refused: null });
    return { status: 201, headers: { Location: `/api/v1/uploads/${id}`, "Upload-Offset": "0" }, body: "" };
  }

  #patch(asked: Asked, upload: Unfinished): Told {
    if (Number(asked.headers.get("Upload-Offset")) !== upload.bytes.length) {
      return problem(409, "offset-conflict", "The upload stands elsewhere.");
    }
    this.bytesReceived += asked.body.length;
    upload.bytes = Buffer.concat([upload.bytes, asked.body]);
    if (this.damageNext > 0 && upload.bytes.length === upload.length) {
      this.damageNext -= 1;
      upload.bytes[0] = (upload.bytes[0] as number) ^ 1;
    }
    if (upload.bytes.length < upload.length) return this.#progress(204, upload);
    if (this.refuseNext > 0) {
      this.refuseNext -= 1;
      return this.#refuse(upload, problem(422, "invalid", "There is no milestone with this id."));
    }
    const announced = (JSON.parse(upload.claim) as { sha256?: string }).sha256;
    if (announced !== undefined && announced !== createHash("sha256").update(upload.bytes).digest("hex")) {
      const detail = "The bytes that arrived are not those that were hashed.";
      return this.#refuse(upload, problem(409, "photo-digest-mismatch", detail));
    }
    if (this.#receive(upload)) return this.#progress(204, upload);
    return this.#refuse(
      upload,
      problem(409, "evidence-conflict", "This evidence id is already taken by something else."),
    );
  }

  /** What the last byte was refused with is the answer for ever. */
  #refuse(upload: Unfinished, told: Told): Told {
    upload.refused = told;
    return told;
  }

  #receive({ evidence, bytes, owner, claim }: Unfinished): boolean {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const known = this.evidence.get(evidence);
    if (known !== undefined) return known.sha256 === sha256 && known.owner === owner && known.claim === claim;
    const receivedAt = new Date(this.now()).toISOString();
    this.evidence.set(evidence, { owner, sha256, bytes, receivedAt, state: "needs_review", claim });
    this.created.set(evidence, (this.created.get(evidence) ?? 0) + 1);
    return true;
  }

  #progress(status: number, upload: Unfinished): Told {
    const finished = upload.bytes.length === upload.length;
    return {
      status,
      headers: {
        "Upload-Offset": String(upload.bytes.length),
        "Upload-Length": String(upload.length),
        ...(finished ? { "Saksi-Evidence": `/api/v1/evidence/${upload.evidence}` } : {}),
      },
      body: "",
    };
  }

  #evidence(asked: Asked, person: string): Told {
    const id = asked.path.split("/").at(-1) ?? "";
    const known = this.evidence.get(id);
    if (known === undefined || known.owner !== person) return problem(404, "not-found", "There is no such record.");
    this.receiptsGiven.add(id);
    const findings = [{ check: "place.inside_site", outcome: "warn", message: "Perhaps outside.", measured: null }];
    const { sha256, state } = known;
    return json(200, { id, sha256, state, grade: "B", advice: "Wait.", findings, receipt: this.receipt(id) });
  }

  receipt(id: string, overrides: Record<string, unknown> = {}, head: Record<string, unknown> = {}): string {
    const { sha256, bytes, receivedAt } = this.evidence.get(id) as Recorded;
    const header = { alg: "EdDSA", typ: "saksi-receipt+jws", kid: this.kid, ...head };
    const payload = { v: 1, evidence: id, sha256, size: bytes.length, received_at: receivedAt, ...overrides };
    const signed = `${b64(JSON.stringify(header))}.${b64(JSON.stringify(payload))}`;
    return `${signed}.${b64(sign(null, Buffer.from(signed), this.#keys.privateKey))}`;
  }

  #jwk() {
    const { x } = this.#keys.publicKey.export({ format: "jwk" });
    const kid = createHash("sha256").update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest("base64url");
    return { kty: "OKP", crv: "Ed25519", use: "sig", kid, x: x as string };
  }

  #enrol(asked: Asked, person: string): Told {
    const { public_key: jwk, id } = JSON.parse(Buffer.from(asked.body).toString()) as {
      public_key: JsonWebKey;
      id: string;
    };
    const known = [...this.devices].find(([, device]) => device.jwk.x === jwk.x);
    if (known && known[1].owner !== person) return problem(409, "conflict", "This key is another person's.");
    const device = known?.[0] ?? id;
    // A key that was taken off the list stays so.
    const revoked = known?.[1].revoked ?? false;
    this.devices.set(device, { owner: person, jwk, revoked });
    return json(known ? 200 : 201, { id: device, revoked_at: revoked ? new Date(this.now()).toISOString() : null });
  }

  #deal(asked: Asked, person: string): Told {
    const id = asked.path.split("/").at(-2) ?? "";
    const device = this.devices.get(id);
    if (device === undefined) return problem(404, "not-found", "There is no such device.");
    if (device.owner !== person || device.revoked) {
      return problem(403, "not-allowed", "This device was taken off the list; enrol a new key.");
    }
    const { count } = JSON.parse(Buffer.from(asked.body).toString()) as { count: number };
    const unused = [...this.nonces.values()].filter((nonce) => nonce.device === id && nonce.used === null).length;
    const dealt = Array.from({ length: Math.max(Math.min(count, 200 - unused), 0) }, () => `nonce-${this.#next()}`);
    for (const nonce of dealt) this.nonces.set(nonce, { device: id, used: null });
    const expires_at = new Date(this.now() + 7 * 86_400_000).toISOString();
    const nonces = dealt.map((nonce) => ({ nonce, expires_at }));
    return json(200, { nonces, server_time: new Date(this.now()).toISOString() });
  }

  /** A network that always works, straight to this server. */
  fetch(): Fetch {
    return async (url, init) => responseOf(this.handle(askedOf(url, init)));
  }
}

export function askedOf(url: string, init: RequestInit): Asked {
  const body = init.body ?? "";
  const bytes = typeof body === "string" ? Buffer.from(body) : new Uint8Array(body as Uint8Array);
  return {
    method: init.method ?? "GET",
    path: new URL(url, "http://server").pathname,
    headers: new Headers(init.headers),
    body: bytes,
  };
}

export function responseOf({ status, headers, body }: Told): Response {
  return new Response(status === 204 || body === "" ? null : body, { status, headers });
}

export function problem(status: number, type: string, detail: string): Told {
  return json(status, { type: `/problems/${type}`, title: type, status, detail });
}

export const json = (status: number, value: unknown): Told => ({
  status,
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(value),
});
