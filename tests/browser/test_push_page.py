"""J3, in the browser: a reader lets the portal push to it, on the page of his subscriptions."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from browser.journeys import PASSWORD, begin
from browser.test_push import SERVICE
from playwright.sync_api import Browser, Page, expect

from ckanext.civic_notify.channels import vapid

PREFIX = "ckanext.civic_notify.web_push."


@pytest.fixture
def page(chromium: Browser, live: str, portal: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A page in a browser that holds the portal to be as safe as one with a certificate, and has a push service."""
    import ckan.plugins.toolkit as tk

    begin()
    for name, value in {"adapter": "vapid", "private_key": vapid.made()[0]}.items():
        monkeypatch.setitem(tk.config, PREFIX + name, value)
    browser = chromium.browser_type.launch(executable_path="/usr/bin/chromium", args=[
        "--no-sandbox", f"--host-resolver-rules=MAP {urlsplit(live).hostname} 127.0.0.1:{portal.live_port}",
        f"--unsafely-treat-insecure-origin-as-secure={live}",
    ])
    context = browser.new_context(base_url=live, reduced_motion="reduce")
    context.grant_permissions(["notifications"], origin=live)
    page = context.new_page()
    page.add_init_script(SERVICE)
    yield page
    browser.close()


def test_a_reader_lets_this_browser_show_messages(page: Page, sign_in: Callable[..., None]):
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
    sign_in(page, "citizen", PASSWORD)
    page.goto("/subscriptions")
    page.get_by_role("button", name="Show messages in this browser").click()
    expect(page.get_by_text("This browser will show messages of the portal.")).to_be_visible()
    assert refused == []
