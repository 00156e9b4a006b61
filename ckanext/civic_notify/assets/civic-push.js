/* The service worker of web push. A push carries {title, body, url, tag, lang} (channels/web_push.py). */
"use strict";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("push", (event) => event.waitUntil(show(read(event.data))));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data));
});

function read(data) {
  try {
    return data.json() || {};
  } catch {
    return { body: data ? data.text() : "" };
  }
}

/* A browser takes the permission away from who is pushed to and shows nothing. The same tag takes the place of the
   former: a message that comes twice is seen once. */
function show(told) {
  return self.registration.showNotification(String(told.title || self.location.hostname), {
    body: String(told.body || ""),
    lang: String(told.lang || ""),
    dir: "auto",
    tag: String(told.tag || ""),
    data: ours(told.url),
  });
}

/* Only pages of this portal are opened. */
function ours(url) {
  const home = new URL(self.registration.scope);
  try {
    const asked = new URL(url, home);
    return asked.origin === home.origin ? asked.href : home.href;
  } catch {
    return home.href;
  }
}

async function open(url) {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const shown = windows.find((client) => client.url === url);
  return shown ? shown.focus() : self.clients.openWindow(ours(url));
}
