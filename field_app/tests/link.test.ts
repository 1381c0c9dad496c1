/** The arithmetic of chunks and waits. */

import { describe, expect, test } from "vitest";
import { backOffMs, ChunkSize } from "../src/core/link";

describe("The size of a chunk", () => {
  test("grows to what takes four seconds, at most doubling each time", () => {
    const chunk = new ChunkSize();
    const sizes = [chunk.bytes];
    for (let step = 0; step < 6; step += 1) {
      chunk.took(chunk.bytes, chunk.bytes / 500_000);
      sizes.push(chunk.bytes);
    }

    expect(sizes).toEqual([262_144, 524_288, 1_048_576, 2_000_000, 2_000_000, 2_000_000, 2_000_000]);
  });

  test("falls at once to what a slow link takes, never below 64 kB", () => {
    const chunk = new ChunkSize();
    chunk.took(262_144, 262_144 / 50_000);
    expect(chunk.bytes).toBe(200_000);
    chunk.took(200_000, 100);
    expect(chunk.bytes).toBe(65_536);
  });

  test("never passes 4 MB", () => {
    const chunk = new ChunkSize();
    for (let step = 0; step < 20; step += 1) chunk.took(chunk.bytes, 0);

    expect(chunk.bytes).toBe(4_194_304);
  });

  test("is halved when a chunk is lost, and not by a short last one that was fast", () => {
    const chunk = new ChunkSize();
    chunk.lost();
    expect(chunk.bytes).toBe(131_072);
    chunk.took(1000, 0.05);
    expect(chunk.bytes).toBe(131_072);
    chunk.took(1000, 5);
    expect(chunk.bytes).toBe(65_536);
  });
});

describe("The wait before the next try", () => {
  test("doubles from two seconds to five minutes", () => {
    expect([1, 2, 3, 8, 9, 50].map((attempts) => backOffMs(attempts, 1, null))).toEqual([
      2000, 4000, 8000, 256_000, 300_000, 300_000,
    ]);
  });

  test("is spread over its second half", () => {
    expect([backOffMs(3, 0, null), backOffMs(3, 0.5, null)]).toEqual([4000, 6000]);
  });

  test("is never shorter than the server asks for", () => {
    expect(backOffMs(1, 0, 30_000)).toBe(30_000);
  });
});
