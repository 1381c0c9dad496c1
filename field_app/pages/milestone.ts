/**
 * The milestone by keyboard: j and k go from photo to photo, Enter opens the one that has the focus (it is a link).
 * The other keys stand in the page (see lib/keys.ts).
 */
import { keys } from "./lib/keys";

const photos = [...document.querySelectorAll<HTMLAnchorElement>("[data-photo]")];

/** The photo at which the keys stand: the one with the focus around it, else the last one that was gone to. */
let last = -1;

function here(): number {
  const around = document.activeElement?.closest(".line");
  const at = photos.findIndex((photo) => around?.contains(photo));
  return at === -1 ? last : at;
}

function go(step: number): void {
  if (photos.length === 0) return;
  last = Math.min(Math.max(here() + step, 0), photos.length - 1);
  const photo = photos[last];
  photo?.focus({ preventScroll: true });
  photo?.closest(".line")?.scrollIntoView({ block: "nearest" });
}

keys({ j: () => go(1), k: () => go(-1) });
