"""Agencies: the organisations that can owe data."""
from __future__ import annotations

from typing import Any

import ckan.model as core
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import Action, Context

from ckanext.civic_core import config
from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_core.logic import flow
from ckanext.civic_list import agencies
from ckanext.civic_list.logic.schema import duties as schema
from ckanext.civic_list.messages import sentence, transaction
from ckanext.civic_list.model import Agency


@tk.side_effect_free
@transaction
def civic_agency_list(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Agencies by their title in the portal's language. Anybody may.

    :param ids: names or ids of the agencies wanted; optional.
    :param q: a part of a title or name; optional.
    :param group: statistics group (``CGO``, ``MIO``, ``QUASI``, ``OTHER``); optional.
    :param limit: 20 by default, at most 100.
    :param offset: 0 by default.
    :returns: ``{"count", "results": [{"id", "name", "title", "short_title", "body_group", "since", "until"}]}``;
        ``until`` is the day on which its life ended, or null.
    """
    tk.check_access("civic_agency_list", context, data_dict)
    data = flow.checked(data_dict, schema.agency_list(), context)
    session = flow.session_of(context)
    query = _filtered(data)
    count = session.scalar(sa.select(sa.func.count()).select_from(query.subquery()))
    order = (sa.func.lower(Agency.title[config.home_language()].astext), Agency.name)
    rows = session.scalars(query.order_by(*order).limit(data["limit"]).offset(data["offset"]))
    return {"count": count, "results": [_shown(row) for row in rows]}


def _filtered(data: dict[str, Any]) -> Any:
    query = sa.select(Agency)
    if data.get("ids") is not None:
        query = query.where(sa.or_(Agency.id.in_(data["ids"]), Agency.name.in_(data["ids"])))
    if data.get("group"):
        query = query.where(Agency.body_group == data["group"])
    for word in (data.get("q") or "").split():
        texts = sa.func.concat(Agency.name, " ", sa.cast(Agency.title, sa.Text), sa.cast(Agency.short_title, sa.Text))
        query = query.where(texts.icontains(word, autoescape=True))
    return query


def _shown(row: Agency) -> dict[str, Any]:
    days = {"since": row.since, "until": row.until}
    return agencies.shown(row) | {name: day.isoformat() if day else None for name, day in days.items()}


@tk.chained_action
def organization_delete(next_action: Action, context: Context, data_dict: dict[str, Any]) -> Any:
    """CKAN's ``organization_delete``; refused while the agency owes duties: a succession says first who follows it.

    :returns: what CKAN's action answers.
    :raises ValidationError: where duties stand or will stand.
    """
    tk.check_access("organization_delete", context, data_dict)
    _check_owes_nothing(context, data_dict)
    return next_action(context, data_dict)


@tk.chained_action
def organization_purge(next_action: Action, context: Context, data_dict: dict[str, Any]) -> Any:
    """CKAN's ``organization_purge``; refused while the agency owes duties: a succession says first who follows it.

    :returns: what CKAN's action answers.
    :raises ValidationError: where duties stand or will stand.
    """
    tk.check_access("organization_purge", context, data_dict)
    _check_owes_nothing(context, data_dict)
    return next_action(context, data_dict)


def _check_owes_nothing(context: Context, data_dict: dict[str, Any]) -> None:
    organisation = core.Group.get(str(data_dict.get("id") or ""))
    if organisation is not None and agencies.owes(flow.session_of(context), organisation.id):
        raise tk.ValidationError({"message": [sentence(Refused("agency_owes"))]})
