"""What the actions of the working calendar take."""
from __future__ import annotations

import json
from datetime import date
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Schema

from ckanext.civic_core import config
from ckanext.civic_core.calendar import FIRST_DAY, LAST_DAY
from ckanext.civic_core.calendar_words import written
from ckanext.civic_core.domain import texts
from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_core.domain.working_days import OVERRIDE_KINDS, UNITS
from ckanext.civic_core.logic.flow import page_schema

__all__ = ["deadline_explain", "one_of", "to_day", "working_day_list", "working_day_set"]

#: longest term that is explained, since each of its days is answered
LONGEST = {"working_day": 300, "calendar_day": 400, "month": 12}


def working_day_list() -> Schema:
    get = tk.get_validator
    return page_schema(
        start=[get("ignore_empty"), to_day], end=[get("ignore_empty"), to_day],
        exceptional=[get("default")(False), get("boolean_validator")],
    )


def working_day_set() -> Schema:
    get = tk.get_validator
    return {
        "day": [get("not_empty"), to_day],
        "kind": [get("not_empty"), one_of(OVERRIDE_KINDS)],
        "note": [get("ignore_empty"), to_texts],
    }


def deadline_explain() -> Schema:
    get = tk.get_validator
    return {
        "start": [get("not_empty"), to_day],
        "unit": [get("default")("working_day"), one_of(UNITS)],
        "working_days": [get("not_empty"), get("natural_number_validator"), not_too_long],
    }


def to_day(value: Any) -> date:
    """A day as ISO 8601 writes it, within the years that the calendar knows."""
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value).strip())
    except ValueError as error:
        sentence = tk._("{value} is not a day. Write it as year-month-day, such as 2026-03-20")
        raise tk.Invalid(sentence.format(value=value)) from error
    if not FIRST_DAY <= day <= LAST_DAY:
        sentence = tk._("The calendar knows the days from {first} to {last}")
        raise tk.Invalid(sentence.format(first=written(FIRST_DAY), last=written(LAST_DAY)))
    return day


def one_of(choices: tuple[str, ...]) -> Any:
    """One of these codes."""

    def validate(value: Any) -> str:
        if value not in choices:
            raise tk.Invalid(tk._("Choose one of: {choices}").format(choices=", ".join(choices)))
        return value

    return validate


def to_texts(value: Any) -> dict[str, str]:
    """A text for each language: a mapping or its JSON; a plain text is in the language of the site."""
    try:
        value = json.loads(value) if isinstance(value, str) and value.lstrip().startswith("{") else value
        several = {config.site_language(): value} if isinstance(value, str) else value
        return texts.parse(several, config.languages())
    except (Refused, ValueError) as error:
        codes = ", ".join(config.languages())
        raise tk.Invalid(tk._("Give a text for each language ({languages})").format(languages=codes)) from error


def not_too_long(key: Any, data: Any, errors: Any, context: Any) -> None:
    """A term whose days can be listed in one answer."""
    most = LONGEST.get(data.get(("unit",)))
    if most is not None and data[key] > most:
        errors[key].append(tk._("At most {most} of this unit").format(most=most))
