// Put in the place of every service worker by `ubugi serve`: it throws away what an earlier one kept, takes itself away, and has the pages
// that the earlier one gave fetched anew. A page that no worker gave is left alone, so that this cannot go round in a circle.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(leave()));

async function leave() {
  for (const name of await caches.keys()) await caches.delete(name);
  const pages = await self.clients.matchAll({ type: "window" });
  await self.registration.unregister();
  await Promise.all(pages.map((page) => page.navigate(page.url).catch(() => {})));
}
