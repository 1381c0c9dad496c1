/** The Exif writer. What it writes is kept in `tests/data/exif/`, where the server's own reader is asked what it says. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type ExifFacts, offsetText, withExif } from "../src/core/exif";
import { NotAJpegError } from "../src/core/jpeg";

const folder = new URL("../../tests/data/exif/", import.meta.url);
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)));
const cases = JSON.parse(readFileSync(new URL("cases.json", folder), "utf-8")) as (ExifFacts & {
  name: string;
  source: string;
})[];

/** All bytes from the first quantisation table on: what makes the picture. */
function picture(jpeg: Uint8Array): string {
  const bytes = Buffer.from(jpeg);
  return bytes.subarray(bytes.indexOf(Buffer.from([0xff, 0xdb]))).toString("hex");
}

function count(jpeg: Uint8Array, text: string): number {
  return Buffer.from(jpeg).toString("latin1").split(text).length - 1;
}

describe("A JPEG with the phone's facts", () => {
  test.each(cases)("is as it was when the server's reader was asked: $name", (facts) => {
    const golden = new URL(`${facts.name}.written.jpg`, folder);
    const written = withExif(read(facts.source), facts);
    if (process.env.UPDATE_GOLDEN || !existsSync(golden)) writeFileSync(golden, written);

    expect(Buffer.from(written).equals(readFileSync(golden))).toBe(true);
  });

  test.each(cases)("keeps the picture byte for byte: $name", (facts) => {
    expect(picture(withExif(read(facts.source), facts))).toBe(picture(read(facts.source)));
  });

  test("holds one Exif block, however often it is written", () => {
    const facts = cases[0] as ExifFacts;
    const once = withExif(read("camera.jpg"), facts);

    expect(count(once, "Exif\0\0")).toBe(1);
    expect(withExif(once, facts)).toEqual(once);
    expect(count(once, "kept")).toBe(1);
    expect(count(once, "Editor")).toBe(0);
  });

  test.each([
    ["nothing", new Uint8Array()],
    ["a PNG", Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0])],
    ["a JPEG cut in its head", read("camera.jpg").slice(0, 60)],
    ["a JPEG whose segment runs over its end", Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff, 0, 0])],
  ])("is not made of %s", (_name, bytes) => {
    expect(() => withExif(bytes, cases[0] as ExifFacts)).toThrow(NotAJpegError);
  });

  test("says its zone as Exif writes it", () => {
    expect([480, -210, 0, 345].map(offsetText)).toEqual(["+08:00", "-03:30", "+00:00", "+05:45"]);
  });
});
