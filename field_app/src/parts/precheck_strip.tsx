/** What the server would say, said before the shutter: one line, and every answer behind it. */
import { say } from "../i18n";
import { sentence } from "../i18n/findings";
import type { Outcome, Result } from "../ports";
import { worthSaying } from "../state/place";
import { Icon, type Sign } from "./icon";

interface Shown {
  readonly results: readonly Result[];
  readonly reason: string | null;
}

export function PreCheckStrip({ results, reason }: Shown) {
  const told = worthSaying(results);
  const [first] = told;
  const tone = toneOf(told);
  return (
    <details class={`strip ${tone}`}>
      <summary>
        <Icon sign={tone === "good" ? "check" : "warn"} />
        <span>
          <span class="unseen">{say("camera.check")}: </span>
          {headline(tone, first, reason)}
        </span>
      </summary>
      <Answers results={results} />
    </details>
  );
}

function headline(tone: string, first: Result | undefined, reason: string | null): string {
  if (reason !== null) return say("camera.without", { reason });
  if (first === undefined) return say("camera.ready");
  return `${say(tone === "bad" ? "camera.fails" : "camera.warns")}: ${sentence(first)}`;
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

export function toneOf(told: readonly Result[]): "good" | "care" | "bad" {
  if (told.some((result) => result.outcome === "fail")) return "bad";
  return told.length > 0 ? "care" : "good";
}
