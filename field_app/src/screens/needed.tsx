/** What is still needed: each milestone's requirements, by view and station, with how each stands. */
import { day, many, say, station } from "../i18n";
import { Badge } from "../parts/badge";
import { Advice } from "../parts/found";
import { Frame } from "../parts/frame";
import { Icon } from "../parts/icon";
import type { Milestone, Project } from "../ports";
import { useField } from "../state/field";
import { type Need, needsOf, nextNeed, openNeeds, progressOf } from "../state/needs";
import { useValue } from "../state/observable";
import { addressOf } from "../state/router";
import { Tabs, TakeNext } from "./site";
import { Empty } from "./works";

export function Needed({ project }: { readonly project: Project }) {
  const needs = openNeeds(project, useValue(useField().entries));
  const open = project.milestones.filter((milestone) => milestone.takes_photos);
  const closed = project.milestones.filter((milestone) => !milestone.takes_photos);
  return (
    <Frame
      title={project.title}
      over={project.code}
      back={{ screen: "works" }}
      action={<TakeNext project={project} next={nextNeed(needs, null)} needs={needs} />}
    >
      <Tabs project={project} current="needed" />
      <h2 class="unseen">{say("needed.title")}</h2>
      {project.milestones.length === 0 && <Empty title={say("needed.none")} />}
      <div class="milestones">
        <div>
          {open.map((milestone) => (
            <MilestonePart key={milestone.id} project={project} milestone={milestone} />
          ))}
        </div>
        <div>
          {closed.map((milestone) => (
            <Closed key={milestone.id} milestone={milestone} />
          ))}
        </div>
      </div>
    </Frame>
  );
}

function MilestonePart({ project, milestone }: { readonly project: Project; readonly milestone: Milestone }) {
  const needs = needsOf(project, milestone, useValue(useField().entries));
  const { done, total } = progressOf(needs);
  return (
    <section class="milestone">
      <header>
        <h3>{milestone.title}</h3>
        <p class="soft">{dates(milestone)}</p>
        <Progress done={done} total={total} />
        {milestone.must_exist && (
          <p class="exist">
            <span class="soft">{say("needed.must_exist")}:</span> {milestone.must_exist}
          </p>
        )}
      </header>
      <ul class="needs">
        {needs.map((need) => (
          <NeedRow key={need.requirement.code} project={project} need={need} />
        ))}
      </ul>
    </section>
  );
}

function dates(milestone: Milestone): string {
  const { code, starts_on, ends_on } = milestone;
  return say("needed.milestone", { code, starts: day(starts_on), ends: day(ends_on) });
}

function Progress({ done, total }: { readonly done: number; readonly total: number }) {
  const words = say("needed.progress", { done, total });
  return (
    <div class="progress">
      <progress value={done} max={Math.max(total, 1)} aria-label={words} />
      <span>{words}</span>
    </div>
  );
}

function NeedRow({ project, need }: { readonly project: Project; readonly need: Need }) {
  const { milestone, requirement } = need;
  const to = {
    screen: "camera",
    project: project.code,
    milestone: milestone.id,
    requirement: requirement.code,
  } as const;
  return (
    <li class={need.verified >= need.requirement.photos ? "need done" : "need"}>
      <div>
        <p class="need-title">{requirement.title}</p>
        <p class="soft">{whereWords(need)}</p>
        <Standing need={need} />
        {need.returnedPhoto && (
          <p class="sentence">
            <Icon sign="warn" /> <Advice entry={need.returnedPhoto} />
          </p>
        )}
      </div>
      <a class="round strong" href={addressOf(to)} aria-label={`${say("needed.shoot")}: ${requirement.title}`}>
        <Icon sign="camera" />
      </a>
    </li>
  );
}

function whereWords({ requirement }: Need): string {
  const parts: string[] = [say(`stage.${requirement.stage}`)];
  if (requirement.view) parts.push(requirement.view);
  if (requirement.station_m !== null) parts.push(say("needed.at", { station: station(requirement.station_m) }));
  return parts.join(" · ");
}

/** Done is what a submission counts; a photo on this phone or before a person is said to be there, and no more. */
function Standing({ need }: { readonly need: Need }) {
  const done = need.verified >= need.requirement.photos;
  return (
    <p class="badges">
      {need.missing > 0 && <Badge tone="cool" sign="camera" words={many("needed.more", need.missing)} />}
      {done && <Badge tone="good" sign="check" words={say("needed.done")} />}
      {need.queued > 0 && <Badge tone="plain" sign="phone" words={many("needed.queued", need.queued)} />}
      {need.held > 0 && <Badge tone="bad" sign="stop" words={many("needed.held", need.held)} />}
      {need.verified > 0 && <Badge tone="good" sign="check" words={many("needed.verified", need.verified)} />}
      {need.inReview > 0 && <Badge tone="care" sign="clock" words={many("needed.review", need.inReview)} />}
      {need.returned > 0 && <Badge tone="bad" sign="warn" words={many("needed.returned", need.returned)} />}
    </p>
  );
}

function Closed({ milestone }: { readonly milestone: Milestone }) {
  return (
    <section class="milestone closed">
      <h3>{milestone.title}</h3>
      <p class="soft">{dates(milestone)}</p>
      <p class="soft">{say("needed.closed")}</p>
    </section>
  );
}
