"""Whose subscriptions are meant: those of who is signed in, or of who has a signed link."""
from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import Context
from sqlalchemy.orm import Session

from ckanext.civic_core import signing
from ckanext.civic_core.domain.news import Target
from ckanext.civic_core.roles import roles_of
from ckanext.civic_subscriptions.model import Address

__all__ = [
    "ADDRESS", "address_token", "is_there", "manage_token", "read_address", "read_stop", "signed_in", "stop_token",
    "who",
]

#: before the id of an address in the name of its recipient
ADDRESS = "address:"
_MANAGE, _STOP, _CONFIRM = "subscriptions", "stop", "confirm_address"
_YEAR = timedelta(days=365)


def who(context: Context, data: Mapping[str, Any]) -> str:
    """The recipient that a call is about: of the token where one is given, else of the account.

    :raises ckan.plugins.toolkit.NotAuthorized: where the token is not ours, too old, for something else or of
        somebody who is gone, or nobody is signed in.
    """
    token = data.get("token")
    recipient = _of_token(str(token)) if token else roles_of(context).user_id
    if recipient is None:
        raise tk.NotAuthorized(tk._("Sign in, or open the newest link that was sent to you."))
    return recipient


def signed_in(context: Context) -> str:
    """The account of who is signed in.

    :raises ckan.plugins.toolkit.NotAuthorized: where nobody is.
    """
    return who(context, {})


def _of_token(token: str) -> str | None:
    recipient = signing.read(_MANAGE, token)
    return recipient if isinstance(recipient, str) and is_there(model.Session(), recipient) else None


def is_there(session: Session, recipient: str) -> bool:
    """Whether this is an active account, or an address that was confirmed."""
    if recipient.startswith(ADDRESS):
        query = sa.select(Address.id).where(
            Address.id == recipient.removeprefix(ADDRESS), Address.confirmed_at.is_not(None)
        )
    else:
        query = sa.select(model.User.id).where(model.User.id == recipient, model.User.state == "active")
    return session.scalar(query) is not None


def manage_token(recipient: str) -> str:
    """For the pages where a reader sees and changes what he follows; good for a year."""
    return signing.sign(_MANAGE, recipient, _YEAR)


def stop_token(recipient: str, target: Target | None) -> str:
    """To end what a message came of, or, without a target, all messages; good for a year."""
    return signing.sign(_STOP, [recipient, *(target or ("", ""))], _YEAR)


def read_stop(token: Any) -> tuple[str, Target | None] | None:
    """Whose and what a token to stop is; None where it is none."""
    said = signing.read(_STOP, str(token or ""))
    if not isinstance(said, list) or len(said) != 3:
        return None
    recipient, kind, identifier = said
    return recipient, Target(kind, identifier) if kind else None


def address_token(address_id: str, lasts: timedelta) -> str:
    """To say that an address is one's own."""
    return signing.sign(_CONFIRM, address_id, lasts)


def read_address(token: Any) -> str | None:
    """The address that a token confirms."""
    said = signing.read(_CONFIRM, str(token or ""))
    return said if isinstance(said, str) else None
