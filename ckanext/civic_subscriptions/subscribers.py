"""Who hears of which target, as one select that the outbox joins with news.

The parts about subscriptions and accounts read one table each, and filter in their columns rather than in a ``where``:
so PostgreSQL joins them by their indexes, however many rows there are; a row that does not count has no channel. Who
hears because of what he is stands in few rows, which are found once.
"""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ckan.model as model
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, array

from ckanext.civic_core import config
from ckanext.civic_core.domain.news import ADMINS, CHANNELS, EDITORS, KEEPERS, USER
from ckanext.civic_subscriptions.model import Preferences, Subscription

__all__ = ["subscribers"]

#: what happened before somebody had an account was not told to him, nor is it told later
_SINCE = sa.func.timezone("UTC", model.User.created, type_=sa.DateTime(timezone=True))
_BY_EMAIL = sa.cast(array(["email"]), ARRAY(sa.Text))
#: role -> capacities in an organisation
_CAPACITIES = {EDITORS: ("editor", "admin"), ADMINS: ("admin",)}


def subscribers() -> Any:
    """``target_type``, ``target_id``, ``recipient``, ``channel``, ``tempo``, ``every_change``, ``since``.

    Who paused all is among them: that he is not told is noted with its reason.
    """
    return sa.union_all(*_subscriptions(), *_users(), _staff())


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
    user, row = model.User, Preferences
    chosen = sa.select(row.work_channels).where(row.recipient == user.id).scalar_subquery()
    channels = sa.func.coalesce(chosen, _BY_EMAIL, type_=ARRAY(sa.Text))
    for channel in CHANNELS:
        yield sa.select(
            _text(USER), _plain(user.id), _plain(user.id), _where(sa.literal(channel) == sa.any_(channels), channel),
            _text("at_once"), sa.false(), _SINCE,
        )


def _staff() -> sa.Select[Any]:
    """Who works for an agency, or keeps the list."""
    staff = sa.union_all(*map(_of_role, (EDITORS, ADMINS, KEEPERS))).cte("civic_staff").prefix_with("materialized")
    return sa.select(staff).where(staff.c.channel.is_not(None))


def _of_role(role: str) -> sa.Select[Any]:
    member, group, user, chosen = model.Member, model.Group, model.User, Preferences
    channel = sa.func.unnest(sa.func.coalesce(chosen.work_channels, _BY_EMAIL, type_=ARRAY(sa.Text)))
    query = sa.select(
        _text(role).label("target_type"), (_text("") if role == KEEPERS else _plain(group.id)).label("target_id"),
        _plain(member.table_id).label("recipient"), channel.label("channel"),
        sa.func.coalesce(chosen.work_tempo, _text("daily")).label("tempo"), sa.false().label("every_change"),
        _SINCE.label("since"),
    ).select_from(member).join(group, group.id == member.group_id).join(
        user, user.id == member.table_id
    ).outerjoin(chosen, chosen.recipient == user.id).where(
        member.table_name == "user", member.state == "active", user.state == "active",
        group.is_organization, group.state == "active",
    )
    if role == KEEPERS:
        return query.where(group.name == config.authorised_body())
    return query.where(member.capacity.in_(_CAPACITIES[role]))


def _where(condition: Any, value: str) -> Any:
    return sa.case((condition, _text(value)), else_=sa.null())


def _text(value: str) -> Any:
    return sa.cast(sa.literal(value), sa.Text)


def _plain(column: Any) -> Any:
    return sa.cast(column, sa.Text)
