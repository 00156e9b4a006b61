"""Names of agencies and categories in each language, wherever CKAN's own dictionaries carry the plain one only."""
from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import ckan.model as model
import sqlalchemy as sa
from flask import g, has_app_context

from ckanext.civic_core import config, languages
from ckanext.civic_core.domain import texts

__all__ = ["known", "parsed", "show_dataset", "show_group"]


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


def show_group(group: dict[str, Any]) -> dict[str, Any]:
    """An agency or a category under its name in the reader's language, for a page (never for the API)."""
    several = known().get(group.get("id", ""))
    if several:
        group["title"] = _for_reader(several)[0]
        if "display_name" in group:
            group["display_name"] = group["title"]
    return group


def show_dataset(dataset: dict[str, Any]) -> dict[str, Any]:
    """A dataset, its agency and its categories in the reader's language, for a page (never for the API).

    ``civic_title_lang`` and ``civic_notes_lang`` say which language stands in where the reader's has no text.
    """
    for name in ("title", "notes"):
        several = dataset.get(f"{name}_translated")
        if several:
            dataset[name], dataset[f"civic_{name}_lang"] = _for_reader(several)
    for group in [dataset.get("organization"), *dataset.get("groups", [])]:
        if group:
            show_group(group)
    return dataset


def _for_reader(several: Mapping[str, str]) -> tuple[str, str]:
    return texts.pick(several, languages.reader(), config.languages())


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
