/** A claim that is read back says what it was written from, and one that is none says nothing. */

import "fake-indexeddb/auto";
import { beforeEach, describe, expect, test } from "vitest";
import { readClaim } from "../src/core/claim";
import { doomed, isSigned } from "../src/state/notices";
import { worded } from "../src/state/wording";
import { type Page, World } from "./fake/world";
import { entry, fixAt, road } from "./shell/works";

let world: World;
let page: Page;

beforeEach(async () => {
  world = new World(3);
  page = await world.open();
  world.signIn("ana");
});

async function written(): Promise<string> {
  const facts = { ...page.facts("ana"), fix: fixAt(11, 122.5), camera: { width: 4000, height: 3000 } };
  return (await page.capture.assemble(new Blob([new Uint8Array(30)]), facts)).claim;
}

const position = { latitude: 11, longitude: 122.5, accuracy_m: 8, confidence: 0.95 };

describe("A claim", () => {
  test("in an envelope says who signed it, where, and with what camera", async () => {
    await page.device.ready(world.credentials as NonNullable<typeof world.credentials>);
    const signer = await page.device.id();

    expect(signer).not.toBeNull();
    expect(readClaim(await written())).toEqual({
      signed: true,
      signer,
      position,
      camera: { width: 4000, height: 3000 },
    });
  });

  test("in the open says where, and bears no signature", async () => {
    expect(readClaim(await written())).toEqual({ signed: false, signer: null, position, camera: null });
  });

  test("with an envelope that cannot be read is signed by nobody known", () => {
    const nothing = { signed: true, signer: null, position: null, camera: null };
    for (const envelope of ["", "a", "a.b.c", "bnVsbA.W10.x"])
      expect(readClaim(JSON.stringify({ envelope }))).toEqual(nothing);
  });

  test.each([
    [{ position: null, camera: null }],
    [{ position: {}, camera: {} }],
    [{ device_position: { latitude: "11", longitude: 122.5 }, camera: { width: 4000 } }],
  ])("like %j has neither place nor camera", (claim) => {
    expect(readClaim(JSON.stringify(claim))).toMatchObject({ position: null, camera: null });
  });

  test.each([[""], ["null"], ["[]"], ["7"], ['{"envelope":']])("that is %j is none, and no screen minds", (claim) => {
    const odd = entry("queued", { claim });
    const finding = { check: "place.inside_site", outcome: "fail", message: "Outside." } as const;

    expect(readClaim(claim)).toBeNull();
    expect([isSigned(odd), doomed([odd], ["d-1"])]).toEqual([false, 0]);
    expect(worded(finding, odd, road())).toBe("The place does not fit the site.");
  });
});
