/** What a JPEG's head says of its picture, against what Pillow and exiftool say of the same files. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { NotAJpegError, sizeOfJpeg } from "../src/core/jpeg";

const folder = new URL("../../tests/data/exif/", import.meta.url);
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)));

/** A head with an orientation and a frame of 4000 x 3000, then its first scan. */
function head(orientation: number, frame = 0xc0): Uint8Array {
  const directory = [1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
  const exif = [0x45, 0x78, 0x69, 0x66, 0, 0, 0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, ...directory];
  const size = [8, 3000 >> 8, 3000 & 0xff, 4000 >> 8, 4000 & 0xff, 1, 1, 0x11, 0];
  const scan = [0xff, 0xda, 0, 2];
  return Uint8Array.from([0xff, 0xd8, 0xff, 0xe1, 0, exif.length + 2, ...exif, 0xff, frame, 0, 11, ...size, ...scan]);
}

describe("The size of a JPEG", () => {
  test.each([
    ["camera.jpg", { width: 32, height: 48 }],
    ["plain.jpg", { width: 48, height: 32 }],
  ])("is what stands in the frame of %s", (name, size) => {
    expect(sizeOfJpeg(read(name))).toEqual(size);
  });

  test.each([1, 2, 3, 4])("is as the sensor saw it under orientation %i", (orientation) => {
    expect(sizeOfJpeg(head(orientation))).toEqual({ width: 4000, height: 3000 });
  });

  test.each([5, 6, 7, 8])("is turned under orientation %i", (orientation) => {
    expect(sizeOfJpeg(head(orientation))).toEqual({ width: 3000, height: 4000 });
  });

  test("is found in a progressive one", () => {
    expect(sizeOfJpeg(head(1, 0xc2))).toEqual({ width: 4000, height: 3000 });
  });

  test.each([0xc4, 0xc8, 0xcc])("is not read from a segment %i that is no frame", (marker) => {
    expect(() => sizeOfJpeg(head(1, marker))).toThrow(NotAJpegError);
  });

  test("is not guessed where the file ends before its picture", () => {
    expect(() => sizeOfJpeg(head(1).slice(0, -4))).toThrow(NotAJpegError);
  });
});
