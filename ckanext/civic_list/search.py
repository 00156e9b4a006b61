"""States and update periods in CKAN's search: as filters, as facets, and in the answers."""
from __future__ import annotations

import logging
import re
from collections.abc import Mapping, MutableMapping
from typing import Any

import ckan.plugins.toolkit as tk
import pysolr
from ckan.lib.search.common import make_connection

from ckanext.civic_core import clock
from ckanext.civic_list import breakpoints
from ckanext.civic_list.delivery_words import state_name
from ckanext.civic_list.model.delivery import CODES

__all__ = ["ask", "facets", "found"]

log = logging.getLogger(__name__)

STATE, PERIOD = "civic_state", "update_period"
#: where a search keeps that somebody wants to know how many datasets have each state
_COUNTED = "civic_count_states"
_NAMED = re.compile(rf'(?<![\w.]){STATE}:(?:"(?P<said>[^"]*)"|\((?P<several>[^()]*)\)|(?P<bare>[^\s()"]+))')
_WORD = re.compile(r'"([^"]*)"|([^\s"]+)')
#: what of the caller's own search is asked once more
_ASKED = ("q", "fq", "defType", "mm", "qf", "tie", "df", "q.op", "bf", "boost")


def facets(titles: MutableMapping[str, str]) -> Any:
    """The facets of datasets, with update period and state."""
    titles[PERIOD] = tk._("Update period")
    titles[STATE] = tk._("State of the data")
    return titles


def ask(params: dict[str, Any]) -> dict[str, Any]:
    """A search of CKAN's in which a state that is asked for became days that the index knows."""
    for name in ("q", "fq"):
        if isinstance(params.get(name), str):
            params[name] = _translated(params[name])
    if params.get("fq_list"):
        params["fq_list"] = [_translated(one) for one in params["fq_list"]]
    fields = params.get("facet.field")
    if fields and STATE in fields:
        params["facet.field"] = [one for one in fields if one != STATE] if isinstance(fields, list) else []
        params.setdefault("extras", {})[_COUNTED] = True
    return params


def _translated(query: str) -> str:
    return _NAMED.sub(_clause, query) if STATE in query else query


def _clause(match: re.Match[str]) -> str:
    if match["several"] is None:
        return _one(match["said"] if match["said"] is not None else match["bare"])
    return f"({_WORD.sub(lambda word: _of_several(word[0], word[1] or word[2] or ''), match['several'])})"


def _of_several(written: str, word: str) -> str:
    return written if written in ("AND", "OR", "NOT") else _one(word)


def _one(code: str) -> str:
    if code == "*":
        return "({})".format(" OR ".join(breakpoints.clause(one, clock.today()) for one in CODES))
    return breakpoints.clause(code, clock.today())


def found(results: dict[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of a search, with the state of each dataset, and facets in words."""
    if params.get("fl") in (None, "id validated_data_dict", "id data_dict"):
        breakpoints.show(results["results"])
    shown = results["search_facets"]
    if (params.get("extras") or {}).pop(_COUNTED, None) and "fq" in params:
        counts = _counts(params)
        results["facets"][STATE] = counts
        items = [{"name": code, "display_name": code, "count": count} for code, count in counts.items()]
        shown[STATE] = {"title": STATE, "items": items}
    for name, word in ((STATE, state_name), (PERIOD, _period)):
        for item in shown.get(name, {}).get("items", ()):
            item["display_name"] = word(item["name"])
    return results


def _period(code: str) -> str:
    return tk.h.civic_term_name("periods", code)


def _counts(params: Mapping[str, Any]) -> dict[str, int]:
    """How many of the datasets that the caller may see, and that answer the same search, have each state.

    One request to Solr; CKAN put all that limits the caller into ``fq``.
    """
    if str(params.get("facet", "true")).lower() == "false":
        return {}
    query = {name: params[name] for name in _ASKED if name in params}
    asked = {f"{{!key={code}}}{breakpoints.clause(code, clock.today())}": code for code in CODES}
    try:
        answer = make_connection(decode_dates=False).search(
            **query, rows=0, facet="true", wt="json", **{"facet.query": list(asked), "facet.field": []}
        )
    except pysolr.SolrError:
        log.exception("The states of datasets cannot be counted")
        return {}
    counts = answer.facets.get("facet_queries") or {}
    least = int(params.get("facet.mincount") or 0)
    return {code: counts[code] for code in CODES if counts.get(code, 0) >= max(least, 1)}
