/**
 * The app's words in three languages, and its dates and numbers by `Intl`.
 *
 * English is the measure: the other two must have every key, which the compiler sees to. A key with `_one` has an
 * `_other` beside it for every other number.
 */
import { Observable } from "../state/observable";
import { en } from "./en";
import { fil } from "./fil";
import { th } from "./th";

export type Key = keyof typeof en;
export type Words = Readonly<Record<Key, string>>;
export type Values = Readonly<Record<string, string | number>>;
export const LANGUAGES = { en: "English", fil: "Filipino", th: "ไทย" } as const;
export type Language = keyof typeof LANGUAGES;

/** Numbers stay in the digits people read on signs; the Thai calendar is the one used in offices there. */
const LOCALES: Readonly<Record<Language, string>> = { en: "en-PH", fil: "fil-PH", th: "th-TH-u-nu-latn" };
const WORDS: Readonly<Record<Language, Words>> = { en, fil, th };
const KEPT = "saksi.language";

export const language = new Observable<Language>("en");

/** The language chosen earlier, else the phone's own where we have it. */
export function startLanguage(storage: Storage, wanted: readonly string[]): void {
  const kept = storage.getItem(KEPT);
  use(isLanguage(kept) ? kept : (wanted.map(base).find(isLanguage) ?? "en"));
}

/** Change the language everywhere at once, and keep the choice. */
export function chooseLanguage(chosen: Language, storage: Storage): void {
  storage.setItem(KEPT, chosen);
  use(chosen);
}

/** The words of a key, with `{names}` filled in. */
export function say(key: Key, values: Values = {}): string {
  return fill(WORDS[language.value][key], values);
}

/**
 * The words of a key for a count: `many("photos", 3)` reads `photos_one` or `photos_other`.
 *
 * `Intl.PluralRules` is not asked: its rule for Filipino calls two, three and five "one", by how a numeral is spoken.
 */
export function many(stem: string, count: number, values: Values = {}): string {
  const form = count === 1 ? "one" : "other";
  return say(`${stem}_${form}` as Key, { ...values, count: number(count) });
}

/** The words of a key that is made of a code, or null where there are none. */
export function sayIfKnown(key: string, values: Values = {}): string | null {
  return key in WORDS[language.value] ? say(key as Key, values) : null;
}

export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(LOCALES[language.value], { maximumFractionDigits: digits }).format(value);
}

/** A length as people say it: metres, to a tenth below ten, and kilometres from one on. */
export function metres(value: number): string {
  const far = Math.abs(value) >= 1000;
  const digits = far ? (Math.abs(value) < 10_000 ? 1 : 0) : Math.abs(value) < 10 ? 1 : 0;
  return unit(far ? value / 1000 : value, far ? "kilometer" : "meter", digits);
}

/** A size in kB or MB. */
export function bytes(value: number): string {
  if (value >= 1e9) return unit(value / 1e9, "gigabyte", 1);
  return value >= 1e6 ? unit(value / 1e6, "megabyte", 1) : unit(Math.ceil(value / 1000), "kilobyte", 0);
}

/** A span of time in whole minutes. */
export function minutes(value: number): string {
  const options = { style: "unit", unit: "minute", unitDisplay: "long", maximumFractionDigits: 0 } as const;
  return new Intl.NumberFormat(LOCALES[language.value], options).format(value);
}

/** A span of time as people say it: minutes, from two hours on hours, from three days on days. */
export function span(seconds: number): string {
  if (seconds < 7200) return minutes(seconds / 60);
  const [value, unit] = seconds < 259_200 ? [seconds / 3600, "hour"] : [seconds / 86_400, "day"];
  const options = { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 0 } as const;
  return new Intl.NumberFormat(LOCALES[language.value], options).format(value as number);
}

export function share(value: number): string {
  return new Intl.NumberFormat(LOCALES[language.value], { style: "percent" }).format(value);
}

/** A day and a time of day, in the phone's own zone. */
export function moment(instant: number | string): string {
  const format = { dateStyle: "medium", timeStyle: "short" } as const;
  return new Intl.DateTimeFormat(LOCALES[language.value], format).format(new Date(instant));
}

/** A day given as `2026-03-31`, which has no zone. */
export function day(date: string): string {
  const options = { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" } as const;
  return new Intl.DateTimeFormat(LOCALES[language.value], options).format(new Date(`${date}T00:00:00Z`));
}

/** Chainage as it is painted on the kilometre posts: 0+250. */
export function station(metresAlong: number): string {
  const whole = Math.round(metresAlong);
  return `${Math.floor(whole / 1000)}+${String(whole % 1000).padStart(3, "0")}`;
}

/** How long ago, roughly: "5 minutes ago". */
export function ago(then: number, now: number): string {
  const seconds = Math.round((then - now) / 1000);
  const relative = new Intl.RelativeTimeFormat(LOCALES[language.value], { numeric: "auto" });
  if (Math.abs(seconds) < 60) return relative.format(0, "minute");
  if (Math.abs(seconds) < 3600) return relative.format(Math.round(seconds / 60), "minute");
  if (Math.abs(seconds) < 86_400) return relative.format(Math.round(seconds / 3600), "hour");
  return relative.format(Math.round(seconds / 86_400), "day");
}

function unit(value: number, name: string, digits: number): string {
  const options = { style: "unit", unit: name, unitDisplay: "short", maximumFractionDigits: digits } as const;
  return new Intl.NumberFormat(LOCALES[language.value], options).format(value);
}

function fill(words: string, values: Values): string {
  return words.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

function use(chosen: Language): void {
  language.set(chosen);
  if (typeof document !== "undefined") document.documentElement.lang = chosen;
}

function base(tag: string): string {
  const first = tag.toLowerCase().split("-")[0] ?? "";
  return first === "tl" ? "fil" : first;
}

function isLanguage(value: string | null | undefined): value is Language {
  return value != null && value in LANGUAGES;
}
