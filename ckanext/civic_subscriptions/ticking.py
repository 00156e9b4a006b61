"""What subscriptions owe to time: what was not confirmed is forgotten, what is orphaned too, successors inherit."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import ckan.model as model
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_subscriptions import asking, counting, linking, outbox, phoning, settings
from ckanext.civic_subscriptions.model import Address, Endpoint, Phone, Preferences, Refusal, Subscription, Wish
from ckanext.civic_subscriptions.who import ADDRESS

__all__ = ["faults", "sync", "tick"]

_MANY = 500


def tick(session: Session, now: datetime) -> list[str]:
    """Forget and pass on what is due; a fixed number of statements."""
    forgotten = asking.forget(session)
    phoning.forget(session)
    for kind in (linking.KIND, phoning.KIND):
        counting.forget_old(session, kind, days=1)
    _forget_searches(session, now)
    inherited = _pass_on(session, now)
    gone = _forget_readers(session, _deleted)
    _forget_idle(session, now)
    session.commit()
    done = [(forgotten, "addresses that nobody confirmed were forgotten: {n}"),
            (inherited, "followers taken along to successors: {n}"),
            (gone, "subscriptions of deleted accounts removed: {n}")]
    return [sentence.format(n=count) for count, sentence in done if count]


def sync(session: Session) -> list[str]:
    """Remove what belongs to readers that are not there at all any more."""
    gone = _forget_readers(session, _missing)
    session.commit()
    return [f"subscriptions of accounts that are gone removed: {gone}"] if gone else []


def faults(session: Session) -> list[str]:
    """Settings that contradict each other."""
    if settings.without_account() and "email" not in outbox.channels():
        return ["ckanext.civic_subscriptions.without_account: true, but no e-mail is sent: visitors cannot subscribe"]
    return []


#: tables that hold what is a reader's own
_OF_READERS: tuple[Any, ...] = (Subscription, Preferences, Phone, Endpoint, Refusal)


def _forget_readers(session: Session, which: Callable[[Any], Any]) -> int:
    """Delete what these readers have, one statement for each table; how many subscriptions."""
    counts = [_rows(session, sa.delete(table).where(which(table.recipient))) for table in _OF_READERS]
    return counts[0]


def _deleted(recipient: Any) -> Any:
    return recipient.in_(sa.select(model.User.id).where(model.User.state == "deleted"))


def _missing(recipient: Any) -> Any:
    user = model.User
    return sa.and_(
        sa.not_(recipient.startswith(ADDRESS)),
        ~sa.exists().where(user.id == recipient, user.state != "deleted"),
    )


def _forget_idle(session: Session, now: datetime) -> None:
    """Addresses that follow nothing any more, some days after they were confirmed, with all that they had."""
    address, recipient = Address, sa.literal(ADDRESS) + Address.id
    idle = session.scalars(
        sa.delete(address).where(
            address.confirmed_at < now - settings.unconfirmed(),
            ~sa.exists().where(Subscription.recipient == recipient), ~sa.exists().where(Wish.address_id == address.id),
        ).returning(recipient)
    ).all()
    if idle:
        _forget_readers(session, lambda recipient: recipient.in_(idle))


def _rows(session: Session, statement: Any, values: Mapping[str, Any] | None = None) -> int:
    result: Any = session.execute(statement, values or {})
    return int(result.rowcount)


_ORPHANS = sa.text("""
    delete from civic_subscriptions_search s where s.created < :before
      and not exists (select 1 from civic_subscriptions_subscription
                      where target_type = 'search' and target_id = s.id)
      and not exists (select 1 from civic_subscriptions_wish where target_type = 'search' and target_id = s.id)
""")


def _forget_searches(session: Session, now: datetime) -> None:
    """Searches that nobody follows; one that somebody begins to follow now is young again."""
    session.execute(_ORPHANS, {"before": now - timedelta(days=1)})


def _pass_on(session: Session, now: datetime) -> int:
    """Let who follows a body that has a successor follow that too, once for each succession."""
    events = session.execute(_NEW, {"many": _MANY}).all()
    return sum(
        _rows(session, _INHERIT, {"from": event.stream_id, "to": event.to_id, "now": now})
        for event in events if event.to_id
    )


_NEW = sa.text("""
    with fresh as (
        insert into civic_subscriptions_passed (event_id)
        select e.id from civic_core_event e
        where e.type = 'agency.succeeded' and not exists (
            select 1 from civic_subscriptions_passed p where p.event_id = e.id
        )
        order by e.id limit :many on conflict do nothing returning event_id
    )
    select e.stream_id, e.public ->> 'to' as to_id from fresh join civic_core_event e on e.id = fresh.event_id
    order by e.id
""")
_INHERIT = sa.text("""
    insert into civic_subscriptions_subscription
        (id, recipient, target_type, target_id, label, tempo, channels, every_change, since, created)
    select gen_random_uuid()::text, recipient, target_type, :to, label, tempo, channels, every_change, :now, :now
    from civic_subscriptions_subscription where target_type = 'agency' and target_id = :from
    on conflict do nothing
""")
