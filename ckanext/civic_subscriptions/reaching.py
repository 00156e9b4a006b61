"""How readers are reached: what the outbox asks before it sends."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import config
from ckanext.civic_core.domain.news import Endpoint, Links, Reach, Target
from ckanext.civic_subscriptions import refusals
from ckanext.civic_subscriptions.model import Address, Phone, Preferences
from ckanext.civic_subscriptions.model import Endpoint as Browser
from ckanext.civic_subscriptions.who import ADDRESS, manage_token, stop_token

__all__ = ["links", "reach"]


def links(recipient: str, target: Target | None) -> Links:
    """Signed addresses for this reader; no statement."""
    return Links(
        manage=tk.url_for("civic_subscriptions.index", token=manage_token(recipient), _external=True),
        stop=tk.url_for("civic_subscriptions_end.stop", token=stop_token(recipient, target), _external=True),
    )


def reach(session: Session, recipients: Collection[str]) -> dict[str, Reach]:
    """How these are reached; who is gone is left out. Six statements, however many they are."""
    asked = list(dict.fromkeys(recipients))
    people = {**_users(session, asked), **_addresses(session, asked)}
    chosen, phones, endpoints = _chosen(session, asked), _phones(session, asked), _endpoints(session, asked)
    refused = refusals.known(session, asked)
    found: dict[str, Reach] = {}
    for recipient, person in people.items():
        told = {**person, **chosen.get(recipient, {})}
        told["language"] = told["language"] or person["language"]
        told["email"] = _usable(refused, recipient, "email", person["email"])
        told["phone"] = _usable(refused, recipient, "sms", phones.get(recipient))
        told["app_id"] = _usable(refused, recipient, "app_push", told.get("app_id"))
        found[recipient] = Reach(recipient=recipient, endpoints=tuple(endpoints[recipient]), **told)
    return found


def _usable(refused: refusals.Refused, recipient: str, channel: str, address: str | None) -> str | None:
    if not address or (recipient, channel, refusals.digest(channel, address)) in refused:
        return None
    return address


def _users(session: Session, asked: Collection[str]) -> dict[str, dict[str, Any]]:
    user, language = model.User, config.site_language()
    rows = session.execute(
        sa.select(user.id, user.name, user.fullname, user.email).where(user.id.in_(asked), user.state == "active")
    )
    return {
        row.id: {"user_id": row.id, "name": row.fullname or row.name, "email": row.email, "language": language}
        for row in rows
    }


def _addresses(session: Session, asked: Collection[str]) -> dict[str, dict[str, Any]]:
    ids = [one.removeprefix(ADDRESS) for one in asked if one.startswith(ADDRESS)]
    rows = session.execute(
        sa.select(Address.id, Address.email, Address.language)
        .where(Address.id.in_(ids), Address.confirmed_at.is_not(None))
    )
    return {f"{ADDRESS}{row.id}": {"email": row.email, "language": row.language} for row in rows}


def _chosen(session: Session, asked: Collection[str]) -> Mapping[str, dict[str, Any]]:
    row = Preferences
    rows = session.execute(sa.select(
        row.recipient, row.language, row.paused_since, row.quiet_from, row.quiet_until, row.digest_hour, row.app_id
    ).where(row.recipient.in_(asked)))
    return {
        one.recipient: {
            "language": one.language, "paused": one.paused_since is not None, "hour": one.digest_hour,
            "quiet": (one.quiet_from, one.quiet_until) if one.quiet_from is not None else None, "app_id": one.app_id,
        }
        for one in rows
    }


def _phones(session: Session, asked: Collection[str]) -> Mapping[str, str]:
    query = sa.select(Phone.recipient, Phone.number).where(
        Phone.recipient.in_(asked), Phone.confirmed_at.is_not(None)
    )
    return dict(session.execute(query).tuples().all())


def _endpoints(session: Session, asked: Collection[str]) -> Mapping[str, list[Endpoint]]:
    rows = session.execute(
        sa.select(Browser.recipient, Browser.id, Browser.address, Browser.p256dh, Browser.auth)
        .where(Browser.recipient.in_(asked)).order_by(Browser.created, Browser.id)
    )
    found: dict[str, list[Endpoint]] = defaultdict(list)
    for row in rows:
        found[row.recipient].append(Endpoint(row.id, row.address, row.p256dh, row.auth))
    return found
