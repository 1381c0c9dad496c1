/** Plain values, taken from a document that anybody may have written. */

import { type Bytes, fromHex } from "./proofs";
import { WrongError } from "./zip";

export type Told = Record<string, unknown>;

export const isTold = (value: unknown): value is Told =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function textOf(content: Bytes): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    throw new WrongError("form");
  }
}

export function documentOf(content: Bytes): Told {
  try {
    const found: unknown = JSON.parse(textOf(content));
    if (isTold(found)) return found;
  } catch {
    // Said below.
  }
  throw new WrongError("form");
}

export function textIn(told: unknown, name: string, form = /^[^\n]{1,300}$/u): string {
  const value = isTold(told) && Object.hasOwn(told, name) ? told[name] : undefined;
  if (typeof value !== "string" || !form.test(value)) throw new WrongError("form");
  return value;
}

const HASH = /^[0-9a-f]{64}$/;
export const hexIn = (told: unknown, name: string): string => textIn(told, name, HASH);

export function countIn(told: Told, name: string): number {
  const value = told[name];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw new WrongError("form");
  return value;
}

export function listIn(told: Told, name: string): unknown[] {
  const value = told[name];
  if (!Array.isArray(value)) throw new WrongError("form");
  return value;
}

export function objectIn(told: Told, name: string): Told {
  const value = told[name];
  if (!isTold(value)) throw new WrongError("form");
  return value;
}

export function hashesIn(told: Told, name: string): Bytes[] {
  const list = listIn(told, name);
  if (list.length > 128) throw new WrongError("form");
  return list.map((each) => fromHex(hexIn({ hash: each }, "hash")));
}
