"""The vocabulary as the rules of delivery need it."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.exceptions import CkanConfigurationException

from ckanext.civic_core import vocabulary
from ckanext.civic_core.domain.working_days import Term
from ckanext.civic_list.domain import periods as rules
from ckanext.civic_list.domain import schedules
from ckanext.civic_list.domain.items import Schedule

__all__ = ["check", "first_release", "periods", "schedule_of", "usual_schedule"]


def periods() -> rules.Periods:
    """The update periods, from the strictest to the loosest.

    :raises ckanext.civic_list.domain.periods.PeriodFault: where the file contradicts itself.
    """
    words = vocabulary.load("periods")
    if _built.get("words") is not words:
        _built.update(words=words, periods=rules.build({"code": term.code, **term.details} for term in words))
    return _built["periods"]


#: of the vocabulary that was read last
_built: dict[str, Any] = {}


def check() -> None:
    """Stop the start where the update periods contradict themselves, with a sentence that names the period.

    :raises ckan.exceptions.CkanConfigurationException: where they do.
    """
    try:
        periods()
    except rules.PeriodFault as fault:
        raise CkanConfigurationException(f"The vocabulary of update periods cannot be used: {fault}") from fault


def usual_schedule(composition: Sequence[str]) -> Schedule:
    """The schedule of a row that names none."""
    term = vocabulary.load("list_words").get("reporting_period")
    return schedules.usual(composition, tuple(term["words"]) if term else ())


def schedule_of(source: Any) -> Schedule | None:
    """The schedule that a row of a table has for itself."""
    if not source.schedule_kind:
        return None
    return Schedule(source.schedule_kind, source.schedule_days, source.schedule_unit or "calendar_day")


def first_release() -> Term:
    """How long after a duty begins its first release is due, unless its row says otherwise."""
    return Term(int(tk.config["ckanext.civic_list.first_release_days"]), "working_day")
