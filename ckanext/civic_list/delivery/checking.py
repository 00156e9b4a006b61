"""A file looked at before it is published: what changed, what it would count for, and which rows are wrong."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, BinaryIO

import ckan.model as core
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.domain.events import plain
from ckanext.civic_list.content.checking import compare
from ckanext.civic_list.content.digest import digest_of
from ckanext.civic_list.content.limits import TooBigError, UnreadableError, UnsupportedFormatError
from ckanext.civic_list.content.numbered import Numbered, numbered
from ckanext.civic_list.content.seen import Former, Seen, of_content
from ckanext.civic_list.content.sketch import share_changed
from ckanext.civic_list.delivery import facts, last_values, looking, trying
from ckanext.civic_list.delivery.facts import DutyFacts
from ckanext.civic_list.domain.errors import check
from ckanext.civic_list.domain.obligations import Obligation
from ckanext.civic_list.domain.values import Kind, fits, kinds
from ckanext.civic_list.model import Duty, SeenResource, WatchedDataset

__all__ = ["Asked", "look", "taken"]

#: of the last file so many rows tell what its columns hold
_SAMPLE = 1000
#: so many wrong values are shown; all are counted
_SHOWN = 50


@dataclass(frozen=True)
class Asked:
    """A file, and what its maker says of it."""

    file: BinaryIO
    format: str
    by: str
    dataset: str = ""
    for_period: str = ""
    correction: bool = False


def taken(upload: Any, format: str | None) -> tuple[BinaryIO, str]:
    """The uploaded file and its format.

    :raises Refused: where there is none, it is too large, or its format is not known.
    """
    file = getattr(upload, "stream", upload)
    check(hasattr(file, "read") and hasattr(file, "seek"), "file_missing", "upload")
    most = int(tk.config["ckan.max_resource_size"])
    check(file.seek(0, 2) <= most << 20, "file_over_limit", "upload", most=most)
    file.seek(0)
    name = getattr(upload, "filename", None) or getattr(upload, "name", None) or ""
    found = (format or PurePosixPath(str(name)).suffix).strip().upper().removeprefix(".")
    check(found, "format_unknown", "upload")
    return file, found


def look(session: Session, duty: Duty, asked: Asked) -> dict[str, Any]:
    """Everything that can be told of a file; a fixed number of statements, none of which writes."""
    known = facts.load(session, [duty.id], clock.today())[duty.id]
    dataset = _dataset(session, known, asked.dataset)
    found = digest_of(asked.file, asked.format, looking.ignored({}))
    former = _former(session, dataset, found.columns)
    seen = of_content(found, _kept(former), "upload", "file")
    trial = trying.Trial(known, dataset, seen, asked.by, asked.for_period, asked.correction)
    return {
        "dataset": dataset or None, "resource": former.resource_id if former else None, "format": asked.format,
        **_difference(former, seen), **_composition(session, known, dataset, seen),
        **_outcome(trying.judge(session, trial)), **_faults(session, asked, former),
    }


def _dataset(session: Session, known: DutyFacts, wanted: str) -> str:
    """Id of the dataset that the file is for; empty where none answers the duty yet.

    :raises Refused: where it does not answer the duty, or several do and none is named.
    """
    if wanted:
        package = core.Package
        id_ = session.scalar(sa.select(package.id).where(sa.or_(package.id == wanted, package.name == wanted)).limit(1))
        check(id_ in known.now, "dataset_not_of_duty", "dataset")
        return str(id_)
    check(len(known.now) < 2, "dataset_needed", "dataset")
    return next(iter(known.now), "")


# --- against the last file --------------------------------------------------------------------------------


def _former(session: Session, dataset: str, columns: Sequence[str]) -> SeenResource | None:
    """The file of the dataset that has most of these columns."""
    rows = session.scalars(
        sa.select(SeenResource).where(SeenResource.dataset_id == dataset, SeenResource.looked_at.is_not(None))
        .order_by(SeenResource.resource_id)
    )
    return max(rows, key=lambda row: len(set(row.columns) & set(columns)), default=None)


def _kept(former: SeenResource | None) -> Former | None:
    return Former(size=former.size or 0, bytes=former.bytes, content=former.content) if former else None


def _difference(former: SeenResource | None, seen: Seen) -> dict[str, Any]:
    before = list(former.columns) if former else []
    share = share_changed(former.sketch, seen.sketch) if former and former.sketch and seen.sketch else None
    return {
        "changed": seen.changed, "rows_before": former.rows if former else None, "rows_after": seen.rows,
        "share_changed": share, "columns": list(seen.columns),
        "columns_added": [name for name in seen.columns if name not in before] if former else [],
        "columns_removed": [name for name in before if name not in seen.columns] if seen.columns else [],
    }


def _composition(session: Session, known: DutyFacts, dataset: str, seen: Seen) -> dict[str, Any]:
    """The parts of the row's composition that neither this file has nor a dataset beside it."""
    beside = session.scalars(
        sa.select(WatchedDataset.columns).where(WatchedDataset.dataset_id.in_(known.now.keys() - {dataset}))
    )
    columns = [*seen.columns, *(name for several in beside for name in several)]
    coverage = compare(known.stretch.composition, columns)
    return {"covered": list(coverage.covered), "missing": list(coverage.missing)}


# --- what it would count for ------------------------------------------------------------------------------


def _outcome(found: trying.Outcome) -> dict[str, Any]:
    verdict = found.verdict
    return {
        "counts": verdict.counts, "reason": verdict.reason, "params": plain(verdict.params),
        "release": verdict.release, "outcome": found.outcome or None,
        "fulfils": [_obligation(one) for one in found.fulfilled],
        "choices": [_obligation(one) for one in found.choices],
    }


def _obligation(one: Obligation) -> dict[str, Any]:
    window = one.window
    days = {name: getattr(window, name).isoformat() for name in ("starts", "ends", "opens", "due", "missed")}
    return {"key": one.key, "kind": one.kind, "period": one.period.code, **days, "late": one.due < clock.today()}


# --- rows that are wrong ----------------------------------------------------------------------------------


def _faults(session: Session, asked: Asked, former: SeenResource | None) -> dict[str, Any]:
    """Where the file cannot be read, and values of another kind than their column had."""
    sample = last_values.first_rows(session, former.resource_id, _SAMPLE) if former else []
    shown: list[dict[str, Any]] = []
    count = 0
    for one in _wrong(asked, kinds(sample)):
        count += 1
        if len(shown) < _SHOWN:
            shown.append(one)
    return {"bad_count": count, "bad_rows": shown}


def _wrong(asked: Asked, former: Mapping[str, Kind]) -> Iterator[dict[str, Any]]:
    number = 0
    asked.file.seek(0)
    try:
        for row in numbered(asked.file, asked.format):
            number = row.number
            yield from _wrong_in(row, former)
    except UnsupportedFormatError:
        return
    except UnreadableError as error:
        yield _named(number + 1, None, "", "too_big" if isinstance(error, TooBigError) else "unreadable")


def _wrong_in(one: Numbered, former: Mapping[str, Kind]) -> Iterator[dict[str, Any]]:
    if one.cells != one.width:
        yield {**_named(one.number, None, "", "cells"), "cells": one.cells, "expected": one.width,
               "message": tk._("Row {row} has {cells} cells, the heading has {expected}.").format(
                   row=one.number, cells=one.cells, expected=one.width)}
    for column, kind in former.items():
        value = one.row.get(column, "")
        if not fits(value, kind):
            yield _named(one.number, column, value, f"no_{kind}")


def _named(row: int, column: str | None, value: str, code: str) -> dict[str, Any]:
    return {
        "row": row, "column": column, "value": value[:200], "code": code,
        "message": _sentence(code).format(row=row, column=column, value=value[:60]),
    }


def _sentence(code: str) -> str:
    return {
        "no_number": tk._("Row {row}, column “{column}”: “{value}” is no number, as all values were before."),
        "no_day": tk._("Row {row}, column “{column}”: “{value}” is no day, as all values were before."),
        "too_big": tk._("From row {row} on the file unfolds into more than the portal can read."),
        "unreadable": tk._("From row {row} on the file cannot be read as what its format says."),
    }.get(code, "")
