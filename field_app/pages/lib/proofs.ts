/** Digests, signatures and the proofs of RFC 6962, by the browser's own cryptography. */

import { WrongError } from "./zip";

export type Bytes = Uint8Array<ArrayBuffer>;

export const utf8 = (text: string): Bytes => new TextEncoder().encode(text) as Bytes;
export const hex = (bytes: Uint8Array): string => [...bytes].map((each) => each.toString(16).padStart(2, "0")).join("");
export const same = (one: Uint8Array, other: Uint8Array): boolean => hex(one) === hex(other);

export function fromHex(text: string): Bytes {
  return Uint8Array.from(text.match(/../g) ?? [], (each) => Number.parseInt(each, 16));
}

export function joined(...parts: Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const sha256 = async (bytes: Bytes): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

export const toBase64 = (bytes: Uint8Array): string =>
  btoa([...bytes].map((each) => String.fromCharCode(each)).join(""));
export const toBase64url = (bytes: Uint8Array): string =>
  toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** Base64 in the one way in which these bytes are written. */
export function base64(text: string): Bytes {
  try {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    if (toBase64(bytes) === text) return bytes;
  } catch {
    // Said below.
  }
  throw new WrongError("form");
}

export function base64url(text: string): Bytes {
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  const bytes = base64(plain + "=".repeat((4 - (plain.length % 4)) % 4));
  if (toBase64url(bytes) !== text) throw new WrongError("form");
  return bytes;
}

/** Whether this browser can check signatures at all; a page that was not loaded safely has no cryptography. */
export async function canVerify(): Promise<boolean> {
  try {
    await crypto.subtle.importKey("raw", PROBE, "Ed25519", false, ["verify"]);
    return true;
  } catch {
    return false;
  }
}
/** The public key of the first test of RFC 8032. */
const PROBE = fromHex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");

export async function signed(key: Bytes, signature: Bytes, message: Bytes): Promise<boolean> {
  try {
    const imported = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", imported, signature, message);
  } catch {
    return false;
  }
}

const node = (left: Uint8Array, right: Uint8Array): Promise<Bytes> => sha256(joined(Uint8Array.of(1), left, right));

/** The steps upwards from a place: for each, whether what it brings stands on the left. */
function sidesOf(place: number, last: number): boolean[] {
  const sides: boolean[] = [];
  while (last > 0) {
    const left = place % 2 === 1 || place === last;
    sides.push(left);
    while (left && place > 0 && place % 2 === 0) {
      place = Math.floor(place / 2);
      last = Math.floor(last / 2);
    }
    place = Math.floor(place / 2);
    last = Math.floor(last / 2);
  }
  return sides;
}

/** The root to which a proof leads from a leaf (RFC 9162, 2.1.3.2); null where it cannot be one. */
export async function rootFrom(leaf: Bytes, index: number, size: number, proof: Bytes[]): Promise<Bytes | null> {
  if (index < 0 || index >= size) return null;
  const sides = sidesOf(index, size - 1);
  if (sides.length !== proof.length) return null;
  let found = leaf;
  for (const [step, hash] of proof.entries()) found = await (sides[step] ? node(hash, found) : node(found, hash));
  return found;
}

export interface Tree {
  readonly size: number;
  readonly root: Bytes;
}

/** Whether one tree begins with the other (RFC 9162, 2.1.4.2). */
export async function continues(first: Tree, second: Tree, proof: Bytes[]): Promise<boolean> {
  if (first.size <= 0 || first.size >= second.size) {
    return first.size === second.size && first.size > 0 && same(first.root, second.root) && proof.length === 0;
  }
  let [place, last] = [first.size - 1, second.size - 1];
  while (place % 2 === 1) {
    place = Math.floor(place / 2);
    last = Math.floor(last / 2);
  }
  const told = place > 0 ? proof : [first.root, ...proof];
  const sides = sidesOf(place, last);
  const [begin, ...steps] = told;
  if (!begin || steps.length !== sides.length) return false;
  let [earlier, later] = [begin, begin];
  for (const [step, hash] of steps.entries()) {
    if (sides[step]) earlier = await node(hash, earlier);
    later = await (sides[step] ? node(hash, later) : node(later, hash));
  }
  return same(earlier, first.root) && same(later, second.root);
}
