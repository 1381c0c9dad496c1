/** The phone's core against a real server, started by `tests/operations/test_phone_core.py`; skipped without one. */

import { IDBFactory } from "fake-indexeddb";
import "fake-indexeddb/auto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Api, type Fetch } from "../../src/core/api";
import type { Assignments } from "../../src/core/assignments";
import { Capture, type ShutterFacts } from "../../src/core/capture";
import { openDatabase } from "../../src/core/database";
import { Device } from "../../src/core/device";
import { assignmentsOf } from "../../src/core/documents";
import { ChunkSize } from "../../src/core/link";
import { Outbox } from "../../src/core/outbox";
import { precheck, shapeOf } from "../../src/core/precheck";
import { PinnedKeys } from "../../src/core/receipt";
import { realClock, Sync } from "../../src/core/sync";
import { clockOf } from "../fake/world";

const { SAKSI_SERVER: origin, SAKSI_TOKEN: token = "" } = process.env;
const jpeg = readFileSync(new URL("../../../tests/data/exif/plain.jpg", import.meta.url));

async function phone(fetch: Fetch = (url, init) => globalThis.fetch(url, init)) {
  globalThis.indexedDB = new IDBFactory();
  const api = new Api(fetch, origin);
  const assignments = assignmentsOf((await api.ask("GET", "/api/v1/assignments", token)).body) as Assignments;
  const credentials = { token, person: assignments.person };
  const database = await openDatabase();
  const outbox = new Outbox(database, Date.now);
  const device = await new Device(database, api, Date.now, "Pixel 7", clockOf(database, Date.now)).load();
  await device.ready(credentials);
  const capture = new Capture({ outbox, device, version: "0.1.0", userAgent: "node", offsetMinutes: () => 480 });
  const sync = new Sync({
    outbox,
    api,
    fetch,
    keys: new PinnedKeys(database, () => api.receiptKeys()),
    clock: realClock,
    locks: { ifFree: async (_name, work) => work().then(() => true) },
    random: Math.random,
    session: async () => credentials,
    expired: async () => undefined,
    report: (error) => {
      throw error;
    },
    chunk: new ChunkSize(300, 300),
  });
  return { api, assignments, outbox, capture, sync };
}

test.skipIf(origin === undefined)("a signed photo goes in by tus and comes back with its receipt", async () => {
  const { api, assignments, outbox, capture, sync } = await phone();
  const facts = factsFor(assignments);
  const entry = await capture.assemble(new Blob([jpeg], { type: "image/jpeg" }), facts);
  await sync.run();

  const settled = await outbox.get(entry.id);
  const document = (await api.ask("GET", `/api/v1/evidence/${entry.id}`, token)).body as Record<string, unknown>;
  const outcomes = new Map(
    (document.findings as { check: string; outcome: string }[]).map((f) => [f.check, f.outcome]),
  );
  const foreseen = foresee(assignments, facts);
  expect(settled).toMatchObject({ kept: false, trouble: null, receipt: document.receipt });
  expect([document.sha256, document.grade]).toEqual([entry.sha256, "A"]);
  expect(outcomes.get("device.enrolled")).toBe("pass");
  expect([outcomes.get("place.claims_agree"), outcomes.get("time.claims_agree")]).toEqual(["pass", "pass"]);
  for (const { check, outcome } of foreseen) expect([check, outcomes.get(check)]).toEqual([check, outcome]);
});

test.skipIf(origin === undefined)(
  "a photo for a milestone that is not there is held with the server's sentence",
  async () => {
    const { assignments, outbox, capture, sync } = await phone();
    const facts = factsFor(assignments);
    const purpose = { ...facts.purpose, milestone: "0195e8a0-1111-7abc-8def-0123456789ab" };
    const { id } = await capture.assemble(new Blob([jpeg], { type: "image/jpeg" }), { ...facts, purpose });
    await sync.run();

    const entry = await outbox.get(id);
    expect(entry).toMatchObject({ state: "held", kept: true });
    expect(entry?.trouble?.detail).toMatch(/milestone/);
  },
);

test.skipIf(origin === undefined)(
  "a refusal whose answer was lost is learned without sending a byte again, with the server's sentence",
  async () => {
    let [sent, lost] = [0, 0];
    const { assignments, outbox, capture, sync } = await phone(async (url, init) => {
      if (init.method === "PATCH") sent += (init.body as Uint8Array).byteLength;
      const answer = await fetch(url, init);
      if (init.method !== "PATCH" || answer.ok || lost > 0) return answer;
      lost += 1;
      throw new TypeError("the network went as the answer was on its way");
    });
    const facts = factsFor(assignments);
    const purpose = { ...facts.purpose, milestone: "0195e8a0-1111-7abc-8def-0123456789ab" };
    const { id, size } = await capture.assemble(new Blob([jpeg], { type: "image/jpeg" }), { ...facts, purpose });
    await sync.run();
    expect(await outbox.get(id)).toMatchObject({ state: "queued", trouble: { key: "network" } });
    await sync.run({ hasten: true });

    const entry = await outbox.get(id);
    expect(entry).toMatchObject({ state: "held", kept: true });
    expect(entry?.trouble?.detail).toMatch(/milestone/);
    expect([sent, lost]).toEqual([size, 1]);
  },
);

function factsFor({ person, projects }: Assignments): ShutterFacts {
  const project = projects.find(({ site, milestones }) => site !== null && milestones.some((m) => m.takes_photos));
  const milestone = project?.milestones.find((each) => each.takes_photos && each.requirements.length > 0);
  const requirement = milestone?.requirements[0];
  if (!project?.site || !milestone || !requirement) throw new Error("there is nothing to take a photo for");
  const shape = shapeOf(project.site);
  const at = shape.pointAt((project.site.properties.chainage_start_m ?? 0) + shape.lengthM / 2) ?? shape.plane.centre;
  const { code, title, stage } = requirement;
  return {
    purpose: { project: project.code, milestone: milestone.id, requirement: code, stage, title },
    owner: person,
    source: "camera",
    capturedAtMs: Date.now(),
    fix: {
      ...at,
      accuracyM: 8,
      fixedAtMs: Date.now() - 500,
      altitudeM: 12,
      altitudeAccuracyM: 4,
      headingDeg: 90,
      speedMps: 0.1,
    },
    noPositionReason: null,
    orientation: { headingDeg: 91.5, pitchDeg: 0, rollDeg: 1 },
    camera: { width: 48, height: 32 },
    caption: "ฝนตก",
  };
}

/** What the pre-check says of the same photo. */
function foresee({ projects }: Assignments, { purpose, fix, capturedAtMs }: ShutterFacts) {
  const project = projects.find(({ code }) => code === purpose.project);
  const milestone = project?.milestones.find(({ id }) => id === purpose.milestone) ?? null;
  const requirement = milestone?.requirements.find(({ code }) => code === purpose.requirement) ?? null;
  if (project === undefined || fix === null) throw new Error("the project has gone");
  return precheck(
    { project, milestone, requirement },
    {
      position: { ...fix, accuracy_m: fix.accuracyM, confidence: 0.95 },
      capturedAtMs,
      serverNowMs: Date.now(),
      width: 48,
      height: 32,
    },
  );
}
