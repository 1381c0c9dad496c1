/** Putting the app on the home screen: the browser's own offer where it makes one, else in words how it is done. */
import { Observable } from "../state/observable";

interface InstallOffer extends Event {
  prompt(): Promise<unknown>;
}

/** The browser's offer, kept until the person takes it. */
const offer = new Observable<InstallOffer | null>(null);

/** How the app stands to the home screen. */
type Installing =
  /** It was opened from there. */
  | "installed"
  /** The browser offers it: `putOnHomeScreen`. */
  | "offered"
  /** Safari on iOS makes no offer; a person does it by its menu. */
  | "by_share_menu"
  /** Other browsers have it in their menu, where they have it at all. */
  | "by_menu";

export const installing = new Observable<Installing>("by_menu");

/** Listen for the offer; it comes early, so this is called before anything is drawn. */
export function startInstalling(): void {
  installing.set(standing());
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer.set(event as InstallOffer);
    installing.set(standing());
  });
  addEventListener("appinstalled", () => {
    offer.set(null);
    installing.set("installed");
  });
}

/** Show the browser's own question; it can be asked once, and comes again by itself if the person declined. */
export async function putOnHomeScreen(): Promise<void> {
  await offer.value?.prompt();
  offer.set(null);
  installing.set(standing());
}

function standing(): Installing {
  const apple = (navigator as { readonly standalone?: boolean }).standalone === true;
  if (apple || matchMedia("(display-mode: standalone)").matches) return "installed";
  if (offer.value !== null) return "offered";
  return /iPhone|iPad/.test(navigator.userAgent) ? "by_share_menu" : "by_menu";
}
