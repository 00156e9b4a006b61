"""The agency register follows CKAN's organisations, in the same transaction."""
from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import ckan.model as core
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ckanext.civic_core import clock, config
from ckanext.civic_list.model import Agency, AgencyName, DutyTerm

__all__ = [
    "by_names", "end", "follow", "need", "owes", "revive", "shown", "sync", "texts", "titles",
]

_NAMED = ("title", "short_title", "body_group")


def follow(session: Session, organisation: Any) -> bool:
    """Bring the register in line with an organisation; a new name is kept with the day on which it began.

    :returns: whether the name in addresses changed, by which datasets call the agency's duties.
    """
    session.flush()
    facts = _facts(organisation)
    known = session.get(Agency, organisation.id)
    renamed = known is not None and known.name != facts["name"]
    _free_name(session, organisation.id, facts["name"])
    session.execute(
        insert(Agency).values(id=organisation.id, **facts)
        .on_conflict_do_update(index_elements=[Agency.id], set_=facts)
    )
    if known is not None:
        session.refresh(known)
    _remember_name(session, organisation.id, {name: facts[name] for name in _NAMED})
    return renamed


def _facts(organisation: Any) -> dict[str, Any]:
    extras = organisation.extras or {}
    title = texts(extras.get("title_translated")) or {config.home_language(): organisation.title or organisation.name}
    gone = organisation.state != "active"
    return {
        "name": organisation.name, "code": extras.get("code") or None, "title": title,
        "short_title": texts(extras.get("short_title_translated")), "body_group": extras.get("body_group") or None,
        **({"until": clock.today()} if gone else {}),
    }


def texts(stored: Any) -> dict[str, Any]:
    """A text per language as CKAN's extras keep it: a mapping, or its JSON; empty where it is neither."""
    try:
        value = json.loads(stored) if isinstance(stored, str) else stored
    except ValueError:
        return {}
    return dict(value) if isinstance(value, Mapping) else {}


def _free_name(session: Session, agency_id: str, name: str) -> None:
    """A body whose organisation was purged gives its name to the one that has it now."""
    former = sa.update(Agency).where(Agency.name == name, Agency.id != agency_id)
    session.execute(former.values(name=sa.func.concat(Agency.name, "-", sa.func.left(Agency.id, 8))))


def _remember_name(session: Session, agency_id: str, kept: Mapping[str, Any]) -> None:
    last = session.execute(
        sa.select(*(getattr(AgencyName, name) for name in _NAMED))
        .where(AgencyName.agency_id == agency_id).order_by(AgencyName.since.desc()).limit(1)
    ).mappings().first()
    if last is not None and dict(last) == dict(kept):
        return
    session.execute(
        insert(AgencyName)
        .values(agency_id=agency_id, since=clock.today(), recorded_at=clock.now(), **kept)
        .on_conflict_do_update(constraint="civic_list_agency_name_one_a_day", set_=dict(kept))
    )


def sync(session: Session) -> int:
    """Take in organisations that were there before the list; how many there were."""
    unknown = session.scalars(
        sa.select(core.Group)
        .outerjoin(Agency, Agency.id == core.Group.id)
        .where(core.Group.is_organization, core.Group.state == "active", Agency.id.is_(None))
    ).all()
    for organisation in unknown:
        follow(session, organisation)
    return len(unknown)


def need(session: Session, name_or_id: str) -> Agency:
    """The agency of this name or id.

    :raises ckan.plugins.toolkit.ObjectNotFound: where there is none.
    """
    found = by_names(session, [name_or_id]).get(name_or_id)
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no agency {name}").format(name=name_or_id))
    return found


def by_names(session: Session, names: Iterable[str]) -> dict[str, Agency]:
    """Agencies by the name or id they were asked for; one statement, more where one is new."""
    wanted = set(names)
    found = _by_names(session, wanted)
    if wanted - found.keys() and sync(session):
        found = _by_names(session, wanted)
    return found


def _by_names(session: Session, wanted: set[str]) -> dict[str, Agency]:
    rows = session.scalars(sa.select(Agency).where(sa.or_(Agency.name.in_(wanted), Agency.id.in_(wanted))))
    return {key: row for row in rows for key in (row.name, row.id) if key in wanted}


def titles(session: Session, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Agencies as answers show them, by id; one statement."""
    return {row.id: shown(row) for row in session.scalars(sa.select(Agency).where(Agency.id.in_(set(ids))))}


def shown(agency: Any) -> dict[str, Any]:
    """An agency as answers show it."""
    return {
        "id": agency.id, "name": agency.name, "title": agency.title, "short_title": agency.short_title,
        "body_group": agency.body_group,
    }


def owes(session: Session, agency_id: str) -> bool:
    """Whether the agency has duties that stand today or will stand."""
    coming = DutyTerm.until > sa.func.greatest(DutyTerm.since, clock.today())
    return bool(session.scalar(
        sa.select(sa.exists().where(DutyTerm.agency_id == agency_id, sa.or_(DutyTerm.until.is_(None), coming)))
    ))


def end(session: Session, agency_id: str, day: date) -> None:
    """The agency's life ends: it owes nothing from that day on."""
    session.execute(sa.update(Agency).where(Agency.id == agency_id, Agency.until.is_(None)).values(until=day))


def revive(session: Session, agency_id: str) -> None:
    """A body that ended lives again: another one passes to it."""
    session.execute(sa.update(Agency).where(Agency.id == agency_id).values(until=None))
