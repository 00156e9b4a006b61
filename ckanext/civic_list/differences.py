"""What changed between two editions, as a table that a spreadsheet opens."""
from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.civic_list.workbook.escapes import escaped

__all__ = ["as_csv"]


def as_csv(difference: Mapping[str, Any]) -> bytes:
    """The answer of ``civic_edition_diff`` in the reader's language, a line for each difference."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow([tk._("What"), tk._("Code"), tk._("Title"), tk._("Before"), tk._("After")])
    writer.writerows([escaped(cell) for cell in line] for line in _lines(difference))
    return target.getvalue().encode("utf-8-sig")


def _lines(difference: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for row in difference["added"]:
        yield tk._("Added"), row["code"], _text(row["title"]), "", _text(row["owner"]["title"])
    for row in difference["removed"]:
        yield tk._("Removed"), row["code"], _text(row["title"]), _text(row["owner"]["title"]), ""
    for pair in difference["renamed"]:
        before, after = _text(pair["before"]["title"]), _text(pair["after"]["title"])
        yield tk._("Renamed"), pair["code"], after, before, after
    for pair in difference["moved"]:
        owners = (_text(pair[side]["owner"]["title"]) for side in ("before", "after"))
        yield tk._("Another agency"), pair["code"], _text(pair["after"]["title"]), *owners
    for one in difference["split"]:
        for part in one["into"]:
            yield tk._("Split"), part["code"], _text(part["title"]), _text(one["from"]["title"]), _text(part["title"])
    for one in difference["changed"]:
        values = (tk.h.civic_list_value(one["field"], one[side]) for side in ("before", "after"))
        yield tk.h.civic_list_field_word(one["field"]), one["code"], _text(one["title"]), *values


def _text(several: Mapping[str, str]) -> str:
    return tk.h.civic_text(several)[0]
