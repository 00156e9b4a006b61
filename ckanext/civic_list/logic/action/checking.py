"""Before a file is published: what it would do, and a workbook to begin it from."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.civic_core import clock
from ckanext.civic_core.logic import flow
from ckanext.civic_list import annex, duties
from ckanext.civic_list.delivery import checking, template
from ckanext.civic_list.domain.errors import check
from ckanext.civic_list.logic.schema import acts as schema
from ckanext.civic_list.messages import transaction


@transaction
def civic_release_check(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Look at a file for a duty as if it were published now. Nothing is saved.

    Editors of the agency and list keepers may. A fixed number of statements, however large the file; it is read twice.

    :param duty: ``CODE@agency`` or id of the duty.
    :param upload: the file: CSV, XLSX, JSON or XML; of other formats only the bytes are compared.
    :param format: of the file; told by its name where left out.
    :param dataset: id or name of the dataset that it is for; needed where several answer the duty.
    :param for_period: key of the period that it is for; optional.
    :param correction: whether it corrects the last release; false by default.
    :returns: ``{"dataset", "resource", "format", "changed", "rows_before", "rows_after", "share_changed", "columns",
        "columns_added", "columns_removed", "covered", "missing", "counts", "reason", "params", "release", "outcome",
        "fulfils": [obligation], "choices": [obligation], "bad_count", "bad_rows"}``. ``missing`` are parts of the
        composition without a column; ``outcome`` is ``fulfils``, ``correction``, ``nothing``, or null where the file
        does not count (``reason``, ``params``); ``choices`` are the open periods that it may name, ``{"key", "kind",
        "period", "starts", "ends", "opens", "due", "missed", "late"}``; ``bad_rows`` the first 50 of ``{"row",
        "column", "value", "code", "message"}``.
    :raises ValidationError: without a file, or where it is not clear which dataset it is for.
    """
    tk.check_access("civic_release_check", context, data_dict)
    data = flow.checked(data_dict, schema.release_check(), context)
    session = flow.session_of(context)
    duty = duties.need(session, {"id": data["duty"]})
    _, stands = duties.row_on(session, duty, clock.today())
    check(stands, "duty_unknown", "duty", duty=data["duty"])
    file, format = checking.taken(data.get("upload"), data.get("format"))
    return checking.look(session, duty, checking.Asked(
        file, format, flow.actor_of(context), data.get("dataset") or "", data.get("for_period") or "",
        data["correction"],
    ))


@tk.side_effect_free
@transaction
def civic_duty_template(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """A workbook to fill in for a duty: the columns that it asks for, with the values of the current public file.

    Editors of the agency and list keepers may. Text that a spreadsheet would run is escaped.

    :param duty: ``CODE@agency`` or id of the duty.
    :param rows: how many of the last rows; 1,000 by default and at most.
    :returns: ``{"filename", "content"}``; ``content`` is XLSX: bytes within the portal, base64 text over HTTP.
    :raises ObjectNotFound: where there is no such duty.
    """
    tk.check_access("civic_duty_template", context, data_dict)
    data = flow.checked(data_dict, schema.duty_template(), context)
    session = flow.session_of(context)
    duty = duties.need(session, {"id": data["duty"]})
    row, _ = duties.row_on(session, duty, clock.today())
    content = template.made(session, duty, min(data.get("rows") or template.MOST, template.MOST))
    return {"filename": f"{row.code}-{row.agency.name}.xlsx", "content": annex.Content(content)}
