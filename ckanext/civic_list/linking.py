"""Links between duties and datasets, and the field of the dataset that declares them: always the same.

See docs/adr/004-duties-of-a-dataset.md. Nothing here commits.
"""
from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import ckan.model as core
import sqlalchemy as sa
from ckan.model.types import make_uuid
from sqlalchemy.orm import Session

from ckanext.civic_core import clock, config
from ckanext.civic_core.record import record
from ckanext.civic_core.roles import Roles
from ckanext.civic_list import duties
from ckanext.civic_list.domain import events_duties as events
from ckanext.civic_list.domain.errors import check
from ckanext.civic_list.model import Agency, Duty, Item, Link
from ckanext.civic_list.model.duty import LINK_OPEN

__all__ = ["bring_in_line", "decide", "declared", "end", "end_all", "open_link", "write_back"]


def declared(stored: Any) -> list[dict[str, str]]:
    """The field ``duties`` of a dataset as a list of ``{"duty", "role"}``."""
    value = json.loads(stored) if isinstance(stored, str) and stored else stored or []
    return [one if isinstance(one, dict) else {"duty": one, "role": "main"} for one in value]


def bring_in_line(session: Session, dataset: Any, wanted: Sequence[Mapping[str, str]], roles: Roles, actor: str) -> None:
    """Make the open links of a dataset those that it declares: new ones begin, others end, roles change."""
    current = _open_links(session, dataset.id)
    rows = duties.in_force_keys(session, [one["duty"] for one in wanted])
    for one in wanted:
        link = current.pop(one["duty"], None)
        if link is None:
            check(one["duty"] in rows, "duty_unknown", "duties", duty=one["duty"])
            open_link(session, dataset, rows[one["duty"]], one.get("role") or "main", roles, actor)
        elif link.role != (one.get("role") or "main"):
            link.role = one.get("role") or "main"
    for key, link in current.items():
        end(session, link, key, actor)


def _open_links(session: Session, dataset_id: str) -> dict[str, Link]:
    rows = session.execute(
        sa.select(Link, Item.code, Agency.name)
        .join(Duty, Duty.id == Link.duty_id)
        .join(Item, Item.id == Duty.item_id)
        .join(Agency, Agency.id == Duty.agency_id)
        .where(Link.dataset_id == dataset_id, Link.state.in_(LINK_OPEN))
        .order_by(Item.code, Agency.name)
    )
    return {f"{code}@{agency}": link for link, code, agency in rows}


def open_link(session: Session, dataset: Any, row: duties.Row, role: str, roles: Roles, actor: str) -> Link:
    """Link a dataset to a duty: at once where the one who links answers for the owing agency, else it waits.

    The database lets only one open link of a duty and a dataset be.
    """
    own = roles.keeps_list() or roles.publishes_for(row.agency.id)
    link = Link(
        id=make_uuid(), duty_id=row.duty.id, dataset_id=dataset.id, dataset_title=_title(dataset), role=role,
        state="confirmed" if own else "proposed", since=clock.today(), made_by=actor, made_at=clock.now(),
    )
    session.add(link)
    session.flush()
    kind = events.DutyLinked if own else events.DutyLinkProposed
    record(session, kind(row.duty.id, row.code, row.agency.name, dataset=dataset.id, role=role), actor=actor)
    return link


def _title(dataset: Any) -> dict[str, str]:
    stored = (dataset.extras or {}).get("title_translated")
    value = json.loads(stored) if isinstance(stored, str) and stored.startswith("{") else stored
    return dict(value) if isinstance(value, dict) and value else {config.site_language(): dataset.title or dataset.name}


def decide(session: Session, link: Link, decision: str, reason: str, actor: str) -> None:
    """Confirm, decline or dispute a link."""
    check(link.state in LINK_OPEN, "link_closed", "id")
    check(decision == "confirm" or reason, "reason_missing", "reason")
    code, agency = _names(session, link)
    link.decided_by, link.decided_at, link.reason = actor, clock.now(), reason
    if decision == "confirm":
        link.state = "confirmed"
        event: Any = events.DutyLinked(link.duty_id, code, agency, dataset=link.dataset_id, role=link.role)
    elif decision == "dispute":
        link.state = "disputed"
        event = events.DutyLinkDisputed(link.duty_id, code, agency, dataset=link.dataset_id)
    else:
        link.state, link.until, link.ended_at = "declined", clock.today(), clock.now()
        event = events.DutyLinkDeclined(link.duty_id, code, agency, dataset=link.dataset_id)
    record(session, event, actor=actor)


def end(session: Session, link: Link, key: str, actor: str) -> None:
    """The dataset no longer answers the duty."""
    code, _, agency = key.rpartition("@")
    link.state, link.until, link.ended_at = "ended", clock.today(), clock.now()
    record(session, events.DutyUnlinked(link.duty_id, code, agency, dataset=link.dataset_id), actor=actor)


def end_all(session: Session, dataset_id: str, actor: str) -> None:
    """The dataset is gone."""
    for key, link in _open_links(session, dataset_id).items():
        end(session, link, key, actor)


def _names(session: Session, link: Link) -> tuple[str, str]:
    row = session.execute(
        sa.select(Item.code, Agency.name).select_from(Duty)
        .join(Item, Item.id == Duty.item_id).join(Agency, Agency.id == Duty.agency_id)
        .where(Duty.id == link.duty_id)
    ).one()
    return row.code, row.name


def write_back(session: Session, dataset_id: str) -> None:
    """Make a dataset's field ``duties`` say what its open links are."""
    package = session.get(core.Package, dataset_id)
    if package is None:
        return
    links = [{"duty": key, "role": link.role} for key, link in _open_links(session, dataset_id).items()]
    extras = {name: value for name, value in (package.extras or {}).items() if name != "duties"}
    if links:
        extras["duties"] = stored(links)
    package.extras = extras
    package.metadata_modified = clock.now().replace(tzinfo=None)


def stored(links: Sequence[Mapping[str, str]]) -> str:
    """The field as CKAN keeps it."""
    return json.dumps([{"duty": link["duty"], "role": link["role"]} for link in links])
