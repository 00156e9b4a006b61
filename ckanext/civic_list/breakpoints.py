"""How datasets will stand, kept beside them in CKAN's search index.

What is kept is the course ahead: from which day on a dataset has which state, if nothing happens. The state of a day
is read from it, so that an answer from the index costs no statement, and neither midnight nor a new period rewrites
anything. Only what changes the course does.
"""
from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

import ckan.model as core
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_list.model import Standing
from ckanext.civic_list.model.delivery import CODES

__all__ = ["COURSE", "at", "clause", "index", "keep", "read", "show"]

#: where the index copy of a dataset keeps its course; no answer has it
COURSE = "civic_course"
#: how often the index can say that a dataset comes to the same state
_TIMES = 6


class Stretch(NamedTuple):
    """From a day on a dataset has a state."""

    since: str
    code: str
    next_due: str | None


def read(session: Session, datasets: Collection[str]) -> dict[str, str]:
    """The course ahead of each dataset as a text, empty where nothing is said of it; one statement."""
    rows = session.execute(
        sa.select(Standing.subject_id, Standing.since, Standing.code, Standing.next_due)
        .where(Standing.kind == "dataset", Standing.subject_id.in_(list(datasets)),
               sa.or_(Standing.until.is_(None), Standing.until > clock.today()))
        .order_by(Standing.since)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        found[row.subject_id].append(f"{row.since.isoformat()}/{row.code}/{row.next_due or ''}")
    return {dataset: " ".join(found[dataset]) for dataset in datasets}


def at(course: str, day: date) -> tuple[str | None, str | None]:
    """State and next due day on a day; nothing where nobody worked them out, as for a private dataset."""
    passed = [one for one in _stretches(course) if one.since <= day.isoformat()]
    return (passed[-1].code, passed[-1].next_due) if passed else (None, None)


def _stretches(course: str) -> list[Stretch]:
    several = (one.split("/") for one in course.split())
    return [Stretch(since, code, next_due or None) for since, code, next_due in several]


def show(datasets: Iterable[dict[str, Any]]) -> None:
    """Say state and next due day of datasets that are answered: ``civic_state``, ``civic_next_due``.

    No statement for those that come from the index, one for all others together.
    """
    several = list(datasets)
    unknown = [one["id"] for one in several if COURSE not in one]
    courses = read(core.Session, unknown) if unknown else {}  # type: ignore[arg-type]
    day = clock.today()
    for one in several:
        course = one.pop(COURSE) if COURSE in one else courses[one["id"]]
        one["civic_state"], one["civic_next_due"] = at(course, day)


def keep(shown: dict[str, Any], course: str) -> dict[str, Any]:
    """The copy for the index with its course, in place of the state of one day."""
    return {**{name: value for name, value in shown.items() if name not in _OF_A_DAY}, COURSE: course}


_OF_A_DAY = ("civic_state", "civic_next_due")


def index(document: dict[str, Any]) -> dict[str, Any]:
    """A dataset's search document with its course, for those who read it and for those who look for a state."""
    shown = json.loads(document.get("validated_data_dict") or "{}")
    course = shown.get(COURSE)
    if course is None:
        course = read(core.Session, [document["id"]])[document["id"]]  # type: ignore[arg-type]
    document["validated_data_dict"] = json.dumps(keep(shown, course))
    return {**document, **_fields(course)}


def _fields(course: str) -> dict[str, str]:
    """The days from which on and until which each state holds."""
    turns = [next(several) for _, several in groupby(_stretches(course), key=lambda one: one.code)]
    times: dict[str, int] = defaultdict(int)
    fields: dict[str, str] = {}
    for number, one in enumerate(turns):
        times[one.code] += 1
        since, until = _names(one.code, times[one.code])
        fields[since] = f"{one.since}T00:00:00Z"
        if number + 1 < len(turns):
            fields[until] = f"{turns[number + 1].since}T00:00:00Z"
    return fields


def _names(code: str, time: int) -> tuple[str, str]:
    return f"civic_{code}_{time}_date", f"civic_{code}_{time}_until_date"


def clause(code: str, day: date) -> str:
    """What Solr is asked for datasets that have a state on a day; of a state that there is not, nothing is found."""
    if code not in CODES:
        return "(-*:*)"
    passed = f"[* TO {day.isoformat()}T00:00:00Z]"
    times = (_names(code, time) for time in range(1, _TIMES + 1))
    return "({})".format(" OR ".join(f"(+{since}:{passed} -{until}:{passed})" for since, until in times))
