"""Browsers that agreed to be pushed to. Nothing here commits."""
from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from ckan.model.types import make_uuid
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_subscriptions.model import Endpoint

__all__ = ["subscribe", "unsubscribe"]

#: browsers of one reader; the oldest makes room
_MOST = 10
#: bytes of an uncompressed point of P-256, and of the secret (RFC 8291)
_POINT, _SECRET = 65, 16


def subscribe(session: Session, recipient: str, data: Mapping[str, Any]) -> str:
    """Keep a browser; its id. Who signed in there last has it.

    :raises Refused: ``endpoint_wrong``.
    """
    row = Endpoint
    values = {
        "recipient": recipient, "user_agent": str(data.get("user_agent") or "")[:200], "created": clock.now(),
        **_keys(data["keys"]),
    }
    statement = insert(row.__table__).values(id=make_uuid(), address=_address(data["endpoint"]), **values)
    kept = session.scalar(
        statement.on_conflict_do_update(constraint="civic_subscriptions_endpoint_once", set_=values).returning(row.id)
    )
    newest = sa.select(row.id).where(row.recipient == recipient).order_by(row.created.desc(), row.id).limit(_MOST)
    session.execute(sa.delete(row).where(row.recipient == recipient, row.id.not_in(newest), row.id != kept))
    return str(kept)


def _address(given: str) -> str:
    parts = urlsplit(given)
    if parts.scheme != "https" or not parts.hostname or parts.username or "." not in parts.hostname:
        raise Refused("endpoint_wrong", "endpoint")
    return given


def _keys(given: Any) -> dict[str, str]:
    if not isinstance(given, Mapping):
        raise Refused("endpoint_wrong", "keys")
    said = {name: str(given.get(name) or "") for name in ("p256dh", "auth")}
    point, secret = _decoded(said["p256dh"]), _decoded(said["auth"])
    if len(point) != _POINT or point[:1] != b"\x04" or len(secret) != _SECRET:
        raise Refused("endpoint_wrong", "keys")
    return said


def _decoded(said: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(said + "=" * (-len(said) % 4))
    except (binascii.Error, ValueError):
        return b""


def unsubscribe(session: Session, recipient: str, data: Mapping[str, Any]) -> bool:
    """Forget a browser of this reader; whether there was one."""
    row = Endpoint
    meant = row.id == data["id"] if "id" in data else row.address == data.get("endpoint", "")
    gone: Any = session.execute(sa.delete(row).where(row.recipient == recipient, meant))
    return bool(gone.rowcount)
