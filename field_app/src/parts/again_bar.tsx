/** Says that a sign-in is wanted, for what and with what consequence, while everything else on the screen goes on. */
import { useState } from "preact/hooks";
import { many, say } from "../i18n";
import { useField } from "../state/field";
import { isWaiting } from "../state/needs";
import { doomedWords } from "../state/notices";
import { useValue } from "../state/observable";
import { Sheet } from "./sheet";
import { SignInForm } from "./sign_in_form";

export function AgainBar() {
  const field = useField();
  const ended = useValue(field.ended);
  const withdrawn = useValue(field.standing).kind === "withdrawn";
  const entries = useValue(field.entries);
  const doomed = doomedWords(entries, useValue(field.withdrawnIds));
  const [asked, setAsked] = useState(false);
  if (!ended && !withdrawn && doomed === null) return null;
  return (
    <div class="update again">
      <div class="update-words" role="status">
        {ended && <strong>{sendWords(entries.filter(isWaiting).length)}</strong>}
        {withdrawn && <strong>{say("withdrawn.title")}</strong>}
        {withdrawn && <p>{say("withdrawn.hint")}</p>}
        {doomed && <p>{doomed}</p>}
      </div>
      {(ended || withdrawn) && (
        <div class="row">
          <button type="button" class="main-button" onClick={() => setAsked(true)}>
            {say("sign_in.anew")}
          </button>
        </div>
      )}
      {asked && (
        <Sheet title={say("sign_in.title")} onClose={() => setAsked(false)}>
          <SignInForm field={field} done={() => setAsked(false)} />
          <button type="button" class="quiet-button" onClick={() => setAsked(false)}>
            {say("app.cancel")}
          </button>
        </Sheet>
      )}
    </div>
  );
}

function sendWords(waiting: number): string {
  return waiting === 0 ? say("sign_in.waiting_none") : many("sign_in.waiting", waiting);
}
