/**
 * The page that checks a bundle: a file is chosen or dropped, read on this computer, and told line by line. All words
 * stand in the page's `#words`.
 */

import { type Line, stateOf, verify } from "./lib/bundle";
import { canVerify, utf8 } from "./lib/proofs";

/** So many lines of one kind are shown each; more of what holds alike are counted, and open on demand. */
const SHOWN = 3;

const form = document.querySelector<HTMLFormElement>("#verify");
const input = document.querySelector<HTMLInputElement>("#bundle");
const found = document.querySelector<HTMLElement>("#found");
const list = document.querySelector<HTMLElement>("#lines");
const words = document.querySelector<HTMLTemplateElement>("#words");

const said = (kind: "code" | "reason" | "say", name: string): string =>
  words?.content.querySelector(`[data-${kind}="${name}"]`)?.textContent ?? name;

function element<K extends keyof HTMLElementTagNameMap>(tag: K, text = "", name = ""): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.textContent = text;
  if (name) made.className = name;
  return made;
}

const sentence = (line: Line): string =>
  said("code", line.code).replace("{why}", () => (line.reason ? said("reason", line.reason) : line.why));

function row(line: Line, rest?: HTMLElement): HTMLLIElement {
  const state = stateOf(line.code);
  const [item, told] = [element("li"), element("div")];
  if (rest) told.append(element("p", said("code", line.code).replace(/: \{why\}/, "")), rest);
  else told.append(element("p", sentence(line)));
  if (!rest && line.subject) told.append(element("p", line.subject, "about-what"));
  item.append(element("span", said("say", state), `state is-${state}`), told);
  return item;
}

function alike(lines: Line[]): HTMLElement {
  const [details, every] = [element("details"), element("ul")];
  details.append(element("summary", said("say", "times").replace("{number}", String(lines.length))), every);
  // Thousands of them are made only for who wants to see them.
  details.addEventListener(
    "toggle",
    () => every.append(...lines.map((line) => element("li", [line.subject, line.why].filter(Boolean).join(": ")))),
    { once: true },
  );
  return details;
}

/** What broke comes first, then what is to be known, then what holds. */
function rows(lines: Line[]): HTMLLIElement[] {
  const broken = lines.filter((line) => stateOf(line.code) === "broken");
  const rest = new Map<string, Line[]>();
  for (const line of lines.filter((each) => stateOf(each.code) !== "broken")) {
    const same = rest.get(line.code);
    if (same) same.push(line);
    else rest.set(line.code, [line]);
  }
  const grouped = [...rest.values()].flatMap((same) => {
    const [first] = same;
    if (!first || same.length <= SHOWN) return same.map((line) => row(line));
    return [row(first, alike(same))];
  });
  return [...broken.map((line) => row(line)), ...grouped];
}

function show(state: "working" | "good" | "bad" | "unread", more = ""): void {
  if (!found) return;
  found.hidden = false;
  found.dataset.state = state;
  found.textContent = more || said("say", state);
}

const textIn = (id: string): string => document.querySelector<HTMLTextAreaElement>(id)?.value.trim() ?? "";

async function check(file: File): Promise<void> {
  show("working");
  list?.replaceChildren();
  const old = textIn("#old");
  const known = textIn("#known").split(/\s+/).filter(Boolean);
  const lines = await verify(file, { known, old: old ? utf8(`${old}\n`) : null });
  const unread = lines.some((line) => line.code === "container.unreadable");
  const bad = lines.some((line) => stateOf(line.code) === "broken");
  show(unread ? "unread" : bad ? "bad" : "good");
  const every = element("ul", "", "verified");
  every.append(...rows(lines));
  list?.replaceChildren(every);
  if (list) list.hidden = false;
  found?.focus();
}

function listen(whole: HTMLFormElement, file: HTMLInputElement): void {
  const chosen = () => {
    const [first] = file.files ?? [];
    if (first) void check(first);
  };
  file.addEventListener("change", chosen);
  whole.addEventListener("submit", (event) => {
    event.preventDefault();
    chosen();
  });
  const drop = whole.querySelector<HTMLElement>("[data-drop]");
  for (const name of ["dragenter", "dragover"]) {
    drop?.addEventListener(name, (event) => {
      event.preventDefault();
      drop.dataset.over = "";
    });
  }
  drop?.addEventListener("dragleave", () => delete drop.dataset.over);
  drop?.addEventListener("drop", (event) => {
    event.preventDefault();
    delete drop.dataset.over;
    if (!event.dataTransfer?.files.length) return;
    file.files = event.dataTransfer.files;
    chosen();
  });
}

if (form && input) {
  form.hidden = false;
  if (await canVerify()) listen(form, input);
  else {
    input.disabled = true;
    show("unread", said("reason", "ed25519"));
  }
}
