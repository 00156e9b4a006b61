"""Web push in a real browser: the service worker shows what is pushed, the form subscribes."""
from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from civic_notify.channels.programs import until
from playwright.sync_api import Page, expect

import ckanext.civic_notify
from ckanext.civic_notify.channels import vapid

pytestmark = pytest.mark.real
ASSETS = Path(ckanext.civic_notify.__file__).parent / "assets"
NEWS = {
    "title": "Жол жөндеу кестесі: деректер жаңартылды", "body": "12 жол қосылды", "tag": "4711.abc", "lang": "kk",
    "url": "/kk/dataset/zhol",
}
SHOWN = """async () => {
    const registration = await navigator.serviceWorker.ready;
    return (await registration.getNotifications())
        .map(({title, body, tag, lang, data}) => ({title, body, tag, lang, data}));
}"""

#: who asks for what is shown while something is about to be takes it away in this browser: so it is counted
COUNT = """() => {
    const show = self.registration.showNotification.bind(self.registration);
    self.shown = 0;
    self.registration.showNotification = async (...said) => { await show(...said); self.shown += 1; };
}"""


@pytest.fixture
def origin(live: str, portal: Any) -> str:
    """The portal at an address that browsers hold to be safe without a certificate."""
    return f"http://127.0.0.1:{portal.live_port}"


@pytest.fixture
def page(new_page: Callable[..., Page], origin: str) -> Page:
    page = new_page()
    page.context.grant_permissions(["notifications"], origin=origin)
    return page


@pytest.fixture
def push(page: Page, origin: str) -> Callable[[Any], None]:
    """Push to the page's service worker as a push service would: ``push({...})``."""
    session = page.context.new_cdp_session(page)
    registered: list[str] = []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda event: registered.extend(
        one["registrationId"] for one in event["registrations"] if one["scopeURL"] == f"{origin}/"
    ))
    session.send("ServiceWorker.enable")
    page.goto(f"{origin}/about")
    page.evaluate("navigator.serviceWorker.register('/civic-push.js').then(() => navigator.serviceWorker.ready)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")

    worker = until(lambda: page.context.service_workers, "the worker runs")[-1]
    worker.evaluate(COUNT)

    def deliver(data: Any) -> None:
        text = data if isinstance(data, str) else json.dumps(data)
        before = worker.evaluate("self.shown")
        session.send("ServiceWorker.deliverPushMessage", {
            "origin": origin, "registrationId": registered[-1], "data": text,
        })
        until(lambda: worker.evaluate("self.shown") > before, "it is shown")

    return deliver


def notifications(page: Page, count: int) -> list[dict[str, str]]:
    """What is shown, and that it is so much."""
    shown = page.evaluate(SHOWN)
    assert len(shown) == count
    return shown


def test_what_is_pushed_is_shown_in_its_language(page, push, origin):
    push(NEWS)
    [shown] = notifications(page, 1)
    assert shown == {name: NEWS[name] for name in ("title", "body", "tag", "lang")} | {
        "data": f"{origin}/kk/dataset/zhol"
    }


def test_a_message_that_comes_twice_is_seen_once(page, push):
    push(NEWS)
    push({**NEWS, "body": "13 жол қосылды"})
    push({**NEWS, "tag": "4712.def"})
    assert {(one["tag"], one["body"]) for one in notifications(page, 2)} == {
        ("4711.abc", "13 жол қосылды"), ("4712.def", "12 жол қосылды"),
    }


@pytest.mark.parametrize(
    "url", ["https://evil.example/login", "javascript:alert(1)", "//evil.example/", "http://[", None]
)
def test_a_message_leads_to_no_other_site(page, push, origin, url):
    push({**NEWS, "url": url})
    [shown] = notifications(page, 1)
    assert shown["data"].startswith(f"{origin}/")


@pytest.mark.parametrize(("data", "body"), [("not json", "not json"), ("", ""), ("null", ""), ("[]", "")])
def test_something_is_shown_whatever_comes(page, push, data, body):
    push(data)
    [shown] = notifications(page, 1)
    assert (shown["title"], shown["body"]) == ("127.0.0.1", body)


def test_a_click_opens_the_page_of_the_news(page, push, origin):
    push(NEWS)
    notifications(page, 1)
    worker = page.context.service_workers[-1]
    opened = worker.evaluate("""async () => {
        const opened = [];
        self.clients.openWindow = async (url) => { opened.push(url); };
        const [shown] = await self.registration.getNotifications();
        self.dispatchEvent(new NotificationEvent("notificationclick", {notification: shown}));
        while (!opened.length) await new Promise((done) => setTimeout(done, 10));
        return [opened, (await self.registration.getNotifications()).length];
    }""")
    assert opened == [[f"{origin}/kk/dataset/zhol"], 0]


# --- the form ---------------------------------------------------------------------------------------------

FORM = """<!doctype html><title>Push</title>
<form method="post" action="/subscribed" data-civic-push="begin" data-public-key="PUBLIC"
      data-worker="/civic-push.js">
  <input type="hidden" name="_csrf_token" value="token">
  <input type="hidden" name="endpoint"><input type="hidden" name="p256dh"><input type="hidden" name="auth">
  <p data-civic-push-says="script">This needs JavaScript.</p>
  <p data-civic-push-says="unsupported" role="alert" hidden>This browser cannot.</p>
  <p data-civic-push-says="denied" role="alert" hidden>You did not allow it.</p>
  <p data-civic-push-says="failed" role="alert" hidden>It did not work.</p>
  <button type="submit" hidden>Receive in this browser</button>
</form>
<form method="post" action="/ended" data-civic-push="end" data-civic-push-when="on">
  <input type="hidden" name="endpoint">
  <button type="submit" hidden>No more in this browser</button>
</form>
<script src="/script.js"></script>""".replace("PUBLIC", vapid.made()[1])
#: a push service is not asked here: Chromium's is Google's
SERVICE = """
const octets = (text) => Uint8Array.from(text, (char) => char.charCodeAt(0)).buffer;
let subscription = window.name === "subscribed" ? made() : null;
function made() {
    return {
        endpoint: "https://push.example/abc", options: {},
        getKey: (name) => octets(name === "auth" ? "\\xfb\\xff".repeat(8) : "\\x04" + "k".repeat(64)),
        unsubscribe: async () => { subscription = null; window.name = ""; return true; },
    };
}
PushManager.prototype.getSubscription = async () => subscription;
PushManager.prototype.subscribe = async (options) => {
    if (!options.userVisibleOnly || options.applicationServerKey.length !== 65) throw new Error("not so");
    window.name = "subscribed";
    return (subscription = made());
};
"""


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


POINT, AUTH = _text(b"\x04" + b"k" * 64), _text(b"\xfb\xff" * 8)


@pytest.fixture
def form(page: Page, origin: str) -> Page:
    """The form of web push on a page of the portal's address; what is sent is kept in ``page.sent``."""
    sent: list[tuple[str, str]] = []

    def take(route: Any) -> None:
        sent.append((route.request.url.removeprefix(origin), route.request.post_data or ""))
        route.fulfill(body="taken", content_type="text/plain")

    _show_form(page, origin)
    page.route(f"{origin}/subscribed", take)
    page.route(f"{origin}/ended", take)
    page.add_init_script(SERVICE)
    page.sent = sent  # type: ignore[attr-defined]
    page.goto(f"{origin}/form")
    return page


def _show_form(page: Page, origin: str) -> None:
    script = (ASSETS / "civic-push-subscribe.js").read_text()
    page.route(f"{origin}/form", lambda route: route.fulfill(body=FORM, content_type="text/html"))
    page.route(f"{origin}/script.js", lambda route: route.fulfill(body=script, content_type="text/javascript"))


def test_a_browser_subscribes_with_a_normal_form(form, origin):
    expect(form.get_by_text("This needs JavaScript.")).to_be_hidden()
    form.get_by_role("button", name="Receive in this browser").click()
    form.wait_for_url(f"{origin}/subscribed")
    assert form.sent == [(
        "/subscribed",
        f"_csrf_token=token&endpoint=https%3A%2F%2Fpush.example%2Fabc&p256dh={POINT}&auth={AUTH}",
    )]


def test_a_browser_that_is_subscribed_can_end_that(form, origin):
    expect(form.get_by_role("button", name="No more in this browser")).to_be_hidden()
    form.get_by_role("button", name="Receive in this browser").click()
    form.wait_for_url(f"{origin}/subscribed")
    form.goto(f"{origin}/form")
    form.get_by_role("button", name="No more in this browser").click()
    form.wait_for_url(f"{origin}/ended")
    assert form.sent[-1] == ("/ended", "endpoint=https%3A%2F%2Fpush.example%2Fabc")


def test_who_does_not_allow_it_is_told_so(form):
    form.evaluate("() => { Notification.requestPermission = async () => 'denied'; }")
    button = form.get_by_role("button", name="Receive in this browser")
    button.click()
    expect(form.get_by_role("alert")).to_have_text("You did not allow it.")
    expect(button).to_be_enabled()
    assert form.sent == []


def test_a_browser_whose_service_is_away_says_so(form):
    form.evaluate("() => { PushManager.prototype.subscribe = () => Promise.reject(new DOMException('', 'Abort')); }")
    form.get_by_role("button", name="Receive in this browser").click()
    expect(form.get_by_role("alert")).to_have_text("It did not work.")
    assert form.sent == []


def test_a_browser_that_cannot_says_so(page, origin):
    _show_form(page, origin)
    page.add_init_script("delete window.PushManager")
    page.goto(f"{origin}/form")
    expect(page.get_by_role("alert")).to_have_text("This browser cannot.")
    expect(page.get_by_role("button")).to_have_count(0)


def test_without_javascript_the_form_says_that_it_needs_it(new_page, origin):
    page = new_page(javascript=False)
    _show_form(page, origin)
    page.goto(f"{origin}/form")
    expect(page.get_by_text("This needs JavaScript.")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
