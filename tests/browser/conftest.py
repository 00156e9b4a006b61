"""The portal of the session served to a real browser.

The browser finds ``ckan.site_url`` at the port that the test server got, so that addresses, cookies and forms work
as they do in a portal of that name.
"""
from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

CHROMIUM = "/usr/bin/chromium"
#: also what WCAG 2.2 asks for and axe leaves out unless told
AXE = {"resultTypes": ["violations", "incomplete"], "rules": {"target-size": {"enabled": True}}}


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        """A line for each file of each page would bury what went wrong."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def live(portal: Any) -> Iterator[str]:
    """The address of the portal, served with the check of forms switched on."""
    import ckan.plugins.toolkit as tk

    server = make_server("127.0.0.1", 0, portal.flask_app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    before = portal.flask_app.config["WTF_CSRF_ENABLED"]
    portal.flask_app.config["WTF_CSRF_ENABLED"] = True
    portal.live_port = server.port
    yield tk.config["ckan.site_url"]
    portal.flask_app.config["WTF_CSRF_ENABLED"] = before
    server.shutdown()
    thread.join()


@pytest.fixture(scope="session")
def chromium(live: str, portal: Any) -> Iterator[Browser]:
    """Debian's Chromium, for which the site's name is the test server."""
    rules = f"--host-resolver-rules=MAP {urlsplit(live).hostname} 127.0.0.1:{portal.live_port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", rules])
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium: Browser, live: str) -> Iterator[Callable[..., Page]]:
    """Make a page in a context of its own: ``new_page(width=320, javascript=False)``."""
    contexts = []

    def make(*, width: int = 1280, javascript: bool = True) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=javascript, base_url=live,
            reduced_motion="reduce",  # a colour on its way to another would be measured
        )
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """One page, 1280 pixels wide, with JavaScript."""
    return new_page()


@pytest.fixture
def sign_in(live: str) -> Callable[[Page, str, str], None]:
    """Sign in through the login form: ``sign_in(page, name, password)``."""

    def sign(page: Page, name: str, password: str) -> None:
        page.goto("/user/login")
        page.fill("#field-login", name)
        page.fill("#field-password", password)
        page.click(".form-actions button[type=submit]")
        page.wait_for_selector(".account.authed")

    return sign


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """What axe finds wrong on a page, a line each: ``assert axe(page) == []``."""

    def run(page: Page) -> list[str]:
        found = Axe().run(page, options=AXE).response
        return [_said(rule, node) for rule in found["violations"] for node in rule["nodes"]] + [
            _said(rule, node) for rule in found["incomplete"] for node in rule["nodes"] if _invisible(node)
        ]

    return run


def _said(rule: dict[str, Any], node: dict[str, Any]) -> str:
    return f"{rule['id']}: {node['html'][:160]}"


def _invisible(node: dict[str, Any]) -> bool:
    """Text of its background's own colour: axe says "incomplete" where a reader sees nothing."""
    return any((check.get("data") or {}).get("messageKey") == "equalRatio" for check in node["any"])


@pytest.fixture(scope="session")
def too_wide() -> Callable[[Page], list[str]]:
    """The elements that stick out of the page at the right, but for those in a region that scrolls by itself."""

    def run(page: Page) -> list[str]:
        return page.evaluate("""() => {
            const edge = document.documentElement.clientWidth + 1;
            return [...document.querySelectorAll('body *')]
                .filter(e => e.getBoundingClientRect().right > edge && !e.closest('[role=region], .visually-hidden'))
                .map(e => e.outerHTML.slice(0, 120));
        }""")

    return run
