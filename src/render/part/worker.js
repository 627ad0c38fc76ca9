// Keeps the medicines' pages on the device. ubugi writes KEPT above this script.
//
// A page comes from the network while there is one, so that it is never older than need be; a file
// named for its bytes comes from the device. The worker keeps nothing but this site's own pages,
// and nothing about who reads them. It is a classic script: browsers that are older than January
// 2026 do not all run modules as service workers.

(function keepPages(/** @type {ServiceWorkerGlobalScope} */ worker, kept) {
  "use strict";

  const prefix = `ubugi ${kept.root} `;
  const name = prefix + kept.version;

  worker.addEventListener("install", () => {
    worker.skipWaiting();
  });

  worker.addEventListener("activate", (event) => event.waitUntil(clean()));

  // A page of the lookup asks for what it needs without a network, in its language.
  worker.addEventListener("message", (event) => {
    const addresses = kept.languages[event.data?.keep];
    if (!addresses) return;
    const answer = async () => event.source?.postMessage({ kept: await keep(addresses) });
    event.waitUntil(answer());
  });

  worker.addEventListener("fetch", (event) => {
    const { request } = event;
    const { origin, pathname } = new URL(request.url);
    const isOurs = origin === worker.location.origin && pathname.startsWith(kept.root);
    if (request.method !== "GET" || !isOurs) return;
    if (pathname.startsWith(kept.assets)) event.respondWith(fromDevice(request));
    else if (request.mode === "navigate") event.respondWith(fromNetwork(request, pathname));
  });

  /** Removes what earlier versions kept. */
  async function clean() {
    for (const other of await caches.keys()) {
      if (other.startsWith(prefix) && other !== name) await caches.delete(other);
    }
    await worker.clients.claim();
  }

  /**
   * Fetches what is not on the device yet, four at a time; returns whether all of it is there.
   * @param {string[]} addresses
   */
  async function keep(addresses) {
    const cache = await caches.open(name);
    /** @type {string[]} */
    const left = [];
    for (const address of addresses) if (!(await cache.match(address))) left.push(address);
    let isComplete = true;
    const next = async () => {
      for (let address = left.shift(); address; address = left.shift()) {
        if (!(await fetched(cache, address))) isComplete = false;
      }
    };
    await Promise.all([next(), next(), next(), next()]);
    return isComplete;
  }

  /**
   * Fetches one address and keeps it; returns whether that went well.
   * @param {Cache} cache
   * @param {string} address
   */
  async function fetched(cache, address) {
    try {
      // The referer is this worker, so that the server's log does not count it as a page that
      // somebody read.
      const response = await fetch(address, {
        cache: "no-cache",
        referrerPolicy: "same-origin",
      });
      if (!response.ok || response.redirected) return false;
      await cache.put(address, response);
      return true;
    } catch {
      return false;
    }
  }

  /** @param {Request} request */
  async function fromDevice(request) {
    const cache = await caches.open(name);
    const found = await cache.match(request);
    if (found) return found;
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  }

  /**
   * @param {Request} request
   * @param {string} address
   */
  async function fromNetwork(request, address) {
    const cache = await caches.open(name);
    try {
      const response = await fetch(request);
      if (response.ok && !response.redirected && isKept(address)) {
        await cache.put(address, response.clone());
      }
      return response;
    } catch (error) {
      const found = (await cache.match(address)) ?? (await cache.match(`${address}/`));
      const page = found ?? (await standIn(cache, address));
      if (page) return page;
      throw error;
    }
  }

  /** @param {string} address */
  function isKept(address) {
    const isListed = Object.values(kept.languages).some((all) => all.includes(address));
    return isListed || kept.opened.some((beginning) => address.startsWith(beginning));
  }

  /**
   * Returns the page that stands in for one that is not kept: in its language or, where that
   * language was not visited, in one that was.
   * @param {Cache} cache
   * @param {string} address
   */
  async function standIn(cache, address) {
    const inLanguage = kept.offline.filter(([beginning]) => address.startsWith(beginning));
    for (const [, page] of [...inLanguage, ...kept.offline]) {
      const found = await cache.match(page);
      if (found) return found;
    }
    return null;
  }
})(/** @type {any} */ (self), KEPT);
