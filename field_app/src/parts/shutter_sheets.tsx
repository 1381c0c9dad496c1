/** What may have to be said around the shutter: why there is no position, that there is no room, how it went. */
import { useState } from "preact/hooks";
import { bytes, type Key, say, share } from "../i18n";
import type { Project } from "../ports";
import { isSigned } from "../state/notices";
import { NO_POSITION, type Prospect, prospectOf } from "../state/prospect";
import type { Shutter, TakenPhoto } from "../state/shutter";
import { Icon } from "./icon";
import { useBlobAddress } from "./picture";
import { Answers, TONES } from "./precheck_strip";
import { Sheet } from "./sheet";

const REASONS = ["camera.reason_1", "camera.reason_2", "camera.reason_3"] as const;
const LONGEST_REASON = 300;

/** A photo without a position is allowed, with a reason. */
export function ReasonSheet({ shutter }: { readonly shutter: Shutter }) {
  const [own, setOwn] = useState("");
  return (
    <Sheet title={say("camera.no_position_why")} onClose={shutter.clear}>
      <p class="soft">{say("camera.no_position_hint")}</p>
      {REASONS.map((reason) => (
        <button key={reason} type="button" class="option" onClick={() => shutter.goOn({ reason: say(reason) })}>
          {say(reason)}
        </button>
      ))}
      <label class="field">
        {say("camera.reason_other")}
        <input
          value={own}
          maxLength={LONGEST_REASON}
          placeholder={say("camera.reason_placeholder")}
          onInput={(event) => setOwn(event.currentTarget.value)}
        />
      </label>
      <div class="row">
        <button type="button" class="quiet-button" onClick={shutter.clear}>
          {say("camera.wait")}
        </button>
        <button
          type="button"
          class="main-button"
          disabled={!own.trim()}
          onClick={() => shutter.goOn({ reason: own.trim() })}
        >
          {say("camera.reason_use")}
        </button>
      </div>
    </Sheet>
  );
}

/** The phone is nearly full: said before the shutter, not after the loss. */
export function RoomSheet({ shutter }: { readonly shutter: Shutter }) {
  const { room } = shutter;
  if (room === null) return null;
  return (
    <Sheet title={say("camera.storage_full", { share: share(room.share) })} onClose={shutter.clear}>
      <p>{say("camera.storage_full_hint", { free: bytes(room.freeBytes) })}</p>
      <div class="row">
        <button type="button" class="quiet-button" onClick={shutter.clear}>
          {say("app.cancel")}
        </button>
        <button type="button" class="main-button" onClick={() => shutter.goOn({})}>
          {say("camera.storage_go_on")}
        </button>
      </div>
    </Sheet>
  );
}

const AFTER: Readonly<Record<Prospect, Key>> = {
  good: "camera.after_good",
  noted: "camera.after_noted",
  review: "camera.after_warn",
  returned: "camera.after_fail",
};

interface TakenShown {
  readonly taken: TakenPhoto;
  readonly policy: Project["policy"];
  readonly next: () => void;
  readonly done: () => void;
}

/** The photo just taken: that it is on this phone, and what is to be expected of it. */
export function Taken({ taken, policy, next, done }: TakenShown) {
  const address = useBlobAddress(async () => taken.picture, taken.entry.id);
  const { source } = taken.entry;
  const prospect = prospectOf(taken.results, policy, source);
  // Nobody can wait for a position any more; that the place is not known is said beside it.
  const results = taken.results.filter(({ key }) => key !== NO_POSITION);
  return (
    <Sheet title={say(AFTER[prospect])} onClose={next}>
      {address && <img class="preview" src={address} alt={say("camera.preview")} />}
      <p class="kept">
        <Icon sign="check" /> {say("camera.saved")} · {bytes(taken.entry.size)}
      </p>
      {source !== "camera" && <p class="soft">{say(`source.${source}`)}</p>}
      {source === "gallery" && <p class="soft">{say("camera.gallery_hint")}</p>}
      {!isSigned(taken.entry) && <p class="soft">{say("camera.unsigned_after")}</p>}
      <Answers results={results} policy={policy} />
      <div class="row">
        <button type="button" class="quiet-button" onClick={done}>
          {say("camera.done")}
        </button>
        <button type="button" class="main-button" onClick={next}>
          {say(TONES[prospect] === "good" ? "camera.next" : "camera.retake")}
        </button>
      </div>
    </Sheet>
  );
}
