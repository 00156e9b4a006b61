"""The agency register follows CKAN's organisations, in the same transaction."""
from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import ckan.model as core
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ckanext.civic_core import clock, config
from ckanext.civic_list.model import Agency, AgencyName

__all__ = ["by_names", "end", "follow", "need", "shown", "sync", "titles"]


def follow(session: Session, organisation: Any) -> None:
    """Bring the register in line with an organisation; a new name is kept with the day it began."""
    facts = _facts(organisation)
    session.execute(
        insert(Agency).values(id=organisation.id, **facts)
        .on_conflict_do_update(index_elements=[Agency.id], set_=facts)
    )
    _remember_name(session, organisation.id, facts)


def _facts(organisation: Any) -> dict[str, Any]:
    extras = organisation.extras or {}
    title = _texts(extras.get("title_translated")) or {config.site_language(): organisation.title or organisation.name}
    return {
        "name": organisation.name, "code": extras.get("code") or None, "title": title,
        "short_title": _texts(extras.get("short_title_translated")), "body_group": extras.get("body_group") or None,
    }


def _texts(stored: Any) -> dict[str, str]:
    """Texts as CKAN's extras keep them: a mapping, or its JSON."""
    value = json.loads(stored) if isinstance(stored, str) and stored.startswith("{") else stored
    return dict(value) if isinstance(value, Mapping) else {}


def _remember_name(session: Session, agency_id: str, facts: Mapping[str, Any]) -> None:
    kept = {name: facts[name] for name in ("title", "short_title", "body_group")}
    last = session.scalars(
        sa.select(AgencyName).where(AgencyName.agency_id == agency_id).order_by(AgencyName.since.desc()).limit(1)
    ).first()
    if last is not None and {name: getattr(last, name) for name in kept} == kept:
        return
    session.execute(
        insert(AgencyName)
        .values(agency_id=agency_id, since=clock.today(), recorded_at=clock.now(), **kept)
        .on_conflict_do_update(constraint="civic_list_agency_name_one_a_day", set_=kept)
    )
    session.expire_all()


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
    found = _find(session, name_or_id)
    if found is None and sync(session):
        found = _find(session, name_or_id)
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no agency {name}").format(name=name_or_id))
    return found


def _find(session: Session, name_or_id: str) -> Agency | None:
    return session.scalars(
        sa.select(Agency).where(sa.or_(Agency.name == name_or_id, Agency.id == name_or_id)).limit(1)
    ).first()


def by_names(session: Session, names: Iterable[str]) -> dict[str, Agency]:
    """Agencies by the name or id they were asked for; one statement, two where one is new."""
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


def end(session: Session, agency_id: str, day: Any) -> None:
    """The agency's life ends: it owes nothing from that day on."""
    session.execute(sa.update(Agency).where(Agency.id == agency_id, Agency.until.is_(None)).values(until=day))
