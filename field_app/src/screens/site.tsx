/** One site: its drawing with the person on it, how far to go and where, and the next photo to take. */
import { useMemo, useState } from "preact/hooks";
import { askForAttitude, attitude, attitudeAsks, useWatchedAttitude } from "../device/attitude";
import { fixOf, type PositionState, position, useWatchedPosition } from "../device/position";
import { ago, metres, number, say, station } from "../i18n";
import { Frame } from "../parts/frame";
import { Icon } from "../parts/icon";
import { SiteDrawing } from "../parts/site_drawing";
import { type Fix, type Project, type Requirement, shapeOf, windOf } from "../ports";
import { draw } from "../state/drawing";
import { useField } from "../state/field";
import { type Need, nextNeed, openNeeds } from "../state/needs";
import { useValue } from "../state/observable";
import { accuracyOf, OLD_MS, type Standing, standingOf, wayTo } from "../state/place";
import { addressOf } from "../state/router";

export function Site({ project }: { readonly project: Project }) {
  const needs = openNeeds(project, useValue(useField().entries));
  const state = useValue(position);
  const fix = fixOf(state);
  useWatchedPosition();
  useWatchedAttitude();
  const here = fix === null || project.site === null ? null : shapeOf(project.site).stationOf(fix);
  const next = nextNeed(needs, here?.chainageM ?? null);
  return (
    <Frame
      title={project.title}
      over={project.code}
      back={{ screen: "works" }}
      action={<TakeNext project={project} next={next} needs={needs} />}
      wide
    >
      <Tabs project={project} current="site" />
      <div class="site">
        <Here project={project} state={state} />
        <Ground project={project} needs={needs} fix={fix} />
        <Instruments project={project} fix={fix} next={next?.requirement ?? null} />
      </div>
    </Frame>
  );
}

export function Tabs({ project, current }: { readonly project: Project; readonly current: "site" | "needed" }) {
  return (
    <nav class="tabs" aria-label={say("site.views")}>
      {(["site", "needed"] as const).map((screen) => (
        <a
          key={screen}
          href={addressOf({ screen, project: project.code })}
          aria-current={screen === current ? "page" : undefined}
        >
          {say(screen === "site" ? "site.map" : "site.needed")}
        </a>
      ))}
    </nav>
  );
}

/** The one sentence that counts here: inside, how far outside and where to walk, or wait. */
function Here({ project, state }: { readonly project: Project; readonly state: PositionState }) {
  const heading = useValue(attitude)?.headingDeg ?? null;
  const fix = fixOf(state);
  // The compass draws this anew many times a second; where one stands is reckoned once for each position.
  const standing = useMemo(() => (fix === null ? null : standingOf(project, fix)), [project, fix]);
  if (fix === null || standing === null) return <NoFix state={state} />;
  const { tone, words, hint } = hereWords(standing);
  const old = Date.now() - fix.fixedAtMs > OLD_MS;
  const bearing = standing.kind === "outside" ? standing.bearing - (heading ?? 0) : null;
  return (
    <div class={`here ${tone}`} role="status">
      {bearing !== null && <Icon sign="arrow" turn={bearing} />}
      <div>
        <p class="here-words">{words}</p>
        {hint && <p>{hint}</p>}
        {old && <p>{say("site.old", { when: ago(fix.fixedAtMs, Date.now()) })}</p>}
      </div>
    </div>
  );
}

function NoFix({ state }: { readonly state: PositionState }) {
  const denied = state.kind === "denied" || state.kind === "missing";
  return (
    <div class={denied ? "here bad" : "here plain"} role="status">
      <div>
        <p class="here-words">{say(denied ? "site.denied" : "site.finding")}</p>
        <p>{say(denied ? "site.denied_hint" : "site.finding_hint")}</p>
      </div>
    </div>
  );
}

function hereWords(standing: Standing): { tone: string; words: string; hint?: string } {
  switch (standing.kind) {
    case "no_site":
      return { tone: "plain", words: say("site.no_site"), hint: say("site.no_site_hint") };
    case "rough":
      return {
        tone: "care",
        words: say("site.rough", { accuracy: metres(standing.r68M) }),
        hint: say("site.rough_hint", { allowed: metres(standing.allowedM) }),
      };
    case "inside":
      return { tone: "good", words: say("site.inside") };
    case "unsure":
      return {
        tone: "care",
        words: say("site.rough", { accuracy: metres(standing.r68M) }),
        hint: say("site.unsure_hint"),
      };
    case "edge":
      return { tone: "care", words: say("site.edge") };
    case "tolerated": {
      const values = { distance: metres(standing.outsideM), allowed: metres(standing.allowedM) };
      return { tone: "good", words: say("site.tolerated", values) };
    }
    case "outside":
      return {
        tone: "bad",
        words: say("site.outside", { distance: metres(standing.outsideM) }),
        hint: say("site.walk", { direction: say(`wind.${standing.wind}`) }),
      };
  }
}

interface Mapped {
  readonly project: Project;
  readonly needs: readonly Need[];
  readonly fix: Fix | null;
}

function Ground({ project, needs, fix }: Mapped) {
  const [near, setNear] = useState(false);
  const heading = useValue(attitude)?.headingDeg ?? null;
  if (project.site === null) return null;
  const drawing = draw(project.site, needs, fix, near);
  return (
    <figure class="map">
      <SiteDrawing project={project} drawing={drawing} heading={heading} />
      {fix !== null && (
        <button
          type="button"
          class={drawing.youBelowRight ? "round on-map above" : "round on-map"}
          aria-pressed={near}
          aria-label={say(near ? "site.whole" : "site.near")}
          onClick={() => setNear(!near)}
        >
          <Icon sign={near ? "whole" : "locate"} />
        </button>
      )}
    </figure>
  );
}

interface Measured {
  readonly project: Project;
  readonly fix: Fix | null;
  readonly next: Requirement | null;
}

function Instruments({ project, fix, next }: Measured) {
  const heading = useValue(attitude)?.headingDeg ?? fix?.headingDeg ?? null;
  const asks = useValue(attitudeAsks);
  return (
    <dl class="instruments">
      <div>
        <dt>{say("site.accuracy")}</dt>
        <dd>{fix === null ? "–" : `± ${metres(accuracyOf(fix))}`}</dd>
      </div>
      <div>
        <dt>{say("site.heading")}</dt>
        <dd>
          {heading !== null && (
            <>
              <span>{number(heading)}°</span> <span>{say(`wind.${windOf(heading)}`)}</span>
            </>
          )}
          {heading === null && !asks && "–"}
          {heading === null && asks && (
            <button type="button" class="quiet-button" onClick={() => void askForAttitude()}>
              {say("site.compass")}
            </button>
          )}
        </dd>
      </div>
      <NextStation project={project} fix={fix} next={next} />
    </dl>
  );
}

/** Where the next station is that misses a photo, from here. */
function NextStation({ project, fix, next }: Measured) {
  if (project.site === null || next === null || next.station_m === null) return null;
  const target = shapeOf(project.site).pointAt(next.station_m);
  if (target === null) return null;
  const allowed = next.station_tolerance_m ?? project.policy.station_tolerance_m;
  const way = fix === null ? null : wayTo(fix, target);
  return (
    <div class="next">
      <dt>{say("site.next_station", { station: station(next.station_m) })}</dt>
      <dd>
        {way !== null && way.distanceM > allowed && <Icon sign="arrow" turn={way.bearing} />}
        {way === null ? "–" : stationWords(next.station_m, way.distanceM, allowed, say(`wind.${way.wind}`))}
      </dd>
    </div>
  );
}

function stationWords(metresAlong: number, distanceM: number, allowedM: number, direction: string): string {
  if (distanceM <= allowedM) return say("site.at_station", { station: station(metresAlong) });
  return say("site.to_station", { distance: metres(distanceM), direction });
}

interface Next {
  readonly project: Project;
  readonly next: Need | null;
  readonly needs: readonly Need[];
}

/** The camera for what is missing; where nothing is, for what was asked last, as one photo more does no harm. */
export function TakeNext({ project, next, needs }: Next) {
  const need = next ?? needs.at(-1);
  if (need === undefined) return <p class="soft">{say("site.not_open")}</p>;
  const { milestone, requirement } = need;
  const to = {
    screen: "camera",
    project: project.code,
    milestone: milestone.id,
    requirement: requirement.code,
  } as const;
  return (
    <a class="main-button" href={addressOf(to)}>
      <Icon sign="camera" />
      <span class="one-line">
        {next === null ? say("site.take") : say("site.take_for", { title: requirement.title })}
      </span>
    </a>
  );
}
