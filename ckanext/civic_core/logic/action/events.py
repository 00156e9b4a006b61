"""The event log, read through the Action API."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import Context

from ckanext.civic_core import audit
from ckanext.civic_core.logic import flow, schema
from ckanext.civic_core.model.event import EventRow
from ckanext.civic_core.roles import roles_of


@tk.side_effect_free
def civic_event_list(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """What happened: the public part of the event log, newest first.

    Anybody may call it. Who acted and what is private is answered to sysadmins only.

    :param stream: kind of object (``edition``, ``duty``, ...); optional.
    :param stream_id: id of the object; needs ``stream``; optional.
    :param type: event type such as ``edition.approved``; optional.
    :param after: answer events with a greater id only, oldest first: for readers who follow the log; optional.
    :param limit: 20 by default, at most 100.
    :param offset: 0 by default.
    :returns: ``{"count", "results": [{"id", "stream", "stream_id", "sequence", "type", "at", "recorded_at",
        "public", "hash"}]}``; an erased part is ``null``.
    """
    tk.check_access("civic_event_list", context, data_dict)
    data = flow.checked(data_dict, schema.event_list(), context)
    query = _filtered(data)
    session = flow.session_of(context)
    count = session.scalar(sa.select(sa.func.count()).select_from(query.subquery()))
    order = EventRow.id if data.get("after") is not None else EventRow.id.desc()
    rows = session.scalars(query.order_by(order).limit(data["limit"]).offset(data["offset"]))
    full = roles_of(context).sysadmin
    return {"count": count, "results": [_shown(row, full=full) for row in rows]}


def _filtered(data: dict[str, Any]) -> sa.Select[tuple[EventRow]]:
    query = sa.select(EventRow)
    for name in ("stream", "stream_id", "type"):
        if data.get(name):
            query = query.where(getattr(EventRow, name) == data[name])
    if data.get("after") is not None:
        query = query.where(EventRow.id > data["after"])
    return query


def _shown(row: EventRow, *, full: bool) -> dict[str, Any]:
    shown = {
        "id": row.id, "stream": row.stream, "stream_id": row.stream_id, "sequence": row.sequence,
        "type": row.type, "at": row.at.isoformat(), "recorded_at": row.recorded_at.isoformat(),
        "public": row.public, "hash": row.hash.hex(),
    }
    return {**shown, "actor": row.actor, "private": row.private} if full else shown


@tk.side_effect_free
def civic_audit_verify(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Recompute the chains of the event log and name every event that does not fit.

    Sysadmins may call it: it reads the whole log.

    :param stream: only this kind of object; optional.
    :returns: ``{"whole": bool, "faults": [{"event", "stream", "stream_id", "sequence", "what"}]}``, the first
        100 faults; ``what`` is ``gap``, ``previous``, ``hash``, ``actor``, ``public`` or ``private``.
    """
    tk.check_access("civic_audit_verify", context, data_dict)
    data = flow.checked(data_dict, schema.audit_verify(), context)
    faults = [vars(fault) for fault, _ in zip(
        audit.verify(flow.session_of(context), data.get("stream")), range(flow.LIMIT_MAX), strict=False
    )]
    return {"whole": not faults, "faults": faults}
