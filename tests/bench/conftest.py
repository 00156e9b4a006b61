"""The sample's agencies and accounts are loaded once a module; each test begins without editions."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="module")
def register(portal: Any, request: pytest.FixtureRequest) -> None:
    """Agencies, categories, the group of all akimats and an account for each role."""
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
    from database import empty

    monkeypatch.setitem(tk.config, "ckanext.civic_core.authorised_body", sample.BODY)
    empty()
    model.repo.init_db()
    sample.load()
    yield
    model.Session.rollback()
    model.Session.remove()
