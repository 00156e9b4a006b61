"""What delivery says to a reader: states, reasons, periods and ways in words, in the language of the page."""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Literal

import ckan.plugins.toolkit as tk
from babel import UnknownLocaleError
from babel.dates import get_month_names

from ckanext.civic_core import formats, languages

__all__ = [
    "events", "evidence_reason", "for_period", "ground", "how_seen", "mark", "month_short",
    "obligation_state", "period_label", "period_short", "state_name", "use_outcome", "when_state", "why",
]

Words = Callable[[Mapping[str, Any]], str]
_ROMAN = ("", "I", "II", "III", "IV")


def state_name(code: str | None) -> str:
    """The state of a duty or a dataset; that it is not worked out yet, where there is none."""
    words = {
        "fresh": tk._("Up to date"), "due": tk._("Due soon"), "overdue": tk._("Overdue, in grace"),
        "delinquent": tk._("Deadline missed"), "missing": tk._("No data"), "suspended": tk._("Suspended"),
        "not_started": tk._("Not started"), "not_applicable": tk._("Not applicable"),
    }
    return words.get(code or "", code or tk._("Not worked out yet"))


def when_state(code: str) -> str:
    """When a duty has a state, in general."""
    words = {
        "fresh": tk._("everything that was owed is there"),
        "due": tk._("a period is open, and its deadline is near"),
        "overdue": tk._("the deadline is over, the days of grace are not"),
        "delinquent": tk._("the days of grace are over, and nothing came since"),
        "missing": tk._("the first deadline is over, and there is no open dataset"),
        "suspended": tk._("stopped by the authorised body; outside the shares"),
        "not_started": tk._("no dataset yet, the first deadline lies ahead"),
        "not_applicable": tk._("the row or the agency is there no more; outside the shares"),
    }
    return words.get(code, "")


# -- why a duty has its state ----------------------------------------------------------------------------


def why(reason: Mapping[str, Any] | None) -> str:
    """A reason of ``domain.states.Reason`` as a sentence; nothing where there is none."""
    said = _WHY.get(str((reason or {}).get("code")))
    return said((reason or {}).get("params") or {}) if said else ""


def _suspended(params: Mapping[str, Any]) -> str:
    text = tk._("Suspended by the authorised body; updates are owed again from {day}.")
    if params.get("ground"):
        text = tk._("Suspended by the authorised body, {ground}; updates are owed again from {day}.")
    return text.format(day=formats.day(params.get("until")), ground=ground(params.get("ground") or ""))


def _never_published(params: Mapping[str, Any]) -> str:
    if not params.get("due"):
        return tk._("No data have been published yet.")
    return tk._("No data have been published; the first were due on {day}.").format(day=formats.day(params["due"]))


def _missed(params: Mapping[str, Any]) -> str:
    text = tk._("The update {for_period} did not come until {day}, the end of grace, and nothing newer came since.")
    return text.format(day=formats.day(params.get("missed")), for_period=_period_of(params))


def _in_grace(params: Mapping[str, Any]) -> str:
    text = tk._("The update {for_period} was due on {due}; until {missed} it still counts, as a late one.")
    said = text.format(
        due=formats.day(params.get("due")), missed=formats.day(params.get("missed")), for_period=_period_of(params))
    return _with_progress(said, params)


def _due_soon(params: Mapping[str, Any]) -> str:
    text = tk._("The update {for_period} is due on {due}.")
    return _with_progress(text.format(due=formats.day(params.get("due")), for_period=_period_of(params)), params)


def _up_to_date(params: Mapping[str, Any]) -> str:
    if not params.get("day"):
        return tk._("No update has been owed yet.")
    return tk._("Everything that was owed is there; updated on {day}.").format(day=formats.day(params["day"]))


def _with_progress(said: str, params: Mapping[str, Any]) -> str:
    parts = params.get("parts") or 0
    if parts < 2:
        return said
    done = tk.ungettext(
        "{done} of {parts} dataset is updated.", "{done} of {parts} datasets are updated.", parts
    ).format(done=params.get("done") or 0, parts=parts)
    return f"{said} {done}"


def _period_of(params: Mapping[str, Any]) -> str:
    return for_period(str(params.get("key") or ""))


_WHY: Mapping[str, Words] = {
    "ended": lambda one: tk._("Nothing is owed any more since {day}.").format(day=formats.day(one.get("day"))),
    "suspended": _suspended,
    "never_published": _never_published,
    "withdrawn": lambda one: tk._("The data were withdrawn from publication on {day}.").format(
        day=formats.day(one.get("day"))),
    "missed": _missed,
    "in_grace": _in_grace,
    "first_release_ahead": lambda one: tk._("The first data are due on {day}.").format(day=formats.day(one.get("due"))),
    "due_soon": _due_soon,
    "up_to_date": _up_to_date,
}


# -- periods ---------------------------------------------------------------------------------------------


def period_label(key: str, kind: str = "period") -> str:
    """A period owed by its key: «III квартал 2025 г.», «октябрь 2025 г.», «13.10.2025», «первое размещение»."""
    if kind == "first" or key == "first":
        return tk._("first publication")
    for pattern, said in _LABELS:
        found = pattern.fullmatch(key)
        if found:
            return said(found.groupdict())
    return key


def for_period(key: str, kind: str = "period") -> str:
    """The period as a part of a sentence about its update: «за октябрь 2025 г.», «за неделю 42, 2025 г.»."""
    if kind == "first" or key == "first":
        return tk._("(first publication)")
    if renewed := _RENEWED.fullmatch(key):
        return tk._("after that of {day}").format(day=formats.day(renewed["day"]))
    if week := _WEEK.fullmatch(key):
        return tk._("for week {week}, {year}").format(week=int(week["week"]), year=week["year"])
    return tk._("for {period}").format(period=period_label(key))


def period_short(key: str) -> tuple[str, str]:
    """The same in two short lines, for a strip: («III кв.», «2025»)."""
    for pattern, said in _SHORT:
        found = pattern.fullmatch(key)
        if found:
            return said(found.groupdict()), found.groupdict().get("year") or ""
    return key, ""


def month_short(day: date | str) -> str:
    """The month of a day, abbreviated."""
    parsed = formats.parse(day)
    return _month_name(parsed.month, "abbreviated") if parsed else ""


def _month(parts: Mapping[str, Any]) -> str:
    return tk._("{month} {year}").format(month=_month_name(int(parts["month"])), year=parts["year"])


def _month_name(number: int, width: Literal["wide", "abbreviated"] = "wide") -> str:
    """In lower case but in English."""
    language = languages.reader()
    try:
        name = get_month_names(width, "stand-alone", language)[number]
    except (UnknownLocaleError, ValueError):
        return get_month_names(width, "stand-alone", "en")[number]
    return name if language.startswith("en") else name.lower()


_RENEWED = re.compile(r"after-(?P<day>\d{4}-\d\d-\d\d)")
_WEEK = re.compile(r"(?P<year>\d{4})-W(?P<week>\d\d)")
_MONTH = re.compile(r"(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])")
_LABELS: tuple[tuple[re.Pattern[str], Words], ...] = (
    (_RENEWED,
     lambda one: tk._("the update after that of {day}").format(day=formats.day(one["day"]))),
    (re.compile(r"(?P<day>\d{4}-\d\d-\d\d)"), lambda one: formats.day(one["day"])),
    (_WEEK,
     lambda one: tk._("week {week}, {year}").format(week=int(one["week"]), year=one["year"])),
    (re.compile(r"(?P<year>\d{4})-Q(?P<number>[1-4])"),
     lambda one: tk._("quarter {number}, {year}").format(number=_ROMAN[int(one["number"])], year=one["year"])),
    (re.compile(r"(?P<year>\d{4})-H(?P<number>[12])"),
     lambda one: tk._("half-year {number}, {year}").format(number=_ROMAN[int(one["number"])], year=one["year"])),
    (_MONTH, _month),
    (re.compile(r"(?P<year>\d{4})"), lambda one: tk._("year {year}").format(year=one["year"])),
)

_SHORT: tuple[tuple[re.Pattern[str], Words], ...] = (
    (re.compile(r"first"), lambda _: tk._("first")),
    (re.compile(r"(?:after-)?(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"),
     lambda one: f"{one['day']}.{one['month']}"),
    (_WEEK, lambda one: tk._("wk {week}").format(week=int(one["week"]))),
    (re.compile(r"(?P<year>\d{4})-Q(?P<number>[1-4])"),
     lambda one: tk._("Q {number}").format(number=_ROMAN[int(one["number"])])),
    (re.compile(r"(?P<year>\d{4})-H(?P<number>[12])"),
     lambda one: tk._("half {number}").format(number=_ROMAN[int(one["number"])])),
    (_MONTH, lambda one: month_short(f"{one['year']}-{one['month']}-01")),
    (re.compile(r"(?P<only>\d{4})"), lambda one: one["only"]),
)


# -- obligations, releases, evidence ---------------------------------------------------------------------


def obligation_state(state: str) -> str:
    """How an obligation stands on the day."""
    words = {
        "ahead": tk._("ahead"), "open": tk._("waits for an update"), "overdue": tk._("overdue, in grace"),
        "fulfilled": tk._("in time"), "fulfilled_late": tk._("late"), "missed": tk._("missed"),
        "excused": tk._("excused"), "replaced": tk._("replaced by new terms"),
    }
    return words.get(state, state)


def mark(state: str) -> str:
    """The same in a word or two, for a strip."""
    words = {
        "open": tk._("open"), "overdue": tk._("in grace"), "replaced": tk._("replaced"),
        "excused": tk._("not counted"),
    }
    return words.get(state) or obligation_state(state)


def use_outcome(outcome: str, label: str = "", params: Mapping[str, Any] | None = None) -> str:
    """What a release or a review did for a duty.

    :param label: :func:`for_period` of what it fulfils, where it does.
    """
    words = {
        "fulfils": tk._("counted {for_period}").format(for_period=label),
        "correction": tk._("a correction: it changes the data and fulfils no period"),
        "nothing": tk._("no period was open: it fulfils none"),
        "not_for_period": tk._("data with this period cannot be confirmed without an update"),
        "too_many": tk._("confirmed too often in a row: an update is needed"),
        "admin_needed": tk._("from here on it takes an administrator of the agency to confirm"),
        "too_soon": tk._("too soon after the last update"),
        "nothing_published": tk._("there are no public data to confirm"),
    }
    return words.get(outcome, outcome)


def events() -> dict[str, str]:
    """What happened to a duty, by the type of the event."""
    return {
        "duty.state_changed": tk._("Another state of the data"), "duty.reviewed": tk._("Confirmed as current"),
        "obligation.fulfilled": tk._("Fulfilled in time"), "obligation.fulfilled_late": tk._("Fulfilled late"),
        "obligation.missed": tk._("The deadline was missed"),
        "obligation.replaced": tk._("A period was replaced by new terms"),
        "obligation.excused": tk._("A period was excused"), "reminder.due": tk._("The agency was reminded"),
        "relief.proposed": tk._("Relief was proposed"), "relief.declined": tk._("Relief was declined"),
        "duty.suspended": tk._("The duty was suspended"), "duty.resumed": tk._("The duty is owed again"),
    }


def how_seen(how: str) -> str:
    """How the portal saw a change."""
    words = {
        "upload": tk._("uploaded to the portal"), "datastore": tk._("written to the table on the portal"),
        "harvest": tk._("harvested from another catalogue"), "checksum": tk._("the file was read at its address"),
        "http_header": tk._("only the server's word, the file was not read"),
        "published": tk._("the dataset became public"), "removed": tk._("the file was removed"),
        "reviewed": tk._("confirmed as current by the agency"),
    }
    return words.get(how, how)


def evidence_reason(reason: str, params: Mapping[str, Any] | None = None) -> str:
    """Why a change does not count, as a sentence; nothing where it counts."""
    given = params or {}
    words = {
        "not_public": tk._("The dataset was not public."), "removed": tk._("The file was removed, nothing came."),
        "header_only": tk._("The server says that the file changed, but the file could not be compared."),
        "metadata_only": tk._("Only the description changed, not the data."),
        "empty": tk._("The file has no rows."), "cannot_be_read": _fault(str(given.get("fault") or "")),
        "same_bytes": _same(given, tk._("The file is the same, byte for byte, as that of version {number} of {day}.")),
        "same_content": _same(given, tk._("The content is the same as that of version {number} of {day}.")),
    }
    return words.get(reason, reason)


def _same(params: Mapping[str, Any], text: str) -> str:
    return text.format(number=params.get("number") or "", day=formats.day(params.get("day")))


def _fault(code: str) -> str:
    words = {
        "unreachable": tk._("The server did not answer."), "not_found": tk._("There was no file at the address."),
        "forbidden": tk._("The server did not give the file out."),
        "refused_address": tk._("The portal does not read files from this address."),
        "too_big": tk._("The file is too big to be read."), "no_file": tk._("There is no file."),
    }
    return words.get(code, tk._("The file could not be read."))


def ground(code: str) -> str:
    """The ground of an excuse or a suspension."""
    return tk.h.civic_term_name("grounds", code) if code else ""
