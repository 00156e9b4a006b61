"""Duties: who owes what now, or owed it on a past day."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.model.types import make_uuid
from ckan.types import Context
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.logic import flow
from ckanext.civic_core.record import record
from ckanext.civic_core.roles import roles_of
from ckanext.civic_list import agencies, duties, duties_shown, editions, indexing, linking, own_terms, terms
from ckanext.civic_list import facets as counting
from ckanext.civic_list.delivery import owing, reviewing
from ckanext.civic_list.domain.errors import check
from ckanext.civic_list.domain.events_duties import DutyChanged
from ckanext.civic_list.domain.events_editions import ProposalProposed
from ckanext.civic_list.logic.schema import duties as schema
from ckanext.civic_list.messages import transaction
from ckanext.civic_list.model import Duty, Proposal


@tk.side_effect_free
@transaction
def civic_duty_search(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Duties in force: items of the list with the agencies that owe them, and the datasets that answer them.

    Anybody may. A fixed number of statements, however long the list.

    :param q: words of a title in any language, or a code; optional.
    :param agency: name or id of an agency; optional.
    :param group: statistics group (``CGO``, ``MIO``, ``QUASI``, ``OTHER``); optional.
    :param category: code of a category; optional.
    :param period: code or name of an update period; optional.
    :param has_data: whether a public dataset is linked; optional.
    :param state: code of the state that they have on the day (``fresh``, ``due``, ``overdue``, ``delinquent``,
        ``missing``, ``not_started``, ``suspended``); optional.
    :param as_of: the duties that stood on this day; today by default.
    :param sort: ``number`` (default), ``title``, ``agency``, ``code``, or ``due``: by the next due day.
    :param facets: whether to count by facet; true by default.
    :param limit: 20 by default, at most 100.
    :param offset: 0 by default.
    :returns: ``{"count", "results": [duty], "facets": {"agency": [{"value", "title", "count"}], "group", "category",
        "period", "has_data", "state"}, "edition": number or null}``; a duty is ``{"id", "code", "number", "title",
        "agency", "category", "period", "schedule", "way", "responsible_unit", "has_data",
        "datasets": [{"id", "name", "title", "role", "state"}], "state", "reason": {"code", "params"}, "since",
        "next_due"}``: state, reason and the day since which the state holds are null where nothing was worked out yet.
    """
    tk.check_access("civic_duty_search", context, data_dict)
    data = flow.checked(data_dict, schema.duty_search(), context)
    session = flow.session_of(context)
    day = data.get("as_of") or clock.today()
    edition = terms.in_force(session, day)
    rows = duties.page(session, edition, day, data) if edition else []
    cells, states = duties.cells(session, edition, day, data) if edition else ([], {})
    owing = agencies.titles(session, {cell.agency for cell in cells})
    return {
        "count": counting.count(cells, owing, data), "edition": edition.number if edition else None,
        "results": duties_shown.shown(session, rows, duties_shown.reader_of(context), day),
        "facets": counting.facets(cells, states, owing, data) if data["facets"] else {},
    }


@tk.side_effect_free
@transaction
def civic_duty_show(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """One duty: what is owed, by whom, since when, and the datasets that answer it.

    Anybody may.

    :param code: code of the item, with
    :param agency: name or id of the agency; or
    :param id: id of the duty, or ``CODE@agency``.
    :param as_of: as it stood on this day; today by default.
    :returns: the duty as :func:`civic_duty_search` answers it, with the schedule that holds where the list names none
        too, and ``{"composition", "theme", "note", "first_due", "responsible_unit", "duty_note",
        "own_terms": {...} or null, "edition": {...}, "in_force": bool, "numbers": [{"edition", "number", "title"}],
        "links": [...], "obligations": [...], "suspension": {"since", "until", "ground"} or null,
        "may_review": {"allowed", "why"}}``; ``links`` has those that wait or are disputed too. ``obligations`` are the
        last 24 that opened and the next one, the oldest first, as :func:`civic_obligation_list` answers them.
    :raises ObjectNotFound: where there is no such duty.
    """
    tk.check_access("civic_duty_show", context, data_dict)
    data = flow.checked(data_dict, schema.duty_show(), context)
    session = flow.session_of(context)
    duty = duties.need(session, data)
    day = data.get("as_of") or clock.today()
    row, in_force = duties.row_on(session, duty, day)
    reader = duties_shown.reader_of(context)
    shown = duties_shown.shown(session, [row], reader, day)[0]
    return {
        **shown, "schedule": owing.schedule(duty, row.version, row.period),
        "obligations": owing.of_duty(session, duty.id, day, reader),
        "suspension": owing.suspension(session, duty.id, day),
        "may_review": reviewing.may_review(session, duty, roles_of(context), clock.today()),
        "in_force": in_force, "composition": list(row.version.composition), "theme": row.version.theme,
        "note": row.version.note, "first_due": row.version.first_due.isoformat() if row.version.first_due else None,
        "responsible_unit": duty.responsible_unit, "duty_note": duty.note, "own_terms": own_terms.shown(duty),
        "edition": editions.shown(session, [row.edition], keeper=False)[0],
        "numbers": duties.numbers(session, duty.item_id, keeper=roles_of(context).keeps_list()),
        "links": duties_shown.links(session, [duty.id], reader).get(duty.id, []),
    }


@tk.side_effect_free
@transaction
def civic_duty_autocomplete(context: Context, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """Duties to choose from while one types, for the dataset form.

    Who publishes for an agency may: its own duties. List keepers and sysadmins: all.

    :param q: words of a title, or a code; optional.
    :param agency: name or id of one agency; optional.
    :param limit: 10 by default, at most 100.
    :returns: ``[{"value": "CODE@agency", "code", "title", "agency", "category", "period"}]``.
    """
    tk.check_access("civic_duty_autocomplete", context, data_dict)
    data = flow.checked(data_dict, schema.duty_autocomplete(), context)
    session = flow.session_of(context)
    rows = duties.search(session, clock.today(), {**data, "agencies": _own(context)})
    return [
        {
            "value": row.key, "code": row.code, "title": row.version.title, "agency": agencies.shown(row.agency),
            "category": row.version.category, "period": row.period,
        }
        for row in rows
    ]


def _own(context: Context) -> Sequence[str] | None:
    roles = roles_of(context)
    if roles.keeps_list():
        return None
    return [id_ for id_, capacity in roles.agencies if capacity in {"editor", "admin"}]


@transaction
def civic_duty_update(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Change what an agency says of its duty: responsible unit, note, its own period or schedule.

    The agency's admins and list keepers may. A period that is stricter than now holds at once, a looser one from the
    next period on. One that is looser than the item's is a proposal that the keeper decides, and needs a reason.
    Records ``duty.changed`` or ``proposal.proposed``.

    :param id: id of the duty or ``CODE@agency`` (or ``code`` with ``agency``).
    :param responsible_unit: a text per language; optional.
    :param note: optional.
    :param period: code or name of an update period; optional.
    :param schedule: ``{"kind", "days", "unit"}``; optional.
    :param reason: why the period should be looser.
    :returns: the duty as :func:`civic_duty_show` answers it; ``proposal`` has the id of a proposal that was made.
    :raises ValidationError: where a looser period has no reason.
    """
    tk.check_access("civic_duty_update", context, data_dict)
    data = flow.checked(data_dict, schema.duty_update(), context)
    session = flow.session_of(context)
    duty = duties.need(session, data, lock=True)
    row, _ = duties.row_on(session, duty, clock.today())
    wanted = {name: data[name] for name in ("period", "schedule") if data.get(name)}
    proposal = None
    if wanted and own_terms.is_looser(row.version, wanted) and not roles_of(context).keeps_list():
        check(data.get("reason"), "reason_missing", "reason")
        proposal = _propose(session, row, wanted, data["reason"], flow.actor_of(context))
        wanted = {}
    changed = (*_describe(duty, data), *own_terms.apply(session, duty, row.version, wanted))
    if changed:
        record(session, DutyChanged(duty.id, row.code, row.agency.name, fields=changed), actor=flow.actor_of(context))
    datasets = linking.of_duty(session, duty.id) if "period" in changed else []
    linking.write_back(session, datasets)
    flow.commit(context)
    indexing.settle(context, datasets)
    shown = civic_duty_show(context, {"id": duty.id})
    return {**shown, "proposal": proposal}


def _describe(duty: Duty, data: Mapping[str, Any]) -> tuple[str, ...]:
    """Responsible unit and note, where given."""
    values = {"responsible_unit": data.get("responsible_unit") or {}, "note": data.get("note") or ""}
    changed = tuple(name for name, value in values.items() if name in data and getattr(duty, name) != value)
    for name in changed:
        setattr(duty, name, values[name])
    return changed


def _propose(session: Session, row: duties.Row, wanted: Mapping[str, Any], reason: str, actor: str) -> str:
    proposal = Proposal(
        id=make_uuid(), agency_id=row.agency.id, item_id=row.version.item_id, kind="period", fields=dict(wanted),
        reason=reason, state="proposed", made_by=actor, made_at=clock.now(),
    )
    session.add(proposal)
    record(session, ProposalProposed(proposal.id, row.agency.name, "period"), actor=actor)
    return proposal.id
