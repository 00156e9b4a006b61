"""The categories of the portal: CKAN's groups with their names in every language."""
from __future__ import annotations

import json
from typing import Any

import ckan.model as core
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import config

__all__ = ["known"]


def known(session: Session) -> dict[str, dict[str, str]]:
    """Each category's names by its code (the group's name); one statement."""
    group = core.Group
    rows = session.execute(
        sa.select(group.name, group.title, group.extras)
        .where(group.state == "active", ~group.is_organization, group.type == "group")
        .order_by(group.name)
    )
    return {row.name: _texts(row.extras, row.title or row.name) for row in rows}


def _texts(extras: Any, title: str) -> dict[str, str]:
    stored = (extras or {}).get("title_translated")
    value = json.loads(stored) if isinstance(stored, str) and stored.startswith("{") else stored
    return dict(value) if isinstance(value, dict) and value else {config.site_language(): title}
