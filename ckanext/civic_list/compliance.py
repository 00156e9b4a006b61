"""Counters and figures as answers show them: of whom, on a day and over time."""
from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date
from typing import Any

import ckan.plugins.toolkit as tk
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.domain.ratios import Ratio
from ckanext.civic_list import agencies
from ckanext.civic_list.delivery import anew, counting
from ckanext.civic_list.delivery.behind import Scope
from ckanext.civic_list.delivery.counting import Groups, Part
from ckanext.civic_list.domain import figures
from ckanext.civic_list.domain.figures import Figures
from ckanext.civic_list.model import Agency

__all__ = ["Ask", "ask", "by_agency", "by_group", "over_time", "parts", "shown"]

#: as the vocabulary of the groups has them
ORDER = ("CGO", "MIO", "QUASI", "OTHER")


class Ask:
    """What is asked for: a day, and an agency, a group or a category."""

    def __init__(self, day: date, agency: Agency | None, group: str | None, category: str | None, groups: Groups):
        self.day, self.agency, self.group, self.category, self.groups = day, agency, group, category, groups

    def bodies(self, days: Collection[date]) -> set[str] | None:
        """Ids of the bodies that are looked at on some of the days; None for all."""
        if self.agency is not None:
            named = {self.agency.id}
            return named & self.groups.members(self.group, days) if self.group else named
        return self.groups.members(self.group, days) if self.group else None

    @property
    def scope(self) -> Scope:
        """The same for the rows behind a number."""
        return Scope(self.day, self.bodies([self.day]), self.category)

    def shown(self) -> dict[str, Any]:
        """Whose numbers they are."""
        return {
            "agency": agencies.shown(self.agency) if self.agency else None, "group": self.group,
            "category": self.category,
        }


def ask(session: Session, data: Mapping[str, Any]) -> Ask:
    """What a caller asks for; two statements.

    :raises ckan.plugins.toolkit.ObjectNotFound: where there is no such agency.
    """
    agency = agencies.need(session, data["agency"]) if data.get("agency") else None
    day = data.get("as_of") or clock.today()
    return Ask(day, agency, data.get("group"), data.get("category"), counting.groups(session))


def parts(session: Session, what: Ask, *, known_now: bool = False) -> list[Part]:
    """The counters of the day, by body and category; one statement, nine more for each 500 duties known anew."""
    found = counting.of_day(session, what.day, what.bodies([what.day]), what.category)
    if not known_now or what.agency is None:
        return found
    return [anew.of_agency(session, what.agency.id, what.category, what.day, counting.total(found))]


def shown(several: Iterable[Part]) -> dict[str, Any]:
    """Counters with the figures made of them."""
    part = counting.total(several)
    made = figures.figures(part.counters, part.punctual)
    formulas = _formulas()
    return {
        "counters": asdict(part.counters),
        "figures": {one.name: _ratio(getattr(made, one.name), formulas[one.name]) for one in fields(Figures)},
        "punctual": asdict(part.punctual),
    }


def _ratio(ratio: Ratio, formula: str) -> dict[str, Any]:
    percent = ratio.percent
    return {
        "numerator": ratio.numerator, "denominator": ratio.denominator,
        "percent": None if percent is None else str(percent), "formula": formula,
    }


def _formulas() -> dict[str, str]:
    return {
        "completeness": tk._("Rows of the list with open data, divided by all rows of the list."),
        "actuality": tk._("Rows whose data are up to date, divided by the rows with open data."),
        "delivered": tk._("Rows whose data are up to date, divided by all rows of the list."),
        "punctuality": tk._(
            "Updates in time, divided by all that were in time, late or missed and whose grace ended in the last "
            "12 months. What was confirmed as current without an update is not in it."
        ),
        "structure": tk._(
            "Rows whose data have the columns that the list asks for, divided by the rows with open data."
        ),
    }


def by_group(what: Ask, several: Iterable[Part]) -> list[dict[str, Any]]:
    """The same by statistics group, in the order of the vocabulary."""
    parted = what.groups.parted(several, what.day)
    return [{"group": group, **shown(parted[group])} for group in sorted(parted, key=_place)]


def _place(group: str) -> tuple[int, str]:
    return (ORDER.index(group) if group in ORDER else len(ORDER), group)


def by_agency(
    session: Session, several: Iterable[Part], limit: int, offset: int
) -> tuple[list[dict[str, Any]], int]:
    """The same by agency, by what each delivered of what was promised, who owes nothing last; and how many there are.

    One statement.
    """
    parted: dict[str, list[Part]] = {}
    for part in several:
        parted.setdefault(part.agency_id, []).append(part)
    owing = {id_: of_it for id_, of_it in parted.items() if _has_anything(of_it)}
    known = agencies.titles(session, owing)
    ranked = sorted(
        (id_ for id_ in owing if id_ in known), key=lambda id_: (*_rank(owing[id_]), known[id_]["name"])
    )
    page = ranked[offset:offset + limit]
    return [{"agency": known[id_], **shown(owing[id_])} for id_ in page], len(ranked)


def _has_anything(several: Sequence[Part]) -> bool:
    counters = counting.total(several).counters
    return any(asdict(counters).values())


def _rank(several: Sequence[Part]) -> tuple[float, int]:
    """The greatest share first; of equals who promised more."""
    counters = counting.total(several).counters
    if not counters.listed:
        return 1.0, 0
    return -counters.actual / counters.listed, -counters.listed


def over_time(session: Session, what: Ask, now: Iterable[Part]) -> list[dict[str, Any]]:
    """The ends of the last months that were kept, the oldest first, and the day itself; one statement."""
    days = [*counting.month_ends(what.day)]
    kept = counting.of_days(session, days[:-1], what.bodies(days[:-1]), what.category)
    several = {day: _of_group(what, found, day) for day, found in kept.items()}
    several[what.day] = list(now)
    return [{"day": day.isoformat(), **shown(found)} for day, found in several.items()]


def _of_group(what: Ask, found: Iterable[Part], day: date) -> list[Part]:
    return [part for part in found if what.group in (None, what.groups.of(part.agency_id, day))]
