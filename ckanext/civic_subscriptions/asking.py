"""Subscriptions without an account: an address asks, a letter goes there, and who opens its link confirms."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from ckan.model.types import make_uuid
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ckanext.civic_core import clock, languages, speaking
from ckanext.civic_core.domain.news import Target
from ckanext.civic_subscriptions import counting, keeping, letters, settings
from ckanext.civic_subscriptions.domain import defaults
from ckanext.civic_subscriptions.keeping import Wanted
from ckanext.civic_subscriptions.model import Address, Wish
from ckanext.civic_subscriptions.who import ADDRESS

__all__ = ["KIND", "ask", "asked", "confirm", "forget"]

KIND = "confirm_address"
#: letters that ask an address to confirm: on one day, and in all until it does
_A_DAY, _IN_ALL = 1, 3
#: what one address may wish before it is confirmed
_MOST = 20


def asked(email: str, language: str | None, wanted: Wanted) -> dict[str, Any]:
    """What is asked, for the worker that does it."""
    return {
        "email": email, "language": speaking.spoken(language or languages.reader()), "target": list(wanted.target),
        "label": dict(wanted.label), "tempo": wanted.tempo or defaults.tempo(wanted.target.type),
    }


def ask(session: Session, said: Mapping[str, Any]) -> None:
    """Keep what is wished at an address, and ask there whether it is so, where that is not too often."""
    address = _address(session, said["email"], said["language"])
    _wish(session, address.id, said)
    if counting.allowed(session, KIND, said["email"], a_day=_A_DAY, in_all=_IN_ALL):
        titles = [wish.label for wish in _wishes(session, address.id)]
        letters.confirm_address(session, address.id, said["email"], address.language, titles)


def _address(session: Session, email: str, language: str) -> Any:
    now = clock.now()
    statement = insert(Address.__table__).values(
        id=make_uuid(), email=email, language=language, last_asked=now, created=now
    )
    return session.execute(
        statement.on_conflict_do_update(constraint="civic_subscriptions_address_once", set_={"last_asked": now})
        .returning(Address.id, Address.language)
    ).one()


def _wish(session: Session, address_id: str, said: Mapping[str, Any]) -> None:
    if len(_wishes(session, address_id)) >= _MOST:
        return
    kind, identifier = said["target"]
    statement = insert(Wish.__table__).values(
        address_id=address_id, target_type=kind, target_id=identifier, tempo=said["tempo"], label=said["label"],
        created=clock.now(),
    )
    session.execute(statement.on_conflict_do_update(
        index_elements=["address_id", "target_type", "target_id"],
        set_={"tempo": statement.excluded.tempo, "created": statement.excluded.created},
    ))


def _wishes(session: Session, address_id: str) -> list[Wish]:
    return list(session.scalars(sa.select(Wish).where(Wish.address_id == address_id).order_by(Wish.created)))


def confirm(session: Session, address_id: str) -> str | None:
    """Make subscriptions of what an address wished.

    :returns: the recipient; None where the address is forgotten.
    """
    now = clock.now()
    email = session.scalar(
        sa.update(Address).where(Address.id == address_id)
        .values(confirmed_at=sa.func.coalesce(Address.confirmed_at, now)).returning(Address.email)
    )
    if email is None:
        return None
    recipient = f"{ADDRESS}{address_id}"
    keeping.follow(session, recipient, [
        Wanted(Target(wish.target_type, wish.target_id), wish.label, wish.tempo, ["email"])
        for wish in _wishes(session, address_id)
    ])
    session.execute(sa.delete(Wish).where(Wish.address_id == address_id))
    counting.forget(session, KIND, email)
    return recipient


def forget(session: Session) -> int:
    """Forget addresses and wishes that nobody confirmed in time; two statements.

    :returns: how many addresses.
    """
    before = clock.now() - settings.unconfirmed()
    session.execute(sa.delete(Wish).where(Wish.created < before))
    gone: Any = session.execute(sa.delete(Address).where(Address.confirmed_at.is_(None), Address.last_asked < before))
    return int(gone.rowcount)
