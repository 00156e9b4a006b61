"""What the core does without the list: a duty is kept as it is written, and nobody asks who owes it."""
from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def no_list(portal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import ckan.plugins as p

    plugin = p.get_plugin("civic_list")
    monkeypatch.setattr(plugin, "check_duties", lambda *_: [])
    for moment in ("after_dataset_create", "after_dataset_update"):
        monkeypatch.setattr(plugin, moment, lambda *_: None)
