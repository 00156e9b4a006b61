"""The check itself: a check that finds nothing where something is wrong would prove nothing."""
from __future__ import annotations

import pytest


@pytest.mark.parametrize("wrong", [
    '<p style="color:#ddd;background:#fff">can hardly be read</p>',
    '<p style="color:#fff;background:#fff">cannot be read at all</p>',
    '<label>Reason</label><input name="reason">',
    '<table><tr><th></th></tr></table><img src="/base/images/ckan.ico">',
    '<a href="#a" style="display:inline-block;width:9px;height:9px"></a>',
])
def test_what_is_wrong_is_found(page, axe, wrong):
    page.goto("/en/about")
    assert axe(page) == []
    page.evaluate("html => document.querySelector('[role=main]').insertAdjacentHTML('beforeend', html)", wrong)
    assert axe(page) != []


def test_what_sticks_out_is_found(page, too_wide):
    page.goto("/en/about")
    assert too_wide(page) == []
    page.evaluate("document.querySelector('[role=main]').insertAdjacentHTML('beforeend', '<p style=width:2000px>x')")
    assert len(too_wide(page)) == 1
