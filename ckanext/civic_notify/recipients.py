"""Whoever knows the recipients: the plugin that keeps subscriptions, where there is one."""
from __future__ import annotations

from typing import Any

import ckan.plugins as p

from ckanext.civic_core.interfaces import IRecipients

__all__ = ["known"]


def known() -> Any:
    """The plugin that knows them; None where nobody can subscribe."""
    return next(iter(p.PluginImplementations(IRecipients)), None)
