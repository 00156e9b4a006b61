"""What forms offer and show again."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import ckan.model as model
import sqlalchemy as sa

from ckanext.civic_core import config, languages, titles
from ckanext.civic_core.domain import texts

__all__ = ["categories", "duty_rows", "form_rows"]


def categories() -> list[dict[str, Any]]:
    """The active groups of type ``group``, by their title in the reader's language. One statement."""
    rows = model.Session.execute(
        sa.select(model.Group.id, model.Group.name, model.Group.title, model.Group.extras["title_translated"].astext)
        .where(model.Group.type == "group", ~model.Group.is_organization, model.Group.state == "active")
    )
    found = [
        {"id": identifier, "name": name, "title": titles.parsed(several, title or name)}
        for identifier, name, title, several in rows
    ]
    reader, order = languages.reader(), config.languages()
    return sorted(found, key=lambda category: texts.pick(category["title"], reader, order)[0].casefold())


def duty_rows(name: str, data: Mapping[str, Any]) -> list[dict[str, str]]:
    """Rows ``{"duty", "role"}``: as sent with a form that came back, else as stored."""
    sent = {key: value for key, value in data.items() if isinstance(key, str) and key.startswith(f"{name}-")}
    if sent:
        return form_rows(sent)
    return [row if isinstance(row, dict) else {"duty": str(row)} for row in _list(data.get(name))]


def form_rows(fields: Mapping[str, str]) -> list[dict[str, str]]:
    """Rows from form fields ``<name>-<number>-<part>``; those without a duty are left out."""
    rows: dict[int, dict[str, str]] = {}
    for name, value in fields.items():
        _, number, part = (*name.split("-", 2), "", "")[:3]
        if number.isdigit() and part in {"duty", "role"}:
            rows.setdefault(int(number), {})[part] = value.strip()
    return [row for _, row in sorted(rows.items()) if row.get("duty")]


def _list(value: Any) -> Iterable[Any]:
    """A list, or what an address names with commas between, as in ``?duties=MIO-001@akimat``."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value if isinstance(value, list) else ()
