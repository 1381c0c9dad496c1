/** Whose photos wait, and why one did not go on, in every language. */
import { readFileSync } from "node:fs";
import { afterEach, expect, it } from "vitest";
import { LANGUAGES, type Language, language } from "../../src/i18n";
import { en } from "../../src/i18n/en";
import { fil } from "../../src/i18n/fil";
import { th } from "../../src/i18n/th";
import { keptWords, troubleOf } from "../../src/state/waiting";
import { entry } from "./works";

const juan = { owner: { id: "p-2", name: "Juan" } };
const held = (key: string | null, detail = "This looks like an HTML page.") =>
  troubleOf(entry("held", { trouble: { key, detail } }));

afterEach(() => language.set("en"));

it("says whose photos wait when another person signs out", () => {
  const others = Array.from({ length: 7 }, () => entry("queued", juan));
  expect(keptWords(others, "p-1")).toEqual(["7 photos of Juan wait; they go when Juan signs in."]);
  const [mine, theirs] = keptWords([...others, entry("held"), entry("verified", juan)], "p-1");
  expect(mine).toContain("1 photo is not on the server yet");
  expect(theirs).toContain("7 photos of Juan");
  expect(keptWords([entry("verified"), entry("verified", juan)], "p-1")).toEqual([]);
});

/** The problems with which an upload can be answered; a sign-in that is over is told otherwise. */
const OF_UPLOADS = [
  ..."bad-request not-allowed not-found too-slow conflict evidence-conflict photo-digest-mismatch".split(" "),
  ..."project-not-placed offset-conflict wrong-state upload-gone tus-version too-large".split(" "),
  ..."media-type-unsupported photo-type-unsupported photo-empty invalid too-many-attempts too-many-uploads".split(" "),
  ..."checksum-mismatch internal store-away original-damaged too-busy not-ready".split(" "),
];

it("has a sentence of its own in each language for every problem that an upload can get", () => {
  const catalogue = readFileSync(new URL("../../../server/problems.py", import.meta.url), "utf8");
  for (const name of OF_UPLOADS) {
    expect(catalogue).toContain(`"${name}": Kind(`);
    for (const words of [en, fil, th]) expect(words).toHaveProperty([`trouble.${name}`]);
  }
});

it.each(Object.keys(LANGUAGES) as Language[])("keeps the server's sentence out of its own in %s", (name) => {
  language.set(name);
  for (const key of [...OF_UPLOADS, null, "moon-phase"]) {
    const told = held(key);
    expect(told?.server).toBe("This looks like an HTML page.");
    expect(told?.words).not.toContain("HTML");
    expect(told?.words).not.toMatch(/[{}]|undefined/);
  }
});

it("says no more that the connection broke off once sending goes on", () => {
  const trouble = { key: "network", detail: "" };
  expect(troubleOf(entry("sending", { trouble, sentBytes: 312 }))).toBeNull();
  expect(troubleOf(entry("queued", { trouble, sentBytes: 312 }))?.words).toContain("broke off");
});

it("does not say of an upload that never began that its connection broke off", () => {
  const told = troubleOf(entry("queued", { trouble: { key: "network", detail: "" } }));
  expect(told?.words).toContain("No connection");
});

it("says that the server was busy for what it could not do just now", () => {
  const waits = (key: string) => troubleOf(entry("queued", { trouble: { key, detail: "" } }))?.words;
  expect([waits("server"), waits("moon-phase")]).toEqual([en["trouble.server"], en["trouble.server"]]);
  expect(waits("too-busy")).toContain("Too many phones");
});
