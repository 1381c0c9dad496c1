/**
 * The server's receipt, and whether it proves that this very photo is safe there.
 *
 * A receipt is a compact JWS (RFC 7515) under an Ed25519 key (RFC 8037) of the server, pinned when it first verified
 * one. What that can keep out and what it cannot is told in decision 0017. What follows from a proof, such as letting
 * a picture go, is the outbox's.
 */

import type { Answer } from "./api";
import { base64url, fromBase64url, jsonOf, utf8 } from "./bytes";
import { DURABLE, type FieldDatabase } from "./database";

/** What a receipt must speak of. */
interface Expected {
  readonly evidence: string;
  readonly sha256: string;
  readonly size: number;
}

declare const proven: unique symbol;
/** A receipt that was checked; only `prove` makes one, and only with one does a picture leave the phone. */
export interface ProvenReceipt extends Expected {
  readonly [proven]: true;
  readonly jws: string;
  readonly receivedAt: string;
}

/** The server's keys could not be had just now, so a receipt is neither good nor bad yet. */
export class KeysAwayError extends Error {
  override readonly name = "KeysAwayError";

  constructor(readonly retryAfterMs: number | null) {
    super("the keys of the server's receipts could not be had");
  }
}

/** Where `prove` finds keys, and leaves word of the one that verified. */
export interface Keys {
  /** The key of an id (`x` of its JWK, base64url), or null where none is believed; throws KeysAwayError. */
  find(kid: string): Promise<string | null>;
  pin(kid: string, x: string): Promise<void>;
}

const PINNED = "receipt-keys";

/** The server's keys as this phone knows them. */
export class PinnedKeys implements Keys {
  readonly #database: FieldDatabase;
  readonly #fetchKeys: () => Promise<Answer>;

  /** `fetchKeys` asks for the JWKS of `/.well-known/saksi-keys.json`. */
  constructor(database: FieldDatabase, fetchKeys: () => Promise<Answer>) {
    this.#database = database;
    this.#fetchKeys = fetchKeys;
  }

  /** The key of an id: pinned, else from the server, if that still lists every key that is pinned. */
  async find(kid: string): Promise<string | null> {
    const pinned = new Map(Object.entries(pinsOf(await this.#database.get("settings", PINNED))));
    const known = pinned.get(kid);
    if (known !== undefined) return known;
    const offered = await this.#offered();
    // The document lists every key that ever signed. Where one is gone, this is not the server that was met before.
    if ([...pinned].some(([id, x]) => offered.get(id) !== x)) return null;
    return offered.get(kid) ?? null;
  }

  /** Believe a key from now on. Only one that has verified a receipt: a document alone proves nothing. */
  async pin(kid: string, x: string): Promise<void> {
    const transaction = this.#database.transaction("settings", "readwrite", DURABLE);
    const pins = pinsOf(await transaction.store.get(PINNED));
    if (pins[kid] === undefined) await transaction.store.put({ ...pins, [kid]: x }, PINNED);
    await transaction.done;
  }

  async #offered(): Promise<ReadonlyMap<string, string>> {
    const { status, body, retryAfterMs } = await this.#fetchKeys();
    if (status !== 200 || listOf(body) === null) throw new KeysAwayError(retryAfterMs);
    return keysOf(body);
  }
}

const pinsOf = (stored: unknown): Readonly<Record<string, string>> => (stored ?? {}) as Record<string, string>;

/** The Ed25519 keys of a JWKS (RFC 7517) by their id. Whatever else it lists is passed over. */
export async function keysOf(document: unknown): Promise<ReadonlyMap<string, string>> {
  const keys = new Map<string, string>();
  for (const entry of listOf(document) ?? []) {
    const { kty, crv, kid, x } = (entry ?? {}) as Record<string, unknown>;
    if (kty !== "OKP" || crv !== "Ed25519" || typeof x !== "string") continue;
    // An id that is not the key's own would let one key pass for another.
    if (kid === (await thumbprint(x))) keys.set(kid, x);
  }
  return keys;
}

function listOf(document: unknown): readonly unknown[] | null {
  const keys = (document as { keys?: unknown } | null)?.keys;
  return Array.isArray(keys) ? keys : null;
}

/** The thumbprint of an Ed25519 key (RFC 7638; its members are those of RFC 8037, section 2). */
async function thumbprint(x: string): Promise<string> {
  const members = JSON.stringify({ crv: "Ed25519", kty: "OKP", x });
  return base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(members))));
}

/**
 * The receipt as a proof that this photo is on record, or null where it proves nothing of the kind.
 *
 * Throws KeysAwayError, or OfflineError, where that cannot be said just now.
 */
export async function prove(jws: unknown, expected: Expected, keys: Keys): Promise<ProvenReceipt | null> {
  if (typeof jws !== "string") return null;
  const [head, body, signature, ...more] = jws.split(".");
  if (head === undefined || body === undefined || signature === undefined || more.length) return null;
  const [header, payload] = [jsonOf(head), jsonOf(body)];
  if (header?.alg !== "EdDSA" || header.typ !== "saksi-receipt+jws" || typeof header.kid !== "string") return null;
  if (payload === null || !speaksOf(payload, expected)) return null;
  const key = await keys.find(header.kid);
  if (key === null || !(await verifies(key, signature, `${head}.${body}`))) return null;
  await keys.pin(header.kid, key);
  return { ...expected, jws, receivedAt: String(payload.received_at) } as ProvenReceipt;
}

/** When the server received a photo, by a receipt that was proven before: milliseconds since 1970, or null. */
export function receivedAtMs(jws: string | null): number | null {
  const received = Date.parse(String(jsonOf(jws?.split(".")[1] ?? "")?.received_at));
  return Number.isNaN(received) ? null : received;
}

function speaksOf(payload: Record<string, unknown>, { evidence, sha256, size }: Expected): boolean {
  return payload.v === 1 && payload.evidence === evidence && payload.sha256 === sha256 && payload.size === size;
}

async function verifies(key: string, signature: string, signed: string): Promise<boolean> {
  const [publicKey, signatureBytes] = [fromBase64url(key), fromBase64url(signature)];
  if (publicKey?.length !== 32 || signatureBytes?.length !== 64) return false;
  const imported = await imports(publicKey);
  if (imported !== null) return crypto.subtle.verify("Ed25519", imported, signatureBytes, utf8(signed));
  // Phones older than 2025 have no Ed25519 of their own; only they load this.
  const { verifyAsync } = await import("@noble/ed25519");
  return verifyAsync(signatureBytes, utf8(signed), publicKey);
}

async function imports(publicKey: Uint8Array<ArrayBuffer>): Promise<CryptoKey | null> {
  try {
    return await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
  } catch {
    // Named NotSupportedError by most and otherwise by some: either way this browser cannot.
    return null;
  }
}
