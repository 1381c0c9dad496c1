/**
 * The service worker: the whole shell on the phone, so that the app opens without a network.
 *
 * It never takes over by itself: a new version waits until the person agrees (`SKIP_WAITING`). The API is none of its
 * business. Where the browser wakes it for a sync it sends what waits, also with every page closed (`background`).
 */
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
import { sendInBackground } from "./background";
import { SYNC_TAG } from "./quiet";

declare const self: ServiceWorkerGlobalScope & {
  readonly __WB_MANIFEST: (string | { url: string; revision: string | null })[];
};

precacheAndRoute(self.__WB_MANIFEST);
cleanupOutdatedCaches();
registerRoute(new NavigationRoute(createHandlerBoundToURL("index.html"), { allowlist: [/^\/field\//] }));

self.addEventListener("message", (event) => {
  if ((event.data as { type?: string } | null)?.type === "SKIP_WAITING") void self.skipWaiting();
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("sync", (event) => {
  const sync = event as SyncEvent;
  if (sync.tag === SYNC_TAG) sync.waitUntil(sendInBackground(throughNetwork, location.origin, navigator.locks));
});

const throughNetwork = (url: string, init: RequestInit) => fetch(url, init);

/** Background Sync is Chromium's and in no standard library of types. */
interface SyncEvent extends ExtendableEvent {
  readonly tag: string;
}
