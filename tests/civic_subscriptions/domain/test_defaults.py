"""What holds where a reader says nothing."""
from __future__ import annotations

import pytest

from ckanext.civic_subscriptions.domain import defaults


@pytest.mark.parametrize(("kind", "tempo"), [
    ("category", "daily"), ("agency", "daily"), ("search", "daily"), ("dataset", "at_once"), ("editions", "at_once"),
])
def test_how_often(kind, tempo):
    assert defaults.tempo(kind) == tempo


@pytest.mark.parametrize(("configured", "channels"), [
    (["sms", "email"], ["email"]), (["sms", "web_push"], ["sms"]), ([], ["email"]),
])
def test_by_which_way(configured, channels):
    assert defaults.channels(configured) == channels
