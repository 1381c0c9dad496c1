/** The page's verifier on the same bundles as the program's (`tests/data/bundles`). */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Line, stateOf, verify } from "../pages/lib/bundle";
import { base64, base64url, canVerify, utf8 } from "../pages/lib/proofs";

const DATA = join(import.meta.dirname, "../../tests/data/bundles");
const index: Record<string, { old: string | null; broken: [string, string][] | null }> = JSON.parse(
  readFileSync(join(DATA, "index.json"), "utf8"),
);
const bundle = (name: string): Blob => new Blob([readFileSync(join(DATA, `${name}.zip`))]);
const broken = (lines: Line[]): string[] =>
  lines
    .filter((line) => stateOf(line.code) === "broken")
    .map((line) => `${line.code} ${line.subject}`)
    .sort();
const found = (name: string): Promise<Line[]> => {
  const old = index[name]?.old;
  return verify(bundle(name), { old: old ? utf8(old) : null });
};

test("this Node can check signatures", async () => expect(await canVerify()).toBe(true));

test("a whole bundle holds, line by line", async () => {
  const lines = await found("good");
  const codes = new Set(lines.map((line) => line.code));

  expect(broken(lines)).toEqual([]);
  for (const code of ["signature", "checkpoint", "receipt", "statement", "copy", "leaf", "proof", "file"]) {
    expect(codes).toContain(`${code}.holds`);
  }
  expect(lines.filter((line) => line.code === "proof.holds")).toHaveLength(8);
});

describe("each way to break a bundle is named", () => {
  for (const [name, { broken: wanted }] of Object.entries(index)) {
    test(name, async () => {
      const lines = broken(await found(name));
      if (name.startsWith("flipped-")) expect(lines.length).toBeGreaterThan(0);
      else expect(lines).toEqual((wanted ?? []).map(([code, subject]) => `${code} ${subject}`).sort());
    });
  }
});

test.each(["erased", "withheld"])("a statement that cannot be read is told: %s", async (name) => {
  const hidden = (await found(name)).filter((line) => line.code === "event.hidden");
  expect(hidden.map((line) => line.why)).toEqual(["evidence.accepted, 2026-03-01T00:00:00Z"]);
});

test("every bundle on the disk is in the index", () => {
  const names = readdirSync(DATA).filter((name) => name.endsWith(".zip"));
  expect(names.map((name) => name.replace(".zip", "")).sort()).toEqual(Object.keys(index).sort());
});

test("a key that is known must have signed", async () => {
  const lines = await verify(bundle("good"), { known: ["A".repeat(43)] });
  expect(new Set(broken(lines).map((line) => line.split(" ")[0]))).toEqual(new Set(["keys.unknown"]));
});

test("a receipt that was changed in any letter is named", async () => {
  const whole = new Uint8Array(await bundle("stored").arrayBuffer());
  const text = new TextDecoder("latin1").decode(whole);
  const at = text.lastIndexOf("receipt.jws", text.indexOf("events.json")) + "receipt.jws".length;
  for (let step = 0; step < 400; step += 7) {
    const changed = whole.slice();
    changed[at + step] = (changed[at + step] ?? 0) ^ 1;
    expect(broken(await verify(new Blob([changed]))).length).toBeGreaterThan(0);
  }
});

test("no byte of the ZIP file brings it down", async () => {
  const whole = new Uint8Array(await bundle("good").arrayBuffer());
  for (let at = 0; at < whole.length; at += 37) {
    const changed = whole.slice();
    changed[at] = (changed[at] ?? 0) ^ 0xff;
    expect(Array.isArray(await verify(new Blob([changed])))).toBe(true);
  }
});

test("base64 has one way to be written", () => {
  expect(base64("AA==")).toEqual(Uint8Array.of(0));
  expect(() => base64("AB==")).toThrow();
  expect(() => base64url("AB")).toThrow();
});
