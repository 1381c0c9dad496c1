/**
 * The list of what waits, by keyboard alone: j and k (or the arrows) go from row to row, o or Enter opens one. The row
 * one is at is the one whose link has the focus, so that everybody sees it and a screen reader says it. Whoever comes
 * back from a page is at its row again, as the address names the link.
 */
import { keys, marked } from "./lib/keys";
import { dialogs } from "./lib/keys_dialog";

const rows = [...document.querySelectorAll<HTMLAnchorElement>("a[data-row]")];

/** The row that has the focus, in it or in one of its photos; -1 for none. */
function current(): number {
  const row = document.activeElement?.closest("li.waits")?.querySelector<HTMLAnchorElement>("a[data-row]");
  return row ? rows.indexOf(row) : -1;
}

function go(to: number): void {
  const row = rows[Math.max(0, Math.min(to, rows.length - 1))];
  row?.focus({ preventScroll: true });
  row?.closest("li")?.scrollIntoView({ block: "nearest" });
}

function open(): void {
  rows[Math.max(0, current())]?.click();
}

const down = (): void => go(current() + 1);
const up = (): void => go(current() - 1);

if (rows.length > 0) keys({ j: down, k: up, ArrowDown: down, ArrowUp: up, o: open });
marked();
dialogs();
