"""Names of agencies and categories in each language, wherever CKAN's own dictionaries carry the plain one only."""
from __future__ import annotations

import json
from collections.abc import Mapping

import ckan.model as model
import sqlalchemy as sa
from flask import g, has_app_context

from ckanext.civic_core import config

__all__ = ["known", "parsed"]


def known() -> Mapping[str, dict[str, str]]:
    """The titles of all agencies and categories by id and by name. One statement a request."""
    if not has_app_context():
        return _read()
    if "civic_titles" not in g:
        g.civic_titles = _read()
    return g.civic_titles


def parsed(stored: str | None, plain: str) -> dict[str, str]:
    """The title in each language as stored; the plain one where there is no other."""
    return (json.loads(stored) if stored else None) or {config.home_language(): plain}


def _read() -> dict[str, dict[str, str]]:
    group = model.Group
    rows = model.Session.execute(
        sa.select(group.id, group.name, group.title, group.extras["title_translated"].astext)
        .where(group.state == "active", sa.or_(group.is_organization, group.type == "group"))
    )
    found: dict[str, dict[str, str]] = {}
    for identifier, name, title, stored in rows:
        found[identifier] = found[name] = parsed(stored, title or name)
    return found
