"""What is told of data: a release came, the last one was corrected, a file was removed or cannot be read any more."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import ckan.model as core
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock, formats
from ckanext.civic_core.domain.news import Audience, Happened, Said, Target, Told
from ckanext.civic_core.domain.short import around
from ckanext.civic_core.model.event import EventRow
from ckanext.civic_core.news import datasets_read
from ckanext.civic_core.news.datasets_read import Dataset, in_words
from ckanext.civic_list import changes_words, delivery_words
from ckanext.civic_list.delivery import stood
from ckanext.civic_list.domain.changes import Changes, merged, of_stored
from ckanext.civic_list.model import Evidence, Obligation, Release, Standing, Use
from ckanext.civic_list.telling import named
from ckanext.civic_list.telling.named import DutyNamed

__all__ = ["TYPES", "audiences", "outdated", "say"]

RECORDED, CORRECTED, NOT_COUNTED = "release.recorded", "release.corrected", "evidence.not_counted"
TYPES = (RECORDED, CORRECTED, NOT_COUNTED)
#: what readers see of the data although it counts for nothing
_SEEN = ("removed", "empty", "cannot_be_read")
#: what is done in one save is written down within this time
_ONE_SAVE = timedelta(minutes=1)
#: who was told that a dataset is new needs not be told that its first data came with it
_JUST_PUBLISHED = timedelta(hours=1)
_Key = tuple[str, datetime]


# -- whom it concerns ------------------------------------------------------------------------------------


def audiences(session: Session, events: Sequence[Happened]) -> dict[int, Audience]:
    """Whom each event concerns; five statements."""
    ids = {event.stream_id for event in events}
    known = {id_: one for id_, one in datasets_read.read(session, ids).items() if one.public}
    links = named.linked_duties(session, known)
    duties = named.duties(session, {id_ for several in links.values() for id_ in several})
    before = _Before.read(session, events)
    return {
        event.id: _audience(
            event, known[event.stream_id], [duties[id_] for id_ in links.get(event.stream_id, ()) if id_ in duties],
            before,
        )
        for event in events if event.stream_id in known and before.is_news(event)
    }


def _audience(event: Happened, dataset: Dataset, duties: Iterable[DutyNamed], before: _Before) -> Audience:
    owing = list(duties)
    near = [Target("dataset", dataset.id), *(target for duty in owing for target in duty.targets())]
    if event.type == NOT_COUNTED or not before.just_published(event):
        near += [*dataset.places(), *(Target("agency", duty.agency) for duty in owing)]
    return Audience(tuple(dict.fromkeys(near)), "data", Target("dataset", dataset.id))


@dataclass
class _Before:
    """What else is known of the same datasets, so that nobody is told twice of one change."""

    published: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    #: events of evidence that readers see, by dataset: when, and the event's id
    seen: dict[str, list[tuple[datetime, int]]] = field(default_factory=lambda: defaultdict(list))
    released: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def read(cls, session: Session, events: Sequence[Happened]) -> _Before:
        """Two statements."""
        found, one = cls(), EventRow
        ids, since = {event.stream_id for event in events}, min(event.at for event in events) - _JUST_PUBLISHED
        rows = session.execute(
            sa.select(one.id, one.stream_id, one.type, one.at).where(
                one.stream == "dataset", one.stream_id.in_(ids), one.at >= since,
                sa.or_(one.type == "dataset.published",
                       sa.and_(one.type == NOT_COUNTED, one.public["reason"].astext.in_(_SEEN))),
            )
        )
        for id_, dataset, kind, at in rows:
            if kind == NOT_COUNTED:
                found.seen[dataset].append((at, id_))
            else:
                found.published[dataset].append(at)
        query = sa.select(Release.dataset_id, Release.at).where(Release.dataset_id.in_(ids), Release.at >= since)
        for dataset, at in session.execute(query):
            found.released[dataset].append(at)
        return found

    def just_published(self, event: Happened) -> bool:
        """Whether the dataset became public a short time before."""
        first = event.at - _JUST_PUBLISHED
        return any(first <= at <= event.at + _ONE_SAVE for at in self.published[event.stream_id])

    def is_news(self, event: Happened) -> bool:
        """A release is; of what counts for nothing the first that one save brought, where no release says it too."""
        if event.type != NOT_COUNTED:
            return True
        if event.public.get("reason") not in _SEEN or _near(event.at, self.released[event.stream_id]):
            return False
        return all(id_ >= event.id for at, id_ in self.seen[event.stream_id] if abs(at - event.at) <= _ONE_SAVE)


def _near(at: datetime, others: Iterable[datetime]) -> bool:
    return any(abs(other - at) <= _ONE_SAVE for other in others)


def outdated(session: Session, events: Sequence[Happened]) -> Collection[int]:
    """What came stays true; whether its reader may still see it is asked apart."""
    return ()


# -- what is said ----------------------------------------------------------------------------------------


def say(session: Session, told: Sequence[Told]) -> list[Said]:
    """The words; six statements."""
    events = [one.happened for one in told]
    known = _Known.read(session, events)
    return [_said(event, known) for event in events]


@dataclass
class _Known:
    """All that is said of some releases."""

    datasets: Mapping[str, Dataset]
    releases: Mapping[tuple[str, int], Release]
    uses: Mapping[int, list[tuple[Use, Obligation | None]]]
    duties: Mapping[str, DutyNamed]
    #: by dataset: evidence and the name of its resource
    evidence: Mapping[str, list[tuple[Evidence, str]]]
    next_due: Mapping[str, Any]

    @classmethod
    def read(cls, session: Session, events: Sequence[Happened]) -> _Known:
        ids = {event.stream_id for event in events}
        releases = _releases(session, events)
        uses = _uses(session, [one.id for one in releases.values()])
        return cls(
            datasets_read.read(session, ids), releases, uses,
            named.duties(session, {use.duty_id for several in uses.values() for use, _ in several}),
            _evidence(session, events), _next_due(session, ids),
        )


def _releases(session: Session, events: Iterable[Happened]) -> dict[tuple[str, int], Release]:
    keys = {(event.stream_id, int(event.public["number"])) for event in events if event.public.get("number")}
    query = sa.select(Release).where(sa.tuple_(Release.dataset_id, Release.number).in_(keys))
    return {(row.dataset_id, row.number): row for row in session.scalars(query)} if keys else {}


def _uses(session: Session, releases: Collection[int]) -> dict[int, list[tuple[Use, Obligation | None]]]:
    """What releases did for duties, with the obligation that each fulfils."""
    found: dict[int, list[tuple[Use, Obligation | None]]] = defaultdict(list)
    query = (
        sa.select(Use, Obligation)
        .outerjoin(Obligation, sa.and_(Obligation.duty_id == Use.duty_id, Obligation.by_release == Use.release_id))
        .where(Use.release_id.in_(releases)).order_by(Use.id, Obligation.due)
    )
    for use, owed in session.execute(query) if releases else ():
        found[use.release_id].append((use, owed))
    return found


def _evidence(session: Session, events: Sequence[Happened]) -> dict[str, list[tuple[Evidence, str]]]:
    """Evidence of the datasets since the first of the events, in the order of time; what only describes is left out."""
    since = min(event.at for event in events) - _ONE_SAVE
    until = max(event.at for event in events) + _JUST_PUBLISHED
    rows = session.execute(
        sa.select(Evidence, core.Resource.name)
        .outerjoin(core.Resource, core.Resource.id == Evidence.resource_id)
        .where(Evidence.dataset_id.in_({event.stream_id for event in events}), Evidence.at.between(since, until),
               sa.or_(Evidence.release.is_not(None), Evidence.reason.in_(_SEEN)), Evidence.public)
        .order_by(Evidence.at, Evidence.id)
    )
    found: dict[str, list[tuple[Evidence, str]]] = defaultdict(list)
    for row, name in rows:
        found[row.dataset_id].append((row, name or ""))
    return found


def _next_due(session: Session, ids: Collection[str]) -> dict[str, Any]:
    query = stood.on(clock.today(), "dataset").where(Standing.subject_id.in_(ids))
    return {row.subject_id: row.next_due for row in session.execute(query)}


def _said(event: Happened, known: _Known) -> Said:
    dataset = known.datasets.get(event.stream_id) or Dataset(event.stream_id, event.stream_id)
    title = in_words(dataset.title) or dataset.name
    release = known.releases.get((event.stream_id, int(event.public.get("number") or 0)))
    own = [pair for pair in known.evidence.get(event.stream_id, ()) if _belongs(pair[0], event, release)]
    pattern = _subject(event, own)
    lines = [*_of_release(event, release, known), *_of_files(own), *_due(known.next_due.get(event.stream_id))]
    return Said(around(pattern, title, 200), around(pattern, title), f"{dataset.path}/updates", tuple(lines))


def _belongs(row: Evidence, event: Happened, release: Release | None) -> bool:
    if release is not None and row.release is not None:
        return row.release == release.number
    return row.release is None and abs(row.at - event.at) <= _ONE_SAVE


def _subject(event: Happened, own: Sequence[tuple[Evidence, str]]) -> str:
    if event.type == RECORDED:
        return tk._("Dataset “{name}” was updated")
    if event.type == CORRECTED:
        return tk._("Dataset “{name}” was corrected")
    if all(row.reason == "removed" for row, _ in own):
        return tk._("A file of the dataset “{name}” was removed")
    return tk._("A file of the dataset “{name}” cannot be used")


def _of_release(event: Happened, release: Release | None, known: _Known) -> list[str]:
    if release is None:
        return []
    first = tk._("Version {number} of {day}.").format(number=release.number, day=formats.day(release.at))
    if event.type == CORRECTED:
        return [f"{first} {tk._('It corrects the version before it.')}"]
    counted = [_counted(use, owed, known) for use, owed in known.uses.get(release.id, ())]
    return [first, *dict.fromkeys(line for line in counted if line)]


def _counted(use: Use, owed: Obligation | None, known: _Known) -> str:
    """For which period it stands."""
    duty = known.duties.get(use.duty_id)
    if owed is None or duty is None:
        return ""
    period = delivery_words.for_period(owed.key, owed.kind)
    text = (
        tk._("It counts {for_period}, late: “{row}”.") if owed.state == "fulfilled_late"
        else tk._("It counts {for_period}: “{row}”.")
    )
    return text.format(for_period=period, row=duty.name)


def _of_files(own: Sequence[tuple[Evidence, str]]) -> list[str]:
    """What happened to each file; of one the changes alone, of several with their names."""
    files: dict[str, list[Evidence]] = defaultdict(list)
    names: dict[str, str] = {}
    for row, name in own:
        files[row.resource_id].append(row)
        names[row.resource_id] = name or names.get(row.resource_id) or tk._("a file without a name")
    found = {id_: merged(of_stored(row.changes) for row in _each_once(rows)) for id_, rows in files.items()}
    lines = _came_and_went({names[id_]: one for id_, one in found.items()})
    several = len(found) > 1
    for id_, one in found.items():
        said = [*changes_words.lines(one), *_faults(files[id_])]
        lines += [tk._("{file}: {change}").format(file=names[id_], change=line) if several else line for line in said]
    return lines[:_MOST_LINES]


_MOST_LINES = 12


def _each_once(rows: Iterable[Evidence]) -> Iterable[Evidence]:
    """A change that was seen in two ways, as a file and as the rows that a loader made of it, is one change."""
    return {(row.content_before, row.content): row for row in rows}.values()


def _came_and_went(files: Mapping[str, Changes]) -> list[str]:
    texts = {
        "added": tk._("New files: {names}."), "replaced": tk._("Replaced files: {names}."),
        "removed": tk._("Removed files: {names}."),
    }
    by_kind = {kind: [name for name, one in files.items() if one.file == kind] for kind in texts}
    return [texts[kind].format(names=changes_words.listed(names)) for kind, names in by_kind.items() if names]


def _faults(rows: Iterable[Evidence]) -> list[str]:
    return [
        delivery_words.evidence_reason(row.reason, row.params) for row in rows if row.reason in _SEEN[1:]
    ]


def _due(day: Any) -> list[str]:
    return [tk._("The next update is due on {day}.").format(day=formats.day(day))] if day else []
