/**
 * A picture to look into: the whole of it, its own size, larger and smaller, moved about, over the whole screen. By
 * wheel, by one and two fingers, and by whoever calls `by`, `fit`, `real` and `full`.
 *
 * The picture is `object-fit: contain` in a stage. How it lies is told to the stylesheet by the custom properties
 * `--zoom` (times as large as it fits), `--x` and `--y` (moved from the middle, in pixels).
 */

export interface Zoom {
  /** So many times as large, around a place of the window or the middle. */
  by(factor: number, at?: Point): void;
  /** The whole picture. */
  fit(): void;
  /** A pixel of the picture on a pixel of the page. */
  real(at?: Point): void;
  /** Over the whole screen, or back; answers which. */
  full(): boolean;
  /** So many pixels to the side and down, where there is more to see. */
  move(right: number, down: number): void;
  /** Per cent of the picture's own size. */
  percent(): number;
  readonly zoomed: boolean;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

const MOST = 8;
const WHEEL = 0.0022;
/** A finger that moved less has tapped. */
const TAP_PX = 8;

/** Make the picture in `stage` one to look into; `root` carries the properties and is what goes over the screen. */
export function zoomable(root: HTMLElement, stage: HTMLElement, picture: HTMLImageElement, changed: () => void): Zoom {
  let zoom = 1;
  let x = 0;
  let y = 0;

  const fitted = (): { width: number; height: number } => {
    const { clientWidth, clientHeight } = picture;
    const scale = Math.min(clientWidth / picture.naturalWidth, clientHeight / picture.naturalHeight);
    if (!Number.isFinite(scale) || scale <= 0) return { width: clientWidth, height: clientHeight };
    return { width: picture.naturalWidth * scale, height: picture.naturalHeight * scale };
  };
  const own = (): number => Math.max(1, picture.naturalWidth / Math.max(1, fitted().width));
  const lay = (): void => {
    const { width, height } = fitted();
    x = within(x, (width * zoom - stage.clientWidth) / 2);
    y = within(y, (height * zoom - stage.clientHeight) / 2);
    root.style.setProperty("--zoom", String(zoom));
    root.style.setProperty("--x", `${x}px`);
    root.style.setProperty("--y", `${y}px`);
    root.classList.toggle("is-zoomed", zoom > 1);
    changed();
  };
  const middle = (at?: Point): Point => {
    const box = stage.getBoundingClientRect();
    return at ? { x: at.x - box.left - box.width / 2, y: at.y - box.top - box.height / 2 } : { x: 0, y: 0 };
  };
  const to = (wanted: number, at?: Point): void => {
    const next = Math.min(Math.max(wanted, 1), Math.max(MOST, own()));
    const place = middle(at);
    x = place.x - (place.x - x) * (next / zoom);
    y = place.y - (place.y - y) * (next / zoom);
    zoom = next;
    lay();
  };

  const made: Zoom = {
    by: (factor, at) => to(zoom * factor, at),
    fit: () => to(1),
    real: (at) => to(own(), at),
    full: () => fullScreen(root, lay),
    move: (right, down) => {
      x -= right;
      y -= down;
      lay();
    },
    percent: () => Math.round((zoom / Math.max(picture.naturalWidth / Math.max(1, fitted().width), 0.01)) * 100),
    get zoomed() {
      return zoom > 1;
    },
  };
  byWheel(root, stage, made);
  byFinger(root, stage, made);
  picture.addEventListener("load", lay);
  window.addEventListener("resize", lay);
  root.classList.add("is-on");
  lay();
  return made;
}

function within(value: number, most: number): number {
  return Math.min(Math.max(value, -Math.max(most, 0)), Math.max(most, 0));
}

/** The browser's full screen where there is one; the class alone fills the window where not (a phone by Apple). */
function fullScreen(root: HTMLElement, lay: () => void): boolean {
  const on = !root.classList.contains("is-full");
  root.classList.toggle("is-full", on);
  if (on) root.requestFullscreen?.().catch(() => undefined);
  else if (document.fullscreenElement === root) void document.exitFullscreen();
  lay();
  return on;
}

/** A wheel over the whole picture scrolls the page, as everywhere; over an enlarged one, or with Ctrl, it zooms. */
function byWheel(root: HTMLElement, stage: HTMLElement, zoom: Zoom): void {
  stage.addEventListener(
    "wheel",
    (event) => {
      const meant = event.ctrlKey || event.metaKey || zoom.zoomed || root.classList.contains("is-full");
      if (!meant && !stage.matches(":focus")) return;
      event.preventDefault();
      zoom.by(Math.exp(-event.deltaY * WHEEL * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1)), {
        x: event.clientX,
        y: event.clientY,
      });
    },
    { passive: false },
  );
}

/** One finger or the mouse moves an enlarged picture, two fingers enlarge it, a tap enlarges it or shows all of it. */
function byFinger(root: HTMLElement, stage: HTMLElement, zoom: Zoom): void {
  const down = new Map<number, Point>();
  let travelled = 0;

  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    if (down.size === 0) travelled = 0;
    down.set(event.pointerId, { x: event.clientX, y: event.clientY });
    root.classList.add("is-held");
    // However fast it goes, and wherever it leaves the picture; a press stays a click on the stage itself.
    stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener("pointermove", (event) => {
    const before = down.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    travelled += Math.hypot(now.x - before.x, now.y - before.y);
    down.set(event.pointerId, now);
    if (other) zoom.by(apart(now, other) / Math.max(1, apart(before, other)), between(now, other));
    if (other) zoom.move((before.x - now.x) / 2, (before.y - now.y) / 2);
    else if (zoom.zoomed) zoom.move(before.x - now.x, before.y - now.y);
  });
  const up = (event: PointerEvent): void => {
    down.delete(event.pointerId);
    root.classList.toggle("is-held", down.size > 0);
  };
  stage.addEventListener("pointerup", up);
  stage.addEventListener("pointercancel", up);
  stage.addEventListener("dragstart", (event) => event.preventDefault());
  stage.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (travelled > TAP_PX) return;
    // A press of Enter is a click without a place.
    if (zoom.zoomed) zoom.fit();
    else zoom.real(event.detail === 0 ? undefined : { x: event.clientX, y: event.clientY });
  });
}

function apart(one: Point, other: Point): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

function between(one: Point, other: Point): Point {
  return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 };
}
