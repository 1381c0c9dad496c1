/** Starts the app: look and language first, then what is kept, then the network. */
import { render } from "preact";
import { App } from "./app";
import { asker, askForSync } from "./device/background_sync";
import { startInstalling } from "./device/install";
import { askToKeep } from "./device/storage";
import { startUpdates } from "./device/updates";
import { say, startLanguage } from "./i18n";
import { Field, FieldProvider } from "./state/field";
import { openKept } from "./state/kept";
import { startRouter } from "./state/router";
import { startTheme } from "./state/theme";
import { wire } from "./wiring";
import "./styles/app.css";

async function start(root: HTMLElement): Promise<void> {
  startTheme(localStorage);
  startLanguage(localStorage, navigator.languages);
  startRouter();
  const kept = await openKept();
  const shell = {
    session: () => kept.session(),
    expired: async (token: string) => field.expired(token),
    report: (error: unknown) => field.fault.set(error instanceof Error ? error.message : String(error)),
  };
  const field: Field = new Field(await wire(shell), kept);
  watchSignal(field);
  await field.open();
  render(
    <FieldProvider value={field}>
      <App />
    </FieldProvider>,
    root,
  );
  void askToKeep();
}

/** A network or an app brought to the front may mean that something can go; what waits may go without the app, too. */
function watchSignal(field: Field): void {
  const signal = () => {
    field.online.set(navigator.onLine);
    if (navigator.onLine) void field.refresh();
  };
  field.online.set(navigator.onLine);
  addEventListener("online", signal);
  addEventListener("offline", signal);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") signal();
  });
  const askForPhotos = asker();
  askForPhotos(field.entries.value);
  field.entries.observe(() => askForPhotos(field.entries.value));
  field.ending.observe(() => void (field.ending.value && askForSync()));
}

/** What cannot be mended is said in words, and that the photos are kept. */
function broken(root: HTMLElement): void {
  const note = document.createElement("main");
  note.className = "broken";
  const title = document.createElement("h1");
  title.textContent = say("app.broken");
  const hint = document.createElement("p");
  hint.textContent = say("app.broken_hint");
  const again = document.createElement("button");
  again.className = "main-button";
  again.textContent = say("app.reload");
  again.onclick = () => location.reload();
  note.append(title, hint, again);
  root.replaceChildren(note);
}

startInstalling();
const root = document.getElementById("app");
if (root !== null) start(root).catch(() => broken(root));
void startUpdates();
