"""A workbook against a draft: what it would change, and the change itself. Nothing here commits."""
from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from ckan.model.types import make_uuid
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.record import record_all
from ckanext.civic_list import codes, editions, terms, wording
from ckanext.civic_list.domain import difference, events_editions, matching
from ckanext.civic_list.domain.decisions import Existing, Resolved, SplitOf, decide
from ckanext.civic_list.domain.items import Item as Row
from ckanext.civic_list.domain.reading import Reading, read_list
from ckanext.civic_list.model import Edition, Item, StagedImport
from ckanext.civic_list.workbook.limits import Limits
from ckanext.civic_list.workbook.opening import read

__all__ = ["Preview", "known_rows", "look", "write"]


@dataclass(frozen=True)
class Preview:
    """What a file would do to a draft."""

    reading: Reading
    matching: matching.Matching
    resolved: Resolved
    #: the rows of the draft now, and the rows as the file has them, each with the code it has or will have
    before: tuple[Row, ...]
    after: tuple[Row, ...]
    splits: Mapping[str, str]
    difference: difference.Difference

    @property
    def problems(self) -> tuple[matching.Problem, ...]:
        """What stands in the way of writing; a row whose decision is wrong is not called undecided too."""
        wrong = {one.row for one in self.resolved.problems if one.code != "undecided"}
        return tuple(one for one in self.resolved.problems if one.code != "undecided" or one.row not in wrong)

    @property
    def suggestions(self) -> list[matching.Suggestion]:
        """What rows without a code of their own may be, in the order of the rows, the best first."""
        found = (one for several in self.matching.suggestions.values() for one in several)
        free = [one for one in found if not self.reading.rows[one.row].item.code]
        return sorted(free, key=lambda one: (one.row, -one.score))

    def sheet_row(self, index: int | None) -> int:
        """The row of the sheet that a row of the reading stands in."""
        return self.reading.rows[index].row if index is not None else 0


def look(
    session: Session, edition: Edition, staged: StagedImport, decisions: Mapping[int, Mapping[str, Any]],
    *, accept: bool, limits: Limits,
) -> Preview:
    """Read a file and match its rows; nothing is written.

    :param decisions: by row of the sheet.
    """
    reading = read_list(read(io.BytesIO(staged.content), staged.filename, limits), wording.gather(session))
    before = editions.rows(session, edition.id)
    rows, own_codes = _without_unknown_codes(session, [one.item for one in reading.rows])
    known = _known(session, before, rows)
    found = matching.match(rows, known)
    places = {one.row: index for index, one in enumerate(reading.rows)}
    wanted = {places[row]: decision for row, decision in decisions.items() if row in places}
    wanted |= {index: {"new": True} for index in own_codes if index not in found.matched}
    resolved = decide(found, wanted, accept_suggestions=accept)
    after, splits = _named(session, rows, resolved, own_codes)
    after = _with_known_themes(after, known)
    change = difference.Difference()
    if _comparable(after):
        change = difference.compare(before, after, {**editions.splits(session), **splits})
    return Preview(reading, found, resolved, tuple(before), tuple(after), splits, change)


def _known(session: Session, before: Sequence[Row], rows: Sequence[Row]) -> list[Row]:
    """The items a row can be: those of the draft, those in force that the draft left out, those that it names."""
    known = {row.code: row for row in before}
    current = terms.in_force(session, clock.today())
    for row in editions.rows(session, current.id) if current else []:
        known.setdefault(row.code, row)
    named = {row.code for row in rows if row.code} - known.keys()
    return [*known.values(), *(editions.last_said(session, named) if named else ())]


def known_rows(session: Session, preview: Preview, wanted: set[str]) -> dict[str, Row]:
    """What the items with these codes say: in the draft, else in the edition in force."""
    if not wanted:
        return {}
    return {row.code or "": row for row in _known(session, preview.before, ()) if row.code in wanted}


def _without_unknown_codes(session: Session, rows: Sequence[Row]) -> tuple[list[Row], dict[int, str]]:
    """Codes that the portal does not know yet: their rows are new items under these codes."""
    given = {row.code for row in rows if row.code}
    there = set(session.scalars(sa.select(Item.code).where(Item.code.in_(given)))) if given else set()
    own = {index: row.code for index, row in enumerate(rows) if row.code and row.code not in there}
    return [replace(row, code=None) if index in own else row for index, row in enumerate(rows)], own


def _named(
    session: Session, rows: Sequence[Row], resolved: Resolved, own_codes: Mapping[int, str]
) -> tuple[list[Row], dict[str, str]]:
    """The rows with their codes; new items get theirs in the order of the rows."""
    source = codes.Codes(session, (row.owner for row in rows))
    named: list[Row] = []
    splits: dict[str, str] = {}
    for index, row in enumerate(rows):
        identity = resolved.identity.get(index)
        code = identity.code if isinstance(identity, Existing) else own_codes.get(index) or source.next(row.owner)
        if isinstance(identity, SplitOf):
            splits[code] = identity.code
        named.append(replace(row, code=code))
    return named, splits


def _with_known_themes(rows: Sequence[Row], known: Sequence[Row]) -> list[Row]:
    """A file names a theme in one language: where the item has it in that one, it keeps it in all."""
    themes = {row.code: row.theme for row in known}
    return [
        replace(row, theme=themes[row.code])
        if row.code in themes and set(row.theme.values()) <= set(themes[row.code].values()) and row.theme else row
        for row in rows
    ]


def _comparable(rows: Sequence[Row]) -> bool:
    """A code stands twice only while somebody has still to decide."""
    return len({row.code for row in rows}) == len(rows)


def write(session: Session, edition: Edition, preview: Preview, staged: StagedImport, *, actor: str) -> None:
    """Make the rows of the file the rows of the draft: a fixed number of statements for each thousand rows."""
    ids = _items(session, preview)
    editions.write(session, edition.id, preview.after, ids)
    edition.revision += 1
    edition.source_name, edition.source_sha256 = staged.filename, staged.sha256
    record_all(session, _events(edition, preview, staged, ids), actor=actor)


def _items(session: Session, preview: Preview) -> dict[str, str]:
    """The item of each code, also of those that go; items that are new are made."""
    wanted = [row.code or "" for row in preview.after]
    former = {row.code for row in preview.before}
    query = sa.select(Item.code, Item.id).where(Item.code.in_({*wanted, *former, *preview.splits.values()}))
    ids = dict(session.execute(query).tuples().all())
    new = [code for code in wanted if code not in ids]
    if new:
        made = {code: make_uuid() for code in new}
        values = [{"id": made[code], "code": code, "split_from": ids.get(preview.splits.get(code, ""))} for code in new]
        session.execute(sa.insert(Item), values)
        ids |= made
    return ids


def _events(edition: Edition, preview: Preview, staged: StagedImport, ids: Mapping[str, str]) -> list[Any]:
    change = preview.difference
    added = [*change.added, *(part for split in change.split for part in split.into)]
    removed = [*change.removed, *(split.origin for split in change.split)]
    touched = _touched(change)
    number = edition.number
    events: list[Any] = [events_editions.EditionImported(
        edition.id, number, sha256=staged.sha256, added=len(added), changed=len(touched), removed=len(removed)
    )]
    events += [events_editions.ItemAdded(ids[row.code or ""], row.code or "", number) for row in added]
    events += [
        events_editions.ItemChanged(ids[code], code, number, fields=fields) for code, fields in touched.items()
    ]
    events += [events_editions.ItemRemoved(ids[row.code or ""], row.code or "", number) for row in removed]
    return events


def _touched(change: difference.Difference) -> dict[str, tuple[str, ...]]:
    fields: dict[str, list[str]] = {}
    for pair in change.renamed:
        fields.setdefault(pair.code, []).append("title")
    for pair in change.moved:
        fields.setdefault(pair.code, []).append("owner")
    for one in change.changed:
        fields.setdefault(one.code, []).append(one.field)
    return {code: tuple(names) for code, names in fields.items()}
