"""The days on which links count. Nothing here commits."""
from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from ckan.model.types import make_uuid
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_list.model import Link, LinkSpell

__all__ = ["follow"]


def follow(session: Session, link_ids: Collection[str]) -> None:
    """Begin and end spells, so that those that go on are those of links that count now; two statements and the writes.

    A link counts while it is confirmed, as main data or a part of them, for the duty that it is of.
    """
    if not link_ids:
        return
    session.flush()
    links = session.scalars(sa.select(Link).where(Link.id.in_(list(link_ids)))).all()
    going_on = {
        spell.link_id: spell for spell in session.scalars(
            sa.select(LinkSpell).where(LinkSpell.link_id.in_(list(link_ids)), LinkSpell.until.is_(None))
        )
    }
    today = clock.today()
    begun: list[LinkSpell] = []
    for link in links:
        counts = link.state == "confirmed" and link.role != "additional"
        spell = going_on.get(link.id)
        if spell is not None and not (counts and spell.duty_id == link.duty_id):
            spell.until, spell = max(today, spell.since), None
        if counts and spell is None:
            begun.append(LinkSpell(
                id=make_uuid(), link_id=link.id, duty_id=link.duty_id, dataset_id=link.dataset_id, since=today
            ))
    session.flush()
    session.add_all(begun)
    session.flush()
