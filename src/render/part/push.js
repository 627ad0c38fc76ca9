// Shows what the municipality tells those who asked for it. ubugi writes PUSH above this script.
//
// A notice leads to a page of this site or to the site's home page, whatever address it names. The
// worker keeps nothing of it. It is a classic script, for the reason that the worker of the
// medicines' pages names.

(function showNotices(/** @type {ServiceWorkerGlobalScope} */ worker, site) {
  "use strict";

  worker.addEventListener("push", (event) => event.waitUntil(show(read(event.data))));

  worker.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(lead(within(event.notification.data?.url)));
  });

  /**
   * Reads a notice. What cannot be read is shown with the site's name alone: a browser shows words
   * of its own where a site shows none.
   * @param {PushMessageData | null} data
   * @returns {Record<string, unknown>}
   */
  function read(data) {
    try {
      return data?.json() ?? {};
    } catch {
      return {};
    }
  }

  /** @param {unknown} value */
  const text = (value) => (typeof value === "string" ? value : "");

  /** @param {Record<string, unknown>} notice */
  function show({ title, body, url, tag, lang }) {
    return worker.registration.showNotification(text(title) || site.name, {
      body: text(body),
      // A notice with the same tag replaces one that is shown already.
      tag: text(tag),
      lang: text(lang),
      icon: site.icon,
      data: { url: within(text(url)) },
    });
  }

  /**
   * Returns the address if it is of this site; otherwise the home page's.
   * @param {string} address
   */
  function within(address) {
    const home = new URL(site.root, worker.location.origin);
    try {
      const { origin, pathname, href } = new URL(address);
      return origin === home.origin && pathname.startsWith(home.pathname) ? href : home.href;
    } catch {
      return home.href;
    }
  }

  /**
   * Shows a page: in the window that has it already, otherwise in a new one.
   * @param {string} url
   */
  async function lead(url) {
    const open = await worker.clients.matchAll({
      type: "window",
      includeUncontrolled: true,
    });
    const there = open.find((client) => client.url === url);
    return there ? there.focus() : worker.clients.openWindow(url);
  }
})(/** @type {any} */ (self), PUSH);
