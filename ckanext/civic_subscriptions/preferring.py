"""What a reader chose for all that he is sent. Nothing here commits."""
from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_subscriptions import refusals
from ckanext.civic_subscriptions.domain import phones
from ckanext.civic_subscriptions.model import Address, Endpoint, Phone, Preferences, Refusal
from ckanext.civic_subscriptions.offered import check_channels
from ckanext.civic_subscriptions.who import ADDRESS

__all__ = ["change", "shown"]

_PLAIN = ("language", "quiet_from", "quiet_until", "digest_hour", "work_tempo", "app_id")


def shown(session: Session, recipient: str, *, whole: bool) -> dict[str, Any]:
    """What a reader chose and where he is reached; a fixed number of statements.

    :param whole: with the addresses as they are: for who is signed in, not for who has a link.
    """
    chosen = session.get(Preferences, recipient, populate_existing=True) or _nothing(recipient)
    email = _email(session, recipient)
    phone = session.scalar(
        sa.select(Phone.number).where(Phone.recipient == recipient, Phone.confirmed_at.is_not(None))
    )
    return {
        "language": chosen.language, "paused": chosen.paused_since is not None,
        "paused_since": chosen.paused_since.isoformat() if chosen.paused_since else None,
        "quiet_from": _spelled(chosen.quiet_from), "quiet_until": _spelled(chosen.quiet_until),
        "digest_hour": chosen.digest_hour, "work_tempo": chosen.work_tempo,
        "work_channels": list(chosen.work_channels), "account": not recipient.startswith(ADDRESS),
        "email": email if whole else _covered(email), "email_refused": _refused(session, recipient, email),
        "phone": phone if whole or not phone else phones.covered(phone), "app_id": chosen.app_id if whole else None,
        "endpoints": _endpoints(session, recipient), "follows_taken": chosen.follows_taken is not None,
    }


def _nothing(recipient: str) -> Preferences:
    return Preferences(recipient=recipient, digest_hour=9, work_tempo="daily", work_channels=["email"])


def _spelled(moment: time | None) -> str | None:
    return f"{moment:%H:%M}" if moment else None


def _covered(email: str | None) -> str | None:
    """``a•••@example.kz``."""
    name, _, host = (email or "").partition("@")
    return f"{name[:1]}•••@{host}" if host else None


def _email(session: Session, recipient: str) -> str | None:
    if recipient.startswith(ADDRESS):
        return session.scalar(sa.select(Address.email).where(Address.id == recipient.removeprefix(ADDRESS)))
    return session.scalar(sa.select(model.User.email).where(model.User.id == recipient))


def _refused(session: Session, recipient: str, email: str | None) -> bool:
    return bool(email) and session.get(Refusal, (recipient, "email", refusals.digest("email", email or ""))) is not None


def _endpoints(session: Session, recipient: str) -> list[dict[str, Any]]:
    rows = session.execute(
        sa.select(Endpoint.id, Endpoint.user_agent, Endpoint.created)
        .where(Endpoint.recipient == recipient).order_by(Endpoint.created.desc())
    )
    return [{"id": row.id, "user_agent": row.user_agent, "created": row.created.isoformat()} for row in rows]


def change(session: Session, recipient: str, data: Mapping[str, Any], *, whole: bool) -> None:
    """Change what is given; the rest stays.

    :param whole: whether who asks is signed in.
    :raises Refused: ``channel_unknown``, ``quiet_half``, ``only_signed_in``.
    """
    values = {name: data[name] for name in _PLAIN if name in data}
    if not whole and "app_id" in values:
        raise Refused("only_signed_in", "app_id")
    if ("quiet_from" in values) != ("quiet_until" in values) or (
        (values.get("quiet_from") is None) != (values.get("quiet_until") is None)
    ):
        raise Refused("quiet_half", "quiet_from")
    _check_language(values.get("language"))
    _write(session, recipient, {**values, **_work_channels(data), **_paused(session, recipient, data)})
    if "phone" in data and not data["phone"]:
        session.execute(sa.delete(Phone).where(Phone.recipient == recipient))
    if data.get("try_email_again"):
        refusals.forget(session, recipient, "email")


def _check_language(language: str | None) -> None:
    offered = list(tk.config["ckan.locales_offered"])
    if language and language not in offered:
        raise Refused("language_unknown", "language", languages=", ".join(offered))


def _work_channels(data: Mapping[str, Any]) -> dict[str, Any]:
    if "work_channels" not in data:
        return {}
    check_channels(data["work_channels"], "work_channels")
    return {"work_channels": data["work_channels"] or []}


def _paused(session: Session, recipient: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """A pause that lasts goes on since when it began."""
    if "paused" not in data:
        return {}
    if not data["paused"]:
        return {"paused_since": None}
    since = session.scalar(sa.select(Preferences.paused_since).where(Preferences.recipient == recipient))
    return {"paused_since": since or clock.now()}


def _write(session: Session, recipient: str, values: Mapping[str, Any]) -> None:
    now = clock.now()
    statement = insert(Preferences.__table__).values(recipient=recipient, created=now, changed=now, **values)
    session.execute(statement.on_conflict_do_update(
        index_elements=["recipient"], set_={"changed": now, **values}
    ))
