"""Names of languages, in the reader's language."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from babel import Locale, UnknownLocaleError
from babel.dates import get_day_names

__all__ = ["name_of", "reader", "week"]


def name_of(code: str) -> str:
    """What the reader calls this language; the code itself where nobody knows a name."""
    try:
        return Locale.parse(code).get_display_name(reader()) or code
    except (UnknownLocaleError, ValueError):
        return code


def reader() -> str:
    """The language of the page; the site's where there is no page."""
    try:
        return str(tk.h.lang())
    except RuntimeError:
        return str(tk.config["ckan.locale_default"])


def week() -> list[str]:
    """The short names of the days of the week, from Monday, in the reader's language."""
    try:
        names = get_day_names("abbreviated", locale=reader())
    except (UnknownLocaleError, ValueError):
        names = get_day_names("abbreviated", locale="en")
    return [names[day] for day in range(7)]
