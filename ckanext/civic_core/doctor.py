"""Whether a portal can do its work: services, secrets, tables, and what each feature says of its own records."""
from __future__ import annotations

from collections.abc import Callable, Iterator

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.cli.db import _get_pending_plugins
from ckan.lib import redis, search
from sqlalchemy.orm import Session

from ckanext.civic_core.interfaces import IUpkeep

__all__ = ["faults"]

#: a key that is shorter can be guessed
_SECRET_LENGTH = 20


def faults(session: Session) -> Iterator[str]:
    """What is wrong, a sentence each. The records are looked at only where the services answer."""
    down = [sentence for sentence in map(_down, _services(session)) if sentence]
    yield from down
    yield from _secrets()
    if not down:
        yield from _tables()
        for plugin in p.PluginImplementations(IUpkeep):
            yield from plugin.faults(session)


def _services(session: Session) -> list[tuple[str, Callable[[], object]]]:
    return [
        ("PostgreSQL", lambda: session.execute(sa.text("select 1"))),
        ("Redis", redis.is_redis_available),
        ("Solr", search.is_available),
    ]


def _down(service: tuple[str, Callable[[], object]]) -> str | None:
    name, probe = service
    try:
        answer = probe()
    except Exception as error:
        return f"{name} does not answer: {error}"
    return None if answer else f"{name} does not answer."


def _secrets() -> Iterator[str]:
    if len(tk.config.get("SECRET_KEY") or "") < _SECRET_LENGTH:
        yield f"SECRET_KEY has fewer than {_SECRET_LENGTH} characters: sessions and tokens can be forged."


def _tables() -> Iterator[str]:
    for plugin, count in sorted(_get_pending_plugins().items()):
        yield f"{count} migrations of {plugin} are not applied; “ckan db upgrade” does it."
