/** The app's model: what is kept over a restart, without a network, and through a sign-out. */
import "fake-indexeddb/auto";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Assignments, OutboxEntry, Ports, Standing } from "../../src/ports";
import { Field } from "../../src/state/field";
import { type Kept, openKept } from "../../src/state/kept";
import { doomed } from "../../src/state/notices";
import { routeOf } from "../../src/state/router";
import { deviceName } from "../../src/wiring";
import { entry, road } from "./works";

const ANA = { id: "p-1", name: "Ana" };
const DOCUMENT: Assignments = { person: { ...ANA, organisation: "Agency" }, projects: [road()] };
let databases = 0;
let kept: Kept;

/** Ports in memory: an outbox that only lists, and a device that is always ready. */
function ports(entries: readonly OutboxEntry[] = []) {
  const none = async () => undefined;
  const told = {
    kicks: 0,
    /** What the app told its device. */
    heard: [] as string[],
    standing: { kind: "ready", device: "d-1" } as Standing,
    entries,
    changed: (): void => undefined,
    outbox: {
      list: async () => told.entries,
      observe: (changed: () => void) => {
        told.changed = changed;
        return () => undefined;
      },
      photo: async () => null,
      retry: none,
      remove: none,
    },
    sync: {
      start: () => undefined,
      kick: () => {
        told.kicks += 1;
      },
      status: () => ({ phase: "idle" as const }),
      observe: () => () => undefined,
    },
    device: {
      ready: async () => void told.heard.push("ready"),
      signedIn: async (person: string) => void told.heard.push(`signed in ${person}`),
      withdrawn: async (device: string) => {
        told.heard.push(`withdrawn ${device}`);
        told.standing = { kind: "withdrawn", device };
      },
      withdrawnIds: async () => (told.standing.kind === "withdrawn" ? ["d-1"] : []),
      standing: async () => told.standing,
      clock: () => ({ offsetMs: 1000, sure: true }),
      signedOut: none,
    },
    capture: { assemble: async () => entry("queued") },
  };
  return told satisfies Ports;
}

function server(answers: Record<string, (authorization: string | null) => Response | Promise<Response>>): void {
  vi.stubGlobal("fetch", async (address: string, { method, headers }: RequestInit) => {
    const answer = answers[`${method} ${address}`];
    if (answer === undefined) throw new TypeError("no network");
    return answer(new Headers(headers).get("Authorization"));
  });
}

const signedIn = () => Response.json({ token: "t", person: ANA }, { status: 201 });
const told = () => Response.json(DOCUMENT, { headers: { ETag: '"1"' } });
const settled = async (field: Field) => vi.waitFor(() => expect(field.freshness.value.state).not.toBe("fetching"));

beforeEach(async () => {
  databases += 1;
  kept = await openKept(`shell-${databases}`);
});
afterEach(() => vi.unstubAllGlobals());

it("shows the works after signing in, and again after a restart without a network", async () => {
  server({ "POST /api/v1/session": signedIn, "GET /api/v1/assignments": told });
  const field = new Field(ports(), kept);
  await field.open();
  await field.signIn("ana@example.org", "correct horse battery");
  await vi.waitFor(() => expect(field.freshness.value.state).toBe("fresh"));

  server({});
  const again = new Field(ports(), kept);
  await again.open();
  await settled(again);

  expect(again.session.value?.person).toEqual(ANA);
  expect(again.project("ROAD-1")?.title).toBe("The road");
  expect(again.freshness.value.state).toBe("failed");
});

it("keeps what it has when the server says that nothing changed", async () => {
  server({ "POST /api/v1/session": signedIn, "GET /api/v1/assignments": told });
  const field = new Field(ports(), kept);
  await field.signIn("ana@example.org", "x");
  await vi.waitFor(() => expect(field.freshness.value.state).toBe("fresh"));

  server({ "GET /api/v1/assignments": () => new Response(null, { status: 304 }) });
  await field.refresh();

  expect(field.assignments.value?.projects).toHaveLength(1);
  expect(field.freshness.value.state).toBe("fresh");
});

it("signs out without a network and keeps every photo", async () => {
  server({ "POST /api/v1/session": signedIn, "GET /api/v1/assignments": told });
  const field = new Field(ports([entry("queued")]), kept);
  await field.open();
  await field.signIn("ana@example.org", "x");
  await vi.waitFor(() => expect(field.freshness.value.state).toBe("fresh"));

  server({});
  await field.signOut();

  expect(field.session.value).toBeNull();
  expect(await kept.session()).toBeNull();
  expect(field.entries.value).toHaveLength(1);
});

const ended = (_authorization: string | null) => new Response(null, { status: 204 });

it("ends the session at the server with the next network, and forgets its token only then", async () => {
  const end = vi.fn(ended);
  server({ "POST /api/v1/session": signedIn, "GET /api/v1/assignments": told });
  const field = new Field(ports(), kept);
  await field.open();
  await field.signIn("ana@example.org", "x");
  await vi.waitFor(() => expect(field.freshness.value.state).toBe("fresh"));
  await field.signOut();
  expect([await kept.session(), await kept.ending(), field.ending.value]).toEqual([null, ["t"], true]);

  server({ "DELETE /api/v1/session": () => new Response("{}", { status: 503 }) });
  await field.refresh();
  expect(await kept.ending()).toEqual(["t"]);

  server({ "DELETE /api/v1/session": end });
  await field.refresh();
  expect(end.mock.calls).toEqual([["Bearer t"]]);
  expect([await kept.ending(), field.ending.value]).toEqual([[], false]);
  await field.refresh();
  expect(end).toHaveBeenCalledTimes(1);
});

it("ends what was signed out of without a network when the app is opened again", async () => {
  await kept.keepSession({ token: "t", person: ANA });
  await kept.putAside("t");
  server({ "DELETE /api/v1/session": ended });
  const field = new Field(ports(), kept);
  await field.open();

  expect(field.session.value).toBeNull();
  await vi.waitFor(async () => expect(await kept.ending()).toEqual([]));
});

it("ends the session before while the next person is signed in, and not theirs", async () => {
  const end = vi.fn(ended);
  await kept.putAside("before");
  server({ "POST /api/v1/session": signedIn, "GET /api/v1/assignments": told, "DELETE /api/v1/session": end });
  const field = new Field(ports(), kept);
  await field.signIn("ana@example.org", "x");
  await vi.waitFor(async () => expect(await kept.ending()).toEqual([]));

  expect(end.mock.calls).toEqual([["Bearer before"]]);
  expect(await kept.session()).toMatchObject({ token: "t" });
});

it("forgets the token of a session that the server no longer knows", async () => {
  await kept.putAside("t");
  server({ "DELETE /api/v1/session": () => new Response("{}", { status: 401 }) });
  const field = new Field(ports(), kept);
  await field.refresh();

  expect(await kept.ending()).toEqual([]);
  expect(field.ended.value).toBe(false);
});

const noSession = () => new Response("{}", { status: 401 });

it("stays usable when the server no longer knows the session, says so, and sends nothing more with it", async () => {
  server({ "POST /api/v1/session": signedIn, "GET /api/v1/assignments": told });
  const watched = ports([entry("queued")]);
  const field = new Field(watched, kept);
  await field.open();
  await field.signIn("ana@example.org", "x");
  await vi.waitFor(() => expect(field.freshness.value.state).toBe("fresh"));
  const asked = vi.fn(noSession);
  server({ "GET /api/v1/assignments": asked });
  await field.refresh();
  await field.refresh();

  expect([field.ended.value, field.session.value?.person, asked.mock.calls.length]).toEqual([true, ANA, 1]);
  expect([field.project("ROAD-1")?.title, await kept.session()]).toEqual(["The road", null]);
});

it("knows after a restart without a network whose photos it queues though the session has ended", async () => {
  await kept.keepSession({ token: "t", person: ANA });
  await kept.keepAssignments(ANA.id, { etag: null, fetchedAtMs: 1, document: DOCUMENT });
  server({ "GET /api/v1/assignments": noSession });
  const field = new Field(ports(), kept);
  await field.open();
  await vi.waitFor(() => expect(field.ended.value).toBe(true));
  server({});
  const again = new Field(ports(), kept);
  await again.open();

  expect([again.ended.value, again.session.value?.person]).toEqual([true, ANA]);
  expect(again.project("ROAD-1")?.title).toBe("The road");
  await again.signOut();
  expect([again.session.value, again.ended.value, await kept.lastSession()]).toEqual([null, false, null]);
});

it("goes on after a new sign-in", async () => {
  await kept.keepSession({ token: "old", person: ANA });
  await kept.endSession("old");
  server({ "POST /api/v1/session": signedIn, "GET /api/v1/assignments": told });
  const watched = ports();
  const field = new Field(watched, kept);
  await field.open();
  await field.signIn("ana@example.org", "x");
  await vi.waitFor(() => expect(field.freshness.value.state).toBe("fresh"));

  expect([field.ended.value, await kept.session(), await kept.ending()]).toEqual([
    false,
    { token: "t", person: ANA },
    [],
  ]);
  expect(watched.heard[0]).toBe("signed in p-1");
});

it("goes on, too, where the person signed in again in another tab", async () => {
  await kept.keepSession({ token: "old", person: ANA });
  await kept.endSession("old");
  server({ "GET /api/v1/assignments": told });
  const field = new Field(ports(), kept);
  await field.open();
  await kept.keepSession({ token: "new", person: ANA });
  await field.refresh();

  expect([field.ended.value, field.session.value?.token, field.freshness.value.state]).toEqual([false, "new", "fresh"]);
});

it("ends the session before where somebody signs in over it", async () => {
  const end = vi.fn(ended);
  await kept.keepSession({ token: "before", person: ANA });
  server({ "POST /api/v1/session": signedIn, "GET /api/v1/assignments": told, "DELETE /api/v1/session": end });
  const field = new Field(ports(), kept);
  await field.open();
  await field.signIn("ana@example.org", "x");
  await vi.waitFor(() => expect(end.mock.calls).toEqual([["Bearer before"]]));
});

it("asks whether its device still stands at every refresh, so also when a photo was judged", async () => {
  server({ "POST /api/v1/session": signedIn, "GET /api/v1/assignments": told });
  const watched = ports([entry("queued")]);
  const field = new Field(watched, kept);
  await field.open();
  await field.signIn("ana@example.org", "x");
  await vi.waitFor(() => expect(watched.kicks).toBe(1));
  watched.device.ready = async () => {
    watched.standing = { kind: "withdrawn", device: "d-1" };
  };
  watched.entries = [entry("rejected", { receipt: "r" })];
  watched.changed();

  await vi.waitFor(() => expect(field.standing.value.kind).toBe("withdrawn"));
});

it("tells its device of the person's own withdrawal, and counts the photos that it had signed", async () => {
  const head = Buffer.from(JSON.stringify({ kid: "d-1" })).toString("base64url");
  const signed = { claim: JSON.stringify({ envelope: `${head}.e30.x` }) };
  const entries = [entry("queued", signed), entry("queued"), entry("rejected", signed)];
  await kept.keepSession({ token: "t", person: ANA });
  server({});
  const watched = ports(entries);
  const field = new Field(watched, kept);
  await field.open();
  await settled(field);
  expect([field.standing.value.kind, doomed(field.entries.value, field.withdrawnIds.value)]).toEqual(["ready", 0]);
  await field.withdraw("d-1");

  expect(watched.heard).toContain("withdrawn d-1");
  expect([field.standing.value.kind, doomed(field.entries.value, field.withdrawnIds.value)]).toEqual(["withdrawn", 1]);
});

it("does not take a late answer to the person before for one to the next", async () => {
  let late: (response: Response) => void = () => undefined;
  const answers = vi
    .fn(told)
    .mockImplementationOnce(() => new Promise<Response>((resolve) => (late = resolve)) as never);
  const begun = vi.fn(signedIn).mockImplementationOnce(() => Response.json({ token: "first", person: ANA }));
  server({ "POST /api/v1/session": begun, "GET /api/v1/assignments": answers, "DELETE /api/v1/session": ended });
  const field = new Field(ports(), kept);
  await field.signIn("ana@example.org", "x");
  await vi.waitFor(() => expect(answers).toHaveBeenCalledTimes(1));
  await field.signOut();
  await field.signIn("ana@example.org", "x");
  late(new Response("{}", { status: 401 }));
  await vi.waitFor(() => expect(field.freshness.value.state).toBe("fresh"));

  expect([field.session.value?.token, field.ended.value]).toEqual(["t", false]);
});

it.each([
  [401, "refused"],
  [429, "too_many"],
  [503, "server"],
])("tells a sign-in that was answered %d by what can be done", async (status, failure) => {
  server({ "POST /api/v1/session": () => new Response("{}", { status }) });
  await expect(new Field(ports(), kept).signIn("a@b.c", "x")).rejects.toMatchObject({ failure });
});

it("fetches the photo from before once and has it without a network", async () => {
  const asked = {
    ...road().milestones[0]?.requirements[0],
    ghost: { evidence: "e-1", web: "/api/v1/evidence/e-1/web" },
  };
  const document = { ...DOCUMENT, projects: [road([{ ...road().milestones[0], requirements: [asked] } as never])] };
  const web = vi.fn(() => new Response(new Blob(["jpeg"])));
  server({
    "POST /api/v1/session": signedIn,
    "GET /api/v1/assignments": () => Response.json(document),
    "GET /api/v1/evidence/e-1/web": web,
  });
  const field = new Field(ports(), kept);
  await field.signIn("ana@example.org", "x");
  await vi.waitFor(async () => expect(await field.ghost("e-1")).not.toBeNull());
  await field.refresh();
  expect(web).toHaveBeenCalledTimes(1);
});

it("lets go of the photos from before that nobody's works name any more", async () => {
  server({ "POST /api/v1/session": signedIn, "GET /api/v1/assignments": told });
  await kept.keepGhost("old", new Blob(["jpeg"]));
  const field = new Field(ports(), kept);
  await field.signIn("ana@example.org", "x");
  await vi.waitFor(async () => expect(await field.ghost("old")).toBeNull());
});

it("fetches the next person's photos from before though those of the one before were still coming", async () => {
  const asks = (evidence: string) => ({
    ...road().milestones[0]?.requirements[0],
    ghost: { evidence, web: `/api/v1/evidence/${evidence}/web` },
  });
  const of = (evidence: string) => ({
    ...DOCUMENT,
    projects: [road([{ ...road().milestones[0], requirements: [asks(evidence)] } as never])],
  });
  let first: (answer: Response) => void = () => undefined;
  const slow = vi.fn(() => new Promise<Response>((resolve) => (first = resolve)));
  server({
    "POST /api/v1/session": signedIn,
    "DELETE /api/v1/session": () => new Response(null, { status: 204 }),
    "GET /api/v1/assignments": () => Response.json(of("e-1")),
    "GET /api/v1/evidence/e-1/web": slow,
  });
  const field = new Field(ports(), kept);
  await field.signIn("ana@example.org", "x");
  await vi.waitFor(() => expect(slow).toHaveBeenCalled());
  await field.signOut();
  server({
    "POST /api/v1/session": () => Response.json({ token: "u", person: { id: "p-2", name: "Ben" } }, { status: 201 }),
    "GET /api/v1/assignments": () => Response.json(of("e-2")),
    "GET /api/v1/evidence/e-2/web": () => new Response(new Blob(["jpeg"])),
  });
  await field.signIn("ben@example.org", "x");
  await vi.waitFor(() => expect(field.freshness.value.state).toBe("fresh"));
  first(new Response(new Blob(["late"])));
  await vi.waitFor(async () => expect(await field.ghost("e-2")).not.toBeNull());
});

it("shows nobody the works of a person who left while they were being kept", async () => {
  server({ "POST /api/v1/session": signedIn, "GET /api/v1/assignments": told });
  const field = new Field(ports(), kept);
  const keep = kept.keepAssignments;
  kept.keepAssignments = async (person, assignments) => {
    await keep(person, assignments);
    await field.signOut();
  };
  await field.signIn("ana@example.org", "x");
  await vi.waitFor(() => expect(field.session.value).toBeNull());
  await field.refresh();
  expect([field.assignments.value, field.freshness.value.state]).toEqual([null, "never"]);
});

it("tells the next person nothing of the key of whoever used the phone before", async () => {
  server({ "POST /api/v1/session": signedIn, "GET /api/v1/assignments": told });
  const watched = ports();
  const field = new Field(watched, kept);
  await field.signIn("ana@example.org", "x");
  await field.withdraw("d-1");
  await field.signOut();
  expect([field.standing.value.kind, field.withdrawnIds.value]).toEqual(["unsigned", []]);
});

it("corrects its clock by the last hand-shake and lets photos go after every refresh", async () => {
  server({ "POST /api/v1/session": signedIn, "GET /api/v1/assignments": told });
  const watched = ports();
  const field = new Field(watched, kept);
  await field.signIn("ana@example.org", "x");
  await vi.waitFor(() => expect(watched.kicks).toBe(1));
  expect(field.clock()).toEqual({ offsetMs: 1000, sure: true });
});

it("asks once more, and lets photos go once more, where that was wished for during a refresh", async () => {
  const watched = ports();
  const field = new Field(watched, kept);
  let answer: (response: Response) => void = () => undefined;
  const asked = vi.fn(() => new Promise<Response>((resolve) => (answer = resolve)));
  server({ "POST /api/v1/session": signedIn, "GET /api/v1/assignments": asked });
  await field.signIn("ana@example.org", "x");
  await vi.waitFor(() => expect(asked).toHaveBeenCalledTimes(1));
  const wished = [field.refresh(), field.refresh()];
  answer(told());
  await vi.waitFor(() => expect(asked).toHaveBeenCalledTimes(2));
  answer(told());
  await Promise.all(wished);

  expect([asked.mock.calls.length, watched.kicks, field.freshness.value.state]).toEqual([2, 2, "fresh"]);
});

it("loses no wish that comes just when a refresh ends", async () => {
  server({ "POST /api/v1/session": signedIn, "GET /api/v1/assignments": told });
  const watched = ports();
  const field = new Field(watched, kept);
  await field.signIn("ana@example.org", "x");
  await vi.waitFor(() => expect(watched.kicks).toBe(1));
  for (let steps = 0; steps < 12; steps += 1) {
    const [before, kick] = [watched.kicks, watched.sync.kick];
    watched.sync.kick = () => {
      watched.sync.kick = kick;
      kick();
      void afterSteps(steps).then(() => field.refresh());
    };
    await field.refresh();
    await vi.waitFor(() => expect([steps, watched.kicks]).toEqual([steps, before + 2]));
  }
});

async function afterSteps(steps: number): Promise<void> {
  for (let step = 0; step < steps; step += 1) await Promise.resolve();
}

it("reads an address, and takes one of no screen for the list of works", () => {
  expect(routeOf("#/works/ROAD-1/needed")).toEqual({ screen: "needed", project: "ROAD-1" });
  expect(routeOf("#/camera/R%2F1/m-1/during")).toMatchObject({ screen: "camera", project: "R/1" });
  expect(routeOf("#/outbox/x")).toEqual({ screen: "photo", id: "x" });
  expect(routeOf("#/%E0%A4%A/nowhere")).toEqual({ screen: "works" });
});

it("names a phone so that its owner knows it again", () => {
  expect(deviceName("Mozilla/5.0 (Linux; Android 14; Pixel 7) AppleWebKit/537.36")).toBe("Pixel 7, Android 14");
  expect(deviceName("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)")).toBe("iPhone");
});
