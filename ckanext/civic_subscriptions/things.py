"""What can be followed: asked of the features that have it."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

import ckan.plugins as p
from ckan.types import Context
from sqlalchemy.orm import Session

from ckanext.civic_core.domain.news import Followable, Target, Thing
from ckanext.civic_core.interfaces import IFollowable

__all__ = ["find", "kinds", "named"]


def kinds() -> dict[str, Followable]:
    """The kinds of things by their type, in the order in which they are offered."""
    return {kind: one for kind, (one, _) in _offered().items()}


def find(context: Context, kind: str, given: str) -> Target | None:
    """What an id, a name or a code means; None where there is no such thing or the caller may not see it."""
    offered = _offered().get(kind)
    return offered[1].find_followed(context, kind, given) if offered else None


def named(session: Session, targets: Collection[Target]) -> Mapping[Target, Thing]:
    """What these are called and where they are shown; one statement for each kind that is among them."""
    offered, asked = _offered(), defaultdict[Any, list[Target]](list)
    for target in dict.fromkeys(targets):
        if target.type in offered:
            asked[offered[target.type][1]].append(target)
    return {target: thing for plugin, own in asked.items() for target, thing in plugin.followed(session, own).items()}


def _offered() -> dict[str, tuple[Followable, Any]]:
    return {
        one.type: (one, plugin) for plugin in p.PluginImplementations(IFollowable) for one in plugin.followables()
    }
