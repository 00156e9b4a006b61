"""Portals to test the list in: at the keepers' desk without editions, with a small list, and with a law of 2025.

``tests/conftest.py`` names this module, so that tests of pages, of browsers and of size begin alike. Nothing of CKAN
is imported at the top: the pure tests run without it.
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="module")
def register(portal: Any) -> None:
    """Once a module: agencies, categories, the group of all akimats and an account for each role."""
    import ckan.model as model
    from civic_list import portal as sample
    from database import empty

    empty()
    model.repo.init_db()
    sample.load()


@pytest.fixture
def desk(register: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The keepers' desk: the sample's agencies and accounts, and no edition yet."""
    import ckan.model as model
    import ckan.plugins.toolkit as tk
    from civic_list import portal as sample

    monkeypatch.setitem(tk.config, "ckanext.civic_core.authorised_body", sample.BODY)
    sample.forget_lists()
    yield
    model.Session.rollback()
    model.Session.remove()


@pytest.fixture
def office(portal: Any, clean_index: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The sample's agencies and accounts, fresh for a test that changes the register itself, and an empty index."""
    import ckan.model as model
    import ckan.plugins.toolkit as tk
    from civic_list import portal as sample

    monkeypatch.setitem(tk.config, "ckanext.civic_core.authorised_body", sample.BODY)
    _begin_anew()
    yield
    model.Session.rollback()
    model.Session.remove()


#: the sample as it was loaded first
_loaded: dict[str, bytes] = {}


def _begin_anew() -> None:
    """Nothing but the sample in the database."""
    import ckan.model as model
    from civic_list import portal as sample
    from database import bring_back, empty, keep

    if _loaded:
        bring_back(_loaded)
        return
    empty()
    model.repo.init_db()
    sample.load()
    model.Session.remove()
    _loaded.update(keep())


@pytest.fixture
def codes(office: None) -> Iterator[list[str]]:
    """Two monthly rows of the ministry in «health», one quarterly row of all akimats in «education», in force."""
    from civic_list.listing import begin_list, on

    with on("2025-01-20"):
        found = begin_list(rows=3)
    with on("2025-02-03"):
        yield found


@pytest.fixture(scope="module")
def law(portal: Any) -> None:
    """Once a module: 2025 in force, 2026 to come, 2027 a draft, with datasets of all kinds."""
    from civic_list.reading import load_law

    load_law()


@pytest.fixture
def reading_day(law: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A day on which the edition 2025 is in force."""
    from civic_list.reading import reading_on

    with reading_on("2025-02-10", monkeypatch):
        yield


@pytest.fixture(scope="module")
def deliveries(portal: Any) -> None:
    """Once a module: some months of deliveries, in time, late, missed, not counted, excused, and none at all."""
    from civic_list.delivered import load

    load()


@pytest.fixture
def delivery_day(deliveries: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The day on which those deliveries stand."""
    from civic_list.delivered import TODAY
    from civic_list.reading import reading_on

    with reading_on(TODAY, monkeypatch):
        yield


@pytest.fixture
def keeper(app: Any) -> Any:
    """A list keeper at her browser."""
    from civic_list.app.reader import Reader

    return Reader(app, "keeper")


@pytest.fixture
def approver(app: Any) -> Any:
    """Who approves editions, at his browser."""
    from civic_list.app.reader import Reader

    return Reader(app, "approver")
