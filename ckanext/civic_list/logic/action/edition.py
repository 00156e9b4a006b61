"""Editions of the unified list: begun, described, shown."""
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
from ckanext.civic_core.roles import roles_of
from ckanext.civic_list import editions
from ckanext.civic_list.domain.editions import DRAFT, SUBMITTED, WITHDRAWN
from ckanext.civic_list.domain.errors import check
from ckanext.civic_list.domain.events_editions import EditionCreated, EditionUpdated
from ckanext.civic_list.logic.schema import editions as schema
from ckanext.civic_list.messages import transaction
from ckanext.civic_list.model import Edition, ItemVersion


@transaction
def civic_edition_create(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Begin an edition as a draft, empty or as a copy of another.

    List keepers may. Records ``edition.created``.

    :param number: what the edition is called in addresses, such as ``2026``; no two share one.
    :param copy_of: id or number of the edition whose rows it begins with; items keep their codes; optional.
    :param title: a text per language; optional.
    :param act_number, act_date, registration_number, registered_on, published_on, act_url, effective_from: what is
        known of the act already; days in ISO 8601 or ``dd.mm.yyyy``; optional.
    :returns: the edition as :func:`civic_edition_show` answers it.
    :raises ValidationError: for a number that is taken and for values of the wrong form.
    """
    tk.check_access("civic_edition_create", context, data_dict)
    data = flow.checked(data_dict, schema.create(), context)
    session = flow.session_of(context)
    origin = editions.find(session, {"id": data.pop("copy_of")}) if data.get("copy_of") else None
    _check_number(session, data["number"])
    edition = Edition(
        id=make_uuid(), state=DRAFT, made_by=flow.actor_of(context), made_at=clock.now(), revision=0,
        copied_from=origin.id if origin else None, **{"title": {}, **_filled(data)},
    )
    session.add(edition)
    session.flush()
    if origin is not None:
        _copy_rows(session, origin.id, edition.id)
    record(session, EditionCreated(edition.id, edition.number, copied_from=origin.number if origin else None),
           actor=flow.actor_of(context))
    flow.commit(context)
    return _answer(context, edition)


def _check_number(session: Session, number: str, edition_id: str = "") -> None:
    taken = session.scalar(sa.select(Edition.id).where(Edition.number == number, Edition.id != edition_id))
    check(not taken, "edition_number_taken", "number", number=number)


def _filled(data: dict[str, Any]) -> dict[str, Any]:
    """What was given; a text that was emptied is empty, not unknown."""
    empty: dict[str, Any] = {"title": {}, "act_number": "", "registration_number": "", "act_url": ""}
    return {name: empty.get(name) if value is None else value for name, value in data.items()}


def _copy_rows(session: Session, source: str, target: str) -> None:
    columns = [c.name for c in ItemVersion.__table__.columns if c.name not in {"id", "edition_id"}]
    chosen = [getattr(ItemVersion, name) for name in columns]
    session.execute(sa.insert(ItemVersion).from_select(
        ["id", "edition_id", *columns],
        sa.select(sa.cast(sa.func.gen_random_uuid(), sa.Text), sa.literal(target), *chosen)
        .where(ItemVersion.edition_id == source),
    ))


@transaction
def civic_edition_update(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Change what is known of an edition: title, act, registration, dates. Its rows stay as they are.

    List keepers may. While it is a draft or submitted everything can be changed; once it is approved only where its
    registration and publication can be found. Records ``edition.updated``.

    :param id: id or number of the edition; other parameters as in :func:`civic_edition_create`; what is left out stays.
    :returns: the edition as :func:`civic_edition_show` answers it.
    :raises ValidationError: for values of the wrong form and for what may not change any more.
    """
    tk.check_access("civic_edition_update", context, data_dict)
    data = flow.checked(data_dict, schema.update(), context)
    session = flow.session_of(context)
    edition = editions.locked(session, editions.find(session, {"id": data.pop("id")}))
    changed = {name: value for name, value in _filled(data).items() if getattr(edition, name) != value}
    open_ = edition.state in {DRAFT, SUBMITTED}
    late = set(changed) - {"registration_number", "registered_on", "published_on", "act_url"}
    check(edition.state != WITHDRAWN, "edition_step", "id", state=edition.state)
    check(open_ or not late, "edition_approved", next(iter(sorted(late)), "id"))
    if "number" in changed:
        _check_number(session, changed["number"], edition.id)
    if changed:
        for name, value in changed.items():
            setattr(edition, name, value)
        record(session, EditionUpdated(edition.id, edition.number, fields=tuple(sorted(changed))),
               actor=flow.actor_of(context))
    flow.commit(context)
    return _answer(context, edition)


@tk.side_effect_free
@transaction
def civic_edition_show(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """One edition.

    Anybody may see what is, or was, law; drafts are shown to list keepers only, and so is who acted on an edition.

    :param id: id or number of the edition, or
    :param number: its number, or
    :param in_force_on: a day: the edition in force on it.
    :returns: ``{"id", "number", "title", "state", "in_force", "rows", "act_number", "act_date", "registration_number",
        "registered_on", "published_on", "act_url", "effective_from", "revoked_on", "revoked_act", "source_name",
        "source_sha256", "annex_sha256"}``; for keepers also ``revision``, ``reason``, and who made, submitted and
        approved it and when (user ids).
    :raises ObjectNotFound: where there is none, or none that the caller may see.
    """
    tk.check_access("civic_edition_show", context, data_dict)
    data = flow.checked(data_dict, schema.which(), context)
    return _answer(context, visible(context, editions.find(flow.session_of(context), data)))


def visible(context: Context, edition: Edition) -> Edition:
    """The edition, where the caller may see it.

    :raises ckan.plugins.toolkit.ObjectNotFound: for a draft that is not the caller's business.
    """
    if editions.public(edition) or roles_of(context).keeps_list():
        return edition
    raise tk.ObjectNotFound(tk._("There is no such edition"))


def _answer(context: Context, edition: Edition) -> dict[str, Any]:
    keeper = roles_of(context).keeps_list()
    return editions.shown(flow.session_of(context), [edition], keeper=keeper)[0]


@tk.side_effect_free
@transaction
def civic_edition_list(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Editions, the newest first.

    Anybody may: what is, or was, law; keepers see drafts, submitted and withdrawn ones too.

    :param state: ``draft``, ``submitted``, ``approved``, ``superseded``, ``withdrawn`` or ``revoked``; optional.
    :param limit: 20 by default, at most 100.
    :param offset: 0 by default.
    :returns: ``{"count", "results": [edition, ...]}`` as :func:`civic_edition_show` answers each.
    """
    tk.check_access("civic_edition_list", context, data_dict)
    data = flow.checked(data_dict, schema.listing(), context)
    session = flow.session_of(context)
    keeper = roles_of(context).keeps_list()
    query = sa.select(Edition)
    if not keeper:
        query = query.where(Edition.approved_at.is_not(None))
    if data.get("state"):
        query = query.where(Edition.state == data["state"])
    count = session.scalar(sa.select(sa.func.count()).select_from(query.subquery()))
    order = (sa.func.coalesce(Edition.effective_from, sa.func.date(Edition.made_at)).desc(), Edition.number.desc())
    found = session.scalars(query.order_by(*order).limit(data["limit"]).offset(data["offset"])).all()
    return {"count": count, "results": editions.shown(session, found, keeper=keeper)}
