/* Subscribes this browser to web push, or ends that; each is a normal form, filled in here before it is sent.

   <form method="post" action="{{ … }}" data-civic-push="begin"
         data-public-key="{{ channels.web_push.public_key }}"
         data-worker="{{ h.url_for('civic_push.worker', locale='default') }}">
     {{ h.csrf_input() }}
     <input type="hidden" name="endpoint"><input type="hidden" name="p256dh"><input type="hidden" name="auth">
     <p data-civic-push-says="script">{{ _('This needs JavaScript.') }}</p>
     <p data-civic-push-says="unsupported" role="alert" hidden>{{ _('This browser cannot …') }}</p>
     <p data-civic-push-says="denied" role="alert" hidden>{{ _('You did not allow …') }}</p>
     <p data-civic-push-says="failed" role="alert" hidden>{{ _('The browser did not …') }}</p>
     <button type="submit" hidden>{{ _('Receive in this browser') }}</button>
   </form>

   data-civic-push="end" on a form with the same fields unsubscribes the browser and sends its endpoint.
   data-civic-push-when="on" (or "off") on a form hides it unless this browser is subscribed (or is not). Without
   JavaScript the line "script" is all that is seen of a form: its button is hidden. */
(function () {
  "use strict";

  function says(form, which) {
    form.querySelectorAll("[data-civic-push-says]").forEach((line) => {
      line.hidden = line.dataset.civicPushSays !== which;
    });
  }

  function supported() {
    return window.isSecureContext && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  }

  function octets(text) {
    const padded = (text + "=".repeat((4 - (text.length % 4)) % 4)).replace(/-/g, "+").replace(/_/g, "/");
    return Uint8Array.from(atob(padded), (char) => char.charCodeAt(0));
  }

  function text(buffer) {
    return btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  async function current() {
    const registration = await navigator.serviceWorker.getRegistration("/");
    return registration ? registration.pushManager.getSubscription() : null;
  }

  /* A subscription made with another key of the portal's is worth nothing: it is made anew. */
  async function subscribed(form) {
    await navigator.serviceWorker.register(form.dataset.worker);
    const registration = await navigator.serviceWorker.ready;
    const former = await registration.pushManager.getSubscription();
    const key = form.dataset.publicKey;
    if (former && text(former.options.applicationServerKey || new ArrayBuffer(0)) === key.replace(/=+$/, "")) {
      return former;
    }
    if (former) {
      await former.unsubscribe();
    }
    return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: octets(key) });
  }

  function fill(form, subscription) {
    const values = {
      endpoint: subscription.endpoint,
      p256dh: text(subscription.getKey("p256dh")),
      auth: text(subscription.getKey("auth")),
    };
    Object.entries(values).forEach(([name, value]) => {
      const field = form.elements.namedItem(name);
      if (field) {
        field.value = value;
      }
    });
  }

  async function begin(form) {
    if ((await Notification.requestPermission()) !== "granted") {
      says(form, "denied");
      return false;
    }
    fill(form, await subscribed(form));
    return true;
  }

  async function end(form) {
    const subscription = await current();
    if (subscription) {
      fill(form, subscription);
      await subscription.unsubscribe();
    }
    return true;
  }

  async function submit(event) {
    const form = event.currentTarget;
    const button = event.submitter;
    event.preventDefault();
    if (button) {
      button.disabled = true;
    }
    says(form, "");
    try {
      const steps = form.dataset.civicPush === "end" ? end : begin;
      if (await steps(form)) {
        form.submit();
        return;
      }
    } catch {
      says(form, "failed");
    }
    if (button) {
      button.disabled = false;
    }
  }

  async function ready(form) {
    says(form, supported() ? "" : "unsupported");
    if (!supported()) {
      return;
    }
    form.querySelectorAll("button[hidden]").forEach((button) => {
      button.hidden = false;
    });
    form.addEventListener("submit", submit);
    if (form.dataset.civicPushWhen) {
      form.hidden = ((await current()) ? "on" : "off") !== form.dataset.civicPushWhen;
    }
  }

  function start() {
    document.querySelectorAll("form[data-civic-push]").forEach(ready);
  }

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", start);
  } else {
    start();
  }
})();
