"""Every test of the feature begins with e-mail and nobody counted."""
from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def by_email(office: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from civic_subscriptions import posting

    posting.channels(monkeypatch, "email")
    posting.nobody_counted()


@pytest.fixture
def visitors(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Visitors may subscribe by e-mail."""
    from civic_subscriptions import posting

    posting.without_account(monkeypatch)
