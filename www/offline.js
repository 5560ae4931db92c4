// The service worker: the network first, so that what is shown is never an old build; what was kept when there is none.

const CACHE = "tls-psk-demo";
const PAGE = ["./", "styles.css", "main.js", "icon.svg", "wasm/tls_psk_bg.wasm"];

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(PAGE)));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const isOurs = new URL(request.url).origin === self.location.origin;
  if (request.method === "GET" && isOurs) event.respondWith(answer(request));
});

async function answer(request) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  } catch (unreachable) {
    const kept = await cache.match(request, { ignoreSearch: true });
    if (kept) return kept;
    throw unreachable;
  }
}
