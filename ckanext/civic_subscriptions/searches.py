"""Searches as things that can be followed."""
from __future__ import annotations

import json
import logging
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.lib.search import SearchError
from ckan.lib.search.common import SolrConnectionError
from ckan.types import Context
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ckanext.civic_core import clock, config, speaking, titles, vocabulary
from ckanext.civic_core.domain import texts
from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_core.domain.news import Followable, Target, Thing
from ckanext.civic_subscriptions.domain import searches as rules
from ckanext.civic_subscriptions.model import Search

__all__ = ["KIND", "ask", "find", "followable", "keep", "named", "parse", "title"]

log = logging.getLogger(__name__)
KIND = "search"


def followable() -> Followable:
    """A search, as a kind of thing."""
    return Followable(KIND, tk._("Search for datasets"), endpoint="dataset.search")


def parse(given: Any) -> dict[str, Any]:
    """A search as it is kept, of the search page's query string, of its parts as a mapping, or of the JSON of one.

    :raises Refused: ``search_missing``, ``search_long``.
    """
    return rules.canonical(_params(given), _filters())


def _params(given: Any) -> dict[str, list[str]]:
    if isinstance(given, str):
        said = given.strip()
        if not said.startswith("{"):
            return parse_qs(said.partition("?")[2] if "?" in said else said)
        given = _loaded(said)
    if not isinstance(given, Mapping):
        raise Refused("search_missing", "query")
    if isinstance(given.get("fq"), Mapping):
        given = {**given["fq"], "q": given.get("q", "")}
    return {str(name): [str(one) for one in _several(value)] for name, value in given.items() if value}


def _loaded(said: str) -> Any:
    try:
        return json.loads(said)
    except ValueError:
        return None


def _several(value: Any) -> Collection[Any]:
    return value if isinstance(value, list | tuple) else [value]


def _filters() -> Collection[str]:
    """The filters of the search page, as it finds them itself."""
    found: Any = dict.fromkeys(tk.h.facets(), "")
    for plugin in p.PluginImplementations(p.IFacets):
        found = plugin.dataset_facets(found, "dataset")
    return list(found)


def ask(query: rules.Query, *, among: Collection[str] = (), rows: int = 0) -> list[str]:
    """Ids of the public datasets that a search finds, as a visitor sees them; one request to Solr.

    :param among: ids of the datasets that are asked about.
    :raises ckan.lib.search.SearchError: where Solr does not answer or does not understand.
    """
    asked = {
        "q": query["q"] or "*:*", "fq": f"{rules.filter_query(query)} +dataset_type:dataset".strip(),
        "rows": rows, "fl": ["id"], "facet": "false",
    }
    if among:
        asked["fq_list"] = ["id:({})".format(" OR ".join(f'"{one}"' for one in sorted(among)))]
    nobody = Context(user="", auth_user_obj=None)
    return [found["id"] for found in tk.get_action("package_search")(nobody, asked)["results"]]


def keep(session: Session, given: Any) -> Target:
    """Keep a search that somebody wants to follow.

    :raises Refused: ``search_missing``, ``search_long``, ``search_wrong``.
    """
    query = parse(given)
    try:
        ask(query)
    except (SearchError, tk.ValidationError) as error:
        raise Refused("search_wrong", "query") from error
    except SolrConnectionError:
        log.warning("a search is kept untried: Solr does not answer")
    identifier = rules.id_of(query)
    statement = insert(Search.__table__).values(id=identifier, query=query, created=clock.now())
    session.execute(statement.on_conflict_do_update(
        index_elements=["id"], set_={"created": statement.excluded.created}
    ))
    return Target(KIND, identifier)


def find(session: Session, given: str) -> Target | None:
    """A search that is kept, by its id."""
    known = session.scalar(sa.select(Search.id).where(Search.id == given))
    return Target(KIND, known) if known else None


def named(session: Session, targets: Collection[Target]) -> dict[Target, Thing]:
    """What searches are called: by their own words; one statement, and one more for names of filters."""
    rows = session.execute(
        sa.select(Search.id, Search.query).where(Search.id.in_([one.id for one in targets if one.type == KIND]))
    ).all()
    return {
        target: Thing(target, title(row.query), path(row.query))
        for row in rows for target in [Target(KIND, row.id)]
    }


def path(query: rules.Query) -> str:
    """The search page that shows it."""
    said = urlencode(rules.pairs(query))
    return f"/dataset/?{said}" if said else "/dataset/"


def title(query: rules.Query) -> dict[str, str]:
    """The words of a search and the names of its filters, in each language."""
    return {language: _words(query, language) for language in config.languages()}


def _words(query: rules.Query, language: str) -> str:
    with speaking.speaking(language):
        named = [tk._("“{words}”").format(words=query["q"])] if query["q"] else []
        named += [_value(name, value, language) for name, values in query["fq"].items() for value in values]
        return ", ".join(named) or str(tk._("All datasets"))


def _value(name: str, value: str, language: str) -> str:
    several: Mapping[str, str] = {}
    if name in ("organization", "groups"):
        several = titles.known().get(value, {})
    elif name == "update_period" and (term := vocabulary.load("periods").find(value)):
        several = term.name
    return texts.pick(several, language, config.languages())[0] or value
