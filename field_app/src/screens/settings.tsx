/** Language, look, the person and their phones, storage, export, and what this is. */
import { useEffect, useState } from "preact/hooks";
import { installing, putOnHomeScreen } from "../device/install";
import { saveFile } from "../device/saving";
import { askToKeep, isKept, type Room, roomLeft } from "../device/storage";
import { bytes, say } from "../i18n";
import { Frame } from "../parts/frame";
import { Icon } from "../parts/icon";
import { PhoneList } from "../parts/phone_list";
import { Sheet } from "../parts/sheet";
import type { OutboxEntry } from "../ports";
import { type Field, useField } from "../state/field";
import { useValue } from "../state/observable";
import { go } from "../state/router";
import { chooseTheme, THEMES, theme } from "../state/theme";
import { keptWords } from "../state/waiting";
import { Languages } from "./sign_in";

export function Settings() {
  const field = useField();
  return (
    <Frame title={say("settings.title")}>
      <div class="settings">
        <section class="card part">
          <h2>{say("settings.language")}</h2>
          <Languages />
        </section>
        <section class="card part">
          <h2>{say("settings.theme")}</h2>
          <Themes />
        </section>
        <Person field={field} />
        <section class="card part">
          <h2>{say("settings.devices")}</h2>
          <p class="soft">{say("settings.devices_hint")}</p>
          <PhoneList field={field} />
        </section>
        <HomeScreen />
        <Storage />
        <Export field={field} />
        <About />
      </div>
    </Frame>
  );
}

function Themes() {
  const chosen = useValue(theme);
  return (
    <fieldset class="choices themes">
      <legend class="unseen">{say("settings.theme")}</legend>
      {THEMES.map((each) => (
        <label key={each} class="choice">
          <input type="radio" name="theme" checked={each === chosen} onChange={() => chooseTheme(each, localStorage)} />
          <span>{say(`settings.theme_${each}`)}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Person({ field }: { readonly field: Field }) {
  const person = useValue(field.session)?.person;
  const [asked, setAsked] = useState(false);
  return (
    <section class="card part">
      <h2>{say("settings.person")}</h2>
      <p>
        <strong>{person?.name}</strong>
        <br />
        <span class="soft">{useValue(field.assignments)?.person.organisation}</span>
      </p>
      <button type="button" class="quiet-button" onClick={() => setAsked(true)}>
        {say("settings.sign_out")}
      </button>
      {asked && <SignOut field={field} close={() => setAsked(false)} />}
    </section>
  );
}

/** Signing out destroys nothing, and says so. */
function SignOut({ field, close }: { readonly field: Field; readonly close: () => void }) {
  const kept = keptWords(useValue(field.entries), useValue(field.session)?.person.id ?? null);
  return (
    <Sheet title={say("settings.sign_out_title")} onClose={close}>
      {kept.length === 0 && <p class="note good">{say("settings.sign_out_safe")}</p>}
      {kept.map((words) => (
        <p key={words} class="note care">
          {words}
        </p>
      ))}
      <div class="row">
        <button type="button" class="quiet-button" onClick={close}>
          {say("app.cancel")}
        </button>
        <button type="button" class="main-button" onClick={() => leave(field)}>
          {say("settings.sign_out")}
        </button>
      </div>
    </Sheet>
  );
}

/** Whoever signs in next begins with the works, not with the settings in which the one before signed out. */
function leave(field: Field): void {
  void field.signOut();
  go({ screen: "works" });
}

function Storage() {
  const [room, setRoom] = useState<Room | null>(null);
  const [kept, setKept] = useState(false);
  useEffect(() => {
    void roomLeft().then(setRoom);
    void isKept().then(setKept);
  }, []);
  return (
    <section class="card part">
      <h2>{say("settings.storage")}</h2>
      {room === null ? <p class="soft">{say("settings.storage_unknown")}</p> : <RoomBar room={room} />}
      <p class={kept ? "soft" : "note care"}>{say(kept ? "settings.storage_kept" : "settings.storage_not_kept")}</p>
      {!kept && (
        <button type="button" class="quiet-button" onClick={() => void askToKeep().then(setKept)}>
          {say("settings.storage_ask")}
        </button>
      )}
    </section>
  );
}

function RoomBar({ room }: { readonly room: Room }) {
  const words = say("settings.storage_used", { used: bytes(room.usedBytes), free: bytes(room.freeBytes) });
  return (
    <div class="progress">
      <progress value={room.share} max={1} aria-label={words} />
      <span>{words}</span>
    </div>
  );
}

function Export({ field }: { readonly field: Field }) {
  const entries = useValue(field.entries);
  return (
    <section class="card part">
      <h2>{say("settings.export")}</h2>
      <p class="soft">{say("settings.export_hint")}</p>
      <button
        type="button"
        class="quiet-button"
        onClick={() => saveFile(exported(entries), `saksi-${Date.now()}.json`)}
      >
        <Icon sign="save" />
        {say("settings.export_do")}
      </button>
    </section>
  );
}

/** What the outbox knows, as one file: entries with their receipts, no picture and no token. */
function exported(entries: readonly OutboxEntry[]): Blob {
  const photos = entries.map((entry) => ({
    id: entry.id,
    owner: entry.owner,
    purpose: entry.purpose,
    source: entry.source,
    state: entry.state,
    captured_at: entry.capturedAt,
    size: entry.size,
    sent_bytes: entry.sentBytes,
    attempts: entry.attempts,
    trouble: entry.trouble,
    grade: entry.grade,
    advice: entry.advice,
    receipt: entry.receipt,
  }));
  const about = { version: __VERSION__, exported_at: new Date().toISOString(), user_agent: navigator.userAgent };
  return new Blob([JSON.stringify({ ...about, photos }, null, 2)], { type: "application/json" });
}

/** The app belongs on the home screen: there it opens without an address, and the browser keeps its photos longer. */
function HomeScreen() {
  const how = useValue(installing);
  return (
    <section class="card part">
      <h2>{say("settings.home")}</h2>
      <p class="soft">{say(`settings.home_${how}`)}</p>
      {how === "offered" && (
        <button type="button" class="quiet-button" onClick={() => void putOnHomeScreen()}>
          <Icon sign="phone" />
          {say("settings.install")}
        </button>
      )}
    </section>
  );
}

function About() {
  return (
    <section class="card part">
      <h2>{say("settings.about")}</h2>
      <p>{say("settings.about_text")}</p>
      <p class="soft">{say("settings.version", { version: __VERSION__ })}</p>
    </section>
  );
}
