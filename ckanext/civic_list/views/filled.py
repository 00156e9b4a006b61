"""Forms of the list: what was typed as the actions take it, and what is stored as the forms show it."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.civic_core import config

__all__ = ["errors_by_field", "item_fields", "item_form", "item_typed", "posted", "text_in_languages", "texts"]

_PLAIN = ("number", "owner", "category", "period", "composition", "way", "note", "first_due")
_SCHEDULE = ("schedule_kind", "schedule_days", "schedule_unit")


def posted(*names: str) -> dict[str, str]:
    """The fields of the form with these names, as typed."""
    form = tk.request.form
    return {name: form[name] for name in names if name in form}


def text_in_languages(name: str) -> dict[str, str] | None:
    """A text in several languages from the fields ``<name>-<language>``; nothing where the form has none."""
    found = {lang: tk.request.form.get(f"{name}-{lang}") for lang in config.languages()}
    said = {lang: text.strip() for lang, text in found.items() if text is not None}
    return said or None


def texts(name: str) -> dict[str, dict[str, str]]:
    """``{name: text per language}``, or nothing."""
    found = text_in_languages(name)
    return {name: found} if found else {}


def item_fields() -> dict[str, Any]:
    """A row of the list as ``civic_item_create`` takes it, from the form."""
    return {**posted(*_PLAIN), **texts("title"), **texts("theme"), **_schedule()}


def _schedule() -> dict[str, Any]:
    kind, days, unit = (tk.request.form.get(name, "") for name in _SCHEDULE)
    return {"schedule": {"kind": kind, "days": days or None, "unit": unit or "calendar_day"}} if kind else {}


def item_typed() -> dict[str, Any]:
    """The form of a row as it was typed, to be shown again."""
    return {**posted(*_PLAIN, *_SCHEDULE), **texts("title"), **texts("theme")}


def item_form(row: Mapping[str, Any]) -> dict[str, Any]:
    """A stored row as the form shows it."""
    schedule = row.get("schedule") or {}
    return {
        **{name: row.get(name) or "" for name in ("number", "category", "period", "way", "note")},
        "title": row.get("title") or {}, "theme": row.get("theme") or {}, "owner": (row.get("owner") or {}).get("name"),
        "composition": "\n".join(row.get("composition") or []), "first_due": tk.h.civic_date(row.get("first_due")),
        "schedule_kind": schedule.get("kind"), "schedule_days": schedule.get("days"),
        "schedule_unit": schedule.get("unit"),
    }


def errors_by_field(errors: Mapping[str, Any]) -> dict[str, Any]:
    """Errors under the controls that they are about."""
    return {{"schedule": "schedule_kind"}.get(name, name): found for name, found in errors.items()}
