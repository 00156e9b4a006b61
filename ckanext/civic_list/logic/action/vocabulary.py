"""Vocabularies of the list, for who reads the API."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.civic_core import vocabulary


@tk.side_effect_free
def civic_period_list(context: Context, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """The update periods, from the strictest to the loosest. Anybody may.

    :returns: ``[{"code", "name": {language: text}, "eu", "step", "reminder", "grace", "min_gap", "after"}]``; terms are
        ``{"n", "unit"}``, ``min_gap`` and ``after`` are days.
    """
    tk.check_access("civic_period_list", context, data_dict)
    return [
        {"code": term.code, "name": dict(term.name), **{name: _plain(value) for name, value in term.details.items()}}
        for term in vocabulary.load("periods")
    ]


def _plain(value: Any) -> Any:
    return dict(value) if hasattr(value, "items") else value
