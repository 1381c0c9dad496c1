/**
 * The screens' service worker: a screen that is loaded while there is no network, or while the server has trouble, gets
 * its last state with its pictures. It writes nothing; the screens keep what they need themselves (`display.ts`).
 */
declare const self: ServiceWorkerGlobalScope;

const PATIENCE_MS = 10_000;
const ASSETS = new Set(["image", "style", "script"]);
/** Shown where nothing was ever kept: nothing, and another try soon. */
const AGAIN = '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="15"><title>Saksi</title>';

async function kept(request: Request): Promise<Response | undefined> {
  return caches.match(request.url, { ignoreVary: true });
}

async function page(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer.status < 500 ? answer : ((await kept(request)) ?? answer);
  } catch {
    const headers = { "content-type": "text/html; charset=utf-8", "content-security-policy": "default-src 'none'" };
    return (await kept(request)) ?? new Response(AGAIN, { headers });
  }
}

async function asset(request: Request): Promise<Response> {
  return (await kept(request)) ?? fetch(request);
}

self.addEventListener("install", () => void self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (ASSETS.has(request.destination)) event.respondWith(asset(request));
});

export {};
