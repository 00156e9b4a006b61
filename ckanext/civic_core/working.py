"""Work in the background: what waits stands in tables, and whoever has time does it.

``ckan civic deliver`` asks all the time, the tick once a minute, and a job is queued as a hint after a commit that
left something to do. A lost hint, or a wiped queue, costs time and nothing else.
"""
from __future__ import annotations

import logging
import signal
import threading
from time import monotonic
from typing import Any

import ckan.model as model
import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.lib.redis import connect_to_redis
from sqlalchemy.orm import Session

from ckanext.civic_core import commits
from ckanext.civic_core.interfaces import IWork

__all__ = ["after_commit", "loop", "work", "work_through"]

log = logging.getLogger(__name__)
#: of a hint that nobody took: after this many seconds another one may be given
_HINTED = 30
#: seconds that a job may take before others have their turn
_TURN = 20


def work(session: Any) -> int:
    """Let every plugin do a little of what waits; one that fails does not keep the others from theirs.

    :returns: how much was done.
    """
    return sum(_work_one(plugin, session) for plugin in p.PluginImplementations(IWork))


def _work_one(plugin: Any, session: Any) -> int:
    try:
        return int(plugin.work(session))
    except Exception:
        log.exception("work failed", extra={"plugin": plugin.name})
        return 0
    finally:
        _end(session)


def _end(session: Any) -> None:
    """Leave nothing of a transaction behind, also where the database went away under it."""
    try:
        session.rollback()
    except Exception:
        log.warning("a broken transaction was dropped", exc_info=True)
    session.remove()


def work_through(seconds: float | None = None) -> int:
    """Work until nothing is left; the job that a hint asks for.

    :param seconds: after so many the rest is left to another job, so that others have their turn; None: to the end.
    :returns: how much was done.
    """
    try:
        connect_to_redis().delete(_key())
    except Exception:
        log.warning("the mark of the hint was not removed", exc_info=True)
    done, began = 0, monotonic()
    while count := work(model.Session):
        done += count
        if seconds is not None and monotonic() - began > seconds:
            _hint()
            break
    return done


def loop(session: Any, idle: float) -> None:
    """Work, rest where nothing is left, work again, until a signal stops it. What was begun is brought to its end.

    :param idle: seconds of rest.
    """
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    while not stop.is_set():
        if not work(session):
            stop.wait(idle)


def after_commit(session: Session) -> None:
    """Give a hint as soon as the transaction under way is committed, once for each transaction."""
    commits.after_commit(session, _hint)


def _hint() -> None:
    try:
        if connect_to_redis().set(_key(), 1, nx=True, ex=_HINTED):
            tk.enqueue_job(work_through, [_TURN], title="do what waits", rq_kwargs={"timeout": 3600})
    except Exception:
        log.warning("nobody was told that there is work; the tick will see it", exc_info=True)


def _key() -> str:
    return f"{tk.config['ckan.site_id']}:civic:work"
