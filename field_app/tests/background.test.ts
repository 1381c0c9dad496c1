/** Sending with every page closed, as the service worker does it: the same outbox, another waker. */
import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { StillWaitingError, sendInBackground, sendWhatWaits } from "../src/background";
import type { Entry } from "../src/core/database";
import { openKept } from "../src/state/kept";
import { type Page, World } from "./fake/world";

let world: World;
let page: Page;

beforeEach(async () => {
  world = new World(11);
  page = await world.open();
  world.signIn("ana");
});

afterEach(() => vi.unstubAllGlobals());

async function shoot(owner = "ana"): Promise<Entry> {
  const picture = new Blob([Buffer.alloc(300, `photo ${world.random()}`)], { type: "image/jpeg" });
  return page.capture.assemble(picture, page.facts(owner));
}

/** The worker wakes: its own fetch, and a lock that is waited for. */
function woken(): Promise<void> {
  const alive = { dead: false };
  return sendWhatWaits(page.outbox, page.database, {
    fetch: world.fetchFor(alive),
    origin: "http://server",
    clock: { now: () => world.clock.now(), after: () => () => undefined },
    locks: {
      ifFree: async (_name, work) => {
        await work();
        return true;
      },
    },
    session: async () => world.credentials,
  });
}

describe("the woken worker", () => {
  test("brings every waiting photo to its receipt", async () => {
    const [first, second] = [await shoot(), await shoot()];

    await woken();

    expect([...world.server.evidence.keys()].sort()).toEqual([first.id, second.id].sort());
    expect((await page.outbox.list()).map(({ kept }) => kept)).toEqual([false, false]);
  });

  test("asks to be woken again while there is no network, and has lost nothing", async () => {
    const { id } = await shoot();
    world.online = false;

    await expect(woken()).rejects.toBeInstanceOf(StillWaitingError);
    expect(await page.outbox.bytes(id)).not.toBeNull();

    world.online = true;
    await woken();
    expect(world.server.evidence.has(id)).toBe(true);
  });

  test("leaves a session that has ended to the app, and does not ask again and again", async () => {
    const { id } = await shoot();
    world.server.tokens.clear();

    await woken();

    expect(world.credentials).not.toBeNull();
    expect(await page.outbox.get(id)).toMatchObject({ state: "queued", trouble: { key: "sign_in" } });
    expect(world.server.log.length).toBeLessThan(5);
  });

  test("sends nobody else's photos and nothing while nobody is signed in", async () => {
    await shoot("ben");
    await woken();
    expect(world.server.evidence.size).toBe(0);

    world.credentials = null;
    await woken();
    expect(world.server.evidence.size).toBe(0);
  });

  test("ends a session that was signed out of without a network, and asks to be woken again until it has", async () => {
    const kept = await openKept();
    await kept.putAside("aside");
    const asked = vi.fn<(address: string, init: RequestInit) => Promise<Response>>();
    vi.stubGlobal("fetch", asked.mockRejectedValueOnce(new TypeError("Failed to fetch")));
    const manager = { request: (_name: string, work: () => Promise<void>) => work() } as unknown as LockManager;
    const wake = () => sendInBackground(asked, "http://server", manager);

    await expect(wake()).rejects.toBeInstanceOf(StillWaitingError);
    expect(await kept.ending()).toEqual(["aside"]);
    asked.mockResolvedValueOnce(new Response(null, { status: 204 }));
    await wake();

    expect(await kept.ending()).toEqual([]);
    expect(new Headers(asked.mock.lastCall?.[1].headers).get("Authorization")).toBe("Bearer aside");
    kept.close();
  });
});
