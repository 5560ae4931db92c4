// The page works without a network once it was loaded: a service worker keeps what it is made of.

/** Puts the worker in place, where the browser has such. The page works without it as well. */
export function workOffline(): void {
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register("offline.js").catch(() => undefined);
}
