/** A chosen file is looked at before it is taken in: what the server would not take is refused with nothing kept. */
import { readFileSync } from "node:fs";
import { expect, it, vi } from "vitest";
import { sniff } from "../../src/core/sniff";
import { choose } from "../../src/state/choosing";

const HTML = "<!doctype html><title>No photo</title>";

/** The table of the server's own suite: first bytes in hexadecimal digits, and what they are. */
const TABLE = JSON.parse(readFileSync(new URL("../../../tests/data/sniff.json", import.meta.url), "utf8")) as {
  readonly head: string;
  readonly media_type: string | null;
}[];

it.each(TABLE)("says of $head what the server says: $media_type", ({ head, media_type }) => {
  expect(sniff(Uint8Array.from(Buffer.from(head, "hex")))).toBe(media_type);
});

it("takes nothing for no photograph", () => expect(sniff(new Uint8Array())).toBeNull());

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
  await choose(
    { press, refuse },
    "gallery",
    new File([Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)], "page.html", { type: "text/html" }),
  );
  expect([press.mock.calls.length, refuse.mock.calls.length]).toEqual([1, 0]);
});
