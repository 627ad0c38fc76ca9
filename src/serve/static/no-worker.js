// Replaces every service worker in the preview. It removes what an earlier worker kept, unregisters
// itself, and has the pages that the earlier worker gave fetched again. It leaves alone a page that
// no worker gave, so that this cannot go round in a circle.

(function leaveAtOnce(/** @type {ServiceWorkerGlobalScope} */ worker) {
  "use strict";

  worker.addEventListener("install", () => {
    worker.skipWaiting();
  });
  worker.addEventListener("activate", (event) => event.waitUntil(leave()));

  async function leave() {
    for (const name of await caches.keys()) await caches.delete(name);
    const pages = await worker.clients.matchAll({ type: "window" });
    await worker.registration.unregister();
    await Promise.all(pages.map((page) => page.navigate(page.url).catch(() => {})));
  }
})(/** @type {any} */ (self));
