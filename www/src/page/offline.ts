// The page works without a network once it was loaded: a service worker caches its files.

/** Installs the worker, if the browser supports it. The page works without it as well. */
export function workOffline(): void {
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register("offline.js").catch(() => undefined);
}
