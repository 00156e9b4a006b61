"""The pages of the list in the menus of every page."""
from __future__ import annotations

import ckan.plugins.toolkit as tk

from ckanext.civic_core.roles import roles_of

__all__ = ["menu"]


def menu(place: str) -> list[tuple[str, str]]:
    """``(endpoint, label)`` for a place; the desks only for whom they are."""
    if place == "main":
        return [("civic_list.index", tk._("Unified list"))]
    if place == "footer":
        return [
            ("civic_list.index", tk._("Unified list")), ("civic_list.editions", tk._("Editions of the list")),
            ("civic_delivery.figures", tk._("Figures of the list")),
            ("civic_delivery.missing", tk._("What is missing and overdue")),
        ]
    return _own()


def _own() -> list[tuple[str, str]]:
    roles = roles_of({"user": tk.current_user.name, "auth_user_obj": tk.current_user})
    pages = []
    if any(capacity in {"editor", "admin"} for _, capacity in roles.agencies):
        pages.append(("civic_desk.index", tk._("My desk")))
    if roles.keeps_list():
        pages.append(("civic_keeper.index", tk._("Keeping the list")))
    return pages
