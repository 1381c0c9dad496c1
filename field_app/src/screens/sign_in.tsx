/** Signing in: once, with signal. Says what waits on this phone, so that nobody fears for it. */
import { chooseLanguage, LANGUAGES, type Language, language, many, say } from "../i18n";
import { Mark } from "../parts/icon";
import { SignInForm } from "../parts/sign_in_form";
import { useField } from "../state/field";
import { isWaiting } from "../state/needs";
import { useValue } from "../state/observable";

export function SignIn() {
  const field = useField();
  const waiting = useValue(field.entries).filter(isWaiting).length;
  return (
    <main class="sign-in" id="main">
      <div class="brand">
        <Mark />
        <p class="brand-name">{say("app.name")}</p>
        <p class="claim">{say("app.claim")}</p>
      </div>
      <section class="card">
        <h1>{say("sign_in.title")}</h1>
        <p class="soft">{say("sign_in.lead")}</p>
        <SignInForm field={field} />
      </section>
      {waiting > 0 && <p class="note good">{many("sign_in.kept", waiting)}</p>}
      <Languages />
    </main>
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
