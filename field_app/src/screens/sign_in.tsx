/** Signing in: once, with signal. Says what waits on this phone, so that nobody fears for it. */
import { useState } from "preact/hooks";
import { chooseLanguage, type Key, LANGUAGES, type Language, language, many, say } from "../i18n";
import { ApiError } from "../net/api";
import { Mark } from "../parts/icon";
import { type Field, useField } from "../state/field";
import { isWaiting } from "../state/needs";
import { useValue } from "../state/observable";

export function SignIn() {
  const field = useField();
  const waiting = useValue(field.entries).filter(isWaiting).length;
  const ended = useValue(field.ended);
  return (
    <main class="sign-in" id="main">
      <div class="brand">
        <Mark />
        <p class="brand-name">{say("app.name")}</p>
        <p class="claim">{say("app.claim")}</p>
      </div>
      <section class="card">
        <h1>{say("sign_in.title")}</h1>
        <p class="soft">{say(ended ? "sign_in.again" : "sign_in.lead")}</p>
        <SignInForm field={field} />
      </section>
      {waiting > 0 && <p class="note good">{many("sign_in.kept", waiting)}</p>}
      <Languages />
    </main>
  );
}

const FAULTS: Readonly<Record<ApiError["failure"], Key>> = {
  offline: "sign_in.offline",
  signed_out: "sign_in.refused",
  refused: "sign_in.refused",
  too_many: "sign_in.too_many",
  server: "sign_in.server",
};

function SignInForm({ field }: { readonly field: Field }) {
  const [fault, setFault] = useState<Key | null>(null);
  const [working, setWorking] = useState(false);
  const [shown, setShown] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setWorking(true);
    setFault(null);
    try {
      await field.signIn(String(form.get("email")).trim(), String(form.get("password")));
    } catch (error) {
      setFault(error instanceof ApiError ? FAULTS[error.failure] : "sign_in.server");
      setWorking(false);
    }
  };
  return (
    <form onSubmit={submit}>
      <label class="field">
        {say("sign_in.email")}
        <input name="email" type="email" autoComplete="username" inputMode="email" required />
      </label>
      <label class="field" for="password">
        {say("sign_in.password")}
        {shown ? (
          <input id="password" name="password" type="text" autoComplete="current-password" required />
        ) : (
          <input id="password" name="password" type="password" autoComplete="current-password" required />
        )}
      </label>
      <label class="tick">
        <input type="checkbox" checked={shown} onChange={() => setShown(!shown)} />
        {say("sign_in.show")}
      </label>
      <p role="alert" class={fault ? "note bad" : "unseen"}>
        {fault && say(fault)}
      </p>
      <button type="submit" class="main-button" disabled={working}>
        {say(working ? "sign_in.working" : "sign_in.submit")}
      </button>
    </form>
  );
}

/** The languages, each in its own name, within the thumb's reach. */
export function Languages() {
  const chosen = useValue(language);
  return (
    <fieldset class="choices">
      <legend class="unseen">{say("settings.language")}</legend>
      {(Object.keys(LANGUAGES) as Language[]).map((each) => (
        <label key={each} class="choice" lang={each}>
          <input
            type="radio"
            name="language"
            checked={each === chosen}
            onChange={() => chooseLanguage(each, localStorage)}
          />
          <span>{LANGUAGES[each]}</span>
        </label>
      ))}
    </fieldset>
  );
}
