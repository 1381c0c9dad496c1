/** The pre-check's answers (a key and numbers) as sentences in the person's language. */
import type { Result } from "../ports";
import { day, metres, number, sayIfKnown, span, station, type Values } from "./index";

type Raw = Result["values"][string];

/** The sentence of one answer; an answer this version has no words for is told by the name of its check. */
export function sentence(result: Result): string {
  return sayIfKnown(result.key, told(result.values)) ?? result.check;
}

function told(values: Result["values"]): Values {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, tellValue(name, value)]));
}

/** A value by its name: the unit stands at the name's end. */
function tellValue(name: string, value: Raw): string {
  if (typeof value === "boolean") return "";
  if (typeof value === "string") return tellText(name, value);
  if (name === "chainage_m" || name === "wanted_m") return station(value);
  if (name.endsWith("_m")) return metres(Math.abs(value));
  if (name.endsWith("_s")) return span(value);
  return number(value, 1);
}

function tellText(name: string, value: string): string {
  if (name === "direction") return sayIfKnown(`wind.${value}`) ?? value;
  return /^\d{4}-\d\d-\d\d$/.test(value) ? day(value) : value;
}
