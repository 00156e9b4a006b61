"""What is told of events, as tests ask for it: whom they concern, and in which words."""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ckan.model as model
import sqlalchemy as sa

from ckanext.civic_core.domain.news import Audience, Happened, Said, Target, Told
from ckanext.civic_core.model.event import EventRow
from ckanext.civic_core.news import telling
from ckanext.civic_core.news.pending import answering
from ckanext.civic_core.news.spreading import happened

_DATASET = Target("dataset")


def of_type(*kinds: str) -> list[Happened]:
    """The events of these types, the oldest first."""
    rows = model.Session.execute(
        sa.select(EventRow.stream, EventRow.stream_id, EventRow.sequence).where(EventRow.type.in_(kinds))
    ).all()
    return happened(model.Session(), [tuple(row) for row in rows]) if rows else []


def last(*kinds: str) -> Happened:
    return of_type(*kinds)[-1]


def audiences(events: Iterable[Happened]) -> dict[int, Audience]:
    """Whom these concern, as the plugins that answer for them say."""
    found: dict[int, Audience] = {}
    for plugin, own in _by_plugin(events).items():
        found.update(plugin.audiences(model.Session(), own))
    return found


def audience(event: Happened) -> Audience | None:
    return audiences([event]).get(event.id)


def targets(event: Happened) -> list[tuple[str, str]]:
    """Whom an event concerns, the nearest first; nobody: an empty list."""
    found = audience(event)
    return [(target.type, target.id) for target in found.targets] if found else []


def outdated(event: Happened) -> bool:
    """Whether it is no longer true."""
    (plugin,) = _by_plugin([event])
    return event.id in plugin.outdated(model.Session(), [event])


def said(event: Happened, target: Target = _DATASET, language: str = "en") -> Said:
    """The words for one who hears of it because of a target."""
    ((_, words),) = telling.said(model.Session(), [Told(event, target)], language)
    assert len(words.short) <= 120
    assert words.path.startswith("/")
    return words


def _by_plugin(events: Iterable[Happened]) -> dict[Any, list[Happened]]:
    kinds, own = answering(), {}
    for event in events:
        own.setdefault(kinds[event.type], []).append(event)
    return own
