"""The plugin that sends, where there is one."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins as p
from sqlalchemy.orm import Session

from ckanext.civic_core.domain.news import Letter
from ckanext.civic_core.interfaces import IOutbox

__all__ = ["channels", "post"]


def channels() -> Mapping[str, Mapping[str, Any]]:
    """The channels that are configured, in their order: code -> what is said of it."""
    for plugin in p.PluginImplementations(IOutbox):
        return plugin.channels()
    return {}


def post(session: Session, letter: Letter) -> bool:
    """Put a letter into the outbox; False where there is none, or not this channel."""
    return any(plugin.post(session, letter) for plugin in p.PluginImplementations(IOutbox))
