/** What the shell makes of answers that are not what they should be: never a session, a list or works that are none. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { askThrough, fetchAssignments, fetchDevices, signIn } from "../../src/net/api";
import { milestone, requirement, road } from "./works";

const PERSON = { id: "p-1", name: "Ana", organisation: "Agency" };
const document = (changes: object = {}) => ({ person: PERSON, projects: [{ ...road(), ...changes }] });
let answer: () => Response;

beforeEach(() => askThrough(async () => answer()));
afterEach(() => vi.unstubAllGlobals());

const odd: [string, () => Response][] = [
  ["a portal's page", () => new Response("<html>Pay here</html>", { headers: { "Content-Type": "text/html" } })],
  ["null", () => Response.json(null)],
  ["a list", () => Response.json([])],
  ["an empty object", () => Response.json({})],
  ["members of other types", () => Response.json({ token: 7, person: null, items: [null], projects: {} })],
];

it.each(odd)("takes %s for a fault of the server", async (_name, told) => {
  answer = told;
  const failed = { failure: "server" };
  await expect(signIn("ana@example.org", "x")).rejects.toMatchObject(failed);
  await expect(fetchDevices("t")).rejects.toMatchObject(failed);
  await expect(fetchAssignments("t", null)).rejects.toMatchObject(failed);
});

it.each<[string, object]>([
  ["no milestones", { milestones: undefined }],
  ["a milestone that is null", { milestones: [null] }],
  ["a requirement without counts", { milestones: [milestone([{ ...requirement(), counts: null } as never])] }],
  ["a threshold that is a text", { policy: { ...road().policy, tolerance_point_m: "15" } }],
  ["a site without coordinates", { site: { ...road().site, geometry: { type: "LineString" } } }],
  ["a site of another depth", { site: { ...road().site, geometry: { type: "Polygon", coordinates: [[1, 2]] } } }],
  ["a schedule of weekdays by name", { schedule: { ...road().schedule, working_days: ["Monday"] } }],
])("does not take works with %s for assignments", async (_name, changes) => {
  answer = () => Response.json(document(changes));
  await expect(fetchAssignments("t", null)).rejects.toMatchObject({ failure: "server" });
});

it("takes what the server promises, with members that this version does not know, and without a site", async () => {
  for (const changes of [{}, { news: 1 }, { site: null }]) {
    answer = () => Response.json(document(changes), { headers: { ETag: '"1"' } });
    expect(await fetchAssignments("t", null)).toEqual({ etag: '"1"', document: document(changes) });
  }
});

it("keeps of a session its token and whose it is", async () => {
  answer = () => Response.json({ token: "t", expires_at: "2026-04-01T00:00:00Z", person: PERSON }, { status: 201 });
  expect(await signIn("ana@example.org", "x")).toEqual({ token: "t", person: { id: "p-1", name: "Ana" } });
});
