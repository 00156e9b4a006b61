"""The kinds of values that actions of the list take."""
from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.civic_core import config, languages, vocabulary
from ckanext.civic_core.domain.texts import missing
from ckanext.civic_core.logic.schema_calendar import one_of, to_day, to_texts

__all__ = [
    "clearable", "composition", "day", "flag", "flag_or_nothing", "given", "maybe", "needed", "number", "one_of",
    "rows", "schedule", "term", "text", "texts", "title", "words",
]

_WRITTEN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
Validators = list[Callable[..., Any]]


def needed(*validators: Any) -> Validators:
    """A field that must be given."""
    return [tk.get_validator("not_empty"), *validators]


def maybe(*validators: Any) -> Validators:
    """A field that may be left out; an empty one is left out."""
    return [tk.get_validator("ignore_empty"), *validators]


def given(*validators: Any) -> Validators:
    """A field that may be left out; an empty one makes the value empty."""
    return [tk.get_validator("ignore_missing"), *validators]


def clearable(*validators: Any) -> Validators:
    """A field that may be left out; an empty one says that there is none."""
    return [tk.get_validator("ignore_missing"), _none_where_empty, *validators]


def _none_where_empty(key: Any, data: Any, errors: Any, context: Any) -> None:
    if data[key] in ("", None, {}):
        data[key] = None
        raise tk.StopOnError


def text(value: Any) -> str:
    """A text without white space around it."""
    return str(value).strip()


def flag_or_nothing(value: Any) -> bool | None:
    """Yes, no, or what a form sends for neither."""
    return None if value in ("", None) else flag(value, {})


texts = to_texts


def title(value: Any) -> dict[str, str]:
    """A text per language, in at least those in which the portal requires one."""
    found = texts(value)
    lacking = missing(found, config.required_languages())
    if found and lacking:
        names = ", ".join(map(languages.name_of, lacking))
        raise tk.Invalid(tk._("A text is needed here in: {languages}").format(languages=names))
    return found


def day(value: Any) -> date | None:
    """A day as ISO 8601 or as the country writes it: ``2025-10-13`` or ``13.10.2025``."""
    if value in ("", None):
        return None
    if isinstance(value, str) and (found := _WRITTEN.fullmatch(value.strip())):
        value = f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}"
    try:
        return to_day(value)
    except tk.Invalid:
        raise tk.Invalid(tk._("This is not a day: write for example 31.01.2026.")) from None


def number(value: Any) -> int | None:
    """A whole number from 1."""
    if value in ("", None):
        return None
    found = tk.get_validator("natural_number_validator")(tk.get_validator("int_validator")(value, {}), {})
    if not 1 <= found <= 1_000_000:
        raise tk.Invalid(tk._("Give a whole number from 1"))
    return found


flag = tk.get_validator("boolean_validator")


def term(title: str) -> Callable[[Any], str]:
    """The code of a term of a vocabulary; a name or another spelling of it is understood."""

    def validate(value: Any) -> str:
        found = vocabulary.load(title).find(str(value))
        if found is None:
            names = ", ".join(tk.h.civic_text(one.name)[0] for one in vocabulary.load(title))
            raise tk.Invalid(tk._("“{value}” is none of: {choices}").format(value=value, choices=names))
        return found.code

    return validate


def words(value: Any) -> list[str]:
    """A list of texts; one text is split at line ends."""
    parts: Iterable[Any] = value.splitlines() if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        raise tk.Invalid(tk._("Give a list of texts"))
    return [str(part).strip() for part in parts if str(part).strip()]


def composition(value: Any) -> list[str]:
    """The parts that the data must have: a list, or a text with a semicolon between them."""
    return words("\n".join(value.replace(";", "\n").splitlines()) if isinstance(value, str) else value)


def rows(**fields: Validators) -> Callable[[Any], list[dict[str, Any]]]:
    """A list of small objects, each with these fields."""

    def validate(value: Any) -> list[dict[str, Any]]:
        if not isinstance(value, list | tuple) or not all(isinstance(one, dict) for one in value):
            raise tk.Invalid(tk._("Give a list of objects"))
        return [_object(one, fields) for one in value]

    return validate


def _object(value: dict[str, Any], fields: dict[str, Validators]) -> dict[str, Any]:
    data, errors = tk.navl_validate(dict(value), dict(fields), {})
    if errors:
        raise tk.Invalid(" ".join(str(sentence) for found in errors.values() for sentence in found))
    return {name: data.get(name) for name in fields}


def schedule(value: Any) -> dict[str, Any] | None:
    """``{"kind": "after", "days": 20, "unit": "calendar_day"}``."""
    if value in ("", None):
        return None
    if not isinstance(value, dict):
        raise tk.Invalid(tk._("Give a schedule as kind, days and unit"))
    return _object(value, {
        "kind": needed(one_of(("within", "after"))),
        "days": maybe(number),
        "unit": [tk.get_validator("default")("calendar_day"), one_of(("calendar_day", "working_day", "month"))],
    })
