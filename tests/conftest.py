"""One portal for the whole session: plugins loaded, tables migrated, one application.

CKAN's own fixtures load and unload all plugins and build the application for each test, which costs a second
each time. Nothing of CKAN is imported at the top: the pure tests in ``domain/`` run without it.
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

pytest_plugins = ["civic_list.fixtures", "civic_notify.fixtures"]


@pytest.fixture(scope="session")
def portal() -> Iterator[Any]:
    """The application, with every plugin of ``test.ini`` loaded and every migration applied."""
    import ckan.model as model
    import ckan.plugins as p
    from ckan.cli.db import _get_pending_plugins, _run_migrations
    from ckan.tests.helpers import _get_test_app, reset_db

    p.load_all()
    reset_db()
    for plugin in sorted(_get_pending_plugins()):
        _run_migrations(plugin)
    model.repo.session.remove()
    yield _get_test_app()
    p.unload_all()


@pytest.fixture
def app(portal: Any) -> Any:
    """The application of the session, signed out."""
    portal.client = portal.test_client()
    return portal


@pytest.fixture
def with_plugins(portal: Any) -> None:
    """All plugins are loaded once for the session."""


@pytest.fixture
def clean_db(portal: Any) -> Iterator[None]:
    """Empty tables: only those that hold rows are emptied."""
    import ckan.model as model
    from database import empty

    empty()
    model.repo.init_db()
    model.Session.remove()
    yield
    model.Session.rollback()
    model.Session.remove()


@pytest.fixture
def clean_index(portal: Any) -> None:
    """An empty search index, of this site only."""
    from ckan.lib.search import clear_all

    clear_all()


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """The SQL statements sent while a test holds this list; clear it before what is to be counted."""
    import ckan.model as model
    import sqlalchemy as sa

    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    engine = model.ensure_engine()
    sa.event.listen(engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(engine, "before_cursor_execute", note)
