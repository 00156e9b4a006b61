"""Who acts: the roles of a user, from CKAN's memberships. One statement a user and request."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ckan.model as model
import sqlalchemy as sa
from ckan.types import Context
from flask import g, has_app_context

from ckanext.civic_core import config

__all__ = ["Roles", "roles_of"]


@dataclass(frozen=True)
class Roles:
    """What one account is in this portal.

    ``agencies`` maps the id of each organisation to the account's capacity there
    (``admin``, ``editor`` or ``member``).
    """

    user_id: str | None = None
    sysadmin: bool = False
    list_keeper: bool = False
    list_approver: bool = False
    moderator: bool = False
    agencies: tuple[tuple[str, str], ...] = ()

    def publishes_for(self, agency_id: str | None) -> bool:
        """May publish and answer for this agency: its editors and admins."""
        return self.sysadmin or dict(self.agencies).get(agency_id or "") in {"editor", "admin"}

    def directs(self, agency_id: str | None) -> bool:
        """May decide for this agency: its admins."""
        return self.sysadmin or dict(self.agencies).get(agency_id or "") == "admin"

    def keeps_list(self) -> bool:
        """A list keeper, or a sysadmin."""
        return self.sysadmin or self.list_keeper

    def approves_list(self) -> bool:
        """May approve an edition, under the two-person rule: an admin of the authorised body, or a sysadmin."""
        return self.sysadmin or self.list_approver

    def moderates(self) -> bool:
        """A moderator, a list keeper, or a sysadmin."""
        return self.sysadmin or self.moderator or self.list_keeper


VISITOR = Roles()


def roles_of(context: Context) -> Roles:
    """The roles of who acts in this context."""
    user = _user(context)
    if user is None:
        return VISITOR
    known: dict[str, Roles] = context.setdefault("civic_roles", {})  # type: ignore[typeddict-item]
    if user.id not in known:
        known[user.id] = _of_request(user)
    return known[user.id]


def _user(context: Context) -> Any:
    user = context.get("auth_user_obj")
    if user is None and context.get("user"):
        user = model.User.get(context["user"])
    return user if user is not None and user.is_active and not user.is_anonymous else None


def _of_request(user: Any) -> Roles:
    """Read once in a request: many checks of one page cost one statement."""
    if not has_app_context():
        return _read(user)
    cache: dict[str, Roles] = g.setdefault("civic_roles", {})
    if user.id not in cache:
        cache[user.id] = _read(user)
    return cache[user.id]


def _read(user: Any) -> Roles:
    member, group = model.Member, model.Group
    rows = model.Session.execute(
        sa.select(group.id, group.name, group.is_organization, member.capacity)
        .join(group, group.id == member.group_id)
        .where(
            member.table_name == "user", member.table_id == user.id,
            member.state == "active", group.state == "active",
        )
    ).all()
    body = {row.capacity for row in rows if row.is_organization and row.name == config.authorised_body()}
    return Roles(
        user_id=user.id,
        sysadmin=bool(user.sysadmin),
        list_keeper=bool(body),
        list_approver="admin" in body,
        moderator=any(not row.is_organization and row.name == config.moderators() for row in rows),
        agencies=tuple((row.id, row.capacity) for row in rows if row.is_organization),
    )
