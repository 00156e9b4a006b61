"""The pages of the outbox in the menus of every page."""
from __future__ import annotations

import ckan.plugins.toolkit as tk

from ckanext.civic_core.roles import roles_of

__all__ = ["menu"]


def menu(place: str) -> list[tuple[str, str]]:
    """``(endpoint, label)`` for a place; the outbox only for operators."""
    if place == "user" and roles_of({"user": tk.current_user.name, "auth_user_obj": tk.current_user}).sysadmin:
        return [("civic_messages.index", tk._("Messages of the portal"))]
    return []
