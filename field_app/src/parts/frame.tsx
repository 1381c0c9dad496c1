/** What stands around every screen: its title and way back above, the three places below. */
import type { ComponentChildren } from "preact";
import { many, say } from "../i18n";
import { useField } from "../state/field";
import { isWaiting } from "../state/needs";
import { useValue } from "../state/observable";
import { addressOf, type Route, route } from "../state/router";
import { AgainBar } from "./again_bar";
import { Icon, type Sign } from "./icon";
import { UpdateBar } from "./update_bar";

interface Shown {
  readonly title: string;
  readonly over?: string | undefined;
  readonly back?: Route | undefined;
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
  /** The one thing to do here, at the thumb. */
  readonly action?: ComponentChildren;
  readonly wide?: boolean;
}

export function Frame({ title, over, back, aside, children, action, wide }: Shown) {
  const online = useValue(useField().online);
  return (
    <div class={wide ? "frame wide" : "frame"}>
      <button type="button" class="skip" onClick={toContent}>
        {say("app.skip")}
      </button>
      <header class="top">
        {back && (
          <a class="round" href={addressOf(back)} aria-label={say("app.back")}>
            <Icon sign="back" />
          </a>
        )}
        <div class="titles">
          <h1>{title}</h1>
          {over && <p class="over">{over}</p>}
        </div>
        {aside}
      </header>
      {!online && (
        <p class="offline" role="status">
          {say("app.offline")}
        </p>
      )}
      <AgainBar />
      <UpdateBar />
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <div class="foot">
        {action && (
          <section class="action" aria-label={title}>
            {action}
          </section>
        )}
        <Places />
      </div>
    </div>
  );
}

/** The hash is the router's, so the way past the title is no address. */
function toContent(): void {
  document.getElementById("main")?.focus();
}

function Places() {
  const here = useValue(route).screen;
  const waiting = useValue(useField().entries).filter(isWaiting).length;
  const inWorks = here === "works" || here === "site" || here === "needed";
  return (
    <nav class="places" aria-label={say("app.main")}>
      <Place to="works" sign="works" current={inWorks} label={say("nav.works")} />
      <Place
        to="outbox"
        sign="outbox"
        current={here === "outbox" || here === "photo"}
        label={say("nav.outbox")}
        count={waiting}
      />
      <Place to="settings" sign="settings" current={here === "settings"} label={say("nav.settings")} />
    </nav>
  );
}

interface PlaceShown {
  readonly to: "works" | "outbox" | "settings";
  readonly sign: Sign;
  readonly current: boolean;
  readonly label: string;
  readonly count?: number;
}

function Place({ to, sign, current, label, count = 0 }: PlaceShown) {
  return (
    <a class="place" href={addressOf({ screen: to })} aria-current={current ? "page" : undefined}>
      <span class="sign">
        <Icon sign={sign} />
        {count > 0 && (
          <span class="count" aria-hidden="true">
            {count}
          </span>
        )}
      </span>
      {label}
      {count > 0 && <span class="unseen"> {many("outbox.wait", count)}</span>}
    </a>
  );
}
