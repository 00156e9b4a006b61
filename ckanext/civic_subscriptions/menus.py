"""The pages of subscriptions in the menus of every page."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from flask import current_app

__all__ = ["menu"]

_INDEX = "civic_subscriptions.index"


def menu(place: str) -> list[tuple[str, str]]:
    """``(endpoint, label)`` for a place: the reader's own page of subscriptions, where there is one."""
    return [(_INDEX, tk._("Subscriptions"))] if place == "user" and _INDEX in current_app.view_functions else []
