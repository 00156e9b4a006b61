"""The steps of an edition from draft to law, each by the right person."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import Context
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.domain.events import Event
from ckanext.civic_core.logic import flow
from ckanext.civic_core.record import SYSTEM, record
from ckanext.civic_list import annex, editions, revising, terms
from ckanext.civic_list.domain import editions as life
from ckanext.civic_list.domain import events_editions as events
from ckanext.civic_list.domain.errors import check
from ckanext.civic_list.logic.schema import editions as schema
from ckanext.civic_list.messages import transaction
from ckanext.civic_list.model import Edition


def _held(context: Context, data: dict[str, Any]) -> tuple[Session, Edition]:
    session = flow.session_of(context)
    return session, editions.locked(session, editions.find(session, {"id": data["id"]}))


def _settle(edition: Edition, step: str) -> None:
    """The one place that sets the state of an edition."""
    edition.state = life.step(edition.state, step)


def _done(context: Context, session: Session, edition: Edition, event: Event) -> dict[str, Any]:
    record(session, event, actor=flow.actor_of(context))
    flow.commit(context)
    return editions.shown(session, [edition], keeper=True)[0]


@transaction
def civic_edition_submit(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Hand a draft over for approval by a second person; its rows can then no longer be changed.

    List keepers may. Records ``edition.submitted``.

    :param id: id or number of the edition.
    :returns: the edition as ``civic_edition_show`` answers it.
    :raises ValidationError: where it is no draft or has no rows.
    """
    tk.check_access("civic_edition_submit", context, data_dict)
    data = flow.checked(data_dict, schema.one(), context)
    session, edition = _held(context, data)
    _settle(edition, "submit")
    life.check_submission(editions.facts(session, edition))
    edition.submitted_by, edition.submitted_at = flow.actor_of(context), clock.now()
    event = events.EditionSubmitted(edition.id, edition.number, revision=edition.revision)
    return _done(context, session, edition, event)


@transaction
def civic_edition_return(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Give a submitted edition back to be put right: it is a draft again.

    List keepers may. Records ``edition.returned``.

    :param id: id or number of the edition.
    :param reason: what is to be put right.
    :returns: the edition as ``civic_edition_show`` answers it.
    :raises ValidationError: where it is not submitted.
    """
    tk.check_access("civic_edition_return", context, data_dict)
    data = flow.checked(data_dict, schema.reasoned(), context)
    session, edition = _held(context, data)
    _settle(edition, "return")
    edition.reason, edition.submitted_by, edition.submitted_at = data["reason"], None, None
    return _done(context, session, edition, events.EditionReturned(edition.id, edition.number))


@transaction
def civic_edition_approve(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Approve a submitted edition: from ``effective_from`` on its duties stand.

    Administrators of the authorised body may, but never who submitted it
    (``ckanext.civic_list.two_person_rule``; sysadmins are not exempt). What is approved is the annex, the workbook made
    of the rows: its SHA-256 is kept. Records ``edition.approved``, and ``item.revised`` for each row that it changes.

    :param id: id or number of the edition.
    :param act_number, act_date: of the act that approves it; may have been given before.
    :param effective_from: the first day on which it is in force; may be set once later; optional.
    :param revision: the revision that the approver looked at; another one is refused with ``conflict``; optional.
    :returns: the edition as ``civic_edition_show`` answers it.
    :raises ValidationError: where it is not submitted, has no act, the approver submitted it, or the day is too early.
    """
    tk.check_access("civic_edition_approve", context, data_dict)
    data = flow.checked(data_dict, schema.approve(), context)
    session, edition = _held(context, data)
    _settle(edition, "approve")
    if data.get("revision") not in (None, edition.revision):
        raise flow.conflict()
    for name in ("act_number", "act_date", "effective_from"):
        if data.get(name):
            setattr(edition, name, data[name])
    two_persons = tk.config["ckanext.civic_list.two_person_rule"]
    life.check_approval(editions.facts(session, edition), flow.actor_of(context), two_persons=two_persons)
    edition.approved_by, edition.approved_at = flow.actor_of(context), clock.now()
    edition.annex_sha256 = annex.digest(session, edition)
    if edition.effective_from:
        _bring_into_force(session, edition, edition.effective_from, flow.actor_of(context))
    event = events.EditionApproved(
        edition.id, edition.number, act_number=edition.act_number, act_date=edition.act_date,
        effective_from=edition.effective_from, annex_sha256=edition.annex_sha256,
    )
    return _done(context, session, edition, event)


def _bring_into_force(session: Session, edition: Edition, day: date, actor: str) -> None:
    editions.hold_law(session)
    approved_on = clock.day_of(edition.approved_at or clock.now())
    life.check_effective(
        day, approved_on, editions.others_in_law(session, edition.id),
        back_dating=tk.config["ckanext.civic_list.back_dating"],
    )
    edition.effective_from = day
    session.flush()
    terms.enact(session, edition, clock.now())
    revising.record_revisions(session, edition, actor)


@transaction
def civic_edition_set_effective(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Say from which day an approved edition is in force: once, where it was not said on approval.

    Administrators of the authorised body may. Records ``edition.effective_set``, and ``item.revised`` for each row that
    it changes.

    :param id: id or number of the edition.
    :param effective_from: the first day on which it is in force.
    :returns: the edition as ``civic_edition_show`` answers it.
    :raises ValidationError: where it is not approved, has its day already, or the day is too early.
    """
    tk.check_access("civic_edition_set_effective", context, data_dict)
    data = flow.checked(data_dict, schema.set_effective(), context)
    session, edition = _held(context, data)
    check(edition.state == life.APPROVED, "edition_not_approved", "id")
    check(edition.effective_from is None, "effective_set_already", "effective_from", day=edition.effective_from)
    _bring_into_force(session, edition, data["effective_from"], flow.actor_of(context))
    event = events.EditionEffectiveSet(edition.id, edition.number, effective_from=edition.effective_from)
    return _done(context, session, edition, event)


@transaction
def civic_edition_revoke(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Take an approved edition out of force: from that day the former edition is in force again.

    Administrators of the authorised body may. Records ``edition.revoked``.

    :param id: id or number of the edition.
    :param act: the act that revokes it.
    :param day: the first day on which it is no longer in force; not in the past.
    :returns: the edition as ``civic_edition_show`` answers it.
    :raises ValidationError: where it is not approved, or the day has passed.
    """
    tk.check_access("civic_edition_revoke", context, data_dict)
    data = flow.checked(data_dict, schema.revoke(), context)
    session, edition = _held(context, data)
    _settle(edition, "revoke")
    check(data["day"] >= clock.today(), "day_passed", "day")
    edition.revoked_on, edition.revoked_act = data["day"], data["act"]
    session.flush()
    terms.repeal(session, edition, data["day"], clock.now())
    event = events.EditionRevoked(edition.id, edition.number, act=data["act"], day=data["day"])
    return _done(context, session, edition, event)


@transaction
def civic_edition_withdraw(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Give up a draft or a submitted edition. It stays to be seen by the keepers.

    List keepers may. Records ``edition.withdrawn``.

    :param id: id or number of the edition.
    :param reason: why.
    :returns: the edition as ``civic_edition_show`` answers it.
    :raises ValidationError: where it is approved already.
    """
    tk.check_access("civic_edition_withdraw", context, data_dict)
    data = flow.checked(data_dict, schema.reasoned(), context)
    session, edition = _held(context, data)
    _settle(edition, "withdraw")
    edition.reason = data["reason"]
    return _done(context, session, edition, events.EditionWithdrawn(edition.id, edition.number))


def settle_superseded(session: Session, today: date) -> Sequence[Edition]:
    """Write down which edition is in force, and which no longer are because a later one is. Commits nothing.

    Where that later one was revoked, the former is in force again.

    :returns: the editions whose state changed. Records ``edition.superseded`` and ``edition.reinstated``.
    """
    current = terms.in_force(session, today)
    if current is None:
        return []
    passed = session.scalars(
        sa.select(Edition).where(
            Edition.state == life.APPROVED, Edition.id != current.id, Edition.effective_from < current.effective_from
        )
    ).all()
    for edition in passed:
        _settle(edition, "supersede")
        record(session, events.EditionSuperseded(edition.id, edition.number, by=current.number), actor=SYSTEM)
    if current.state != life.SUPERSEDED:
        return passed
    _settle(current, "reinstate")
    record(session, events.EditionReinstated(current.id, current.number), actor=SYSTEM)
    return [*passed, current]
