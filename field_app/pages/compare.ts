/**
 * Before and after as a slider: the two pictures of `parts/compare.html` lie over each other, and a range over both says
 * how much of each is seen. Without this module they stand side by side. Pictures that come into the page later are
 * taken up when the document hears `saksi:shown`.
 */

const STEP = 2;

function tell(root: HTMLElement, range: HTMLInputElement): void {
  root.style.setProperty("--at", `${range.value}%`);
  range.setAttribute("aria-valuetext", (root.dataset.told ?? "{share}").replace("{share}", range.value));
}

function bar(label: string): { frame: HTMLElement; range: HTMLInputElement } {
  const frame = document.createElement("div");
  const range = document.createElement("input");
  frame.className = "compare-bar";
  range.type = "range";
  range.min = "0";
  range.max = "100";
  range.step = String(STEP);
  range.value = "50";
  range.setAttribute("aria-label", label);
  frame.append(range);
  return { frame, range };
}

/** The frame takes the shape of the later picture, so that nothing of it is cut off. */
function shape(root: HTMLElement, picture: HTMLImageElement): void {
  const { naturalWidth, naturalHeight } = picture;
  if (naturalWidth > 0) root.style.setProperty("--ratio", (naturalWidth / naturalHeight).toFixed(4));
}

function slide(root: HTMLElement): void {
  if (root.classList.contains("is-slider")) return;
  const { frame, range } = bar(root.dataset.label ?? "");
  root.append(frame);
  root.classList.add("is-slider");
  range.addEventListener("input", () => tell(root, range));
  tell(root, range);
  const after = root.querySelector<HTMLImageElement>(".compare-after img");
  if (!after) return;
  shape(root, after);
  after.addEventListener("load", () => shape(root, after));
}

function all(): void {
  for (const root of document.querySelectorAll<HTMLElement>("[data-compare]")) slide(root);
}

all();
document.addEventListener("saksi:shown", all);
