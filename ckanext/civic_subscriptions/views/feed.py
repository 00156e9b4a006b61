"""News of a thing as Atom and RSS, for everybody."""
from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.lib.search import SearchError
from ckan.types import Context
from flask import Blueprint, Response

from ckanext.civic_core.domain.news import Thing
from ckanext.civic_subscriptions import feeds, searches, things, words
from ckanext.civic_subscriptions.views.beginning import search_of

__all__ = ["civic_subscriptions_feed"]

civic_subscriptions_feed = Blueprint("civic_subscriptions_feed", __name__, url_prefix="/subscriptions/feed")

_FORMATS = "<any(atom, rss):form>"


@civic_subscriptions_feed.route(f"/search.{_FORMATS}")
def search(form: feeds.Format) -> Response:
    """Datasets that a search finds, those changed last first; its words and filters as on the search page."""
    query_string = tk.request.query_string.decode(errors="replace")
    thing = search_of(query_string)
    if thing is None:
        return tk.abort(404, tk._("There is no such page, or it is not public."))
    try:
        entries = feeds.found(searches.parse(query_string))
    except (SearchError, tk.ValidationError):
        return tk.abort(400, tk._("This search cannot be read. Try it on the search page first."))
    return _answer(form, thing, entries)


@civic_subscriptions_feed.route(f"/<kind>/<path:given>.{_FORMATS}")
def news(kind: str, given: str, form: feeds.Format) -> Response:
    """The newest news of a thing; ``-`` where there is only one of its kind."""
    nobody = Context(session=model.Session(), user="", auth_user_obj=None)
    target = things.find(nobody, kind, "" if given == "-" else given)
    thing = things.named(model.Session(), [target]).get(target) if target else None
    if thing is None:
        return tk.abort(404, tk._("There is no such page, or it is not public."))
    return _answer(form, thing, feeds.news_of(model.Session(), thing.target))


def _answer(form: feeds.Format, thing: Thing, entries: Any) -> Response:
    """The feed, or nothing but «not modified» for a reader that comes again before something changed."""
    kind = things.kinds()[thing.target.type].label
    title = words.name(thing.title, kind)
    written = feeds.written(form, title, feeds.address_of(thing.path), _own_address(), entries)
    response = Response(written, content_type=f"application/{form}+xml; charset=utf-8")
    response.last_modified = feeds.changed(entries)
    response.add_etag()
    return response.make_conditional(tk.request)  # type: ignore[arg-type]


def _own_address() -> str:
    path = tk.request.full_path.rstrip("?")
    return feeds.address_of(path)
