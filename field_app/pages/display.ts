/**
 * The public screen: shows the parts of its page in turn, asks every minute whether there is news, and goes on with
 * what it has while there is no network. It never shows an error: what cannot be fetched leaves what is shown.
 *
 * Pictures stay because their elements stay. For a reload without a network the page, its pictures and its assets are
 * also kept in the browser's cache, from which the worker (`display_worker.ts`) answers.
 */

const TURN_MS = 12_000;
const ASK_MS = 60_000;
const PATIENCE_MS = 30_000;
const HERE = location.pathname + location.search;
const KEPT = `saksi-display ${HERE}`;
const DAY_MS = 24 * 3600 * 1000;

const main = document.querySelector<HTMLElement>("main[data-display]");
const asOf = document.querySelector<HTMLElement>(".as-of");
const hold = document.querySelector<HTMLButtonElement>(".hold");

/** The page as the server wrote it, to see whether what comes later differs. */
let written = main?.innerHTML ?? "";
let held = false;
let asking = false;
let again = false;

function parts(): HTMLElement[] {
  return [...(main?.querySelectorAll<HTMLElement>("[data-part]") ?? [])];
}

/** Whether all pictures of a part are there; one without its picture is passed over. */
function isWhole(part: HTMLElement): boolean {
  return [...part.querySelectorAll("img")].every((picture) => picture.complete && picture.naturalWidth > 0);
}

function show(part: HTMLElement | undefined): void {
  for (const each of main?.querySelectorAll(".is-on") ?? []) each.classList.remove("is-on");
  part?.classList.add("is-on");
  part?.closest(".shown")?.classList.add("is-on");
}

function shown(): HTMLElement | undefined {
  return parts().find((part) => part.classList.contains("is-on"));
}

/** Goes to the next part that is whole, or the one before. */
function turn(step: 1 | -1): void {
  const all = parts();
  const from = all.indexOf(shown() ?? document.body);
  for (let away = 1; away <= all.length; away += 1) {
    const part = all[(from + step * away + all.length * 2) % all.length];
    if (part && isWhole(part)) {
      show(part);
      return;
    }
  }
}

/** The assets that a page asks for; a new release has others, and needs a load of its own. */
function assets(page: Document): string {
  return [...page.querySelectorAll("link[rel=stylesheet], script[src]")]
    .map((each) => each.getAttribute("href") ?? each.getAttribute("src"))
    .join(" ");
}

async function pictures(of: HTMLElement): Promise<void> {
  await Promise.allSettled([...of.querySelectorAll("img")].map((picture) => picture.decode()));
}

/** Puts what is new in the place of what was, once its pictures are there, and goes on at the same part. */
async function change(news: HTMLElement): Promise<void> {
  if (!main || news.innerHTML === written) return;
  const fresh = news.innerHTML;
  const adopted = document.adoptNode(news);
  await pictures(adopted);
  const name = shown()?.dataset.part;
  written = fresh;
  main.replaceChildren(...adopted.childNodes);
  show(parts().find((part) => part.dataset.part === name && isWhole(part)) ?? parts()[0]);
}

/** The address of what an element loads. */
function address(element: Element): string {
  return new URL(element.getAttribute("src") ?? element.getAttribute("href") ?? "", location.href).href;
}

/** Keeps the page with all that it needs, the page last, so that the one that is kept is always whole. */
async function keep(page: Response): Promise<void> {
  if (!("caches" in window)) return;
  const cache = await caches.open(KEPT);
  const needed = [...document.querySelectorAll("main img, link[rel=stylesheet], link[rel=icon], script[src]")].map(
    address,
  );
  for (const each of needed) if (!(await cache.match(each, { ignoreVary: true }))) await cache.add(each);
  await cache.put(HERE, page);
  const wanted = new Set([...needed, new URL(HERE, location.href).href]);
  for (const each of await cache.keys()) if (!wanted.has(each.url)) await cache.delete(each);
}

function remembered(): number {
  try {
    return Number(localStorage.getItem(KEPT)) || Date.now();
  } catch {
    // A browser that keeps nothing knows only this page's own life.
    return loadedAt;
  }
}

const loadedAt = Date.now();

function current(): void {
  try {
    localStorage.setItem(KEPT, String(Date.now()));
  } catch {
    // Without a place to keep it, the time is that of the page's load.
  }
  if (asOf) asOf.hidden = true;
}

/** Says quietly how old the picture is: the hour, and the day too where it was not today. */
function old(): void {
  if (!asOf) return;
  const at = remembered();
  const day: Intl.DateTimeFormatOptions = Date.now() - at > DAY_MS ? { day: "numeric", month: "long" } : {};
  const how: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...day };
  const time = new Intl.DateTimeFormat(document.documentElement.lang, how).format(at);
  asOf.textContent = (asOf.dataset.today ?? "{time}").replace("{time}", time);
  asOf.hidden = false;
}

async function news(): Promise<void> {
  const answer = await fetch(HERE, { cache: "no-cache", signal: AbortSignal.timeout(PATIENCE_MS) });
  const copy = answer.clone();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const said = page.querySelector<HTMLElement>("main[data-display]");
  // A gateway that asks for a sign-in answers with a page too, and it is not ours.
  if (!said || answer.status >= 500) throw new TypeError(`no screen came: ${answer.status}`);
  if (assets(page) !== assets(document)) {
    location.reload();
    return;
  }
  await change(said);
  current();
  if (answer.ok) await keep(copy);
  else if ("caches" in window) await caches.delete(KEPT);
}

async function ask(): Promise<void> {
  // Whoever asks while an answer is on its way may know something newer: it is asked once more.
  again = asking;
  if (asking) return;
  asking = true;
  try {
    await news();
  } catch (error) {
    // A full disk is no news of the network, which has just answered.
    if (!(error instanceof DOMException && error.name === "QuotaExceededError")) old();
  } finally {
    asking = false;
  }
  if (again) await ask();
}

/** Keeps the screen from going dark, where the browser lets a page do so. */
async function stayAwake(): Promise<void> {
  if (!("wakeLock" in navigator) || document.visibilityState !== "visible") return;
  try {
    await navigator.wakeLock.request("screen");
  } catch {
    // On a battery that is low the system decides, and the screen's own settings hold.
  }
}

function holdStill(on: boolean): void {
  held = on;
  hold?.setAttribute("aria-pressed", String(on));
}

let still = 0;

/** Whoever moves the pointer sees it, and the button, for a moment. */
function moved(): void {
  document.body.classList.add("is-moved");
  clearTimeout(still);
  still = window.setTimeout(() => document.body.classList.remove("is-moved"), 3000);
}

function keys(event: KeyboardEvent): void {
  if (event.key === "ArrowRight") turn(1);
  else if (event.key === "ArrowLeft") turn(-1);
  else if (event.key === " " && event.target !== hold) holdStill(!held);
}

function begin(): void {
  document.documentElement.toggleAttribute("data-running", true);
  if (hold) hold.hidden = false;
  show(parts()[0]);
  setInterval(() => held || turn(1), TURN_MS);
  setInterval(ask, ASK_MS);
  window.addEventListener("online", ask);
  window.addEventListener("offline", ask);
  document.addEventListener("visibilitychange", stayAwake);
  document.addEventListener("pointermove", moved);
  document.addEventListener("keydown", keys);
  hold?.addEventListener("click", () => holdStill(!held));
}

if (main) {
  begin();
  void ask();
  void stayAwake();
  if (main.dataset.worker) void navigator.serviceWorker?.register(main.dataset.worker, { scope: "/display/" });
}
