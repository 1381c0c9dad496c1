/** What the server would say, said before the shutter: one line, and every answer behind it. */
import { say } from "../i18n";
import { sentence } from "../i18n/findings";
import type { Outcome, Project, Result } from "../ports";
import { NO_POSITION, type Prospect, prospectOf, weightOf, worthSaying } from "../state/prospect";
import { Icon, type Sign } from "./icon";

interface Shown {
  readonly results: readonly Result[];
  readonly policy: Project["policy"];
  readonly reason: string | null;
  /** The phone gives this app no position at all; waiting would not help. */
  readonly denied: boolean;
}

export function PreCheckStrip({ results, policy, reason, denied }: Shown) {
  const tone = TONES[prospectOf(results, policy)];
  return (
    <details class={`strip ${tone}`}>
      <summary>
        <Icon sign={tone === "good" ? "check" : "warn"} />
        <span>
          <span class="unseen">{say("camera.check")}: </span>
          {headline({ results, policy, reason, denied })}
        </span>
      </summary>
      <Answers results={results} policy={policy} denied={denied} />
    </details>
  );
}

/** The one line: first that there is no position and what to do about it, then what weighs most. */
export function headline({ results, policy, reason, denied }: Shown): string {
  if (reason !== null) return say("camera.without", { reason });
  const told = worthSaying(results, policy);
  const unplaced = told.find(({ key }) => key === NO_POSITION);
  if (unplaced === undefined) return weightiest(told[0], policy);
  const returned = told.find((result) => weightOf(result, policy) === "returned");
  const position = tell(unplaced, denied);
  return returned === undefined ? position : `${position} ${weightiest(returned, policy)}`;
}

const BEFORE = { returned: "camera.fails", review: "camera.warns", noted: "camera.noted" } as const;

function weightiest(result: Result | undefined, policy: Project["policy"]): string {
  const weight = result === undefined ? null : weightOf(result, policy);
  if (result === undefined || weight === null) return say("camera.ready");
  return `${say(BEFORE[weight])}: ${sentence(result)}`;
}

function tell(result: Result, denied: boolean): string {
  return denied && result.key === NO_POSITION ? say("camera.position_denied") : sentence(result);
}

const SIGNS: Readonly<Record<Outcome, Sign>> = { pass: "check", warn: "warn", fail: "stop", unknown: "clock" };
const UNSAID: ReadonlySet<string> = new Set(["place.station.no_stations", "file.resolution.size_unknown"]);

interface Answered {
  readonly results: readonly Result[];
  readonly policy: Project["policy"];
  readonly denied?: boolean;
}

/** Every answer that says something here; what does not concern this site is left out. */
export function Answers({ results, policy, denied = false }: Answered) {
  return (
    <ul class="answers">
      {results
        .filter(({ key }) => !UNSAID.has(key))
        .map((result) => (
          <li key={result.check} class={result.outcome}>
            <Icon sign={SIGNS[result.outcome]} />
            <span>
              {tell(result, denied)}
              {weightOf(result, policy) === "noted" && <span class="soft"> {say("camera.not_decisive")}</span>}
            </span>
          </li>
        ))}
    </ul>
  );
}

export const TONES: Readonly<Record<Prospect, "good" | "care" | "bad">> = {
  good: "good",
  noted: "good",
  review: "care",
  returned: "bad",
};
