"""The town of readers as a fixture; ``tests/conftest.py`` names this module."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture
def town(portal: Any, clean_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Bells that may be rung, nobody who follows them yet, channels that keep what they are given."""
    import ckan.model as model
    import ckan.plugins.toolkit as tk
    import sqlalchemy as sa
    from civic_notify import readers as sample

    from ckanext.civic_core import clock
    from ckanext.civic_core.news import pending, telling
    from ckanext.civic_notify import checking, fanning, gathering, sending
    from ckanext.civic_notify.channels import memory

    bells, readers = sample.Bells(), sample.Readers()
    model.Session.execute(sa.text(sample.MAKE))
    model.Session.execute(sa.text("truncate civic_test_follower"))
    model.Session.commit()
    for module in (pending, telling):
        monkeypatch.setattr(module, "answering", lambda: {"bell.rung": bells})
    for module in (fanning, checking, gathering, sending):
        monkeypatch.setattr(module, "known", lambda: readers)
    for channel in ("email", "sms"):
        monkeypatch.setitem(tk.config, f"ckanext.civic_notify.{channel}.adapter", "memory")
    memory.clear()
    sending._open.clear()
    with clock.stopped_at(sample.NOON):
        yield sample.Town(bells, readers)
    sending._open.clear()
    model.Session.rollback()
    model.Session.remove()
