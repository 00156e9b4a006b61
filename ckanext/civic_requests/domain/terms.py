"""How long an answer may take: the terms of the law, and those of the portal."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from ckanext.civic_core.domain.working_days import UNITS, Calendar, Term


@dataclass(frozen=True, slots=True)
class Preset:
    """How long an answer may take, and by how much that may be extended once."""

    code: str
    term: Term
    extension: Term | None = None


#: ``access_to_information``: law on access to information, article 11 paragraph 10: 15 calendar days, one extension of
#: at most 15. The rules of the portal follow it; no law sets a term for requests to update as such.
ACCESS_TO_INFORMATION = Preset("access_to_information", Term(15, "calendar_day"), Term(15, "calendar_day"))
#: ``administrative_code``: Administrative Procedure Code, articles 76 paragraphs 1 and 3, and 87: 15 working days,
#: extended by a reasoned decision by at most 2 months.
ADMINISTRATIVE_CODE = Preset("administrative_code", Term(15), Term(2, "month"))
#: ``complaint``: Administrative Procedure Code, article 99: 20 working days, without extension.
COMPLAINT = Preset("complaint", Term(20))

FIVE_DAYS = Term(5)
DEFAULT = ACCESS_TO_INFORMATION
PRESETS: Mapping[str, Preset] = {one.code: one for one in (ACCESS_TO_INFORMATION, ADMINISTRATIVE_CODE, COMPLAINT)}


def preset(written: str) -> Preset:
    """The preset with this code, or one that is written out: ``10 working_day + 5 working_day``.

    :raises ValueError: it is neither.
    """
    if written.strip() in PRESETS:
        return PRESETS[written.strip()]
    terms = [_term(part) for part in written.split("+")]
    if len(terms) > 2 or not all(term.n for term in terms):
        raise ValueError(f"a deadline is one of {', '.join(PRESETS)}, or a term and an extension: {written!r}")
    return Preset(written.strip(), *terms)


def _term(written: str) -> Term:
    number, _, unit = written.strip().partition(" ")
    for known in UNITS:
        if number.isdecimal() and unit.strip() == known:
            return Term(int(number), known)
    raise ValueError(f"a term is a number and one of {', '.join(UNITS)}, not {written!r}")


@dataclass(frozen=True, slots=True)
class Rules:
    """The terms of a portal.

    :param later_transfer: what a body has at least, to which a request is passed after it was passed on before
    :param again: what the body has after «not solved» or a refusal that was not upheld
    """

    preset: Preset = DEFAULT
    later_transfer: Term = FIVE_DAYS
    again: Term = FIVE_DAYS


def registered_on(at: datetime, zone: tzinfo, calendar: Calendar, closes: time | None = None) -> date:
    """The day on which a request that was sent at an instant is registered.

    :param closes: end of the working day; what comes later, or on a day off, is registered on the next working day
        (Administrative Procedure Code, article 64). None: at once, on whatever day.
    """
    local = at.astimezone(zone)
    day = local.date()
    if closes is None:
        return day
    return calendar.roll_forward(day) if local.time() < closes else calendar.add_working_days(day, 1)
