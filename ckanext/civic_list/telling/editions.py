"""What is told of the list itself: an edition is approved, in force, revoked; and to an agency what is new for it."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock, formats
from ckanext.civic_core.domain.news import EDITORS, Audience, Happened, Said, Target, Told
from ckanext.civic_core.domain.short import first_few, shortened
from ckanext.civic_core.model.event import EventRow
from ckanext.civic_core.news.datasets_read import in_words
from ckanext.civic_list import news, terms
from ckanext.civic_list.model import DutyTerm, Edition

__all__ = ["TYPES", "audiences", "outdated", "say"]

APPROVED, SET, REVOKED = "edition.approved", "edition.effective_set", "edition.revoked"
SUPERSEDED, REINSTATED = "edition.superseded", "edition.reinstated"
TYPES = (APPROVED, SET, REVOKED, SUPERSEDED, REINSTATED)
_EDITIONS = Target("editions")


def audiences(session: Session, events: Sequence[Happened]) -> dict[int, Audience]:
    """Who follows the list, and the editors of every agency that owes something under the edition; three statements."""
    editions = _Editions.read(session, events)
    said = _said_that_day(session, events)
    owing = _owing(session, editions.ids())
    found: dict[int, Audience] = {}
    for event in events:
        edition = editions.of(event)
        if edition is None or _is_said(event, said):
            continue
        found[event.id] = Audience((_EDITIONS, *(Target(EDITORS, body) for body in owing[edition.id])), "list")
    return found


@dataclass
class _Editions:
    """The editions that events are about; that one is superseded is told as the coming of the other."""

    by_id: Mapping[str, Edition]
    by_number: Mapping[str, Edition]

    @classmethod
    def read(cls, session: Session, events: Sequence[Happened]) -> _Editions:
        numbers = {str(event.public["by"]) for event in events if event.type == SUPERSEDED and event.public.get("by")}
        rows = session.scalars(
            sa.select(Edition)
            .where(sa.or_(Edition.id.in_({event.stream_id for event in events}), Edition.number.in_(numbers)))
            .execution_options(populate_existing=True)
        ).all()
        return cls({row.id: row for row in rows}, {row.number: row for row in rows})

    def of(self, event: Happened) -> Edition | None:
        if event.type == SUPERSEDED:
            return self.by_number.get(str(event.public.get("by")))
        return self.by_id.get(event.stream_id)

    def ids(self) -> Collection[str]:
        return self.by_id.keys()


def _owing(session: Session, editions: Collection[str]) -> dict[str, list[str]]:
    """Ids of the agencies that owe, by edition."""
    rows = session.execute(
        sa.select(DutyTerm.edition_id, DutyTerm.agency_id).where(DutyTerm.edition_id.in_(editions)).distinct()
        .order_by(DutyTerm.edition_id, DutyTerm.agency_id)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for edition, body in rows:
        found[edition].append(body)
    return found


def _said_that_day(session: Session, events: Iterable[Happened]) -> list[Any]:
    """What was decided lately: where it took effect on the same day, the decision says it all."""
    since = min(event.at for event in events) - timedelta(days=1)
    one = EventRow
    return list(session.execute(
        sa.select(one.type, one.at, one.public).where(one.type.in_((APPROVED, SET, REVOKED)), one.at >= since)
    ))


def _is_said(event: Happened, decided: Iterable[Any]) -> bool:
    day = clock.day_of(event.at)
    if event.type == SUPERSEDED:
        same = (str(event.public.get("by")), day.isoformat())
        return any(
            clock.day_of(one.at) == day and (one.public["edition"], one.public.get("effective_from")) == same
            for one in decided
        )
    return event.type == REINSTATED and any(
        one.type == REVOKED and clock.day_of(one.at) == day and one.public.get("day") == day.isoformat()
        for one in decided
    )


def outdated(session: Session, events: Sequence[Happened]) -> Collection[int]:
    """Those whose edition was revoked since, or is not the one in force; two statements."""
    editions, current = _Editions.read(session, events), terms.in_force(session, clock.today())
    return {event.id for event in events if _over(event, editions.of(event), current)}


def _over(event: Happened, edition: Edition | None, current: Edition | None) -> bool:
    if event.type == REVOKED:
        return False
    if edition is None or edition.revoked_on is not None:
        return True
    return event.type in (SUPERSEDED, REINSTATED) and (current is None or current.id != edition.id)


# -- what is said ----------------------------------------------------------------------------------------


def say(session: Session, told: Sequence[Told]) -> list[Said]:
    """The words, for an agency with what is new for it; four statements."""
    editions = _Editions.read(session, [one.happened for one in told])
    known = [editions.of(one.happened) for one in told]
    pairs = {(edition.id, one.target.id) for one, edition in zip(told, known, strict=True)
             if edition is not None and one.target.type == EDITORS}
    own = news.for_agencies(session, pairs) if pairs else {}
    return [_said(one, edition, own) for one, edition in zip(told, known, strict=True)]


def _said(told: Told, edition: Edition | None, own: Mapping[tuple[str, str], Mapping[str, Any]]) -> Said:
    event = told.happened
    number = edition.number if edition else str(event.public.get("edition"))
    subject = _subject(event).format(number=number)
    lines = _of_edition(event, edition)
    if edition is not None and told.target.type == EDITORS and event.type != REVOKED:
        lines += _for_agency(own.get((edition.id, told.target.id), {}))
    path = "/desk" if told.target.type == EDITORS else f"/list/editions/{number}"
    return Said(subject, shortened(subject), path, tuple(lines))


def _subject(event: Happened) -> str:
    return {
        APPROVED: tk._("Edition {number} of the unified list is approved"),
        SET: tk._("The day is set on which edition {number} of the unified list comes into force"),
        REVOKED: tk._("Edition {number} of the unified list is revoked"),
        SUPERSEDED: tk._("Edition {number} of the unified list is in force"),
        REINSTATED: tk._("Edition {number} of the unified list is in force again"),
    }[event.type]


def _of_edition(event: Happened, edition: Edition | None) -> list[str]:
    if edition is None:
        return []
    lines = [in_words(edition.title)] if edition.title else []
    if event.type == REVOKED:
        text = tk._("From {day} on the edition before it is in force again.")
        return [*lines, text.format(day=formats.day(event.public.get("day")))]
    if edition.act_number:
        text = tk._("Act: {number} of {day}.")
        lines.append(text.format(number=edition.act_number, day=formats.day(edition.act_date)))
    if edition.effective_from:
        lines.append(tk._("In force from {day}.").format(day=formats.day(edition.effective_from)))
    return [line for line in lines if line]


def _for_agency(found: Mapping[str, Any]) -> list[str]:
    """What is new for one agency."""
    texts = {"new": tk._("New duties of your agency: {n}."), "ended": tk._("Duties that end: {n}.")}
    lines: list[str] = []
    for kind, text in texts.items():
        rows = found.get(kind) or []
        shown, more = first_few(rows)
        lines += [text.format(n=len(rows))] if rows else []
        lines += [f"{row['number']}. {in_words(row['title'])}" for row in shown]
        lines += [tk._("And {n} more.").format(n=more)] if more else []
    return lines or [tk._("Nothing changes for your agency.")]
