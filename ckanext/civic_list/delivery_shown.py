"""How delivery is laid out on pages: the strip of periods, the next deadline with its count, a line over time."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.civic_core import calendar, clock, formats
from ckanext.civic_list import delivery_words

__all__ = ["days_left", "line", "next_due", "rows_name", "rows_urls", "share", "strip", "with_first"]

#: the marks of the strip
_OUTCOMES = {"fulfilled": "fulfilled", "fulfilled_late": "late", "missed": "missed", "excused": "excused",
             "replaced": "excused"}
_LONGEST_COUNT = {"working_day": 300, "calendar_day": 400, "month": 12}


def strip(obligations: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Obligations as the strip of ``civic/parts/time.html`` shows them; each leads to its row of the table."""
    return [_mark(one) for one in obligations if one["state"] != "ahead"]


def _mark(one: Mapping[str, Any]) -> dict[str, str]:
    title, note = delivery_words.period_short(one["key"])
    return {
        "outcome": _OUTCOMES.get(one["state"], "open"), "title": title, "note": note,
        "word": delivery_words.mark(one["state"]), "url": f"#period-{one['id']}",
    }


def days_left(day: date | str | None) -> str:
    """How far a due day is, in working days."""
    if not day:
        return ""
    due, today = _day(day), clock.today()
    if due == today:
        return tk._("today is the last day")
    known = calendar.current()
    if due > today:
        n = known.working_days_between(today, due)
        return tk.ungettext("{n} working day left", "{n} working days left", n).format(n=n)
    n = known.working_days_between(due, today)
    return tk.ungettext("{n} working day ago", "{n} working days ago", n).format(n=n)


def _day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def with_first(found: Mapping[str, Any], owed: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """An answer of ``civic_release_list`` in which the first release says that it was the first publication.

    :param owed: obligations with their duty; a first one is fulfilled by a release that fulfils no period.
    """
    firsts = {
        (one["duty"]["id"], one["release"]["dataset"]["id"], one["release"]["number"]): one["state"]
        for one in owed if one["kind"] == "first" and one["release"]
    }
    results = [
        {**release, "uses": [_of_first(release, use, firsts) for use in release["uses"]]}
        for release in found["results"]
    ]
    return {**found, "results": results}


def _of_first(
    release: Mapping[str, Any], use: Mapping[str, Any], firsts: Mapping[tuple[str, str, int], str]
) -> Mapping[str, Any]:
    state = firsts.get((use["duty"]["id"], release["dataset"]["id"], release["number"]))
    return {**use, "outcome": "fulfils", "key": "first", "state": state} if state and not use["key"] else use


# -- the next deadline -----------------------------------------------------------------------------------


def next_due(duty: Mapping[str, Any]) -> dict[str, Any] | None:
    """The nearest obligation of a duty that waits, with how its day was counted.

    :returns: ``{"obligation", "sentence", "explanation", "steps"}`` for ``time.deadline``; None when nothing waits.
    """
    waiting = [one for one in duty.get("obligations") or () if one["state"] in ("open", "overdue", "ahead")]
    if not waiting or duty.get("state") == "not_applicable":
        return None
    one = min(waiting, key=lambda one: (one["state"] == "ahead", one["due"]))
    counted = _counted(one, duty.get("schedule"))
    text = tk._("{day} — {period}").format(
        day=formats.day(one["due"]), period=delivery_words.period_label(one["key"], one["kind"]))
    return {
        "obligation": one, "sentence": text, "explanation": _explained(one, duty.get("schedule"), counted),
        "steps": counted["steps"] if counted else [],
    }


def _counted(one: Mapping[str, Any], schedule: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """How the day was counted; None where it was not counted from the period's end, or days were moved since."""
    if one["kind"] != "period" or (schedule or {}).get("kind") != "after":
        return None
    days, unit = (schedule or {}).get("days") or 0, (schedule or {}).get("unit") or "calendar_day"
    if not 0 < days <= _LONGEST_COUNT[unit]:
        return None
    found = tk.get_action("civic_deadline_explain")({}, {"start": one["ends"], "working_days": days, "unit": unit})
    return found if found["deadline"] == one["due"] else None


def _explained(
    one: Mapping[str, Any], schedule: Mapping[str, Any] | None, counted: Mapping[str, Any] | None
) -> str:
    left = days_left(one["due"])
    parts = [f"{left[:1].upper()}{left[1:]}."]
    if one["kind"] == "first":
        parts.append(tk._("The first data must be there by this day."))
    elif one["kind"] == "renewal":
        parts.append(tk._("Counted from the last update or confirmation."))
    elif counted:
        parts.append(f"{counted['sentence'].rstrip('.')}.")
    elif (schedule or {}).get("kind") == "within":
        parts.append(_within(one))
    parts.append(tk._("After it an update still counts, as a late one, until {day}.").format(
        day=formats.day(one["missed"])))
    return " ".join(parts)


def _within(one: Mapping[str, Any]) -> str:
    if one["due"] == one["ends"]:
        return tk._("An update is owed within the period; this is its last day.")
    text = tk._("An update is owed within the period; its last day, {day}, is off, so the next working day counts.")
    return text.format(day=formats.day(one["ends"]))


# -- figures ---------------------------------------------------------------------------------------------


def share(figure: Mapping[str, Any]) -> str:
    """A figure as the country writes it; a dash where there is nothing to divide by."""
    return formats.percent(int(figure["numerator"]), int(figure["denominator"]))


#: the rows that the numerator of each figure counts
_ROWS_OF = {
    "completeness": "published", "actuality": "actual", "delivered": "actual", "punctuality": "on_time",
    "structure": "covered",
}
_COUNTED = ("listed", "published", "actual", "all", "all_actual", "suspended", "not_applicable", "covered")


def rows_urls(filters: Mapping[str, str]) -> dict[str, str]:
    """Where the rows behind each counter and figure are shown."""
    rows = {**{name: name for name in _COUNTED}, **_ROWS_OF}
    return {name: tk.url_for("civic_delivery.figures", **{**filters, "rows": one}) for name, one in rows.items()}


def rows_name(rows: str) -> str:
    """What the rows behind a number are, as a heading."""
    words = {
        "listed": tk._("Rows of the list"), "published": tk._("Rows with open data"),
        "actual": tk._("Rows with data that are up to date"), "all": tk._("All public datasets"),
        "all_actual": tk._("Public datasets that are up to date"), "suspended": tk._("Suspended rows"),
        "not_applicable": tk._("Rows that do not apply"),
        "covered": tk._("Rows whose data have the composition of the list"),
        "on_time": tk._("Updates in time, 12 months"), "late": tk._("Late updates, 12 months"),
        "missed": tk._("Missed periods, 12 months"), "reviewed": tk._("Confirmed without an update, 12 months"),
    }
    return words.get(rows, rows)


@dataclass(frozen=True)
class Point:
    """A point of a line: in percent of the width, in pixels from the top."""

    x: float
    y: float
    label: str
    value: str
    day: str


@dataclass(frozen=True)
class Line:
    """A line over time, to be drawn 160 pixels high without a script."""

    points: Sequence[Point]
    path: str
    grid: Sequence[tuple[int, float]]


HEIGHT, TOP, LEFT, WIDTH = 150, 14, 10, 86


def line(series: Sequence[Mapping[str, Any]], name: str) -> Line | None:
    """How a figure went, from the days of ``civic_compliance_show``; None where fewer than two days have it."""
    known = [(one["day"], one["figures"][name]) for one in series if one["figures"][name]["denominator"]]
    if len(known) < 2:
        return None
    shares = [100 * figure["numerator"] / figure["denominator"] for _, figure in known]
    low, high = _scale(shares)
    step = WIDTH / (len(known) - 1)
    points = [
        Point(round(LEFT + step * place, 2), _height(value, low, high), delivery_words.month_short(day),
              share(figure), day)
        for place, ((day, figure), value) in enumerate(zip(known, shares, strict=True))
    ]
    path = "M" + "L".join(f"{point.x} {point.y}" for point in points)
    return Line(points, path, [(value, _height(value, low, high)) for value in range(low, high + 1, (high - low) // 2)])


def _scale(shares: Sequence[float]) -> tuple[int, int]:
    """Whole twenties around the values."""
    low = min(int(min(shares) // 20 * 20), 80)
    return low, max(int(-(-max(shares) // 20) * 20), low + 20)


def _height(value: float, low: int, high: int) -> float:
    return round(HEIGHT - (value - low) / (high - low) * (HEIGHT - TOP), 1)
