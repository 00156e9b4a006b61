"""Reorganisations: one body follows another, and what it owed passes on that day."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.model.types import make_uuid
from ckan.types import Context
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.logic import flow
from ckanext.civic_core.record import record
from ckanext.civic_list import agencies, indexing, successions
from ckanext.civic_list.domain.errors import check
from ckanext.civic_list.domain.events_duties import SuccessionRecorded
from ckanext.civic_list.logic.schema import duties as schema
from ckanext.civic_list.messages import transaction
from ckanext.civic_list.model import Agency, Succession


@transaction
def civic_agency_succession_create(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Record that one body follows another. On that day duties, links and datasets pass; the past stays.

    List keepers may. Records ``agency.succession_recorded``, and ``agency.succeeded`` when the day comes.

    :param from: name or id of the body that ends or gives away.
    :param to: name or id of its successor; none where it is liquidated.
    :param day: the first day of the successor.
    :param act: the act that says so.
    :param kind: ``renamed``, ``merged``, ``split`` or ``liquidated``.
    :param items: codes of the items that go to this successor; needed for a split, else all.
    :param dry_run: only answer what would move; false by default.
    :returns: ``{"id", "from", "to", "day", "act", "kind", "items", "applied", "moves": {"duties", "links",
        "datasets"}}``; ``id`` is null for a dry run.
    :raises ValidationError: where the bodies, the kind and the items do not fit together.
    """
    tk.check_access("civic_agency_succession_create", context, data_dict)
    data = flow.checked(data_dict, schema.succession_create(), context)
    session = flow.session_of(context)
    old = agencies.need(session, data["from"])
    new = agencies.need(session, data["to"]) if data.get("to") else None
    _check(data, old, new)
    moves = successions.moves(session, old.id, data["day"], data.get("items"))
    row = Succession(
        id=make_uuid(), from_id=old.id, to_id=new.id if new else None, day=data["day"], act=data["act"],
        kind=data["kind"], items=data.get("items"), recorded_by=flow.actor_of(context), recorded_at=clock.now(),
    )
    if data["dry_run"]:
        return {**_shown(session, [row])[0], "id": None, "moves": moves}
    session.add(row)
    session.flush()
    record(session, SuccessionRecorded(old.id, row.id, row.to_id, row.kind, row.day), actor=flow.actor_of(context))
    passed = successions.apply(session, row) if row.day <= clock.today() else []
    flow.commit(context)
    indexing.settle(context, passed)
    return {**_shown(session, [row])[0], "moves": moves}


def _check(data: dict[str, Any], old: Agency, new: Agency | None) -> None:
    ends = data["kind"] == "liquidated"
    check(ends or new is not None, "successor_missing", "to")
    check(not ends or new is None, "successor_of_liquidated", "to")
    check(new is None or new.id != old.id, "successor_itself", "to")
    check(data["kind"] != "split" or data.get("items"), "split_needs_items", "items")


@tk.side_effect_free
@transaction
def civic_agency_succession_list(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Successions, the latest day first. Anybody may.

    :param limit: 20 by default, at most 100.
    :param offset: 0 by default.
    :returns: ``{"count", "results": [{"id", "from", "to", "day", "act", "kind", "items", "applied"}]}``.
    """
    tk.check_access("civic_agency_succession_list", context, data_dict)
    data = flow.checked(data_dict, schema.listing(), context)
    session = flow.session_of(context)
    count = session.scalar(sa.select(sa.func.count()).select_from(Succession))
    query = sa.select(Succession).order_by(Succession.day.desc(), Succession.id)
    rows = session.scalars(query.limit(data["limit"]).offset(data["offset"])).all()
    return {"count": count, "results": _shown(session, rows)}


def _shown(session: Session, rows: Any) -> list[dict[str, Any]]:
    names = agencies.titles(session, {id_ for row in rows for id_ in (row.from_id, row.to_id) if id_})
    return [
        {
            "id": row.id, "from": names[row.from_id], "to": names.get(row.to_id or ""), "day": row.day.isoformat(),
            "act": row.act, "kind": row.kind, "items": row.items, "applied": row.applied_at is not None,
        }
        for row in rows
    ]
