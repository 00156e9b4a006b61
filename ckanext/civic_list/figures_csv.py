"""The rows behind a number as a table that a spreadsheet opens, written as they are read."""
from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.civic_core import formats
from ckanext.civic_list import delivery_words as words
from ckanext.civic_list.workbook.escapes import escaped

__all__ = ["lines", "pages"]

#: rows asked for at a time
PAGE = 100
Row = Mapping[str, Any]
Column = tuple[str, Callable[[Row], Any]]


def pages(ask: Callable[[int, int], Mapping[str, Any]]) -> Iterator[Row]:
    """All rows of a list that is asked for in pages.

    :param ask: ``{"count", "results"}`` from an offset on: ``ask(limit, offset)``.
    """
    found, offset = ask(PAGE, 0), 0
    while found["results"]:
        yield from found["results"]
        offset += PAGE
        if offset >= found["count"]:
            break
        found = ask(PAGE, offset)


def lines(rows: Iterable[Row]) -> Iterator[str]:
    """The table line by line, in the reader's language; a byte order mark first, by which spreadsheets know UTF-8."""
    left = iter(rows)
    first = next(left, {})
    columns = _columns(first)
    yield "\ufeff" + _line([name for name, _ in columns])
    for row in chain([first] if first else [], left):
        yield _line([value(row) for _, value in columns])


def _line(cells: Sequence[Any]) -> str:
    target = io.StringIO(newline="")
    csv.writer(target).writerow([escaped("" if cell is None else str(cell)) for cell in cells])
    return target.getvalue()


def _columns(row: Row) -> list[Column]:
    if "key" in row:
        return _of_obligations()
    return _of_duties() if "code" in row else _of_datasets()


def _of_duties() -> list[Column]:
    return [
        (tk._("Code"), lambda row: row["code"]), (tk._("Title"), _title), (tk._("Agency"), _agency),
        (tk._("Category"), lambda row: tk.h.civic_list_value("category", row.get("category"))),
        (tk._("Period"), lambda row: tk.h.civic_term_name("periods", row.get("period"))),
        (tk._("State"), _state), (tk._("Why"), lambda row: words.why(row.get("reason"))),
        (tk._("Since"), lambda row: formats.day(row.get("since"))),
        (tk._("Next update is due"), lambda row: formats.day(row.get("next_due"))),
        (tk._("Dataset"), lambda row: "; ".join(one["name"] for one in row.get("datasets") or ())),
    ]


def _of_datasets() -> list[Column]:
    return [
        (tk._("Name"), lambda row: row.get("name")), (tk._("Title"), _title), (tk._("Agency"), _agency),
        (tk._("State"), _state), (tk._("Why"), lambda row: words.why(row.get("reason"))),
        (tk._("Next update is due"), lambda row: formats.day(row.get("next_due"))),
    ]


def _of_obligations() -> list[Column]:
    return [
        (tk._("Code"), lambda row: row["duty"]["code"]), (tk._("Title"), lambda row: _title(row["duty"])),
        (tk._("Agency"), lambda row: _agency(row["duty"])),
        (tk._("Period"), lambda row: words.period_label(row["key"], row["kind"])),
        (tk._("Due"), lambda row: formats.day(row["due"])),
        (tk._("Grace until"), lambda row: formats.day(row["missed"])),
        (tk._("How it went"), lambda row: words.obligation_state(row["state"])),
        (tk._("On the day"), lambda row: formats.day(row.get("settled_on"))),
    ]


def _title(row: Row) -> str:
    return tk.h.civic_text(row.get("title"))[0]


def _agency(row: Row) -> str:
    return tk.h.civic_text((row.get("agency") or {}).get("title"))[0]


def _state(row: Row) -> str:
    return words.state_name(row["state"]) if row.get("state") else ""
