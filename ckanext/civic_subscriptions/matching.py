"""Matches changed datasets with the searches that people follow.

What is to be matched is noted where the news is written. A worker takes it up later, asks Solr with no transaction
open, and writes which searches found it; a worker that dies leaves a lease that runs out.
"""
from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.lib.search import SearchError
from ckan.types import Context
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.domain.news import Audience, Happened, Target
from ckanext.civic_core.model import NewsRow
from ckanext.civic_core.news import spreading
from ckanext.civic_subscriptions import searches, settings
from ckanext.civic_subscriptions.model import Search, Subscription, ToMatch

__all__ = ["note", "work"]

log = logging.getLogger(__name__)
#: topics that are news for who follows a search: data and datasets that are new or changed, not who is late
_TOPICS = ("data", "catalogue")
_AT_ONCE = 200
_LEASE = timedelta(minutes=15)
#: an event whose dataset does not come into the index is waited for that long
_PATIENCE = timedelta(days=1)
_DATASET = "dataset"


def note(session: Session, events: Sequence[Happened]) -> None:
    """Note events of datasets that have not been matched, where somebody follows a search; one statement."""
    news, ids = NewsRow, [event.id for event in events]
    matched = sa.orm.aliased(NewsRow)
    now = clock.now()
    fresh = sa.select(
        news.event_id, news.about_id, sa.literal(now), sa.literal(now + settings.match_after())
    ).distinct().where(
        news.event_id.in_(ids), news.about_type == _DATASET, news.topic.in_(_TOPICS),
        sa.exists().where(Subscription.target_type == searches.KIND),
        ~sa.exists().where(matched.event_id == news.event_id, matched.target_type == searches.KIND),
    )
    columns = ["event_id", "dataset_id", "created", "claimed_until"]
    session.execute(insert(ToMatch.__table__).from_select(columns, fresh).on_conflict_do_nothing())


def work(session: Session) -> int:
    """Match what waits with every search that is followed, and commit it.

    :returns: how many events are done with.
    """
    taken = _take(session)
    if not taken:
        return 0
    followed = _followed(session)
    session.commit()
    found = _found(followed, set(taken.values()))
    late = _late(session, taken)
    session.commit()
    done = {event: dataset for event, dataset in taken.items() if event not in late}
    _tell(session, {event: found[dataset] for event, dataset in done.items() if found.get(dataset)})
    session.execute(sa.delete(ToMatch).where(ToMatch.event_id.in_(done)))
    session.execute(
        sa.update(ToMatch).where(ToMatch.event_id.in_(late)).values(claimed_until=clock.now() + settings.match_after())
    )
    session.commit()
    return len(done)


def _take(session: Session) -> dict[int, str]:
    row, now = ToMatch, clock.now()
    due = (
        sa.select(row.event_id).where(row.claimed_until <= now).order_by(row.claimed_until, row.event_id)
        .limit(_AT_ONCE).with_for_update(skip_locked=True)
    )
    taken = session.execute(
        sa.update(row).where(row.event_id.in_(due)).values(claimed_until=now + _LEASE)
        .returning(row.event_id, row.dataset_id)
    ).tuples().all()
    session.commit()
    return dict(taken)


def _followed(session: Session) -> Sequence[tuple[str, dict[str, Any]]]:
    one = Subscription
    followed = sa.exists().where(one.target_type == searches.KIND, one.target_id == Search.id)
    return session.execute(sa.select(Search.id, Search.query).where(followed).order_by(Search.id)).tuples().all()


def _found(followed: Iterable[tuple[str, Mapping[str, Any]]], datasets: Collection[str]) -> dict[str, list[Target]]:
    """The searches that find each dataset, as a visitor sees it; one request to Solr for each search.

    A search that Solr does not understand any more finds nothing; where Solr does not answer, nothing is done.
    """
    found: dict[str, list[Target]] = defaultdict(list)
    for identifier, query in followed:
        try:
            hits = searches.ask(query, among=datasets, rows=_AT_ONCE)
        except SearchError as error:
            if not _unreadable(error):
                raise
            log.warning("a search that is followed cannot be read any more", extra={"search": identifier})
            continue
        for dataset in hits:
            found[dataset].append(Target(searches.KIND, identifier))
    return found


def _unreadable(error: SearchError) -> bool:
    """Whether it is the search that is at fault, and not Solr."""
    return "SOLR returned" not in str(error) or "HTTP 400" in str(error)


def _late(session: Session, taken: Mapping[int, str]) -> set[int]:
    """Events whose public dataset the index does not show as it is now: they are asked about again."""
    package, row = model.Package, ToMatch
    stored = dict(session.execute(
        sa.select(package.id, package.metadata_modified)
        .where(package.id.in_(set(taken.values())), package.state == "active", sa.not_(package.private))
    ).tuples().all())
    indexed = _indexed(set(stored))
    behind = {
        dataset for dataset, changed in stored.items() if dataset not in indexed or indexed[dataset] < _instant(changed)
    }
    waits = session.scalars(
        sa.select(row.event_id).where(row.event_id.in_(taken), row.created > clock.now() - _PATIENCE)
    )
    return {event for event in waits if taken[event] in behind}


def _indexed(datasets: Collection[str]) -> dict[str, datetime]:
    """When each was last changed, as the index knows it; one request to Solr."""
    if not datasets:
        return {}
    asked = {
        "q": "*:*", "fq": "id:({})".format(" OR ".join(f'"{one}"' for one in sorted(datasets))),
        "rows": len(datasets), "fl": ["id", "metadata_modified"], "facet": "false",
    }
    nobody = Context(user="", auth_user_obj=None)
    rows = tk.get_action("package_search")(nobody, asked)["results"]
    return {row["id"]: _instant(row["metadata_modified"]) for row in rows}


def _instant(said: Any) -> datetime:
    """To the second, as exact as the index keeps it."""
    known = said if isinstance(said, datetime) else datetime.fromisoformat(str(said))
    return known.replace(tzinfo=None, microsecond=0)


def _tell(session: Session, found: Mapping[int, Sequence[Target]]) -> None:
    """Write that these events are news of these searches too; nothing is committed here."""
    if not found:
        return
    audiences = _audiences(session, found)
    happened = [one for one in spreading.happened_by_id(session, list(found)) if one.id in audiences]
    spreading.add(session, happened, audiences)


def _audiences(session: Session, found: Mapping[int, Sequence[Target]]) -> dict[int, Audience]:
    """What each event is news of already, and the searches after that."""
    news = NewsRow
    rows = session.scalars(sa.select(news).where(news.event_id.in_(found)).order_by(news.event_id, news.rank))
    audiences: dict[int, Audience] = {}
    for row in rows:
        former = audiences.get(row.event_id)
        targets = (*(former.targets if former else ()), Target(row.target_type, row.target_id))
        audiences[row.event_id] = Audience(
            targets, cast(Any, row.topic), Target(row.about_type, row.about_id), row.urgent
        )
    return {
        event: Audience((*one.targets, *found[event]), one.topic, one.about, one.urgent)
        for event, one in audiences.items()
    }
