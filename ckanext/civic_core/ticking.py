"""The portal's own clockwork: asks every feature to do what has become due."""
from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from typing import Any

import ckan.plugins as p
import sqlalchemy as sa

from ckanext.civic_core import clock
from ckanext.civic_core.interfaces import ITick

__all__ = ["loop", "tick"]

log = logging.getLogger(__name__)
#: of the advisory lock that lets one node tick at a time
_LOCK = 72_008


def tick(session: Any) -> list[str]:
    """Let every feature do what is due; nothing where another node is at it.

    A feature that fails is logged and does not keep the others from theirs.

    :returns: what was done.
    """
    with session.get_bind().connect() as connection:
        if not connection.scalar(sa.text("select pg_try_advisory_lock(:key)"), {"key": _LOCK}):
            return []
        try:
            return [done for plugin in p.PluginImplementations(ITick) for done in _tick_one(plugin, session)]
        finally:
            connection.execute(sa.text("select pg_advisory_unlock(:key)"), {"key": _LOCK})


def _tick_one(plugin: Any, session: Any) -> list[str]:
    try:
        return [f"{plugin.name}: {done}" for done in plugin.tick(session, clock.now())]
    except Exception:
        log.exception("tick failed", extra={"plugin": plugin.name})
        session.rollback()
        return []
    finally:
        session.remove()


def loop(session: Any, every: float, say: Callable[[str], Any]) -> None:
    """Tick, wait, tick again, until a signal stops it."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    while not stop.is_set():
        for done in tick(session):
            say(done)
        stop.wait(every)
