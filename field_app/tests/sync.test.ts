/** What sync does about each answer, and when it tries again. */

import "fake-indexeddb/auto";
import { beforeEach, describe, expect, test } from "vitest";
import type { Entry } from "../src/core/database";
import { type Locks, Sync, type SyncPorts } from "../src/core/sync";
import { judgementOf } from "../src/core/verdicts";
import { en } from "../src/i18n/en";
import { type Page, ticks, World } from "./fake/world";

let world: World;
let page: Page;

beforeEach(async () => {
  world = new World(7);
  page = await world.open();
  world.signIn("ana");
});

async function shoot(owner = "ana", size = 300): Promise<Entry> {
  return page.capture.assemble(
    new Blob([Buffer.alloc(size, `photo ${world.random()}`)], { type: "image/jpeg" }),
    page.facts(owner),
  );
}

async function afterSteps(steps: number): Promise<void> {
  for (let step = 0; step < steps; step += 1) await Promise.resolve();
}

const entry = async (id: string): Promise<Entry> => (await page.outbox.get(id)) as Entry;

describe("Sync", () => {
  test("brings a photo to its receipt and lets its picture go", async () => {
    const { id } = await shoot();
    await page.sync.run();

    expect(await entry(id)).toMatchObject({
      state: "needs_review",
      grade: "B",
      advice: "Wait.",
      kept: false,
      trouble: null,
    });
    expect((await entry(id)).findings).toEqual([
      { check: "place.inside_site", outcome: "warn", message: "Perhaps outside." },
    ]);
    expect(await page.outbox.bytes(id)).toBeNull();
    expect(page.sync.status().phase).toBe("idle");
  });

  test("sends one photo at a time, the oldest first", async () => {
    const first = await shoot();
    world.clock.advance(1);
    const second = await shoot();
    await page.sync.run();

    expect([...world.server.evidence.keys()]).toEqual([first.id, second.id]);
    const begun = world.server.log.filter((line) => line.startsWith("POST") || line.startsWith("GET /api/v1/evidence"));
    expect(begun.map((line) => line.split(" ")[0])).toEqual(["POST", "GET", "POST", "GET"]);
  });

  test("waits for a sign-in when the server knows the token no more, and counts no attempt", async () => {
    const { id } = await shoot();
    world.server.tokens.clear();
    await page.sync.run();

    expect(await entry(id)).toMatchObject({ state: "queued", attempts: 0, trouble: { key: "sign_in" } });
    expect(page.sync.status().phase).toBe("signed_out");
    world.signIn("ana");
    await page.sync.run();
    expect((await entry(id)).kept).toBe(false);
  });

  test("leaves another person's photos alone", async () => {
    const { id } = await shoot("ben");
    await page.sync.run();
    expect((await entry(id)).state).toBe("queued");

    world.signIn("ben");
    await page.sync.run();
    expect(world.server.evidence.get(id)?.owner).toBe("ben");
  });

  test("waits two seconds, and not minutes, for a server that is busy once after a day without a network", async () => {
    const { id } = await shoot();
    world.online = false;
    for (let photos = 0; photos < 10; photos += 1) await page.sync.run({ hasten: true });
    world.online = true;
    world.mishaps.push("error");
    await page.sync.run({ hasten: true });

    const { nextTryAt, trouble } = await entry(id);
    expect(trouble?.key).toBe("internal");
    expect((nextTryAt as number) - world.clock.now()).toBeLessThanOrEqual(2000);
  });

  test("sends all that waited for a network as soon as one photo has come through", async () => {
    const [first, second] = [await shoot(), await shoot()];
    const trouble = { key: "network", detail: "" };
    await page.outbox.change(first.id, { trouble, attempts: 9, nextTryAt: world.clock.now() + 300_000 });
    await page.outbox.change(second.id, { trouble, attempts: 9, nextTryAt: world.clock.now() });
    await page.sync.run();

    expect([(await entry(first.id)).kept, (await entry(second.id)).kept]).toEqual([false, false]);
  });

  test("holds what the server refuses, with its sentence, until a person tries again", async () => {
    const { id } = await shoot();
    world.server.refuseNext = 1;
    await page.sync.run();
    await page.sync.run({ hasten: true });

    expect(await entry(id)).toMatchObject({
      state: "held",
      kept: true,
      trouble: { key: "invalid", detail: "There is no milestone with this id." },
    });
    await page.outbox.retry(id);
    await page.sync.run();
    expect((await entry(id)).kept).toBe(false);
  });

  test("learns the sentence of a refusal whose answer was lost, and sends no byte again for it", async () => {
    const { id } = await shoot("ana", 30);
    world.server.refuseNext = 1;
    world.mishaps.push("none", "lost");
    await page.sync.run();
    await page.sync.run({ hasten: true });

    expect(await entry(id)).toMatchObject({
      state: "held",
      trouble: { detail: "There is no milestone with this id." },
    });
    expect(world.server.bytesReceived).toBe(30);
  });

  test("asks again for that sentence where the network breaks once more", async () => {
    const { id } = await shoot("ana", 30);
    world.server.refuseNext = 1;
    world.mishaps.push("none", "lost", "none", "lost");
    await page.sync.run();
    await page.sync.run({ hasten: true });
    expect(await entry(id)).toMatchObject({ state: "queued", trouble: { key: "network" } });
    await page.sync.run({ hasten: true });

    expect(await entry(id)).toMatchObject({ state: "held" });
    expect(world.server.bytesReceived).toBe(30);
  });

  test("sends anew what changed on its way, also where that answer was lost", async () => {
    await page.device.ready(world.credentials as NonNullable<typeof world.credentials>);
    const { id } = await shoot("ana", 30);
    world.server.damageNext = 1;
    world.mishaps.push("none", "lost");
    await page.sync.run();
    await page.sync.run({ hasten: true });
    expect(await entry(id)).toMatchObject({ state: "queued", uploadUrl: null, trouble: { key: "server" } });
    world.clock.advance(600_000);
    await page.sync.run();

    expect((await entry(id)).kept).toBe(false);
  });

  test.each([
    ["is still known", false],
    ["is forgotten since", true],
  ])("sends no byte again where the answer to the last was lost and the upload %s", async (_name, forgotten) => {
    const { id } = await shoot("ana", 30);
    world.mishaps.push("none", "lost");
    await page.sync.run();
    if (forgotten) world.server.uploads.clear();
    await page.sync.run({ hasten: true });

    expect(await entry(id)).toMatchObject({ state: "needs_review", kept: false });
    expect(world.server.bytesReceived).toBe(30);
  });

  test("finds its own photo behind a conflict about the same bytes", async () => {
    const { id, sha256 } = await shoot();
    const bytes = Buffer.from((await page.outbox.bytes(id)) as ArrayBuffer);
    world.server.evidence.set(id, {
      owner: "ana",
      sha256,
      bytes,
      receivedAt: "2026-03-31T00:00:00Z",
      state: "accepted",
      claim: "another",
    });
    await page.sync.run();

    expect(await entry(id)).toMatchObject({ state: "verified", kept: false });
  });

  test("holds a photo whose id is taken by other bytes", async () => {
    const { id } = await shoot();
    world.server.evidence.set(id, {
      owner: "ana",
      sha256: "0".repeat(64),
      bytes: Buffer.from("x"),
      receivedAt: "t",
      state: "verified",
      claim: "",
    });
    await page.sync.run();

    expect(await entry(id)).toMatchObject({ state: "held", kept: true });
  });

  test("keeps the picture while the receipt is signed by a key that was never pinned", async () => {
    const first = await shoot();
    await page.sync.run();
    world.server.forgeKeys();
    const second = await shoot();
    await page.sync.run();

    expect((await entry(first.id)).kept).toBe(false);
    expect(await entry(second.id)).toMatchObject({ state: "queued", kept: true, trouble: { key: "receipt" } });
  });

  test("says that a receipt could not be checked yet where the keys cannot be had, and keeps the picture", async () => {
    const { id } = await shoot("ana", 30);
    world.mishaps.push("none", "none", "none", "busy");
    await page.sync.run();
    const { nextTryAt } = await entry(id);

    expect(await entry(id)).toMatchObject({ state: "queued", kept: true, trouble: { key: "unchecked", detail: "" } });
    expect((nextTryAt as number) - world.clock.now()).toBe(7000);
    expect(en["trouble.unchecked"]).toContain("could not be checked yet");
    world.clock.advance(7000);
    await page.sync.run();
    expect((await entry(id)).kept).toBe(false);
    expect(world.server.bytesReceived).toBe(30);
  });

  test("says of a network that broke before the keys came that it did, and checks with the next one", async () => {
    const { id } = await shoot("ana", 30);
    world.mishaps.push("none", "none", "none", "lost");
    await page.sync.run();

    expect(await entry(id)).toMatchObject({ state: "queued", kept: true, trouble: { key: "network" } });
    await page.sync.run({ hasten: true });
    expect((await entry(id)).kept).toBe(false);
    expect(world.server.bytesReceived).toBe(30);
  });

  test("does not hold its own photo behind a conflict while its receipt cannot be checked", async () => {
    const { id, sha256 } = await shoot("ana", 30);
    const bytes = Buffer.from((await page.outbox.bytes(id)) as ArrayBuffer);
    const recorded = { owner: "ana", sha256, bytes, receivedAt: "2026-03-31T00:00:00Z" };
    world.server.evidence.set(id, { ...recorded, state: "accepted", claim: "another" });
    world.mishaps.push("none", "none", "none", "busy");
    await page.sync.run();

    expect(await entry(id)).toMatchObject({ state: "queued", kept: true, trouble: { key: "unchecked" } });
  });

  test("backs off from a server that cannot, for as long as it says", async () => {
    const { id } = await shoot();
    world.mishaps.push("busy");
    await page.sync.run();
    const { nextTryAt, attempts, trouble } = await entry(id);

    expect([attempts, trouble?.key, (nextTryAt as number) - world.clock.now()]).toEqual([1, "store-away", 7000]);
    await page.sync.run({ hasten: true });
    expect(world.server.evidence.size).toBe(0);
    world.clock.advance(7000);
    await page.sync.run();
    expect((await entry(id)).kept).toBe(false);
  });

  test("wakes by itself when the next try is due", async () => {
    await shoot();
    world.mishaps.push("busy");
    await page.sync.run();
    world.clock.advance(7000);
    await ticks(200);

    expect(world.server.evidence.size).toBe(1);
  });

  test("goes at once when there is a network again, whatever it waited for", async () => {
    const { id } = await shoot();
    world.online = false;
    for (let attempt = 0; attempt < 8; attempt += 1) {
      await page.sync.run();
      world.clock.advance(400_000);
    }
    expect((await entry(id)).attempts).toBeGreaterThan(4);
    await page.sync.run();
    world.online = true;
    await page.sync.run({ hasten: true });

    expect((await entry(id)).kept).toBe(false);
  });

  test("does not try the second photo where the first met no network", async () => {
    const first = await shoot();
    world.clock.advance(1);
    const second = await shoot();
    world.online = false;
    await page.sync.run();

    expect([(await entry(first.id)).attempts, (await entry(second.id)).attempts]).toEqual([1, 0]);
    expect(page.sync.status()).toMatchObject({ phase: "waiting" });
  });

  test("begins anew where the upload is gone", async () => {
    const { id } = await shoot();
    await page.outbox.change(id, { uploadUrl: "http://server/api/v1/uploads/long-gone", sentBytes: 80 });
    await page.sync.run();
    expect(await entry(id)).toMatchObject({ state: "queued", uploadUrl: null, sentBytes: 0 });
    world.clock.advance(600_000);
    await page.sync.run();

    expect((await entry(id)).kept).toBe(false);
  });

  test("holds a photo whose picture the disk has lost, rather than say that it is safe", async () => {
    const { id } = await shoot();
    await page.database.delete("pictures", id);
    await page.sync.run();

    expect(await entry(id)).toMatchObject({ state: "held", receipt: null, trouble: { key: "picture_gone" } });
  });

  test("sends from one tab only", async () => {
    await shoot();
    const other = await world.open();
    await Promise.all([page.sync.run(), other.sync.run()]);

    expect(world.server.log.filter((line) => line.startsWith("POST /api/v1/uploads"))).toHaveLength(1);
  });

  test("loses no kick that comes just when a turn ends", async () => {
    for (let steps = 0; steps < 12; steps += 1) {
      let turns = 0;
      const ifFree: Locks["ifFree"] = async () => {
        turns += 1;
        if (turns === 1) void afterSteps(steps).then(() => sync.kick());
        return true;
      };
      const sync = new Sync({ locks: { ifFree } } as unknown as SyncPorts);
      sync.kick();
      await ticks(3);

      expect([steps, turns]).toEqual([steps, 2]);
    }
  });

  test("sends what waited for a network when one is found during a turn that a timer began", async () => {
    const { id } = await shoot();
    const trouble = { key: "network", detail: "" };
    await page.outbox.change(id, { state: "queued", trouble, nextTryAt: world.clock.now() + 300_000 });
    const turn = page.sync.run();
    page.sync.kick();
    await turn;

    expect((await entry(id)).kept).toBe(false);
  });

  test("learns a verdict that changed later", async () => {
    const { id } = await shoot();
    await page.sync.run();
    (world.server.evidence.get(id) as { state: string }).state = "refused";
    world.clock.advance(15 * 60_000);
    await ticks(200);

    expect((await entry(id)).state).toBe("rejected");
  });

  test("signs with the envelope where the phone is enrolled, and says the same in the open where it is not", async () => {
    const open = await shoot();
    await page.device.ready(world.credentials as NonNullable<typeof world.credentials>);
    const sealed = await shoot();

    expect(Object.keys(JSON.parse(open.claim) as object)).toContain("captured_at");
    expect(Object.keys(JSON.parse(sealed.claim) as object).sort()).toEqual([
      "caption",
      "envelope",
      "milestone",
      "project",
      "requirement",
      "sha256",
      "stage",
    ]);
  });

  test("sends anew by itself what changed on its way, and waits longer each time", async () => {
    await page.device.ready(world.credentials as NonNullable<typeof world.credentials>);
    const { id, sha256 } = await shoot();
    world.server.damageNext = 3;
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await page.sync.run();
      expect(await entry(id)).toMatchObject({ state: "queued", attempts: attempt, kept: true, uploadUrl: null });
      world.clock.advance(600_000);
    }
    await page.sync.run();

    expect((await entry(id)).kept).toBe(false);
    expect(world.server.evidence.get(id)?.sha256).toBe(sha256);
  });

  test("holds a photo whose picture was damaged on this phone's disk", async () => {
    const { id } = await shoot();
    const bytes = (await page.outbox.bytes(id)) as ArrayBuffer;
    new Uint8Array(bytes)[0] = 0;
    await page.database.put("pictures", { id, bytes });
    await page.sync.run();

    expect(await entry(id)).toMatchObject({ state: "held", kept: true, trouble: { key: "picture_gone" } });
  });

  test("holds a photo that arrived but is on record with other bytes, in words", async () => {
    const { id } = await shoot();
    await page.outbox.change(id, { uploadUrl: "http://server/api/v1/uploads/done", sentBytes: 300 });
    world.server.uploads.set("done", {
      ...{ owner: "ana", length: 300, evidence: id, claim: "{}", refused: null },
      bytes: Buffer.alloc(300),
    });
    const recorded = { owner: "ana", sha256: "0".repeat(64), bytes: Buffer.alloc(300), receivedAt: "t" };
    world.server.evidence.set(id, { ...recorded, state: "verified", claim: "" });
    await page.sync.run();

    expect(await entry(id)).toMatchObject({ state: "held", kept: true, trouble: { key: "other_bytes" } });
    expect(en["trouble.other_bytes"]).toContain("another picture");
  });
});

describe("The server's word on a photo", () => {
  test.each([
    ["received", "safe"],
    ["verified", "verified"],
    ["accepted", "verified"],
    ["needs_review", "needs_review"],
    ["rejected", "rejected"],
    ["refused", "rejected"],
    ["unheard-of", "safe"],
    ["constructor", "safe"],
  ])("%s is told as %s", (state, standing) => {
    const document = {
      sha256: "0".repeat(64),
      state,
      grade: null,
      advice: null,
      findings: [],
      receipt: null,
      looking: false,
    };
    expect(judgementOf(document).state).toBe(standing);
  });
});
