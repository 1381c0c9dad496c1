/**
 * What the clocks on the wall of a site show, by the zone's rules that the browser brings along (Intl).
 *
 * Days are counted as whole days since 1970, so that they can be added to and compared.
 */

/** A moment as seen on the site: the day as days since 1970-01-01, its ISO weekday (Monday is 1), the time of day. */
interface WallTime {
  readonly day: number;
  readonly weekday: number;
  readonly clockMs: number;
}

const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** The wall time in an IANA zone of an instant in milliseconds since 1970. */
export function wallTime(instantMs: number, zone: string): WallTime {
  const parts = new Map(
    format(zone)
      .formatToParts(instantMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  const day = Date.UTC(part("year"), part("month") - 1, part("day")) / DAY_MS;
  const seconds = (part("hour") * 60 + part("minute")) * 60 + part("second");
  return { day, weekday: weekdayOf(day), clockMs: seconds * 1000 + (((instantMs % 1000) + 1000) % 1000) };
}

/** ISO weekday of a day: Monday is 1. 1970-01-01 was a Thursday. */
export const weekdayOf = (day: number): number => ((((day + 3) % 7) + 7) % 7) + 1;

/** A date "2026-03-31" as days since 1970; null stays null. */
export function dayOf(date: string | null): number | null {
  return date === null ? null : Date.parse(`${date}T00:00:00Z`) / DAY_MS;
}

/** Days since 1970 as a date "2026-03-31". */
export const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** A time of day "07:30" or "07:30:15" in milliseconds. */
export function clockOf(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(":").map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

function format(zone: string): Intl.DateTimeFormat {
  let known = formats.get(zone);
  if (known === undefined) {
    known = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      calendar: "iso8601",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(zone, known);
  }
  return known;
}
