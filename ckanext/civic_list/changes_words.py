"""What changed in data, in the words of the reader's language."""
from __future__ import annotations

from collections.abc import Sequence

import ckan.plugins.toolkit as tk

from ckanext.civic_core import formats
from ckanext.civic_core.domain.short import first_few
from ckanext.civic_list.domain.changes import Changes, Columns, Rows

__all__ = ["lines", "listed", "of_columns", "of_rows"]


def lines(changes: Changes) -> list[str]:
    """A sentence for the rows, and one for each thing that happened to columns; of the file itself nothing."""
    rows = of_rows(changes.rows) if changes.rows else ""
    return [*([rows] if rows else []), *of_columns(changes.columns)]


def of_rows(rows: Rows) -> str:
    """How many came, went and changed; nothing where that is not known."""
    parts = [
        text.format(n=formats.number(count))
        for text, count in (
            (tk._("added {n}"), rows.added), (tk._("removed {n}"), rows.removed), (tk._("changed {n}"), rows.changed),
        ) if count
    ]
    if not parts:
        return "" if rows.exact or rows.changed is None else tk._("A few of the rows changed.")
    text = tk._("Rows: {parts}.") if rows.exact or rows.changed is None else tk._("Rows, by estimate: {parts}.")
    return text.format(parts=", ".join(parts))


def of_columns(columns: Columns) -> list[str]:
    """Which came, which went, which have another name."""
    found = [
        tk._("Column “{old}” is called “{new}” now.").format(old=old, new=new)
        for old, new in first_few(columns.renamed)[0]
    ]
    if columns.added:
        found.append(tk._("New columns: {names}.").format(names=listed(columns.added)))
    if columns.removed:
        found.append(tk._("Columns that are gone: {names}.").format(names=listed(columns.removed)))
    return found


def listed(names: Sequence[str]) -> str:
    """The first of the names, and how many more."""
    shown, more = first_few(names)
    said = ", ".join(shown)
    return tk._("{names} and {n} more").format(names=said, n=more) if more else said
