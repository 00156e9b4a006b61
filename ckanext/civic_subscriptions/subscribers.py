"""Who hears of which target, as one select that the outbox joins with news.

Each part but the last reads one table, and filters in its columns rather than in a ``where``: PostgreSQL then joins
it by its index (``target_type``, ``target_id``), however many subscriptions there are. A row that does not count has
no target, or no channel.
"""
from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import ckan.model as model
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, array

from ckanext.civic_core import config
from ckanext.civic_core.domain.news import ADMINS, CHANNELS, EDITORS, KEEPERS, USER
from ckanext.civic_subscriptions.model import Preferences, Subscription

__all__ = ["subscribers"]

#: who works for an agency hears of all that is told of it
_ALWAYS = sa.cast(sa.literal(datetime(1970, 1, 1, tzinfo=UTC)), sa.DateTime(timezone=True))
#: role -> capacities in an organisation
_CAPACITIES = {EDITORS: ("editor", "admin"), ADMINS: ("admin",)}


def subscribers() -> Any:
    """``target_type``, ``target_id``, ``recipient``, ``channel``, ``tempo``, ``every_change``, ``since``.

    Who paused all is among them: that he is not told is noted with its reason.
    """
    return sa.union_all(*_subscriptions(), *_users(), *_staff(), _keepers())


def _subscriptions() -> Iterable[sa.Select[Any]]:
    one = Subscription
    for channel in CHANNELS:
        yield sa.select(
            one.target_type.label("target_type"), one.target_id.label("target_id"), one.recipient.label("recipient"),
            _where(sa.literal(channel) == sa.any_(one.channels), channel).label("channel"),
            one.tempo.label("tempo"), one.every_change.label("every_change"), one.since.label("since"),
        )


def _users() -> Iterable[sa.Select[Any]]:
    """Everybody hears of what is his own: at once."""
    user = model.User
    for channel in CHANNELS:
        yield sa.select(
            _text(USER), _plain(user.id), _plain(user.id), _where(_by_work(user.id, channel), channel),
            _text("at_once"), sa.false(), _ALWAYS,
        )


def _staff() -> Iterable[sa.Select[Any]]:
    member = model.Member
    for role, capacities in _CAPACITIES.items():
        works = sa.and_(
            member.table_name == "user", member.state == "active", member.capacity.in_(capacities)
        )
        for channel in CHANNELS:
            yield sa.select(
                _where(works, role), _plain(member.group_id), _plain(member.table_id),
                _where(_by_work(member.table_id, channel), channel), _work_tempo(member.table_id), sa.false(), _ALWAYS,
            )


def _keepers() -> sa.Select[Any]:
    """The members of the authorised body: few, and none where it is not known."""
    member, group = model.Member, model.Group
    channel = sa.func.unnest(_work_channels(member.table_id)).column_valued("of_keeper")
    return sa.select(
        _text(KEEPERS), _text(""), _plain(member.table_id), channel, _work_tempo(member.table_id), sa.false(), _ALWAYS,
    ).select_from(member).join(group, group.id == member.group_id).join(channel, sa.true()).where(
        group.name == config.authorised_body(), group.is_organization, group.state == "active",
        member.table_name == "user", member.state == "active",
    )


def _by_work(recipient: Any, channel: str) -> Any:
    return sa.literal(channel) == sa.any_(_work_channels(recipient))


def _work_channels(recipient: Any) -> Any:
    row = Preferences
    chosen = sa.select(row.work_channels).where(row.recipient == recipient).scalar_subquery()
    return sa.func.coalesce(chosen, sa.cast(array(["email"]), ARRAY(sa.Text)), type_=ARRAY(sa.Text))


def _work_tempo(recipient: Any) -> Any:
    row = Preferences
    chosen = sa.select(row.work_tempo).where(row.recipient == recipient).scalar_subquery()
    return sa.func.coalesce(chosen, _text("daily"))


def _where(condition: Any, value: str) -> Any:
    return sa.case((condition, _text(value)), else_=sa.null())


def _text(value: str) -> Any:
    return sa.cast(sa.literal(value), sa.Text)


def _plain(column: Any) -> Any:
    return sa.cast(column, sa.Text)
