/** An update only while nobody captures and nobody sends, in any tab; and asking the browser for a sync. */
import { describe, expect, it, vi } from "vitest";
import { SENDING, Sync, type SyncPorts } from "../../src/core/sync";
import { asker, askForSync } from "../../src/device/background_sync";
import { CAPTURING, inAQuietMoment, whileCapturing } from "../../src/quiet";
import { entry } from "./works";

/** Web Locks of one origin, as far as they are used here. */
class FakeLocks {
  readonly held = new Map<string, number>();

  async request(name: string, given: unknown, then?: unknown): Promise<unknown> {
    const work = (then ?? given) as (lock: object | null) => Promise<unknown>;
    const { mode } = given as { mode?: string };
    const free = (this.held.get(name) ?? 0) === 0 || mode === "shared";
    if (!free) return work(null);
    this.held.set(name, (this.held.get(name) ?? 0) + 1);
    try {
      return await work({});
    } finally {
      this.held.set(name, (this.held.get(name) ?? 0) - 1);
    }
  }
}
const manager = (locks: FakeLocks) => locks as unknown as LockManager;

describe("a quiet moment", () => {
  it("is taken when nobody captures or sends, and nobody can begin meanwhile", async () => {
    const locks = new FakeLocks();
    const seen: unknown[] = [];
    const work = async () => void seen.push(locks.held.get(CAPTURING), locks.held.get(SENDING));

    expect(await inAQuietMoment(work, manager(locks))).toBe(true);
    expect(seen).toEqual([1, 1]);
  });

  it.each([CAPTURING, SENDING])("is not there while %s is held", async (name) => {
    const locks = new FakeLocks();
    locks.held.set(name, 1);
    const work = vi.fn(async () => undefined);

    expect(await inAQuietMoment(work, manager(locks))).toBe(false);
    expect(work).not.toHaveBeenCalled();
  });

  it("is not there while the core sends", async () => {
    const locks = new FakeLocks();
    let sent: () => void = () => undefined;
    const ifFree = async (name: string) => {
      await locks.request(name, () => new Promise<void>((resolve) => (sent = resolve)));
      return true;
    };
    const sending = new Sync({ locks: { ifFree } } as unknown as SyncPorts).run();

    expect(await inAQuietMoment(async () => undefined, manager(locks))).toBe(false);
    sent();
    await sending;
    expect(await inAQuietMoment(async () => undefined, manager(locks))).toBe(true);
  });

  it("is not there while another tab keeps a photo, and is again once it is kept", async () => {
    const locks = new FakeLocks();
    let kept: (photo: string) => void = () => undefined;
    const keeping = whileCapturing(() => new Promise<string>((resolve) => (kept = resolve)), manager(locks));

    expect(await inAQuietMoment(async () => undefined, manager(locks))).toBe(false);
    kept("the photo");
    expect(await keeping).toBe("the photo");
    expect(await inAQuietMoment(async () => undefined, manager(locks))).toBe(true);
  });

  it("passes on why a photo could not be kept", async () => {
    const failing = whileCapturing(() => Promise.reject(new Error("full")), manager(new FakeLocks()));
    await expect(failing).rejects.toThrow("full");
  });
});

describe("asking for a sync", () => {
  it("asks once for each photo that begins to wait, and not for what is held or gone", () => {
    const ask = vi.fn(async () => undefined);
    const changed = asker(ask);
    const waiting = entry("queued");
    changed([entry("held"), entry("verified")]);
    expect(ask).not.toHaveBeenCalled();

    changed([waiting]);
    changed([{ ...waiting, sentBytes: 500 }]);
    expect(ask).toHaveBeenCalledTimes(1);

    changed([waiting, entry("queued")]);
    expect(ask).toHaveBeenCalledTimes(2);
  });

  const container = (registration: unknown) =>
    ({ ready: Promise.resolve(registration) }) as unknown as ServiceWorkerContainer;

  it("names the tag where the browser has it", async () => {
    const register = vi.fn(async () => undefined);
    expect(await askForSync(container({ sync: { register } }))).toBe(true);
    expect(register).toHaveBeenCalledWith("saksi-send");
  });

  it("goes without where the browser has none, or refuses", async () => {
    expect(await askForSync(container({}))).toBe(false);
    const refusing = { register: () => Promise.reject(new DOMException("no", "NotAllowedError")) };
    expect(await askForSync(container({ sync: refusing }))).toBe(false);
  });
});
