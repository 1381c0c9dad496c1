/** The phones a person has enrolled, and how one is withdrawn. */
import { useEffect, useState } from "preact/hooks";
import { moment, say } from "../i18n";
import { ApiError, type DeviceDocument, fetchDevices, revokeDevice } from "../net/api";
import type { Field } from "../state/field";
import { useValue } from "../state/observable";
import { Badge } from "./badge";
import { Sheet } from "./sheet";

export function PhoneList({ field }: { readonly field: Field }) {
  const { phones, mine, load } = usePhones(field);
  const [asked, setAsked] = useState<DeviceDocument | null>(null);
  const [failed, setFailed] = useState(false);
  if (phones === null) return <p class="soft">{say("settings.devices_offline")}</p>;
  if (phones.length === 0) return <p class="soft">{say("settings.devices_none")}</p>;
  const revoke = async (phone: DeviceDocument) => {
    setAsked(null);
    setFailed(!(await withdrawn(field, phone)));
    await load();
  };
  return (
    <>
      <ul class="phones">
        {phones.map((phone) => (
          <li key={phone.id}>
            <div>
              <strong>{phone.name}</strong>{" "}
              {phone.id === mine && <Badge tone="cool" words={say("settings.this_phone")} />}
              <p class="soft">{sinceWords(phone)}</p>
            </div>
            {phone.revoked_at === null && (
              <button type="button" class="quiet-button" onClick={() => setAsked(phone)}>
                {say("settings.revoke")}
              </button>
            )}
          </li>
        ))}
      </ul>
      {failed && (
        <p class="note bad" role="alert">
          {say("settings.revoke_failed")}
        </p>
      )}
      {asked && (
        <Sheet title={say("settings.revoke_title")} onClose={() => setAsked(null)}>
          <p>{say("settings.revoke_sure", { name: asked.name })}</p>
          <div class="row">
            <button type="button" class="quiet-button danger" onClick={() => void revoke(asked)}>
              {say("settings.revoke_yes")}
            </button>
            <button type="button" class="main-button" onClick={() => setAsked(null)}>
              {say("app.cancel")}
            </button>
          </div>
        </Sheet>
      )}
    </>
  );
}

/** Whether the server took it; a phone believed to be withdrawn that is not would be the worst of both. */
async function withdrawn(field: Field, phone: DeviceDocument): Promise<boolean> {
  const token = field.session.value?.token;
  if (token === undefined) return false;
  try {
    await revokeDevice(token, phone.id);
    await field.withdraw(phone.id);
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return false;
  }
}

function sinceWords(phone: DeviceDocument): string {
  if (phone.revoked_at !== null) return say("settings.revoked", { when: moment(phone.revoked_at) });
  return say("settings.enrolled", { when: moment(phone.enrolled_at) });
}

function usePhones(field: Field) {
  const token = useValue(field.session)?.token;
  const online = useValue(field.online);
  const [phones, setPhones] = useState<readonly DeviceDocument[] | null>(null);
  const [mine, setMine] = useState<string | null>(null);
  const ended = useValue(field.ended);
  const { kind, device } = useValue(field.standing);
  const load = async () => {
    setMine(device);
    setPhones(token === undefined || ended || !online ? null : await fetchDevices(token).catch(() => null));
  };
  // The list is asked for when the person, the signal or this phone's standing changes.
  useEffect(() => void load(), [token, online, ended, kind, device]);
  return { phones, mine, load };
}
