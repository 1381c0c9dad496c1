/** Address and password, alone on the first screen or over another one. */
import { useState } from "preact/hooks";
import { type Key, say } from "../i18n";
import { ApiError } from "../net/api";
import type { Field } from "../state/field";

const FAULTS: Readonly<Record<ApiError["failure"], Key>> = {
  offline: "sign_in.offline",
  signed_out: "sign_in.refused",
  refused: "sign_in.refused",
  too_many: "sign_in.too_many",
  server: "sign_in.server",
};

interface Shown {
  readonly field: Field;
  /** The person is signed in. */
  readonly done?: () => void;
}

export function SignInForm({ field, done }: Shown) {
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
      done?.();
    } catch (error) {
      setFault(error instanceof ApiError ? FAULTS[error.failure] : "sign_in.server");
      setWorking(false);
    }
  };
  return (
    <form class="sign-in-form" onSubmit={submit}>
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
