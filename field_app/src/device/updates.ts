/**
 * New versions: found by the service worker, shown to the person, installed when they say so and nothing is under way.
 */
import { inAQuietMoment } from "../quiet";
import { Observable } from "../state/observable";

/** The version that waits, or null. */
export const waiting = new Observable<ServiceWorker | null>(null);

const EVERY_MS = 60 * 60 * 1000;
const TAKES_OVER_WITHIN_MS = 10_000;

/** Begin to work offline and to look for new versions. */
export async function startUpdates(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register(`${import.meta.env.BASE_URL}sw.js`);
  watch(registration);
  setInterval(() => void registration.update().catch(() => undefined), EVERY_MS);
}

/**
 * Let the waiting version take over, and open it. False where a photo is being taken or sent, in whichever tab or in
 * the worker: then nothing happened. Neither can begin while the new version takes over.
 */
export function installUpdate(): Promise<boolean> {
  return inAQuietMoment(async () => {
    const taken = takenOver();
    waiting.value?.postMessage({ type: "SKIP_WAITING" });
    if (await taken) location.reload();
  });
}

function takenOver(): Promise<boolean> {
  return new Promise((resolve) => {
    navigator.serviceWorker.addEventListener("controllerchange", () => resolve(true), { once: true });
    setTimeout(() => resolve(false), TAKES_OVER_WITHIN_MS);
  });
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
