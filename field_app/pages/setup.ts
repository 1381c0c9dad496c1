/**
 * Tables of fields: rows are moved, added and taken away on the spot, sums are kept, and the drawn schedule follows
 * what is typed. Every button is one that the server answers as well, so nothing here is needed.
 */

const PAUSE_MS = 700;

function rowsOf(table: HTMLTableElement): HTMLElement[] {
  const bodies = [...table.querySelectorAll<HTMLElement>("tbody.row")];
  return bodies.length ? bodies : [...table.querySelectorAll<HTMLElement>("tbody > tr")];
}

function renumber(table: HTMLTableElement): void {
  const rows = rowsOf(table);
  for (const [place, row] of rows.entries()) {
    for (const button of row.querySelectorAll<HTMLButtonElement>("button[name=rows]")) {
      const action = button.value.split("-")[0] ?? "";
      button.value = `${action}-${place}`;
      button.disabled = (action === "up" && place === 0) || (action === "down" && place === rows.length - 1);
    }
  }
}

function move(table: HTMLTableElement, asked: string): boolean {
  const [action, text] = asked.split("-");
  const rows = rowsOf(table);
  const place = Number(text);
  const row = rows[place];
  // The last row is the pattern of new ones, so the server takes it away.
  if (!row || (action === "remove" && rows.length === 1)) return false;
  if (action === "remove") row.remove();
  else if (action === "up") rows[place - 1]?.before(row);
  else rows[place + 1]?.after(row);
  renumber(table);
  return true;
}

function pressed(event: SubmitEvent): void {
  const button = event.submitter;
  if (!(button instanceof HTMLButtonElement) || button.name !== "rows") return;
  const table = button.closest<HTMLTableElement>("table.rows-table");
  if (!table || !move(table, button.value)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  (button.isConnected && !button.disabled ? button : table.querySelector<HTMLElement>("input"))?.focus();
  changed(table.closest("form"));
}

/** The whole number of the smallest unit that a text says, or null. */
function units(text: string, digits: number): bigint | null {
  const bare = text.replace(/[^\d.,\-−]/g, "").replace(/−/g, "-");
  const [whole = "", part = ""] = bare.replace(/,/g, "").split(".");
  if (!/^-?\d*$/.test(whole) || !/^\d*$/.test(part) || part.length > digits) return null;
  return BigInt(`${whole || "0"}${part.padEnd(digits, "0")}`);
}

function written(value: bigint, digits: number): string {
  const text = (value < 0n ? -value : value).toString().padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${value < 0n ? "−" : ""}${whole}${digits ? `.${text.slice(-digits)}` : ""}`;
}

function sum(form: HTMLFormElement, line: HTMLElement): void {
  const isShare = line.dataset.sum === "m_weight";
  const digits = isShare ? 2 : Number(line.closest<HTMLElement>("[data-digits]")?.dataset.digits ?? 2);
  let total = 0n;
  for (const input of form.querySelectorAll<HTMLInputElement>(`input[name="${line.dataset.sum}"]`)) {
    total += units(input.value, digits) ?? 0n;
  }
  const output = line.querySelector("output");
  const said = written(total, digits);
  if (output) output.value = isShare ? `${said.replace(/\.?0+$/, "") || "0"} %` : `${line.dataset.symbol}${said}`;
  const wanted = line.dataset.wanted;
  line.className = wanted === undefined || total === BigInt(wanted) ? "is-right" : "is-wrong";
}

let waiting = 0;

function changed(form: HTMLFormElement | null): void {
  if (!form) return;
  for (const line of form.querySelectorAll<HTMLElement>("[data-sum]")) sum(form, line);
  if (!("live" in form.dataset)) return;
  clearTimeout(waiting);
  waiting = window.setTimeout(() => void redraw(form), PAUSE_MS);
}

/** The picture that the server draws of what is typed now; where it cannot be had, the old one stays. */
async function redraw(form: HTMLFormElement): Promise<void> {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
  body.set("rows", "draw");
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const picture = page.querySelector(".gantt");
    if (picture) form.querySelector(".gantt")?.replaceWith(picture);
  } catch {
    // Without a network the old picture stays; the form is checked again when it is sent.
  }
}

for (const form of document.querySelectorAll<HTMLFormElement>("form.setup-form")) {
  form.addEventListener("submit", pressed, { capture: true });
  form.addEventListener("input", () => changed(form));
}
