"""Writes down how duties and datasets stand, ahead of time; days that are over are never changed."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core.domain.events import plain
from ckanext.civic_list.domain.course import Stretch
from ckanext.civic_list.model import Standing

__all__ = ["Subject", "end", "write"]

_SAME = ("code", "reason", "params", "next_due", "published", "covered", "agency_id", "category")


@dataclass(frozen=True)
class Subject:
    """Whose states are written: a duty or a dataset, as the figures count it."""

    kind: str
    id: str
    agency_id: str
    category: str
    published: bool
    covered: bool = False
    #: whether its turns are told: those of a dataset that answers duties are told as theirs
    tells: bool = True


def write(session: Session, courses: Mapping[Subject, Sequence[Stretch]], day: date) -> set[str]:
    """Make the states from a day on what the courses say; four statements.

    :returns: ids of the subjects for which anything changed.
    """
    stored = _stored(session, list(courses), day)
    change = _Change()
    for subject, stretches in courses.items():
        change.add(stored.get((subject.kind, subject.id), []), subject, stretches, day)
    change.apply(session)
    return change.subjects


class _Change:
    """What has to be written so that the stored rows become those that are wanted."""

    def __init__(self) -> None:
        self.subjects: set[str] = set()
        self._gone: list[int] = []
        self._ends: list[dict[str, Any]] = []
        self._new: list[dict[str, Any]] = []

    def add(self, rows: Sequence[Standing], subject: Subject, stretches: Sequence[Stretch], day: date) -> None:
        wanted = _rows(subject, stretches, _code_before(rows, day))
        kept = _kept(rows, wanted, day)
        if len(kept) == len(rows) == len(wanted):
            return
        self.subjects.add(subject.id)
        if kept:
            self._end(kept[-1], wanted[len(kept) - 1]["until"])
        for row in rows[len(kept):]:
            if row.since < day:
                self._end(row, day)
            else:
                self._gone.append(row.id)
        self._new += wanted[len(kept):]

    def _end(self, row: Standing, until: date | None) -> None:
        if row.until != until:
            self._ends.append({"b_id": row.id, "b_until": until})

    def apply(self, session: Session) -> None:
        if self._gone:
            session.execute(sa.delete(Standing).where(Standing.id.in_(self._gone)))
        if self._ends:
            table = sa.inspect(Standing).local_table
            session.connection().execute(
                sa.update(table).where(table.c.id == sa.bindparam("b_id")).values(until=sa.bindparam("b_until")),
                self._ends,
            )
        if self._new:
            session.execute(sa.insert(Standing), self._new)


def _stored(session: Session, subjects: Sequence[Subject], day: date) -> dict[tuple[str, str], list[Standing]]:
    keys = {subject.id for subject in subjects}
    rows = session.scalars(
        sa.select(Standing)
        .where(Standing.subject_id.in_(keys), sa.or_(Standing.until.is_(None), Standing.until > day))
        .order_by(Standing.subject_id, Standing.since)
        .execution_options(populate_existing=True)
    )
    found: dict[tuple[str, str], list[Standing]] = defaultdict(list)
    for row in rows:
        found[row.kind, row.subject_id].append(row)
    return found


def _code_before(rows: Sequence[Standing], day: date) -> str | None:
    """The code that the subject had up to now."""
    return rows[0].code if rows and rows[0].since <= day else None


def _rows(subject: Subject, stretches: Sequence[Stretch], before: str | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    ends = [*(one.since for one in stretches[1:]), None]
    for one, until in zip(stretches, ends, strict=True):
        found.append({
            "kind": subject.kind, "subject_id": subject.id, "agency_id": subject.agency_id,
            "category": subject.category, "since": one.since, "until": until, "code": one.code, "before": before,
            "reason": one.reason.code, "params": plain(one.reason.params), "next_due": one.next_due,
            "published": subject.published, "covered": subject.covered, "turn": subject.tells and one.code != before,
        })
        before = one.code
    return found


def _kept(rows: Sequence[Standing], wanted: Sequence[dict[str, Any]], day: date) -> list[Standing]:
    """The stored rows, from the first on, that say what is wanted."""
    kept: list[Standing] = []
    for row, one in zip(rows, wanted, strict=False):
        starts = row.since == one["since"] or (row.since < day == one["since"])
        if not starts or any(getattr(row, name) != one[name] for name in _SAME):
            break
        kept.append(row)
    return kept


def end(session: Session, kind: str, ids: Sequence[str], day: date) -> None:
    """Nothing is said of these subjects from a day on."""
    mine = sa.and_(Standing.kind == kind, Standing.subject_id.in_(list(ids)))
    session.execute(sa.delete(Standing).where(mine, Standing.since >= day))
    session.execute(
        sa.update(Standing).where(mine, sa.or_(Standing.until.is_(None), Standing.until > day)).values(until=day)
    )
