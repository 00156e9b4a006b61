"""Template helpers of civic_subscriptions."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from flask import current_app

from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_core.domain.news import TEMPOS
from ckanext.civic_subscriptions import searches, things, words
from ckanext.civic_subscriptions.domain import searches as rules
from ckanext.civic_subscriptions.model import Subscription

__all__ = [
    "civic_subscriptions_begun", "civic_subscriptions_button", "civic_subscriptions_done",
    "civic_subscriptions_feeds", "civic_subscriptions_followed", "civic_subscriptions_hears",
    "civic_subscriptions_hours", "civic_subscriptions_languages", "civic_subscriptions_name",
    "civic_subscriptions_page", "civic_subscriptions_tempos", "civic_subscriptions_unreached",
]


def civic_subscriptions_button(follow: Sequence[str]) -> dict[str, str] | None:
    """The button of a page about something: where it leads, what it says; nothing where that cannot be followed.

    For a visitor no statement, else one a page.

    :param follow: kind and id; of a search its query string instead of the id.
    """
    kind, given = follow
    if not _can_be_followed(kind, given):
        return None
    known = civic_subscriptions_followed(kind, given)
    if known:
        return {"url": tk.url_for("civic_subscriptions.index", _anchor=f"s-{known}"), "label": words.followed()}
    named = {"query": given} if kind == searches.KIND else {"id": given} if given else {}
    url = f"{tk.url_for('civic_subscriptions_begin.new')}?{urlencode({'type': kind, **named})}"
    return {"url": url, "label": words.subscribe(kind), "new": "true"}


def civic_subscriptions_followed(kind: str, given: str) -> str | None:
    """Id of the reader's subscription to this; read once in a request, not at all for a visitor."""
    if not tk.current_user.is_authenticated:
        return None
    cache: dict[tuple[str, str], str | None] = tk.g.setdefault("civic_subscriptions_followed", {})
    if (kind, given) not in cache:
        cache[kind, given] = _followed(kind, given)
    return cache[kind, given]


def _followed(kind: str, given: str) -> str | None:
    if kind == searches.KIND and not _is_id(given):
        given = _search(given)
    one = Subscription
    return model.Session.scalar(sa.select(one.id).where(
        one.recipient == tk.current_user.id, one.target_type == kind, one.target_id == given
    ))


def _can_be_followed(kind: str, given: str) -> bool:
    return kind in things.kinds() and (kind != searches.KIND or bool(_search(given)))


def _search(query_string: str) -> str:
    """Id of a search by its query string; empty where it asks for nothing, or is longer than is kept."""
    try:
        query = searches.parse(query_string)
    except Refused:
        return ""
    return rules.id_of(query) if rules.pairs(query) else ""


def _is_id(given: str) -> bool:
    return len(given) == 64 and "=" not in given


def civic_subscriptions_feeds(follow: Sequence[str]) -> list[dict[str, str]]:
    """The feeds of the news of something: ``{"url", "type", "label"}``."""
    kind, given = follow
    if not _can_be_followed(kind, given):
        return []
    return [
        {"url": _feed(kind, given, form), "type": f"application/{form}+xml", "label": words.feed(form)}
        for form in ("atom", "rss")
    ]


def _feed(kind: str, given: str, form: str) -> str:
    if kind == searches.KIND:
        return f"{tk.url_for('civic_subscriptions_feed.search', form=form)}?{given}"
    return tk.url_for("civic_subscriptions_feed.news", kind=kind, given=given or "-", form=form)


def civic_subscriptions_hears(kind: str) -> list[str]:
    """What who follows a thing of this kind hears of, a sentence each."""
    return words.hears(kind)


def civic_subscriptions_tempos() -> list[dict[str, str]]:
    """How often one may be told, as options of a select."""
    return [{"value": one, "label": words.tempo(one)} for one in TEMPOS]


def civic_subscriptions_hours() -> list[dict[str, Any]]:
    """The hours at which a digest may come."""
    return [{"value": hour, "label": f"{hour:02d}:00"} for hour in range(24)]


def civic_subscriptions_languages() -> list[dict[str, str]]:
    """The languages that messages are written in."""
    return [{"value": code, "label": tk.h.civic_language_name(code)} for code in tk.h.civic_languages()]


def civic_subscriptions_done(what: str) -> str:
    """What was done just now, as the address of the page says."""
    return words.done(what)


def civic_subscriptions_begun(text: str) -> str:
    """As it stands at the beginning of a line."""
    return words.begun(text)


def civic_subscriptions_name(title: Mapping[str, str], kind: str) -> str:
    """What a thing is called.

    :param kind: label of its kind, which says all where there is only one of it.
    """
    return words.name(title, kind)


def civic_subscriptions_page(endpoint: str, **values: Any) -> str:
    """The address of another feature's page; nothing where this portal has no such feature."""
    return tk.url_for(endpoint, **values) if endpoint in current_app.view_functions else ""


def civic_subscriptions_unreached(channel: str) -> str:
    """What is missing before anything can come by a channel that was chosen."""
    return words.unreached(channel)
