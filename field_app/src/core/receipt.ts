/**
 * The server's receipt, and whether it proves that this very photo is safe there.
 *
 * A receipt is a compact JWS (RFC 7515) under an Ed25519 key (RFC 8037) of the server, whose keys are pinned at
 * their first use. What follows from a proof, such as letting a picture go, is the outbox's.
 */

import { fromBase64url, jsonOf, utf8 } from "./bytes";
import type { FieldDatabase } from "./database";

/** What a receipt must speak of. */
export interface Expected {
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

/** Public Ed25519 keys by their id: `x` of the JWK, base64url. */
export type PublicKeys = Readonly<Record<string, string>>;

const PINNED = "receipt-keys";

/** The server's keys as this phone knows them. */
export class PinnedKeys {
  readonly #database: FieldDatabase;
  readonly #fetchKeys: () => Promise<unknown>;

  /** `fetchKeys` answers the JWKS of `/.well-known/saksi-keys.json`. */
  constructor(database: FieldDatabase, fetchKeys: () => Promise<unknown>) {
    this.#database = database;
    this.#fetchKeys = fetchKeys;
  }

  /** The key of an id: pinned, else from the server, if it still stands by every key that is pinned. */
  async find(kid: string): Promise<string | null> {
    const pinned = ((await this.#database.get("settings", PINNED)) ?? {}) as PublicKeys;
    if (pinned[kid] !== undefined) return pinned[kid];
    const offered = keysOf(await this.#fetchKeys());
    // The document lists every key that ever signed. One that is gone or altered is another server's, or a forgery.
    if (Object.entries(pinned).some(([id, x]) => offered[id] !== x)) return null;
    await this.#database.put("settings", offered, PINNED);
    return offered[kid] ?? null;
  }
}

/** The Ed25519 keys of a JWKS (RFC 7517). */
export function keysOf(document: unknown): PublicKeys {
  const keys = (document as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(keys)) return {};
  const usable = (keys as Record<string, unknown>[]).filter(
    ({ kty, crv, kid, x }) => kty === "OKP" && crv === "Ed25519" && typeof kid === "string" && typeof x === "string",
  );
  return Object.fromEntries(usable.map(({ kid, x }) => [kid as string, x as string]));
}

/** The receipt as a proof that this photo is on record, or null where it proves nothing of the kind. */
export async function prove(
  jws: unknown,
  expected: Expected,
  keys: { find(kid: string): Promise<string | null> },
): Promise<ProvenReceipt | null> {
  if (typeof jws !== "string") return null;
  const [head, body, signature, ...more] = jws.split(".");
  if (head === undefined || body === undefined || signature === undefined || more.length) return null;
  const [header, payload] = [jsonOf(head), jsonOf(body)];
  if (header?.alg !== "EdDSA" || header.typ !== "saksi-receipt+jws" || typeof header.kid !== "string") return null;
  if (payload === null || !speaksOf(payload, expected)) return null;
  const key = await keys.find(header.kid);
  if (key === null || !(await verifies(key, signature, `${head}.${body}`))) return null;
  return { ...expected, jws, receivedAt: String(payload.received_at) } as ProvenReceipt;
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
