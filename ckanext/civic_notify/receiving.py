"""What a provider tells later of a message: it arrived, it did not, or its address is gone for good."""
from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_notify import keys
from ckanext.civic_notify.channels import registry
from ckanext.civic_notify.channels.base import address_of
from ckanext.civic_notify.domain import states
from ckanext.civic_notify.model import Delivery
from ckanext.civic_notify.recipients import known

__all__ = ["Told", "receive"]

Told = Literal["delivered", "failed", "gone"]
_STEPS = {"delivered": "confirm", "failed": "refuse", "gone": "refuse"}
_REASONS = {"delivered": "", "failed": "undelivered", "gone": "undelivered"}


def receive(session: Session, channel: str, key: str, told: Told) -> bool:
    """Take a receipt, and commit it. One that comes twice or late changes nothing; whose key is not ours neither.

    :param key: what we called the message, or what the provider called it when it took it.
    :returns: False where it comes before the worker wrote down that the message was taken: it is to come again.
    """
    found = _find(session, channel, key)
    if found is None:
        session.rollback()
        return True
    moved = _move(session, found.id, told)
    if moved and told == "gone":
        _forget(session, channel, found.recipient)
    session.commit()
    return bool(moved) or found.state != states.CLAIMED


def _find(session: Session, channel: str, key: str) -> Any:
    number = keys.id_of(key)
    by_key = Delivery.id == number if number is not None else Delivery.reference == key
    return session.execute(
        sa.select(Delivery.id, Delivery.recipient, Delivery.state)
        .where(Delivery.channel == channel, by_key, sa.literal(bool(key))).limit(1)
    ).one_or_none()


def _move(session: Session, delivery: int, told: Told) -> int:
    """Move a message that was sent, and the news that it carries, if it is a digest. One statement."""
    state = states.after(states.SENT, _STEPS[told])
    ended = {"settled_at": clock.now()} if told != "delivered" else {}  # else it is when it was handed over
    moved: Any = session.execute(
        sa.update(Delivery)
        .where(sa.or_(Delivery.id == delivery, Delivery.digest_id == delivery), Delivery.state == states.SENT)
        .values(state=state, reason=_REASONS[told], answer=f"receipt: {told}", **ended)
        .execution_options(synchronize_session=False)
    )
    return int(moved.rowcount)


def _forget(session: Session, channel: str, recipient: str) -> None:
    """The reader's address of this channel is used no more."""
    plugin = known()
    reach = plugin.reach(session, [recipient]).get(recipient) if plugin and recipient else None
    address = address_of(reach, registry.capabilities(channel)) if reach else None
    if isinstance(address, str):
        plugin.unreachable(session, recipient, channel, address)
