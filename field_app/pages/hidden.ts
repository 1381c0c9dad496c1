/** What of a photo is hidden: an area is drawn on the picture, and drawn while its edges are typed. */

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Edges {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const NAMES = ["left", "top", "width", "height"] as const;
/** A tap that was meant as a tap is no area, in hundredths of the picture. */
const LEAST = 0.5;

function start(stage: HTMLElement, form: HTMLFormElement): void {
  const draft = stage.querySelector<SVGRectElement>("[data-draft]");
  if (!draft) return;
  const fields = NAMES.map((name) => form.elements.namedItem(name)).filter((each) => each instanceof HTMLInputElement);
  stage.classList.add("is-on");
  form.addEventListener("input", () => show(draft, typed(fields)));
  show(draft, typed(fields));
  drawing(stage, (edges) => {
    show(draft, edges);
    fields.forEach((field, at) => {
      field.value = String(edges[NAMES[at] ?? "left"]);
    });
  });
  furnish(stage);
  pointing(stage);
}

function typed(fields: readonly HTMLInputElement[]): Edges {
  const [left = 0, top = 0, width = 0, height = 0] = fields.map((field) => field.valueAsNumber || 0);
  return { left, top, width, height };
}

function show(draft: SVGRectElement, edges: Edges): void {
  draft.setAttribute("x", String(edges.left));
  draft.setAttribute("y", String(edges.top));
  draft.setAttribute("width", String(Math.max(0, edges.width)));
  draft.setAttribute("height", String(Math.max(0, edges.height)));
}

/** A mouse or pen draws at once; a finger scrolls the page, until drawing is chosen. */
function drawing(stage: HTMLElement, told: (edges: Edges) => void): void {
  let from: Point | null = null;
  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || (event.pointerType === "touch" && !stage.classList.contains("is-drawing"))) return;
    from = place(stage, event);
    stage.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  stage.addEventListener("pointermove", (event) => {
    const edges = from && between(from, place(stage, event));
    if (edges && (edges.width >= LEAST || edges.height >= LEAST)) told(edges);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    stage.addEventListener(end, () => {
      from = null;
    });
  }
}

/** Where the pointer is, in hundredths of the picture and inside it. */
function place(stage: HTMLElement, event: PointerEvent): Point {
  const box = stage.getBoundingClientRect();
  return { x: share(event.clientX - box.left, box.width), y: share(event.clientY - box.top, box.height) };
}

function share(pixels: number, whole: number): number {
  return Math.round(Math.min(100, Math.max(0, (1000 * pixels) / whole / 10)) * 10) / 10;
}

function between(one: Point, other: Point): Edges {
  const [left, top] = [Math.min(one.x, other.x), Math.min(one.y, other.y)];
  const tenths = (value: number): number => Math.round(value * 10) / 10;
  return { left, top, width: tenths(Math.abs(one.x - other.x)), height: tenths(Math.abs(one.y - other.y)) };
}

/** The button for fingers, and the words that fit a page that can draw. */
function furnish(stage: HTMLElement): void {
  for (const each of document.querySelectorAll<HTMLElement>("[data-with-script]")) each.hidden = false;
  for (const each of document.querySelectorAll<HTMLElement>("[data-without-script]")) each.hidden = true;
  const button = document.querySelector<HTMLButtonElement>("[data-draw]");
  if (!button || !matchMedia("(any-pointer: coarse)").matches) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", String(stage.classList.toggle("is-drawing")));
    stage.scrollIntoView({ block: "nearest" });
  });
}

/** An area and its line are shown as one: by hovering, by the focus, and by a click on the area. */
function pointing(stage: HTMLElement): void {
  for (const line of document.querySelectorAll<HTMLElement>("[data-line]")) {
    const area = stage.querySelector<SVGGElement>(`[data-area="${line.dataset.line}"]`);
    if (!area) continue;
    const near = (is: boolean) => (): void => {
      for (const each of [line, area]) each.classList.toggle("is-near", is);
    };
    for (const each of [line, area]) {
      each.addEventListener("pointerenter", near(true));
      each.addEventListener("pointerleave", near(false));
    }
    line.addEventListener("focusin", near(true));
    line.addEventListener("focusout", near(false));
    area.addEventListener("click", () => line.querySelector<HTMLElement>("input:not([type=hidden]), button")?.focus());
  }
}

const stage = document.querySelector<HTMLElement>("[data-hide]");
const form = document.querySelector<HTMLFormElement>("[data-edges]");
if (stage && form) start(stage, form);
