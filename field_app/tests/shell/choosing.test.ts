/** A chosen file is looked at before it is taken in: what the server would not take is refused with nothing kept. */
import { readFileSync } from "node:fs";
import { expect, it, vi } from "vitest";
import { sniff } from "../../src/core/sniff";
import { choose } from "../../src/state/choosing";

const latin = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const box = (...brands: string[]) =>
  latin(
    `\0\0\0${String.fromCharCode(8 + 4 * (brands.length + 1))}ftyp${[brands[0], "\0\0\0\0", ...brands.slice(1)].join("")}`,
  );
const HTML = "<!doctype html><title>No photo</title>";

it.each([
  ["image/jpeg", latin("\xff\xd8\xff\xe0")],
  ["image/png", latin("\x89PNG\r\n\x1a\n")],
  ["image/webp", latin("RIFF....WEBPVP8 ")],
  ["image/tiff", latin("II*\0")],
  ["image/tiff", latin("MM\0*")],
  ["image/tiff", latin("II+\0")],
  ["image/heic", box("heic", "mif1")],
  ["image/heif", box("mif1", "heic")],
  ["image/heic", box("msfX", "heic")],
  ["image/avif", box("avif")],
])("knows %s by its first bytes", (type, head) => {
  expect(sniff(head)).toBe(type);
});

it.each([["", "<!doctype html>", "GIF89a", "%PDF-1.7", "RIFF....AVI ", "\0\0\0\x14ftyp", "PK\x03\x04"]].flat())(
  "takes %j for no photograph",
  (text) => expect(sniff(latin(text))).toBeNull(),
);

it("takes a video's box for no photograph", () => {
  expect(sniff(box("isom", "mp42"))).toBeNull();
  expect(sniff(box("constructor", "toString"))).toBeNull();
});

it("takes the brands that the server takes", () => {
  const source = readFileSync(new URL("../../../evidence/sniff.py", import.meta.url), "utf8");
  const brands = [...source.matchAll(/b"(\w{4})": "(image\/\w+)"/g)];
  expect(brands.length).toBeGreaterThanOrEqual(10);
  for (const [, brand, type] of brands) expect(sniff(box(brand as string))).toBe(type);
});

it.each(["phone_camera", "gallery"] as const)(
  "refuses an HTML page named .jpg by the %s, and keeps nothing",
  async (source) => {
    const [press, refuse] = [vi.fn(async () => undefined), vi.fn()];
    await choose({ press, refuse }, source, new File([HTML], "IMG_0001.jpg", { type: "image/jpeg" }));
    expect([press.mock.calls, refuse.mock.calls]).toEqual([[], [["camera.not_a_photo"]]]);
  },
);

it("takes a photograph in, whatever it is called", async () => {
  const [press, refuse] = [vi.fn(async () => undefined), vi.fn()];
  await choose({ press, refuse }, "gallery", new File([latin("\xff\xd8\xff\xe0")], "page.html", { type: "text/html" }));
  expect([press.mock.calls.length, refuse.mock.calls.length]).toEqual([1, 0]);
});
