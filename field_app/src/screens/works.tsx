/** The works a person has to do with, the nearest first. */
import type { ComponentChildren } from "preact";
import { fixOf, position, useWatchedPosition } from "../device/position";
import { ago, many, metres, say } from "../i18n";
import { Badge } from "../parts/badge";
import { Frame } from "../parts/frame";
import { Icon } from "../parts/icon";
import type { Fix, OutboxEntry, Project } from "../ports";
import { type Field, type Freshness, useField } from "../state/field";
import { missingIn, openNeeds } from "../state/needs";
import { useValue } from "../state/observable";
import { type Way, wayToSite } from "../state/place";
import { addressOf } from "../state/router";

export function Works() {
  const field = useField();
  const projects = useValue(field.assignments)?.projects ?? null;
  const fix = fixOf(useValue(position));
  useWatchedPosition();
  return (
    <Frame title={say("works.title")} over={useValue(field.session)?.person.name} aside={<Refresh field={field} />}>
      <p class="soft list-note">
        {projects !== null && projects.length > 0 && (
          <span>{say(fix === null ? "works.by_code" : "works.nearest")}</span>
        )}
        <Fresh freshness={useValue(field.freshness)} />
      </p>
      {projects === null && <Empty title={say("works.none_yet")} hint={say("works.none_yet_hint")} />}
      {projects?.length === 0 && <Empty title={say("works.none")} hint={say("works.none_hint")} />}
      {projects !== null && projects.length > 0 && (
        <ul class="cards">
          {nearestFirst(projects, fix).map(({ project, way }) => (
            <Work key={project.code} project={project} way={way} here={fix !== null} />
          ))}
        </ul>
      )}
    </Frame>
  );
}

interface Placed {
  readonly project: Project;
  readonly way: Way | null;
}

function nearestFirst(projects: readonly Project[], fix: Fix | null): Placed[] {
  const placed = projects.map((project) => ({ project, way: fix === null ? null : wayToSite(project.site, fix) }));
  if (fix === null) return placed;
  const distance = ({ project, way }: Placed) => way?.distanceM ?? (project.site === null ? Number.MAX_VALUE : 0);
  return placed.sort((one, other) => distance(one) - distance(other));
}

function Work({ project, way, here }: Placed & { readonly here: boolean }) {
  const entries = useValue(useField().entries);
  const missing = missingIn(project, entries);
  const returned = openNeeds(project, entries).reduce((sum, need) => sum + need.returned, 0);
  return (
    <li>
      <a class="card work" href={addressOf({ screen: "site", project: project.code })}>
        <span class="code">{project.code}</span>
        <strong>{project.title}</strong>
        <span class="badges">
          <Missing project={project} missing={missing} entries={entries} />
          {returned > 0 && <Badge tone="bad" sign="warn" words={many("works.returned", returned)} />}
        </span>
        <span class="way">
          {way !== null && <Icon sign="arrow" turn={way.bearing} />}
          {wayWords(project, way, here)}
        </span>
        <Icon sign="forward" />
      </a>
    </li>
  );
}

interface Counted {
  readonly project: Project;
  readonly missing: number;
  readonly entries: readonly OutboxEntry[];
}

function Missing({ missing }: Counted) {
  if (missing === 0) return <Badge tone="good" sign="check" words={say("works.complete")} />;
  return <Badge tone="cool" sign="camera" words={many("works.needed", missing)} />;
}

function wayWords(project: Project, way: Way | null, here: boolean): string {
  if (project.site === null) return say("works.no_site");
  if (way === null) return here ? say("works.here") : project.agency;
  return say("works.away", { distance: metres(way.distanceM), direction: say(`wind.${way.wind}`) });
}

function Refresh({ field }: { readonly field: Field }) {
  const fetching = useValue(field.freshness).state === "fetching";
  return (
    <button
      type="button"
      class={fetching ? "round turning" : "round"}
      aria-label={say(fetching ? "works.refreshing" : "works.refresh")}
      onClick={() => void field.refresh()}
    >
      <Icon sign="refresh" />
    </button>
  );
}

function Fresh({ freshness }: { readonly freshness: Freshness }) {
  if (!("atMs" in freshness)) return null;
  const words = freshness.state === "fresh" ? "works.fresh" : "works.failed";
  return <span>{say(words, { when: ago(freshness.atMs, Date.now()) })}</span>;
}

interface EmptyShown {
  readonly title: string;
  readonly hint?: string;
  /** The way on, where there is one. */
  readonly children?: ComponentChildren;
}

export function Empty({ title, hint, children }: EmptyShown) {
  return (
    <div class="empty">
      <p>
        <strong>{title}</strong>
      </p>
      {hint && <p>{hint}</p>}
      {children}
    </div>
  );
}
