"""Turns what was seen into evidence and numbered releases. Nothing here commits."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.domain.events import plain
from ckanext.civic_core.record import record
from ckanext.civic_list.content.seeing import Seen
from ckanext.civic_list.content.sketch import share_changed
from ckanext.civic_list.delivery import comparing
from ckanext.civic_list.delivery.facts import as_release
from ckanext.civic_list.domain import events_delivery as events
from ckanext.civic_list.domain import releases as rules
from ckanext.civic_list.model import Evidence, LinkSpell, Release, SeenResource, Sighting, Use, WatchedDataset

__all__ = ["judge", "reader_of", "tell"]

#: a file elsewhere is asked again after this time
_CHECK_AGAIN = timedelta(hours=6)
#: not the same data seen once more, but nothing seen at all
_NOTHING_SEEN = ("unreachable", "not_found", "forbidden", "refused_address", "too_big", "no_file")


@dataclass(frozen=True)
class Look:
    """A change that was noted, with what a look at it found; ``times`` it was made by ``last_at``.

    :param shown: whether everybody could see the former content, so that it may be said what changed against it.
    """

    sighting: Sighting
    seen: Seen | None
    former: SeenResource | None
    times: int
    last_at: datetime
    shown: bool


def judge(
    session: Session, watched: WatchedDataset, sightings: Sequence[Sighting], seen: Mapping[str, Seen | None]
) -> list[int]:
    """Write the evidence of these sightings, and the releases that they make.

    The dataset's row is held by the caller. Records ``evidence.not_counted``.

    :returns: numbers of the releases that began.
    """
    stored = {row.resource_id: row for row in session.scalars(
        sa.select(SeenResource).where(SeenResource.dataset_id == watched.dataset_id)
        .execution_options(populate_existing=True)
    )}
    reader = reader_of(session, watched.dataset_id)
    for several in _grouped(sightings, seen):
        one, last = several[0], several[-1]
        former = stored.get(one.resource_id)
        shown = former is not None and reader.knows(former.content)
        look = Look(one, seen.get(one.resource_id), former, len(several), last.at, shown)
        evidence = _evidence(look)
        if evidence is not None:
            _write(session, look, reader.judge(evidence))
    began = _write_releases(session, watched.dataset_id, reader.releases())
    _keep(session, watched, stored, seen, {one.resource_id for one in sightings if one.how == "removed"})
    return began


def _grouped(sightings: Iterable[Sighting], seen: Mapping[str, Seen | None]) -> Iterable[list[Sighting]]:
    """What somebody did to a resource in the same way on one day, as often as he did, was seen by one look."""
    found: dict[tuple[Any, ...], list[Sighting]] = {}
    for one in sightings:
        how = _how(one, seen.get(one.resource_id))
        key = (one.resource_id, how, one.by, one.public, one.for_period, one.correction, clock.day_of(one.at))
        found.setdefault(key, []).append(one)
    return found.values()


def _how(one: Sighting, seen: Seen | None) -> str:
    """The way in which the change was seen: that it was brought by hand says nothing of where it lies."""
    if seen is not None and (seen.how == "http_header" or (seen.how == "datastore" and one.how == "upload")):
        return seen.how
    return one.how


def reader_of(session: Session, dataset_id: str) -> rules.Reader:
    """What is known: the dataset's last release, and every content released for the duties that it answers."""
    last = session.scalars(
        sa.select(Release).where(Release.dataset_id == dataset_id).order_by(Release.number.desc()).limit(1)
    ).first()
    mine = sa.select(LinkSpell.duty_id).where(LinkSpell.dataset_id == dataset_id, LinkSpell.until.is_(None))
    beside = sa.select(LinkSpell.dataset_id).where(LinkSpell.duty_id.in_(mine))
    rows = session.execute(
        sa.select(Evidence.content, Evidence.dataset_id, Evidence.release, Evidence.day, Evidence.bytes)
        .where(Evidence.release.is_not(None),
               sa.or_(Evidence.dataset_id == dataset_id, Evidence.dataset_id.in_(beside)))
        .order_by(Evidence.at)
    ).all()
    known: dict[str, rules.Known] = {}
    for row in rows:
        known.setdefault(row.content, rules.Known(row.dataset_id, row.release or 0, row.day))
    number = last.number if last else None
    files = {row.bytes for row in rows if row.dataset_id == dataset_id and row.release == number and row.bytes}
    return rules.Reader([as_release(last)] if last else [], known, {dataset_id: frozenset(files)})


def _evidence(look: Look) -> rules.Evidence | None:
    """What the rules judge; None where nothing could be seen."""
    one, seen = look.sighting, look.seen
    about: dict[str, Any] = {
        "dataset": one.dataset_id, "at": one.at, "day": clock.day_of(one.at), "by": one.by, "public": one.public,
        "for_period": one.for_period, "correction": one.correction,
    }
    if one.how == "removed" or seen is None:
        return rules.Evidence(how="removed", **about)
    if seen.fault in _NOTHING_SEEN and not seen.content:
        return None if one.how == "checksum" else rules.Evidence(how=one.how, fault=seen.fault, **about)  # type: ignore[arg-type]
    if one.how == "checksum" and seen.changed is False:
        return None
    how = _how(one, seen)
    return rules.Evidence(
        how=how, content=_content(look), bytes=seen.bytes, rows=seen.rows, fault=seen.fault, **about  # type: ignore[arg-type]
    )


def _content(look: Look) -> str:
    """The digest of the content; where the file was not read because nothing changed, that of the last look."""
    seen, former = look.seen, look.former
    if seen is None:
        return ""
    return seen.content or (former.content if former is not None and seen.changed is False else "")


def _write(session: Session, look: Look, verdict: rules.Verdict) -> None:
    one, seen, former, now = look.sighting, look.seen, look.former, clock.now()
    evidence = verdict.evidence
    share = share_changed(former.sketch, seen.sketch) if former and seen and former.sketch and seen.sketch else None
    statement = insert(Evidence).values(
        dataset_id=one.dataset_id, resource_id=one.resource_id, day=evidence.day, at=one.at, last_at=look.last_at,
        times=look.times,
        how=evidence.how, method=seen.method if seen else "", by=one.by, public=one.public,
        content_before=former.content if former else "", content=evidence.content, bytes=evidence.bytes,
        rows_before=former.rows if former else None, rows_after=seen.rows if seen else None, share_changed=share,
        changes=comparing.changes(evidence.how, former if look.shown else None, seen),
        release=verdict.release, reason=verdict.reason, params=plain(verdict.params), recorded_at=now,
    )
    times = session.scalar(
        statement.on_conflict_do_update(
            constraint="civic_list_evidence_once",
            set_={"times": Evidence.times + look.times, "last_at": look.last_at},
        ).returning(Evidence.times)
    )
    if verdict.reason and times == look.times:
        event = events.EvidenceNotCounted(
            one.dataset_id, how=evidence.how, reason=verdict.reason, params=plain(verdict.params)
        )
        record(session, event, actor=one.by, at=one.at)


def _write_releases(session: Session, dataset_id: str, found: Iterable[rules.Release]) -> list[int]:
    began: list[int] = []
    for release in found:
        values = {
            "contents": list(release.contents), "ways": list(release.ways), "for_period": release.for_period,
            "correction": release.correction,
        }
        statement = insert(Release).values(
            dataset_id=dataset_id, number=release.number, at=release.at, day=release.day, by=release.by, **values
        )
        fresh = session.scalar(
            statement.on_conflict_do_update(constraint="civic_list_release_number", set_=values)
            .returning(sa.literal_column("xmax = 0"))
        )
        if fresh:
            began.append(release.number)
    return began


def _keep(
    session: Session, watched: WatchedDataset, stored: dict[str, SeenResource], seen: Mapping[str, Seen | None],
    removed: set[str],
) -> None:
    """Remember what was seen, for the next look and for the figures."""
    for id_ in removed | {id_ for id_, one in seen.items() if one is None}:
        row = stored.pop(id_, None)
        if row is not None:
            session.delete(row)
    for id_, one in seen.items():
        row = stored.get(id_)
        if one is not None and row is not None:
            _remember(row, one)
    watched.opened = any(row.opened and row.rows != 0 for row in stored.values())
    watched.columns = sorted({column for row in stored.values() for column in row.columns})
    session.flush()


def _remember(row: SeenResource, seen: Seen) -> None:
    now = clock.now()
    row.looked_at, row.method, row.fault = now, seen.method, seen.fault
    row.opened = seen.opened or (seen.changed is False and row.opened)
    row.check_on = None if seen.how in ("upload", "datastore") else now + _CHECK_AGAIN
    if seen.content or seen.bytes:
        row.content, row.bytes, row.size = seen.content, seen.bytes, seen.size
        row.rows, row.columns, row.sketch = seen.rows, list(seen.columns), seen.sketch
    if seen.etag or seen.last_modified:
        row.etag, row.last_modified = seen.etag, seen.last_modified


def tell(session: Session, dataset_id: str, numbers: Sequence[int]) -> None:
    """Record ``release.recorded``, or ``release.corrected`` of what only corrects the release before it.

    To be called after the duties are settled: they say which it is.
    """
    if not numbers:
        return
    rows = session.execute(
        sa.select(Release.number, Release.ways, Release.by, Release.at, Release.correction,
                  sa.func.bool_and(Use.outcome == "correction").label("corrects"))
        .outerjoin(Use, Use.release_id == Release.id)
        .where(Release.dataset_id == dataset_id, Release.number.in_(numbers))
        .group_by(Release.id).order_by(Release.number)
    )
    for row in rows.all():
        kind = events.ReleaseCorrected if row.corrects or row.correction else events.ReleaseRecorded
        record(session, kind(dataset_id, number=row.number, ways=tuple(row.ways)), actor=row.by, at=row.at)
