"""Notes which events somebody may have to be told of, in the transaction that writes them."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import ckan.plugins as p
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import working
from ckanext.civic_core.domain.news import Happened
from ckanext.civic_core.interfaces import INews
from ckanext.civic_core.model.news import PendingRow

__all__ = ["answering", "by_plugin", "note"]


def answering() -> Mapping[str, Any]:
    """Which plugin answers for which type of event."""
    return {kind: plugin for plugin in p.PluginImplementations(INews) for kind in plugin.news_types()}


def by_plugin(events: Iterable[Happened]) -> Mapping[Any, list[Happened]]:
    """Each plugin with the events that it answers for; those that nobody answers for are left out."""
    kinds = answering()
    own: dict[Any, list[Happened]] = {}
    for event in events:
        if event.type in kinds:
            own.setdefault(kinds[event.type], []).append(event)
    return own


def note(session: Session, rows: Iterable[Mapping[str, Any]], now: datetime) -> None:
    """Note those of these new events that are news; one statement, none where nothing is."""
    kinds = answering()
    found: Sequence[dict[str, Any]] = [
        {"stream": row["stream"], "stream_id": row["stream_id"], "sequence": row["sequence"], "after": now}
        for row in rows if row["type"] in kinds
    ]
    if found:
        session.execute(sa.insert(PendingRow.__table__), found)
        working.after_commit(session)
