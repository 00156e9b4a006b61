"""The kinds of values that the actions of subscriptions take."""
from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time
from typing import Any

import ckan.plugins.toolkit as tk

__all__ = ["clearable", "codes", "email", "flag", "hour", "maybe", "moment", "needed", "short", "text"]

Validators = list[Callable[..., Any]]
_EMAIL = re.compile(r"[^\s@<>\"(),:;\\\[\]]{1,64}@[^\s@<>\"(),:;\\\[\]]{1,190}\.[^\s@<>\"(),:;\\\[\].]{2,63}")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(:00)?")


def needed(*validators: Any) -> Validators:
    """A field that must be given."""
    return [tk.get_validator("not_empty"), *validators]


def maybe(*validators: Any) -> Validators:
    """A field that may be left out; an empty one is left out, 0 and no are not."""
    return [tk.get_validator("ignore_missing"), _out_where_empty, *validators]


def _out_where_empty(key: Any, data: Any, errors: Any, context: Any) -> None:
    if data[key] in ("", None):
        del data[key]
        raise tk.StopOnError


def clearable(*validators: Any) -> Validators:
    """A field that may be left out; an empty one says that there is none."""
    return [tk.get_validator("ignore_missing"), _none_where_empty, *validators]


def _none_where_empty(key: Any, data: Any, errors: Any, context: Any) -> None:
    if data[key] in ("", None):
        data[key] = None
        raise tk.StopOnError


def text(value: Any) -> str:
    """A text without white space around it."""
    return str(value).strip()


def short(most: int) -> Callable[[Any], str]:
    """A text of at most so many characters."""

    def validate(value: Any) -> str:
        if len(said := text(value)) > most:
            raise tk.Invalid(tk._("At most {most} characters").format(most=most))
        return said

    return validate


flag = tk.get_validator("boolean_validator")


def codes(value: Any) -> list[str]:
    """A list of codes, each once: as a list, as a form sends it, or with commas or spaces between them."""
    parts = re.split(r"[\s,]+", value) if isinstance(value, str) else value
    if not isinstance(parts, list | tuple | set):
        raise tk.Invalid(tk._("Give a list of codes"))
    return list(dict.fromkeys(said for part in parts if (said := text(part))))


def email(value: Any) -> str:
    """An e-mail address, in small letters."""
    said = text(value).lower()
    if not _EMAIL.fullmatch(said):
        raise tk.Invalid(tk._("Write an e-mail address such as name@example.kz"))
    return said


def moment(value: Any) -> time:
    """A time of the day such as ``22:00``."""
    found = _TIME.fullmatch(text(value))
    if found is None:
        raise tk.Invalid(tk._("Write a time such as 22:00"))
    return time(int(found[1]), int(found[2]))


def hour(value: Any) -> int:
    """An hour of the day, 0 to 23."""
    said = text(value)
    if not said.isdecimal() or int(said) > 23:
        raise tk.Invalid(tk._("Give an hour from 0 to 23"))
    return int(said)
