/** What the server would say, said before the shutter: one line, and every answer behind it. */
import { say } from "../i18n";
import { sentence } from "../i18n/findings";
import type { Outcome, Project, Result } from "../ports";
import { NO_POSITION, type Prospect, prospectOf, weightOf, worthSaying } from "../state/prospect";
import { Icon, type Sign } from "./icon";

type Tone = "good" | "care" | "bad";

interface Shown {
  readonly results: readonly Result[];
  readonly policy: Project["policy"];
  readonly reason: string | null;
  /** The phone gives this app no position at all; waiting would not help. */
  readonly denied: boolean;
  /** What this phone knows of itself; warnings. */
  readonly notices: readonly string[];
}

export function PreCheckStrip(shown: Shown) {
  const { results, policy, denied, notices } = shown;
  const tone = withNotices(TONES[prospectOf(results, policy)], notices);
  return (
    <details class={`strip ${tone}`}>
      <summary>
        <Icon sign={tone === "good" ? "check" : "warn"} />
        <span>
          <span class="unseen">{say("camera.check")}: </span>
          {linesOf(shown).map((line) => (
            <span key={line} class="line">
              {line}
            </span>
          ))}
        </span>
      </summary>
      <Answers results={results} policy={policy} denied={denied} />
    </details>
  );
}

/** What the checks say, then what the phone says of itself; that all is well only where neither has anything to say. */
export function linesOf(shown: Shown): string[] {
  const told = headline(shown);
  const { results, policy, reason, notices } = shown;
  const nothing = reason === null && worthSaying(results, policy).length === 0;
  return nothing && notices.length > 0 ? [...notices] : [told, ...notices];
}

/** The one line: first that there is no position and what to do about it, then what weighs most. */
export function headline({ results, policy, reason, denied }: Omit<Shown, "notices">): string {
  const told = worthSaying(results, policy);
  const returned = told.find((result) => weightOf(result, policy) === "returned");
  const unplaced = told.find(({ key }) => key === NO_POSITION);
  const first = reason === null ? unplaced && tell(unplaced, denied) : say("camera.without", { reason });
  if (first === undefined) return weightiest(told[0], policy);
  return returned === undefined ? first : `${first} ${weightiest(returned, policy)}`;
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

export const TONES: Readonly<Record<Prospect, Tone>> = { good: "good", noted: "good", review: "care", returned: "bad" };

function withNotices(tone: Tone, notices: readonly string[]): Tone {
  return tone === "good" && notices.length > 0 ? "care" : tone;
}
