"""A year's moved days from a CSV file: ``day,kind,note``, or ``note_<language>`` columns."""
from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import ckan.plugins.toolkit as tk

from ckanext.civic_core import config
from ckanext.civic_core.calendar import FIRST_DAY, LAST_DAY, Decision
from ckanext.civic_core.calendar_words import written
from ckanext.civic_core.domain.texts import clean
from ckanext.civic_core.domain.working_days import OVERRIDE_KINDS

__all__ = ["Fault", "Parsed", "parse"]

#: more days than a government moves in decades: a larger file is another file
MOST_ROWS = 1000


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: where, what stands there, what should."""

    line: int
    column: str
    value: str
    expected: str

    def __str__(self) -> str:
        sentence = tk._("Line {line}, column {column}: «{value}». {expected}")
        return sentence.format(line=self.line, column=self.column, value=self.value, expected=self.expected)


@dataclass
class Parsed:
    """What a file says, and everything that is wrong with it."""

    decisions: list[Decision] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def parse(content: bytes) -> Parsed:
    """Read a file. All faults are found at once; with any of them nothing should be recorded."""
    parsed = Parsed()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _broken(parsed, 1, "", "", tk._("Save the file as CSV in UTF-8"))
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",")
    columns = [name.strip().lower() for name in next(reader, [])]
    notes = _note_columns(columns)
    if not {"day", "kind"} <= set(columns) or not notes:
        return _broken(parsed, 1, "", first.strip(), tk._("The first line must name the columns day, kind, note"))
    for row in _rows(reader, columns):
        if len(parsed.decisions) + len(parsed.faults) >= MOST_ROWS:
            return _broken(parsed, row.line, "", "", tk._("At most {most} days").format(most=MOST_ROWS))
        _read(row, notes, parsed)
    return parsed


@dataclass(frozen=True)
class _Row:
    line: int
    values: dict[str, str]


def _broken(parsed: Parsed, line: int, column: str, value: str, expected: str) -> Parsed:
    parsed.faults.append(Fault(line, column, value, expected))
    return parsed


def _note_columns(columns: Sequence[str]) -> dict[str, str]:
    known = {"note": config.home_language()} | {f"note_{code}": code for code in config.languages()}
    return {name: code for name, code in known.items() if name in columns}


def _rows(reader: Iterator[list[str]], columns: Sequence[str]) -> Iterator[_Row]:
    for values in reader:
        if any(value.strip() for value in values):
            padded = values + [""] * (len(columns) - len(values))
            yield _Row(reader.line_num, {n: clean(v) for n, v in zip(columns, padded, strict=False)})  # type: ignore[attr-defined]


def _read(row: _Row, notes: dict[str, str], parsed: Parsed) -> None:
    before = len(parsed.faults)
    day = _day(row, parsed)
    kind = row.values["kind"].lower()
    if kind not in OVERRIDE_KINDS:
        choices = tk._("Choose one of: {choices}").format(choices=", ".join(OVERRIDE_KINDS))
        _broken(parsed, row.line, "kind", row.values["kind"], choices)
    note = {code: row.values[name] for name, code in notes.items() if row.values[name]}
    if not note and kind != "regular":
        _broken(parsed, row.line, "note", "", tk._("Say why, such as the act that moved the day"))
    if len(parsed.faults) == before and day is not None:
        parsed.decisions.append(Decision(day, kind, note))  # type: ignore[arg-type]


def _day(row: _Row, parsed: Parsed) -> date | None:
    value = row.values["day"]
    day = _as_day(value)
    if day is None:
        expected = tk._("Write a day as 2026-03-20 or 20.03.2026")
    elif not FIRST_DAY <= day <= LAST_DAY:
        sentence = tk._("The calendar knows the days from {first} to {last}")
        expected = sentence.format(first=written(FIRST_DAY), last=written(LAST_DAY))
    elif any(decision.day == day for decision in parsed.decisions):
        expected = tk._("Each day may stand in the file once")
    else:
        return day
    _broken(parsed, row.line, "day", value, expected)
    return None


def _as_day(value: str) -> date | None:
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return datetime.strptime(value, form).date()  # noqa: DTZ007 a day has no zone
        except ValueError:
            continue
    return None
