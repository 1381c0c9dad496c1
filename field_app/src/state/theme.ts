/** Light, dark, or as the phone says; set on the page before anything is drawn. */
import { Observable } from "./observable";

export const THEMES = ["auto", "light", "dark"] as const;
type Theme = (typeof THEMES)[number];

const KEPT = "saksi.theme";
export const theme = new Observable<Theme>("auto");

export function startTheme(storage: Storage): void {
  const kept = storage.getItem(KEPT);
  show(THEMES.find((each) => each === kept) ?? "auto");
}

export function chooseTheme(chosen: Theme, storage: Storage): void {
  storage.setItem(KEPT, chosen);
  show(chosen);
}

function show(chosen: Theme): void {
  theme.set(chosen);
  if (chosen === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}
