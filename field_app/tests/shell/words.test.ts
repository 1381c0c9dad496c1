/** The three languages: whole, with the same values in each sentence, and a sentence for every answer of the pre-check. */
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import {
  ago,
  chooseLanguage,
  day,
  LANGUAGES,
  type Language,
  language,
  many,
  metres,
  moment,
  say,
  startLanguage,
  station,
} from "../../src/i18n";
import { en } from "../../src/i18n/en";
import { fil } from "../../src/i18n/fil";
import { sentence } from "../../src/i18n/findings";
import { th } from "../../src/i18n/th";
import type { Result } from "../../src/ports";

const WORDS = { en, fil, th };
const keys = Object.keys(en) as (keyof typeof en)[];
const values = (words: string) => [...words.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

class Storage {
  readonly kept = new Map<string, string>();
  getItem = (key: string) => this.kept.get(key) ?? null;
  setItem = (key: string, value: string) => void this.kept.set(key, value);
}
const storage = () => new Storage() as unknown as globalThis.Storage;

afterEach(() => language.set("en"));

describe.each(["fil", "th"] as const)("the words in %s", (name) => {
  it("has every key and no other", () => {
    expect(Object.keys(WORDS[name]).sort()).toEqual([...keys].sort());
  });

  it("puts the same values into each sentence as English does", () => {
    const other = keys.filter((key) => `${values(WORDS[name][key])}` !== `${values(en[key])}`);
    expect(other).toEqual([]);
  });

  it("leaves no sentence in English", () => {
    const same = keys.filter((key) => WORDS[name][key] === en[key] && en[key].split(" ").length > 3);
    expect(same).toEqual([]);
  });
});

it("has a sentence for every key that the pre-check can answer", () => {
  const source = readFileSync(new URL("../../src/core/precheck.ts", import.meta.url), "utf8");
  const told = [...source.matchAll(/answers\("([\w.]+)"\)/g)].map(([, check]) => check);
  expect(told.length).toBeGreaterThanOrEqual(7);
  for (const check of told) expect(keys.some((key) => key.startsWith(`${check}.`))).toBe(true);
});

it("tells an answer with its numbers and its wind in the person's language", () => {
  const result: Result = {
    check: "place.inside_site",
    outcome: "fail",
    key: "place.inside_site.outside",
    values: { outside_m: 43.2, direction: "north-east", probability: 0, tolerance_m: 15, r68_m: 4, assumed: false },
  };
  expect(sentence(result)).toBe("43 m outside the site; walk north-east.");
  language.set("fil");
  expect(sentence(result)).toContain("pahilagang-silangan");
  language.set("th");
  expect(sentence(result)).toContain("ตะวันออกเฉียงเหนือ");
});

it("tells an answer it has no words for by the name of its check", () => {
  expect(sentence({ check: "place.station", outcome: "warn", key: "place.station.upside_down", values: {} })).toBe(
    "place.station",
  );
});

it.each(Object.keys(LANGUAGES) as Language[])("parts numbers and times from the words around them in %s", (name) => {
  // A wind and a name are words; they may be joined as the language joins words.
  const joined = /(?:[\p{L}\p{M}]\{(?!direction\}|name\})\w+\})|(?:\{(?!direction\}|name\})\w+\}[\p{L}\p{M}])/u;
  expect(keys.filter((key) => joined.test(WORDS[name][key]))).toEqual([]);
  language.set(name);
  expect(say("works.fresh", { when: ago(0, 60_000) })).not.toMatch(/\p{L}\p{M}*1/u);
});

it("says that photos signed before a withdrawal and still waiting come back too", () => {
  expect(say("settings.revoke_sure", { name: "Phone" })).toMatch(/signed before/);
});

it("says once on the site's screen which share of the error its accuracy holds", () => {
  for (const words of [en, fil, th]) {
    const saying = keys.filter((key) => words[key].includes("68 %"));
    expect(saying).toEqual(["site.accuracy"]);
  }
});

it("leaves no placeholder unfilled in any answer", () => {
  const all = { r68_m: 1, allowed_m: 1, assumed_m: 1, outside_m: 1, tolerance_m: 1, chainage_m: 1, wanted_m: 1 };
  const others = {
    ahead_m: 1,
    direction: "north",
    limit: "2026-01-01",
    starts_on: "2026-01-01",
    ends_on: "2026-01-02",
  };
  const rest = { work_starts: "07:00", work_ends: "17:00", lead_s: 600, megapixels: 2, least_mp: 3.2 };
  for (const key of keys.filter((each) => /^(place|time|file)\./.test(each))) {
    const told = sentence({ check: "place.station", outcome: "warn", key, values: { ...all, ...others, ...rest } });
    expect(told).not.toMatch(/[{}]| {2}|\( *\)/);
  }
});

it("starts in the phone's language where it is ours, and keeps what was chosen", () => {
  const kept = storage();
  startLanguage(kept, ["tl-PH", "en"]);
  expect(language.value).toBe("fil");
  chooseLanguage("th", kept);
  startLanguage(kept, ["en"]);
  expect(language.value).toBe("th");
  startLanguage(storage(), ["de", "fr"]);
  expect(language.value).toBe("en");
});

it.each(Object.keys(LANGUAGES) as Language[])("writes numbers, days and spans of time in %s", (name) => {
  language.set(name);
  expect(metres(1234)).toMatch(/1[.,]2/);
  expect(many("outbox.wait", 1200)).toContain("1,200");
  expect(ago(0, 5 * 60_000)).toContain("5");
  expect(day("2026-03-31")).toMatch(/2026|2569/);
  expect(moment("2026-03-31T08:15:00.123+08:00")).toMatch(/:15/);
});

it("writes chainage as on the posts", () => {
  expect([station(0), station(250), station(1249.6)]).toEqual(["0+000", "0+250", "1+250"]);
});

it("says more than one in Filipino of every number but one", () => {
  language.set("fil");
  for (const count of [0, 2, 3, 4, 5, 11]) expect(many("sign_in.kept", count)).toContain("Nakatago ang mga ito");
  expect(many("sign_in.kept", 1)).toContain("Nakatago ito");
});

it("says one photo and two photos", () => {
  expect(many("works.needed", 1)).toBe("1 photo needed");
  expect(many("works.needed", 2)).toBe("2 photos needed");
  expect(say("app.back")).toBe("Back");
});
