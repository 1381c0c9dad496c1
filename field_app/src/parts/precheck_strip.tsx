/** What the server would say, said before the shutter: one line, and every answer behind it. */
import { say } from "../i18n";
import { sentence } from "../i18n/findings";
import type { Outcome, Result } from "../ports";
import { worthSaying } from "../state/place";
import { Icon, type Sign } from "./icon";

type Tone = "good" | "care" | "bad";

interface Shown {
  readonly results: readonly Result[];
  readonly reason: string | null;
  /** What this phone knows of itself; warnings. */
  readonly notices: readonly string[];
}

export function PreCheckStrip({ results, reason, notices }: Shown) {
  const told = worthSaying(results);
  const [first] = told;
  const tone = withNotices(toneOf(told), notices);
  const lines = [...headlines(tone, first, reason), ...notices];
  return (
    <details class={`strip ${tone}`}>
      <summary>
        <Icon sign={tone === "good" ? "check" : "warn"} />
        <span>
          <span class="unseen">{say("camera.check")}: </span>
          {lines.map((line) => (
            <span key={line} class="line">
              {line}
            </span>
          ))}
        </span>
      </summary>
      <Answers results={results} />
    </details>
  );
}

/** What the checks say, in a line; nothing where a notice says more. A failure is said whatever else there is. */
function headlines(tone: string, first: Result | undefined, reason: string | null): string[] {
  const without = reason === null ? [] : [say("camera.without", { reason })];
  if (tone === "bad" && first) return [...without, `${say("camera.fails")}: ${sentence(first)}`];
  if (without.length > 0) return without;
  if (first !== undefined) return [`${say("camera.warns")}: ${sentence(first)}`];
  return tone === "good" ? [say("camera.ready")] : [];
}

const SIGNS: Readonly<Record<Outcome, Sign>> = { pass: "check", warn: "warn", fail: "stop", unknown: "clock" };

/** Every answer that says something here; what does not concern this site is left out. */
export function Answers({ results }: { readonly results: readonly Result[] }) {
  const told = results.filter(
    ({ key }) => key !== "place.station.no_stations" && key !== "file.resolution.size_unknown",
  );
  return (
    <ul class="answers">
      {told.map((result) => (
        <li key={result.check} class={result.outcome}>
          <Icon sign={SIGNS[result.outcome]} />
          <span>{sentence(result)}</span>
        </li>
      ))}
    </ul>
  );
}

export function withNotices(tone: Tone, notices: readonly string[]): Tone {
  return tone === "good" && notices.length > 0 ? "care" : tone;
}

export function toneOf(told: readonly Result[]): Tone {
  if (told.some((result) => result.outcome === "fail")) return "bad";
  return told.length > 0 ? "care" : "good";
}
