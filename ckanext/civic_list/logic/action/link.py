"""Datasets that answer duties: linked, confirmed, disputed, taken off."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ckan.model as core
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import Context
from sqlalchemy.orm import Session, aliased

from ckanext.civic_core.logic import flow
from ckanext.civic_core.roles import roles_of
from ckanext.civic_list import agencies, duties, indexing, linking
from ckanext.civic_list.delivery import settling
from ckanext.civic_list.domain.errors import check
from ckanext.civic_list.logic.schema import duties as schema
from ckanext.civic_list.messages import transaction
from ckanext.civic_list.model import Agency, Duty, Edition, Item, ItemVersion, Link


@transaction
def civic_duty_link(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Say that a dataset answers a duty.

    Editors of the dataset's agency and list keepers may. A duty of one's own agency is linked at once; that of another
    body waits until its agency or the keeper confirms. Records ``duty.linked`` or ``duty.link_proposed``.

    :param duty: ``CODE@agency``.
    :param dataset: id or name of the dataset.
    :param role: ``main`` (default), ``part`` or ``additional``.
    :returns: the link as :func:`civic_duty_link_list` answers it.
    :raises ValidationError: where the duty does not stand, or the dataset is linked already (``conflict``).
    """
    tk.check_access("civic_duty_link", context, data_dict)
    data = flow.checked(data_dict, schema.link(), context)
    session = flow.session_of(context)
    dataset = _held(session, data["dataset"])
    row = duties.in_force_keys(session, [data["duty"]]).get(data["duty"])
    check(row, "duty_unknown", "duty", duty=data["duty"])
    assert row is not None  # noqa: S101  said by the check above
    link = linking.open_link(session, dataset, row, data["role"], roles_of(context), flow.actor_of(context))
    return _settled(context, session, link)


@transaction
def civic_duty_unlink(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Take a dataset off a duty.

    Editors of the dataset's or of the owing agency and list keepers may. Records ``duty.unlinked``.

    :param duty: ``CODE@agency`` or id of the duty.
    :param dataset: id or name of the dataset.
    :returns: the link as :func:`civic_duty_link_list` answers it.
    :raises ObjectNotFound: where they are not linked.
    """
    tk.check_access("civic_duty_unlink", context, data_dict)
    data = flow.checked(data_dict, schema.unlink(), context)
    session = flow.session_of(context)
    duty = duties.need(session, {"id": data["duty"]})
    dataset = _held(session, data["dataset"])
    linked = _open(session, dataset.id, lambda link: link.duty_id == duty.id)
    if linked is None:
        raise tk.ObjectNotFound(tk._("They are not linked"))
    linking.end(session, linked, flow.actor_of(context))
    return _settled(context, session, linked.link)


@transaction
def civic_duty_link_decide(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Decide on a link: confirm or decline one that waits, dispute one that is wrong.

    The agency that owes confirms and declines; list keepers may all. A disputed link counts for nothing until it is
    confirmed or declined. Records ``duty.linked``, ``duty.link_declined`` or ``duty.link_disputed``.

    :param id: id of the link.
    :param decision: ``confirm``, ``decline`` or ``dispute``.
    :param reason: why; needed to decline and to dispute.
    :returns: the link as :func:`civic_duty_link_list` answers it.
    """
    tk.check_access("civic_duty_link_decide", context, data_dict)
    data = flow.checked(data_dict, schema.link_decide(), context)
    session = flow.session_of(context)
    dataset_id = session.scalar(sa.select(Link.dataset_id).where(Link.id == data["id"]))
    if dataset_id is None:
        raise tk.ObjectNotFound(tk._("There is no such link"))
    linking.hold(session, dataset_id)
    linked = _open(session, dataset_id, lambda link: link.id == data["id"])
    check(linked, "link_closed", "id")
    assert linked is not None  # noqa: S101  said by the check above
    linking.decide(session, linked, data["decision"], data.get("reason") or "", flow.actor_of(context))
    return _settled(context, session, linked.link)


def _held(session: Session, key: str) -> Any:
    """The dataset of this id or name, held until the commit."""
    package = core.Package
    id_ = session.scalar(
        sa.select(package.id).where(sa.or_(package.id == key, package.name == key), package.state == "active")
    )
    if id_ is None:
        raise tk.ObjectNotFound(tk._("There is no such dataset"))
    return linking.hold(session, id_)


def _open(session: Session, dataset_id: str, wanted: Callable[[Link], bool]) -> linking.Linked | None:
    links = linking.of_datasets(session, [dataset_id])[dataset_id]
    return next((one for one in links if wanted(one.link)), None)


def _settled(context: Context, session: Session, link: Link) -> dict[str, Any]:
    """Bring the dataset's field in line, commit, and only then tell the index."""
    linking.write_back(session, [link.dataset_id])
    settling.settle(session, [link.duty_id], [link.dataset_id], actor=flow.actor_of(context))
    flow.commit(context)
    indexing.settle(context, [link.dataset_id])
    return _shown(session, [link.id])[0]


@tk.side_effect_free
@transaction
def civic_duty_link_list(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Links of duties and datasets, the newest first.

    List keepers may; editors of an agency may for its duties.

    :param agency: name or id of the agency that owes; needed for who is no keeper.
    :param state: ``proposed``, ``confirmed``, ``disputed``, ``declined`` or ``ended``; optional.
    :param dataset: id of a dataset; optional.
    :param limit: 20 by default, at most 100.
    :param offset: 0 by default.
    :returns: ``{"count", "results": [{"id", "code", "title", "agency", "dataset": {"id", "name", "title",
        "publisher"}, "role", "state", "since", "until", "reason"}]}``.
    """
    tk.check_access("civic_duty_link_list", context, data_dict)
    data = flow.checked(data_dict, schema.link_list(), context)
    session = flow.session_of(context)
    query = sa.select(Link)
    if data.get("agency"):
        agency = agencies.need(session, data["agency"])
        query = query.join(Duty, Duty.id == Link.duty_id).where(Duty.agency_id == agency.id)
    if data.get("state"):
        query = query.where(Link.state == data["state"])
    if data.get("dataset"):
        query = query.where(Link.dataset_id == data["dataset"])
    count = session.scalar(sa.select(sa.func.count()).select_from(query.subquery()))
    order = query.order_by(Link.made_at.desc(), Link.id).limit(data["limit"]).offset(data["offset"])
    return {"count": count, "results": _shown(session, [link.id for link in session.scalars(order)])}


def _shown(session: Session, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Links as answers show them; one statement however many."""
    publisher = aliased(Agency)
    rows = session.execute(
        sa.select(Link, Item.code, _latest_title().label("title"), Agency, core.Package.name, publisher)
        .join(Duty, Duty.id == Link.duty_id)
        .join(Item, Item.id == Duty.item_id)
        .join(Agency, Agency.id == Duty.agency_id)
        .outerjoin(core.Package, core.Package.id == Link.dataset_id)
        .outerjoin(publisher, publisher.id == core.Package.owner_org)
        .where(Link.id.in_(ids))
        .order_by(Link.made_at.desc(), Link.id)
    )
    return [_as_dict(*row) for row in rows]


def _latest_title() -> Any:
    """The item's title in the last edition that was approved."""
    return (
        sa.select(ItemVersion.title).join(Edition, Edition.id == ItemVersion.edition_id)
        .where(ItemVersion.item_id == Duty.item_id, Edition.approved_at.is_not(None))
        .order_by(Edition.effective_from.desc().nulls_last()).limit(1).correlate(Duty).scalar_subquery()
    )


def _as_dict(link: Link, code: str, title: Any, agency: Agency, name: str | None, by: Agency | None) -> dict[str, Any]:
    return {
        "id": link.id, "code": code, "title": title, "agency": agencies.shown(agency), "role": link.role,
        "dataset": {
            "id": link.dataset_id, "name": name, "title": link.dataset_title,
            "publisher": agencies.shown(by) if by else None,
        },
        "state": link.state, "since": link.since.isoformat(),
        "until": link.until.isoformat() if link.until else None, "reason": link.reason,
    }
