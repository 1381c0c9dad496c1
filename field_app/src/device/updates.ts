/**
 * New versions: found by the service worker, shown to the person, installed when they say so and nothing is under way.
 */
import { Observable } from "../state/observable";

/** The version that waits, or null. */
export const waiting = new Observable<ServiceWorker | null>(null);

/** The browser's offer to put the app on the home screen, kept until the person takes it. */
export const install = new Observable<InstallOffer | null>(null);

export interface InstallOffer extends Event {
  prompt(): Promise<unknown>;
}

const EVERY_MS = 60 * 60 * 1000;

/** Begin to work offline and to look for new versions. */
export async function startUpdates(): Promise<void> {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    install.set(event as InstallOffer);
  });
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register(`${import.meta.env.BASE_URL}sw.js`);
  watch(registration);
  setInterval(() => void registration.update().catch(() => undefined), EVERY_MS);
}

/** Let the waiting version take over, and open it. */
export function installUpdate(): void {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  waiting.value?.postMessage({ type: "SKIP_WAITING" });
}

function watch(registration: ServiceWorkerRegistration): void {
  const look = () => {
    // Without a controller it is the first install, and nothing older is to be replaced.
    if (navigator.serviceWorker.controller !== null) waiting.set(registration.waiting);
  };
  look();
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", look);
  });
}
