// Shows what the municipality tells those who asked for it. PUSH, above, is written by ubugi: {root, name, icon}.
// A notice leads to a page of this site or to its beginning, whatever address it names; nothing of it is kept.

self.addEventListener("push", (event) => {
  let notice = {};
  try {
    notice = event.data.json();
  } catch {
    // What cannot be read is shown as nothing but the site's name: a browser shows words of its own where a site shows none.
  }
  event.waitUntil(show(notice ?? {}));
});

function show({ title, body, url, tag, lang }) {
  const text = (value) => (typeof value === "string" ? value : "");
  // The same tag takes the place of a notice that is shown already.
  const options = { body: text(body), tag: text(tag), lang: text(lang), icon: PUSH.icon, data: { url: within(url) } };
  return self.registration.showNotification(text(title) || PUSH.name, options);
}

/** The address if it is of this site; otherwise the site's beginning. */
function within(address) {
  const home = new URL(PUSH.root, self.location.origin);
  try {
    const url = new URL(address);
    return url.origin === home.origin && url.pathname.startsWith(home.pathname) ? url.href : home.href;
  } catch {
    return home.href;
  }
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(lead(within(event.notification.data?.url)));
});

async function lead(url) {
  const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = open.find((client) => client.url === url);
  return there ? there.focus() : self.clients.openWindow(url);
}
