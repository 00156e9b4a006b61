"""Links between duties and datasets, and the field of the dataset that declares them: always the same.

See docs/adr/004-duties-of-a-dataset.md. Nothing here commits. Who writes a dataset's links holds the dataset's row, so
that two people at once cannot leave the field and the links different.
"""
from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ckan.model as core
import sqlalchemy as sa
from ckan.model.types import make_uuid
from sqlalchemy.orm import Session

from ckanext.civic_core import clock, config
from ckanext.civic_core.domain.events import Event
from ckanext.civic_core.record import record, record_all
from ckanext.civic_core.roles import Roles
from ckanext.civic_list import agencies, duties, own_terms, spells
from ckanext.civic_list.domain import events_duties as events
from ckanext.civic_list.domain.errors import check
from ckanext.civic_list.model import Agency, Duty, Item, Link
from ckanext.civic_list.model.duty import LINK_OPEN

__all__ = [
    "FIELD", "bring_in_line", "decide", "declared", "end", "end_all", "hold", "is_public", "of_agency", "of_datasets",
    "of_duty", "open_link", "write_back",
]

FIELD = "duties"


@dataclass(frozen=True)
class Linked:
    """An open link with the name of its duty."""

    link: Link
    code: str
    agency: str

    @property
    def key(self) -> str:
        """The duty as a dataset names it."""
        return f"{self.code}@{self.agency}"


def declared(stored: Any) -> list[dict[str, str]]:
    """The field ``duties`` of a dataset as a list of ``{"duty", "role"}``; empty where it is no such list."""
    try:
        value = json.loads(stored) if isinstance(stored, str) and stored else stored or []
    except ValueError:
        return []
    rows = [one if isinstance(one, dict) else {"duty": one} for one in value if isinstance(one, dict | str)]
    return [{"duty": row["duty"], "role": row.get("role") or "main"} for row in rows if row.get("duty")]


def hold(session: Session, dataset_id: str) -> Any:
    """The dataset's row, held until the commit; None where there is none."""
    session.flush()
    return session.scalars(
        sa.select(core.Package).where(core.Package.id == dataset_id).with_for_update()
        .execution_options(populate_existing=True)
    ).first()


def is_public(dataset: Any) -> bool:
    """Whether everybody may see it."""
    return dataset.state == "active" and not dataset.private


def of_datasets(session: Session, dataset_ids: Iterable[str]) -> dict[str, list[Linked]]:
    """Open links of datasets, in the order in which they were made; one statement."""
    rows = session.execute(
        sa.select(Link, Item.code, Agency.name)
        .join(Duty, Duty.id == Link.duty_id)
        .join(Item, Item.id == Duty.item_id)
        .join(Agency, Agency.id == Duty.agency_id)
        .where(Link.dataset_id.in_(list(dataset_ids)), Link.state.in_(LINK_OPEN))
        .order_by(Link.made_at, Item.code, Agency.name)
        .execution_options(populate_existing=True)
    )
    found: dict[str, list[Linked]] = defaultdict(list)
    for link, code, agency in rows:
        found[link.dataset_id].append(Linked(link, code, agency))
    return found


def of_agency(session: Session, agency_id: str) -> list[str]:
    """Ids of the datasets that answer an agency's duties."""
    return list(session.scalars(
        sa.select(Link.dataset_id).join(Duty, Duty.id == Link.duty_id)
        .where(Duty.agency_id == agency_id, Link.state.in_(LINK_OPEN)).distinct()
    ))


def of_duty(session: Session, duty_id: str) -> list[str]:
    """Ids of the datasets that answer a duty."""
    return list(session.scalars(
        sa.select(Link.dataset_id).where(Link.duty_id == duty_id, Link.state.in_(LINK_OPEN))
    ))


def bring_in_line(
    session: Session, dataset: Any, wanted: Sequence[Mapping[str, str]], roles: Roles, actor: str
) -> set[str]:
    """Make the open links of a dataset those that it declares: new ones begin, others end, roles change.

    They learn whether it is public. As many statements for thirty links as for one.

    :returns: ids of the duties for which something changed.
    """
    current = {one.key: one for one in of_datasets(session, [dataset.id])[dataset.id]}
    touched = {one.link.duty_id for one in current.values() if one.link.public != is_public(dataset)}
    for one in current.values():
        one.link.public = is_public(dataset)
    rows = duties.in_force_keys(session, [one["duty"] for one in wanted if one["duty"] not in current])
    contested = _contested(session, dataset.id, [row.duty.id for row in rows.values()])
    changed: list[Link] = []
    happened: list[Event] = []
    for one in wanted:
        linked = current.pop(one["duty"], None)
        if linked is not None:
            told = _take_role(linked, one["role"])
            changed += [linked.link] if told else []
            happened += told
        else:
            check(one["duty"] in rows, "duty_unknown", FIELD, duty=one["duty"])
            link, event = _begin(session, dataset, rows[one["duty"]], one["role"], roles, actor, contested)
            changed.append(link)
            happened.append(event)
    happened += [_end(linked) for linked in current.values()]
    changed += [linked.link for linked in current.values()]
    spells.follow(session, [link.id for link in changed])
    record_all(session, happened, actor=actor)
    return touched | {link.duty_id for link in changed}


def _contested(session: Session, dataset_id: str, duty_ids: Sequence[str]) -> set[str]:
    """Duties for which the keeper disputed this dataset, and nobody has settled that: linking anew settles nothing."""
    if not duty_ids:
        return set()
    return set(session.scalars(
        sa.select(Link.duty_id).where(Link.dataset_id == dataset_id, Link.duty_id.in_(duty_ids), Link.contested)
    ))


def _take_role(linked: Linked, role: str) -> list[Event]:
    link = linked.link
    if link.role == role:
        return []
    link.role = role
    return [events.DutyLinkChanged(link.duty_id, linked.code, linked.agency, dataset=link.dataset_id, role=role)]


def open_link(session: Session, dataset: Any, row: duties.Row, role: str, roles: Roles, actor: str) -> Link:
    """Link a dataset to a duty: at once where the one who links answers for the owing agency, else it waits.

    The database lets only one open link of a duty and a dataset be. Records ``duty.linked`` or ``duty.link_proposed``,
    ``duty.link_disputed`` where the keeper had disputed the pair before.
    """
    contested = _contested(session, dataset.id, [row.duty.id])
    link, event = _begin(session, dataset, row, role, roles, actor, contested)
    spells.follow(session, [link.id])
    record(session, event, actor=actor)
    return link


def _begin(
    session: Session, dataset: Any, row: duties.Row, role: str, roles: Roles, actor: str, contested: Container[str]
) -> tuple[Link, Event]:
    own = roles.keeps_list() or roles.publishes_for(row.agency.id)
    disputed = row.duty.id in contested and not roles.keeps_list()
    link = Link(
        id=make_uuid(), duty_id=row.duty.id, dataset_id=dataset.id, dataset_title=_title(dataset), role=role,
        state="disputed" if disputed else "confirmed" if own else "proposed", public=is_public(dataset),
        since=clock.today(), made_by=actor, made_at=clock.now(), contested=disputed,
    )
    session.add(link)
    about = (row.duty.id, row.code, row.agency.name)
    if disputed:
        return link, events.DutyLinkDisputed(*about, dataset=dataset.id)
    kind = events.DutyLinked if own else events.DutyLinkProposed
    return link, kind(*about, dataset=dataset.id, role=role)


def _title(dataset: Any) -> dict[str, str]:
    several = agencies.texts((dataset.extras or {}).get("title_translated"))
    return several or {config.home_language(): dataset.title or dataset.name}


def decide(session: Session, linked: Linked, decision: str, reason: str, actor: str) -> None:
    """Confirm, decline or dispute a link."""
    link = linked.link
    check(decision == "confirm" or reason, "reason_missing", "reason")
    link.decided_by, link.decided_at, link.reason = actor, clock.now(), reason
    about: dict[str, Any] = {"code": linked.code, "agency": linked.agency, "dataset": link.dataset_id}
    if decision == "confirm":
        link.state, link.contested = "confirmed", False
        _settle_contest(session, link)
        event: Event = events.DutyLinked(link.duty_id, **about, role=link.role)
    elif decision == "dispute":
        link.state, link.contested = "disputed", True
        event = events.DutyLinkDisputed(link.duty_id, **about)
    else:
        link.state, link.until, link.ended_at = "declined", clock.today(), clock.now()
        event = events.DutyLinkDeclined(link.duty_id, **about)
    spells.follow(session, [link.id])
    record(session, event, actor=actor)


def _settle_contest(session: Session, link: Link) -> None:
    session.execute(
        sa.update(Link).where(Link.duty_id == link.duty_id, Link.dataset_id == link.dataset_id, Link.contested)
        .values(contested=False)
    )


def end(session: Session, linked: Linked, actor: str) -> None:
    """The dataset no longer answers the duty. Records ``duty.unlinked``."""
    event = _end(linked)
    spells.follow(session, [linked.link.id])
    record(session, event, actor=actor)


def end_all(session: Session, dataset_id: str, actor: str) -> set[str]:
    """The dataset is gone: its links end.

    :returns: ids of the duties that it answered.
    """
    linked = of_datasets(session, [dataset_id])[dataset_id]
    ended = [_end(one) for one in linked]
    spells.follow(session, [one.link.id for one in linked])
    record_all(session, ended, actor=actor)
    return {one.link.duty_id for one in linked}


def _end(linked: Linked) -> Event:
    link = linked.link
    link.state, link.until, link.ended_at = "ended", clock.today(), clock.now()
    return events.DutyUnlinked(link.duty_id, linked.code, linked.agency, dataset=link.dataset_id)


def write_back(session: Session, dataset_ids: Iterable[str]) -> None:
    """Make the field of each dataset say what its open links are, and its period the strictest of theirs.

    Three statements and one update a thousand datasets. The dataset counts as changed, so that CKAN does not answer it
    from an index that does not know yet.
    """
    ids = list(dataset_ids)
    session.flush()
    linked = of_datasets(session, ids)
    periods = duties.periods(session, [one.link.duty_id for several in linked.values() for one in several])
    packages = session.scalars(
        sa.select(core.Package).where(core.Package.id.in_(ids)).execution_options(populate_existing=True)
    )
    for package in packages:
        _declare(package, linked[package.id], periods)
    session.flush()


def _declare(package: Any, linked: Sequence[Linked], periods: Mapping[str, str]) -> None:
    extras = {name: value for name, value in (package.extras or {}).items() if name != FIELD}
    if linked:
        extras[FIELD] = stored([{"duty": one.key, "role": one.link.role} for one in linked])
        owed = [periods[one.link.duty_id] for one in linked if one.link.duty_id in periods]
        if owed:
            extras["update_period"] = own_terms.periods().strictest(owed)
    for one in linked:
        one.link.public = is_public(package)
    package.extras = extras
    package.metadata_modified = clock.now().replace(tzinfo=None)


def stored(links: Sequence[Mapping[str, str]]) -> str:
    """The field as CKAN keeps it."""
    return json.dumps([{"duty": link["duty"], "role": link["role"]} for link in links])
