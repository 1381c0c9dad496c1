/** The weaker ways to a photo: the phone's own camera, then the gallery, each labelled for what it is. */
import { useState } from "preact/hooks";
import { type Key, say } from "../i18n";
import type { Source } from "../ports";
import { choose } from "../state/choosing";
import type { Shutter } from "../state/shutter";
import { Icon, type Sign } from "./icon";
import { Sheet } from "./sheet";

interface Shown {
  readonly shutter: Shutter;
  /** There is no other way, so they are named at once. */
  readonly open: boolean;
}

export function OtherWays({ shutter, open }: Shown) {
  const [asked, setAsked] = useState(false);
  const close = () => setAsked(false);
  return (
    <div class="shutter-side">
      <button
        type="button"
        class={open ? "ways strong" : "ways"}
        disabled={shutter.busy}
        onClick={() => setAsked(true)}
      >
        <span class="round glass">
          <Icon sign="gallery" />
        </span>
        {say("camera.other_ways")}
      </button>
      {asked && (
        <Sheet title={say("camera.other_ways")} onClose={close}>
          <Way source="phone_camera" sign="phone" shutter={shutter} close={close} />
          <Way source="gallery" sign="gallery" shutter={shutter} close={close} />
          <button type="button" class="quiet-button" onClick={close}>
            {say("app.cancel")}
          </button>
        </Sheet>
      )}
    </div>
  );
}

interface WayShown {
  readonly source: Exclude<Source, "camera">;
  readonly sign: Sign;
  readonly shutter: Shutter;
  readonly close: () => void;
}

function Way({ source, sign, shutter, close }: WayShown) {
  const chosen = (event: Event) => {
    const file = (event.currentTarget as HTMLInputElement).files?.[0];
    close();
    if (file !== undefined) void choose(shutter, source, file);
  };
  return (
    <label class="option">
      <Icon sign={sign} />
      <span>
        <strong>{say(`camera.${source}`)}</strong>
        <span class="soft">{say(`camera.${source}_hint` as Key)}</span>
      </span>
      <input
        class="unseen"
        type="file"
        accept="image/*"
        {...(source === "phone_camera" ? { capture: "environment" } : {})}
        onChange={chosen}
      />
    </label>
  );
}
