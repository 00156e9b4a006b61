"""Sends the link by which one sees and changes one's subscriptions without a login."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.model as model
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import languages, speaking
from ckanext.civic_subscriptions import counting, letters
from ckanext.civic_subscriptions.model import Address, Preferences
from ckanext.civic_subscriptions.who import ADDRESS, manage_token

__all__ = ["KIND", "asked", "send", "token_of"]

KIND = "manage_link"
_A_DAY = 3

token_of = manage_token


def asked(email: str, language: str | None) -> dict[str, Any]:
    """What is asked, for the worker that does it."""
    return {"email": email, "language": speaking.spoken(language or languages.reader())}


def send(session: Session, said: Mapping[str, Any]) -> None:
    """Send it to who has this address: an account, or an address that was confirmed; nothing where nobody has."""
    email = said["email"]
    recipients = _known(session, email)
    if not counting.allowed(session, KIND, email, a_day=_A_DAY) or not recipients:
        return
    chosen = dict(session.execute(
        sa.select(Preferences.recipient, Preferences.language).where(Preferences.recipient.in_(recipients))
    ).tuples().all())
    for recipient in recipients:
        spoken = chosen.get(recipient) or said["language"]
        letters.manage_link(session, recipient, email, spoken)


def _known(session: Session, email: str) -> list[str]:
    users = sa.select(model.User.id).where(
        sa.func.lower(model.User.email) == email, model.User.state == "active"
    ).limit(5)
    address = sa.select(sa.literal(ADDRESS) + Address.id).where(
        Address.email == email, Address.confirmed_at.is_not(None)
    )
    return [*session.scalars(users), *session.scalars(address)]
