"""Template helpers of civic_core."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk
from ckan.plugins import PluginImplementations
from flask import has_request_context
from markupsafe import Markup

from ckanext.civic_core import clock, config, formats, forms, languages, look, titles, vocabulary
from ckanext.civic_core.domain import texts, wording
from ckanext.civic_core.interfaces import IMenu

__all__ = [
    "civic_categories", "civic_changes", "civic_choices", "civic_colours", "civic_date",
    "civic_deadline_days", "civic_default_license", "civic_duty_rows", "civic_home_language", "civic_lang",
    "civic_language_name", "civic_languages", "civic_menu", "civic_moment", "civic_number", "civic_page_url",
    "civic_pages", "civic_percent", "civic_required_languages", "civic_term_name", "civic_text",
    "civic_title", "civic_view_classes", "civic_week", "civic_whole", "csrf_input", "get_facet_items_dict",
]


def civic_languages() -> tuple[str, ...]:
    """The languages that texts are kept in."""
    return config.languages()


def civic_lang(language: str | None) -> Markup:
    """The attribute ``lang`` for a text that is not in the language of the page; nothing for one that is."""
    return Markup(' lang="{}"').format(language) if language and language != tk.h.lang() else Markup("")


def civic_language_name(code: str) -> str:
    """What the reader calls a language."""
    return languages.name_of(code)


def civic_choices(field: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The terms of the vocabulary that a form field names, as scheming's choices."""
    return [{"value": term.code, "label": dict(term.name)} for term in vocabulary.load(field["vocabulary"])]


def civic_categories() -> list[dict[str, Any]]:
    """The categories that a dataset can be in, by the reader's alphabet: id, name, title per language."""
    return forms.categories()


def civic_duty_rows(name: str, data: Mapping[str, Any]) -> list[dict[str, str]]:
    """The duties of a dataset as stored, or as they stand in a form that came back."""
    return forms.duty_rows(name, data)


def civic_home_language() -> str:
    """The language that CKAN's own one-language fields are filled from first."""
    return config.home_language()


def civic_required_languages() -> tuple[str, ...]:
    """The languages in which a title must be given."""
    return config.required_languages()


def civic_default_license() -> str:
    """The licence that a form proposes."""
    return config.default_license()


def civic_text(several: Mapping[str, str] | None, lang: str | None = None) -> tuple[str, str]:
    """A text for the reader, and the language it is in: ``(text, language)``.

    :param lang: the reader's language; that of the page by default, and of the site where there is no page.
    """
    return texts.pick(several or {}, lang or _language(), config.languages())


def _language() -> str:
    return tk.h.lang() if has_request_context() else config.site_language()


def civic_title(group: Mapping[str, Any]) -> tuple[str, str]:
    """The name of an agency or a category for the reader, and its language, from any dictionary that CKAN has of it."""
    several = group.get("title_translated") or titles.known().get(group.get("id") or group["name"])
    return civic_text(several) if several else (group.get("title") or group["name"], tk.h.lang())


def civic_deadline_days(steps: Sequence[Mapping[str, Any]]) -> list[formats.Day]:
    """The steps of ``civic_deadline_explain`` as the days of a calendar; none where there are too many for one."""
    return formats.deadline_days(steps, clock.today())


civic_changes = wording.changes
civic_week = languages.week
civic_date = formats.day
civic_moment = formats.day_and_time
civic_number = formats.number
civic_percent = formats.percent
civic_colours = look.colours
civic_view_classes = look.view_classes


def civic_term_name(title: str, code: str | None) -> str:
    """What the reader calls a term of a vocabulary, such as a period; the code itself where there is no such term."""
    term = vocabulary.load(title).get(code) if code else None
    return civic_text(term.name)[0] if term else code or ""


def civic_menu(place: str) -> list[tuple[str, str]]:
    """The pages that the features of this portal put into a menu: ``(endpoint, label)``."""
    return [entry for plugin in PluginImplementations(IMenu) for entry in plugin.menu(place)]


def civic_whole(text: str) -> int:
    """A number of a page as the query has it; 1 where it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


def civic_pages(page: int, pages: int) -> list[int | None]:
    """The numbers that a pager shows: first, last and those around the page; nothing stands for a gap."""
    shown = sorted({1, pages, *range(max(page - 2, 1), min(page + 2, pages) + 1)})
    with_gaps: list[int | None] = []
    for number in shown:
        if with_gaps and number - (with_gaps[-1] or 0) > 1:
            with_gaps.append(None)
        with_gaps.append(number)
    return with_gaps


def civic_page_url(page: int) -> str:
    """Another page of this list with the same filters: a query, which a browser reads beside the page's own path."""
    query = {key: values for key, values in tk.request.args.to_dict(flat=False).items() if key != "page"}
    return "?" + urlencode({**query, "page": page}, doseq=True)


@tk.chained_helper
def get_facet_items_dict(next_helper: Any, facet: str, *args: Any, **kwargs: Any) -> list[dict[str, Any]]:
    """CKAN's facet items; agencies and categories under their names in the reader's language."""
    items = next_helper(facet, *args, **kwargs)
    if facet not in {"organization", "groups"}:
        return items
    return [{**item, "display_name": civic_title({"title": item["display_name"], **item})[0]} for item in items]


@tk.chained_helper
def csrf_input(next_helper: Any) -> Any:
    """CKAN's token field for who is signed in; nothing for a visitor.

    CKAN exempts anonymous requests from the check, and a token would set a cookie on every page a visitor opens,
    which then could not be cached.
    """
    return next_helper() if tk.current_user.is_authenticated else ""
