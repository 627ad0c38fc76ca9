// Keeps the medicines' pages on the device. KEPT, above, is written by ubugi: {version, root, languages: {tag: [address]},
// offline: [[beginning, address]]}.
// A page comes from the network while there is one, so that it is never older than need be; a file named for its bytes comes from the
// device. Nothing but this site's own pages is kept, and nothing about who reads them.

const PREFIX = `ubugi ${KEPT.root} `;
const NAME = PREFIX + KEPT.version;
const ASSETS = `${KEPT.root}assets/`;

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  const clean = async () => {
    for (const name of await caches.keys()) if (name.startsWith(PREFIX) && name !== NAME) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(clean());
});

// A page of the lookup asks for what it needs without a network, in its language; what is there already is not fetched again.
self.addEventListener("message", (event) => {
  const addresses = KEPT.languages[event.data?.keep];
  if (addresses) event.waitUntil(keep(addresses).then((complete) => event.source?.postMessage({ kept: complete })));
});

async function keep(addresses) {
  const cache = await caches.open(NAME);
  const left = [];
  for (const address of addresses) if (!(await cache.match(address))) left.push(address);
  let complete = true;
  const next = async () => {
    for (let address = left.shift(); address; address = left.shift()) {
      try {
        // With the referer of this worker, so that the server's log does not have it for a page that somebody read.
        const response = await fetch(address, { cache: "no-cache", referrerPolicy: "same-origin" });
        if (response.ok && !response.redirected) await cache.put(address, response);
        else complete = false;
      } catch {
        complete = false;
      }
    }
  };
  await Promise.all([next(), next(), next(), next()]);
  return complete;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin || !url.pathname.startsWith(KEPT.root)) return;
  if (url.pathname.startsWith(ASSETS)) event.respondWith(fromDevice(request));
  else if (request.mode === "navigate") event.respondWith(fromNetwork(request, url.pathname));
});

async function fromDevice(request) {
  const cache = await caches.open(NAME);
  const found = await cache.match(request);
  if (found) return found;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}

async function fromNetwork(request, address) {
  const cache = await caches.open(NAME);
  const isKept = Object.values(KEPT.languages).some((addresses) => addresses.includes(address)) || address.includes("/medicines/");
  try {
    const response = await fetch(request);
    if (response.ok && isKept && !response.redirected) await cache.put(address, response.clone());
    return response;
  } catch (error) {
    const found = (await cache.match(address)) ?? (await cache.match(`${address}/`));
    if (found) return found;
    // In the page's language, or, where that language was not visited, in one that was.
    const inLanguage = ([beginning]) => address.startsWith(beginning);
    for (const [, standIn] of [...KEPT.offline.filter(inLanguage), ...KEPT.offline]) {
      const page = await cache.match(standIn);
      if (page) return page;
    }
    throw error;
  }
}
