/**
 * Single keys for whoever decides all day. `keys({ j: next })` listens; `marked()` listens for every element of the
 * page that names its key: `<a data-key="n">` is followed, a dialog is shown, and of anything else (a form, a section, a field) the first
 * field is focused. Nothing is ever sent by a single key.
 *
 * A key does nothing while somebody types, together with Ctrl, Alt or Meta, while a dialog is open, and for whoever
 * has switched single keys off (the checkbox `data-keys-off`, WCAG 2.1.4).
 */

/** What to do by the key as the browser names it (`KeyboardEvent.key`): "j", "Enter", "ArrowDown", "?". */
type KeyMap = Readonly<Record<string, (event: KeyboardEvent) => void>>;

const OFF = "saksi-single-keys-off";
const FIELDS =
  "input:not([type=hidden], :disabled), textarea:not(:disabled), select:not(:disabled), button:not(:disabled)";
const NOT_TYPED_INTO = ["checkbox", "radio", "button", "submit", "reset", "file"];
/** Where Enter and the space bar have a meaning of their own. */
const PRESSED = "a[href], button, summary, input";

/** Listen for single keys; the answer stops listening. */
export function keys(map: KeyMap): () => void {
  const onKey = (event: KeyboardEvent): void => {
    const act = Object.hasOwn(map, event.key) ? map[event.key] : undefined;
    if (act === undefined || !meant(event)) return;
    event.preventDefault();
    act(event);
  };
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}

/** Listen for the keys that the page's elements name; several keys stand apart by spaces: `data-key="n j"`. */
export function marked(root: ParentNode = document): () => void {
  const map: Record<string, () => void> = {};
  for (const element of root.querySelectorAll<HTMLElement>("[data-key]")) {
    for (const key of named(element)) map[key] ??= () => goTo(element);
  }
  watchSwitch(root);
  document.addEventListener("keydown", leave);
  return keys(map);
}

/** Follow a link, show a dialog, or bring anything else into view with its first field focused. */
function goTo(element: HTMLElement): void {
  if (element instanceof HTMLAnchorElement) element.click();
  else if (element instanceof HTMLDialogElement) element.showModal();
  else focusIn(element);
}

/** Whether this person has switched single keys off in this browser. */
function switchedOff(): boolean {
  try {
    return localStorage.getItem(OFF) === "1";
  } catch {
    return false; // Storage may be forbidden; then the switch lasts as long as the page.
  }
}

function named(element: HTMLElement): string[] {
  return (element.dataset.key ?? "").split(" ").filter((key) => key !== "");
}

function focusIn(element: HTMLElement): void {
  for (let around: Element | null = element; around; around = around.parentElement) {
    if (around instanceof HTMLDetailsElement) around.open = true;
  }
  const field = element.matches(FIELDS) ? element : element.querySelector<HTMLElement>(FIELDS);
  element.scrollIntoView({ block: "nearest" });
  (field ?? element).focus();
}

function meant(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return false;
  if (switchedOff() || document.querySelector("dialog[open]") !== null) return false;
  const target = event.target;
  if (!(target instanceof HTMLElement)) return true;
  if (typedInto(target)) return false;
  return !((event.key === "Enter" || event.key === " ") && target.matches(PRESSED));
}

/** Escape leads out of a field, back to the single keys; a dialog has a meaning of its own for it. */
function leave(event: KeyboardEvent): void {
  if (event.key !== "Escape" || switchedOff() || document.querySelector("dialog[open]") !== null) return;
  if (event.target instanceof HTMLInputElement && typedInto(event.target)) event.target.blur();
}

function typedInto(target: HTMLElement): boolean {
  if (target instanceof HTMLInputElement) return !NOT_TYPED_INTO.includes(target.type);
  return target.isContentEditable || target.matches("textarea, select, [role=slider], .maplibregl-canvas");
}

function watchSwitch(root: ParentNode): void {
  for (const box of root.querySelectorAll<HTMLInputElement>("input[data-keys-off]")) {
    box.checked = switchedOff();
    box.addEventListener("change", () => remember(box.checked));
  }
}

function remember(off: boolean): void {
  try {
    if (off) localStorage.setItem(OFF, "1");
    else localStorage.removeItem(OFF);
  } catch {
    // Without storage there is nothing to remember it in.
  }
}
