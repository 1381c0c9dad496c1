/** The app: the screen of the present address, in the chosen language. */
import { useEffect, useRef } from "preact/hooks";
import { type Key, language, say } from "./i18n";
import { Frame } from "./parts/frame";
import { Camera } from "./screens/camera";
import { Needed } from "./screens/needed";
import { Outbox } from "./screens/outbox";
import { Photo } from "./screens/photo";
import { Settings } from "./screens/settings";
import { SignIn } from "./screens/sign_in";
import { Site } from "./screens/site";
import { Empty, Works } from "./screens/works";
import { useField } from "./state/field";
import { useValue } from "./state/observable";
import { addressOf, type Route, route } from "./state/router";

export function App() {
  const field = useField();
  const chosen = useValue(language);
  const session = useValue(field.session);
  const shown = useValue(route);
  const begun = useRef(false);
  useEffect(() => {
    arrive(begun.current);
    begun.current = true;
  }, [shown, chosen, session === null]);
  // The language is the key, so that every word is drawn anew when it changes.
  return session === null ? <SignIn key={chosen} /> : <Screen key={chosen} shown={shown} />;
}

/** Say where one is: the title is the screen's, and whoever came from another screen begins at its heading. */
function arrive(fromElsewhere: boolean): void {
  const heading = document.querySelector("h1");
  document.title = heading === null ? say("app.name") : `${heading.textContent} · ${say("app.name")}`;
  if (!fromElsewhere || heading === null || document.activeElement?.closest("main, dialog")) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

function Screen({ shown }: { readonly shown: Route }) {
  const field = useField();
  useValue(field.assignments);
  const entries = useValue(field.entries);
  switch (shown.screen) {
    case "outbox":
      return <Outbox />;
    case "settings":
      return <Settings />;
    case "photo": {
      const entry = entries.find(({ id }) => id === shown.id);
      return entry === undefined ? <Outbox /> : <Photo key={entry.id} entry={entry} />;
    }
    case "works":
      return <Works />;
    default:
      return <OfProject shown={shown} />;
  }
}

type ProjectRoute = Exclude<Route, { screen: "works" | "outbox" | "settings" | "photo" }>;

/** A screen about one project; one that is not assigned any more leads back to the list. */
function OfProject({ shown }: { readonly shown: ProjectRoute }) {
  const project = useField().project(shown.project);
  if (project === null) return <Missing />;
  if (shown.screen === "site") return <Site key={project.code} project={project} />;
  if (shown.screen !== "camera") return <Needed key={project.code} project={project} />;
  const milestone = project.milestones.find(({ id }) => id === shown.milestone);
  const requirement = milestone?.requirements.find(({ code }) => code === shown.requirement);
  if (milestone === undefined || requirement === undefined) return <Needed key={project.code} project={project} />;
  return <Camera key={requirement.code} project={project} milestone={milestone} requirement={requirement} />;
}

function Missing() {
  const fetched = useField().assignments.value !== null;
  const [title, hint]: readonly [Key, Key] = fetched
    ? ["works.not_yours", "works.not_yours_hint"]
    : ["works.none_yet", "works.none_yet_hint"];
  return (
    <Frame title={say("works.title")} back={{ screen: "works" }}>
      <Empty title={say(title)} hint={say(hint)}>
        <a class="quiet-button" href={addressOf({ screen: "works" })}>
          {say("works.all")}
        </a>
      </Empty>
    </Frame>
  );
}
