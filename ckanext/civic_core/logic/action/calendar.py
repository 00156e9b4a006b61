"""The working calendar, read and kept through the Action API."""
from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.civic_core import calendar, clock
from ckanext.civic_core.calendar_words import day_reason, deadline_sentence, reason_sentence, step_sentence
from ckanext.civic_core.domain.working_days import Calendar, Step, Term
from ckanext.civic_core.logic import flow, schema_calendar


@tk.side_effect_free
def civic_working_day_list(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The days of a stretch of time: which are worked, which are off and why.

    Anybody may call it.

    :param start: first day, ISO 8601; today in the portal's zone by default.
    :param end: last day; the last of the year of ``start`` by default, at most 3 years after ``start``.
    :param exceptional: true leaves out what every week has: ordinary working days and ordinary weekends.
    :param limit: 20 by default, at most 100.
    :param offset: 0 by default.
    :returns: ``{"count", "results": [{"day", "working", "reason", "sentence", "note"}]}``; ``reason`` is
        ``weekend``, ``holiday``, ``moved_off``, ``moved_in`` or null, ``sentence`` says it in the reader's
        language, ``note`` is the text of a moved day in the portal's languages.
    :raises ckan.plugins.toolkit.ValidationError: days that are none, or too far apart.
    """
    tk.check_access("civic_working_day_list", context, data_dict)
    data = flow.checked(data_dict, schema_calendar.working_day_list(), context)
    known = calendar.current()
    days = _stretch(data.get("start") or clock.today(), data.get("end"))
    if data["exceptional"]:
        days = [day for day in days if (why := day_reason(known, day)) and why.kind != "weekend"]
    page = days[data["offset"] : data["offset"] + data["limit"]]
    return {"count": len(days), "results": [_shown(known, day) for day in page]}


@flow.transaction(str)
def civic_working_day_set(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Record that a day is off, is worked, or is again what it was.

    List keepers may call it. Deadlines that are past stay as they were, and none becomes earlier by it.
    Records ``working_day.set``; nothing when the day already stands so.

    :param day: ISO 8601.
    :param kind: ``holiday`` (nobody works), ``working`` (everybody works) or ``regular`` (as without a decision).
    :param note: why, shown to everybody: a text for each language, or a plain text in the language of the site.
        Needed unless ``kind`` is ``regular``.
    :returns: the day as ``civic_working_day_list`` shows it.
    :raises ckan.plugins.toolkit.ValidationError: a field that is wrong or missing.
    """
    tk.check_access("civic_working_day_set", context, data_dict)
    data = flow.checked(data_dict, schema_calendar.working_day_set(), context)
    if data["kind"] != "regular" and not data.get("note"):
        raise tk.ValidationError({"note": [tk._("Say why, such as the act that moved the day")]})
    decision = calendar.Decision(data["day"], data["kind"], data.get("note") or {})
    calendar.decide(flow.session_of(context), [decision], actor=flow.actor_of(context))
    flow.commit(context)
    return _shown(calendar.current(), data["day"])


@tk.side_effect_free
def civic_deadline_explain(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """When a term ends, and what each day on the way does to the count.

    Anybody may call it. Counting starts the day after ``start``; a last day that is off moves to the next
    working day. Days moved by the government after ``start`` may make the deadline later, never earlier.

    :param start: day of what starts the term, ISO 8601.
    :param working_days: length of the term: at most 300 working days, 400 calendar days or 12 months.
    :param unit: ``working_day`` (default), ``calendar_day`` or ``month``: what ``working_days`` counts.
    :returns: ``{"start", "working_days", "unit", "deadline", "ends_at", "sentence", "steps": [{"day", "counts",
        "number", "reason", "sentence"}]}``; ``ends_at`` is the instant (UTC) at which the deadline is over.
    :raises ckan.plugins.toolkit.ValidationError: a field that is wrong or missing.
    """
    tk.check_access("civic_deadline_explain", context, data_dict)
    data = flow.checked(data_dict, schema_calendar.deadline_explain(), context)
    start, term = data["start"], Term(data["working_days"], data["unit"])
    known = calendar.current()
    end = known.effective_deadline(start, term)
    return {
        "start": start.isoformat(), "working_days": term.n, "unit": term.unit, "deadline": end.isoformat(),
        "ends_at": clock.end_of_day(end).isoformat(), "sentence": deadline_sentence(start, term, end),
        "steps": [_step(step, term) for step in known.explain(start, term)],
    }


LONGEST_STRETCH = timedelta(days=3 * 366)


def _stretch(start: date, end: date | None) -> list[date]:
    end = end or date(start.year, 12, 31)
    if end < start:
        raise tk.ValidationError({"end": [tk._("The last day lies before the first")]})
    if end - start > LONGEST_STRETCH:
        raise tk.ValidationError({"end": [tk._("At most three years at a time")]})
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


def _shown(known: Calendar, day: date) -> dict[str, Any]:
    reason = day_reason(known, day)
    return {
        "day": day.isoformat(), "working": known.is_working(day),
        "reason": reason and reason.kind, "sentence": reason and reason_sentence(reason),
        "note": dict(reason.note) if reason else {},
    }


def _step(step: Step, term: Term) -> dict[str, Any]:
    return {
        "day": step.day.isoformat(), "counts": step.counts, "number": step.number,
        "reason": step.reason and step.reason.kind, "sentence": step_sentence(step, term),
    }
