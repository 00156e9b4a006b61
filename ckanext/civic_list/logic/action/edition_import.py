"""A workbook becomes the rows of a draft: looked at first, written when nothing is left to decide."""
from __future__ import annotations

from hashlib import sha256
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.model.types import make_uuid
from ckan.types import Context
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.logic import flow
from ckanext.civic_list import editions, fetching, importing
from ckanext.civic_list import messages_import as said
from ckanext.civic_list.domain.editions import check_open
from ckanext.civic_list.domain.errors import check
from ckanext.civic_list.domain.items import Item as Row
from ckanext.civic_list.logic.schema import editions as schema
from ckanext.civic_list.messages import transaction
from ckanext.civic_list.model import Edition, StagedImport
from ckanext.civic_list.workbook.limits import Limits

#: of each kind of change, so many rows are answered; the counts are of all
_SHOWN = 300


@transaction
def civic_edition_import(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Take the rows of a draft from a workbook: XLSX, or CSV.

    List keepers may. Columns are found by their headings; every row is checked and everything that is wrong is answered
    at once. Rows are matched to items by code, then by owner and title, never by number; for each row that is left,
    likely answers are suggested and a person decides. Rows of the draft that the file lacks are removed. Nothing is
    written while there is an error or something to decide. Records ``edition.imported``, ``item.added``,
    ``item.changed`` and ``item.removed``.

    :param id: id or number of the draft.
    :param upload: the file; or
    :param url: its address (only where ``ckanext.civic_list.import.url_allowed`` is set); or
    :param staged: what an earlier call answered: the file it was given.
    :param dry_run: only look; true by default.
    :param decisions: ``{row: {"same_as": code} | {"split_of": code} | {"new": true}}``, by row of the sheet;
        optional.
    :param accept_suggestions: take the first suggestion wherever nothing is decided; false by default.
    :param revision: the ``revision`` of the draft that was looked at; another one is refused with ``conflict``;
        optional.
    :returns: ``{"staged", "revision", "written", "errors": [{"sheet", "row", "column", "value", "code", "message",
        "expected"}], "cleaned": [...], "warnings": [...], "added", "changed", "removed", "unchanged", "suggestions":
        [{"row", "same_as" or "split_of", "score", "why", "number", "title", "item"}], "undecided": [row],
        "problems": [sentence], "rows": {"added", "changed", "removed"}}``; ``rows`` has the first 300 of each.
    :raises ValidationError: on writing: with the first errors of the file under ``upload``, with what is undecided or
        contradictory under ``decisions``; ``conflict`` where somebody else imports at the same moment.
    """
    tk.check_access("civic_edition_import", context, data_dict)
    data = flow.checked(data_dict, schema.import_(), context)
    session = flow.session_of(context)
    edition = editions.find(session, {"id": data["id"]})
    if not data["dry_run"]:
        edition = editions.locked(session, edition)
    check_open(edition.state)
    if data.get("revision") not in (None, edition.revision):
        raise flow.conflict()
    staged = _staged(session, edition, data, flow.actor_of(context))
    preview = importing.look(
        session, edition, staged, data.get("decisions") or {}, accept=data["accept_suggestions"], limits=_limits()
    )
    if not data["dry_run"]:
        _refuse_unfinished(preview)
        importing.write(session, edition, preview, staged, actor=flow.actor_of(context))
        session.execute(sa.delete(StagedImport).where(StagedImport.edition_id == edition.id))
    answer, staged_id = _shown(session, preview), staged.id if data["dry_run"] else None
    flow.commit(context)
    return {
        **answer, "staged": staged_id, "revision": edition.revision, "written": not data["dry_run"],
    }


def _limits() -> Limits:
    return Limits(file=tk.config["ckanext.civic_list.import.max_size"] * 1_000_000)


def _staged(session: Session, edition: Edition, data: dict[str, Any], actor: str) -> StagedImport:
    """The file: kept since an earlier look, or taken in now."""
    if data.get("staged"):
        found = session.get(StagedImport, data["staged"])
        check(found is not None and found.edition_id == edition.id, "staged_gone", "upload")
        return found  # type: ignore[return-value]
    filename, content = _given(data)
    session.execute(sa.delete(StagedImport).where(
        StagedImport.edition_id == edition.id, StagedImport.uploaded_by == actor
    ))
    staged = StagedImport(
        id=make_uuid(), edition_id=edition.id, filename=filename, sha256=sha256(content).hexdigest(), content=content,
        uploaded_by=actor, uploaded_at=clock.now(),
    )
    session.add(staged)
    session.flush()
    return staged


def _given(data: dict[str, Any]) -> tuple[str, bytes]:
    most = _limits().file + 1
    upload = data.get("upload")
    if upload is not None and hasattr(upload, "stream"):
        return upload.filename or "", upload.stream.read(most)
    if upload is not None and hasattr(upload, "read"):
        return getattr(upload, "name", ""), upload.read(most)
    check(data.get("url"), "file_missing", "upload")
    check(tk.config["ckanext.civic_list.import.url_allowed"], "url_not_allowed", "url")
    return data["url"].rsplit("/", 1)[-1], fetching.fetch(data["url"], most)


def _refuse_unfinished(preview: importing.Preview) -> None:
    errors = preview.reading.errors
    if errors:
        first = [
            tk._("Row {row}, column {column}: {sentence}").format(
                row=one.row, column=one.column, sentence=said.finding_sentence(one)
            )
            for one in errors[:20]
        ]
        raise tk.ValidationError({"upload": first})
    if preview.problems:
        sentences = [said.problem_sentence(one, preview.sheet_row(one.row)) for one in preview.problems[:50]]
        raise tk.ValidationError({"decisions": sentences})


def _shown(session: Session, preview: importing.Preview) -> dict[str, Any]:
    change = preview.difference
    added = [*change.added, *(part for split in change.split for part in split.into)]
    removed = [*change.removed, *(split.origin for split in change.split)]
    touched = {pair.code for pair in (*change.renamed, *change.moved)} | {one.code for one in change.changed}
    owners = editions.owners(session, (row.owner for row in (*preview.before, *preview.after)))
    known = {row.code: row for row in preview.before}

    def rows(several: Any) -> list[dict[str, Any]]:
        return [editions.shown_row(row, owners.get(row.owner)) for row in several[:_SHOWN]]

    now = {row.code: row for row in preview.after}
    changed = [
        {"code": code, "before": editions.shown_row(known[code], owners.get(known[code].owner)),
         "after": editions.shown_row(now[code], owners.get(now[code].owner))}
        for code in sorted(touched)[:_SHOWN] if code in known and code in now
    ]
    return {
        "errors": [_finding(one) for one in preview.reading.errors],
        "cleaned": [_finding(one) for one in preview.reading.cleaned],
        "warnings": [_finding(one) for one in preview.reading.warnings],
        "added": len(added), "changed": len(touched), "removed": len(removed), "unchanged": len(change.unchanged),
        "rows": {"added": rows(added), "changed": changed, "removed": rows(removed)},
        "suggestions": _suggestions(session, preview),
        "undecided": [preview.sheet_row(one.row) for one in preview.problems if one.code == "undecided"],
        "problems": [said.problem_sentence(one, preview.sheet_row(one.row)) for one in preview.problems],
    }


def _finding(one: Any) -> dict[str, Any]:
    shown = {
        "sheet": one.sheet, "row": one.row, "column": one.column, "value": one.value[:200], "code": one.code,
        "message": said.finding_sentence(one), "expected": one.expected,
    }
    return {**shown, "rows": list(one.params["rows"])} if "rows" in one.params and one.column != "*" else shown


def _suggestions(session: Session, preview: importing.Preview) -> list[dict[str, Any]]:
    items = importing.known_rows(session, preview, {one.code for one in preview.suggestions})
    agencies_ = editions.owners(session, (row.owner for row in items.values()))
    return [
        {
            "row": preview.sheet_row(one.row), one.kind: one.code, "score": one.score,
            "why": said.reason_sentence(one.why), "number": preview.reading.rows[one.row].item.number,
            "title": dict(preview.reading.rows[one.row].item.title), "item": _item(items.get(one.code), agencies_),
        }
        for one in preview.suggestions
    ]


def _item(row: Row | None, owners: Any) -> dict[str, Any] | None:
    return editions.shown_row(row, owners.get(row.owner)) if row else None
