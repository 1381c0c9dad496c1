/** Says that a new version waits, and installs it when the person agrees and nothing is under way in any tab. */
import { useState } from "preact/hooks";
import { installUpdate, waiting } from "../device/updates";
import { say } from "../i18n";
import { useField } from "../state/field";
import { useValue } from "../state/observable";

export function UpdateBar() {
  const field = useField();
  const version = useValue(waiting);
  const busy = useValue(field.capturing) || useValue(field.sync).phase === "sending";
  const [elsewhere, setElsewhere] = useState(false);
  const [later, setLater] = useState(false);
  const agree = async () => setElsewhere(!(await installUpdate()));
  if (version === null || later) return null;
  return (
    <div class="update" role="status">
      <div class="update-words">
        <strong>{say("update.ready")}</strong>
        <p>{say(busy || elsewhere ? "update.busy" : "update.hint")}</p>
      </div>
      <div class="row">
        <button type="button" class="quiet-button" onClick={() => setLater(true)}>
          {say("update.later")}
        </button>
        <button type="button" class="main-button" disabled={busy} onClick={() => void agree()}>
          {say("update.now")}
        </button>
      </div>
    </div>
  );
}
