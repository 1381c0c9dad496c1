/** The page of one photo: a picture to look into, and the reviewer's word by keyboard. */
import { keys } from "./lib/keys";
import { type Zoom, zoomable } from "./lib/zoom";

const STEP = 1.4;
const PAN_PX = 60;

function viewer(root: HTMLElement): void {
  const stage = root.querySelector<HTMLElement>(".viewer-stage");
  const picture = root.querySelector("img");
  const tools = root.querySelector<HTMLElement>(".viewer-tools");
  if (!stage || !picture || !tools) return;
  const zoom = zoomable(root, stage, picture, () => tell(tools, () => zoom));
  tools.hidden = false;
  const acts = actions(root, zoom);
  for (const button of tools.querySelectorAll<HTMLButtonElement>("[data-do]")) {
    button.addEventListener("click", () => acts[button.dataset.do ?? ""]?.());
  }
  keys({ "+": zoomIn(zoom), "=": zoomIn(zoom), "-": () => zoom.by(1 / STEP), "0": zoom.fit });
  stage.addEventListener("keydown", (event) => pan(event, zoom));
  leaveFullScreen(root, acts.full);
  tell(tools, () => zoom);
}

function zoomIn(zoom: Zoom): () => void {
  return () => zoom.by(STEP);
}

function actions(root: HTMLElement, zoom: Zoom): Record<string, () => void> & { full: () => void } {
  const button = root.querySelector("[data-do=full]");
  return {
    in: zoomIn(zoom),
    out: () => zoom.by(1 / STEP),
    fit: zoom.fit,
    real: () => zoom.real(),
    full: () => button?.setAttribute("aria-pressed", String(zoom.full())),
  };
}

/** How large it is shown, once there is a picture whose size is known. */
function tell(tools: HTMLElement, zoom: () => Zoom): void {
  const output = tools.querySelector("output");
  queueMicrotask(() => {
    const percent = zoom().percent();
    if (output) output.textContent = Number.isFinite(percent) && percent > 0 ? `${percent} %` : "";
  });
}

/** The arrows move an enlarged picture that has the focus. */
function pan(event: KeyboardEvent, zoom: Zoom): void {
  const ways: Record<string, [number, number]> = {
    ArrowLeft: [-PAN_PX, 0],
    ArrowRight: [PAN_PX, 0],
    ArrowUp: [0, -PAN_PX],
    ArrowDown: [0, PAN_PX],
  };
  const way = ways[event.key];
  if (!way || !zoom.zoomed) return;
  event.preventDefault();
  zoom.move(...way);
}

/** Escape leaves the full screen, also where the browser has none of its own; its own way out is followed. */
function leaveFullScreen(root: HTMLElement, full: () => void): void {
  const leave = (): void => {
    if (root.classList.contains("is-full")) full();
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave();
  });
  document.addEventListener("fullscreenchange", () => {
    if (document.fullscreenElement === null) leave();
  });
}

/** `a` and `r` go to the reason and mark the button that Ctrl and Enter then press. Nothing is sent by one key. */
function word(form: HTMLFormElement): void {
  const reason = form.querySelector("textarea");
  const buttons = [...form.querySelectorAll<HTMLButtonElement>("button[name=decision]")];
  if (!reason) return;
  for (const hint of form.querySelectorAll<HTMLElement>(".keys-hint")) hint.hidden = false;
  const mean = (value: string) => (): void => {
    const meant = buttons.find((button) => button.value === value);
    if (!meant) return;
    for (const button of buttons) button.classList.toggle("is-meant", button === meant);
    reason.focus();
    form.scrollIntoView({ block: "nearest" });
  };
  keys({ a: mean("accept"), r: mean("refuse") });
  reason.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const meant = buttons.find((button) => button.classList.contains("is-meant"));
    if (!meant) return;
    event.preventDefault();
    meant.click();
  });
}

for (const root of document.querySelectorAll<HTMLElement>("[data-zoom]")) viewer(root);
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-word]")) word(form);
