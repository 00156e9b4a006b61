"""A search as it is kept: the same words and filters are the same search, in whatever order they were given."""
from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ckanext.civic_core.domain.errors import Refused

#: of the words, and of one value of a filter
LONGEST_WORDS, LONGEST_VALUE = 500, 200
MOST_FILTERS = 20

Query = Mapping[str, Any]


def canonical(params: Mapping[str, Iterable[str]], filters: Collection[str]) -> dict[str, Any]:
    """The words (``q``) and the filters (``fq``) of a search page's query; what else stands there is left out.

    :param filters: the names of the filters that the page has.
    :raises Refused: ``search_long``, where it is longer than anybody types.
    """
    words = " ".join(" ".join(params.get("q", ())).split())
    chosen = {
        name: sorted({value.strip() for value in params[name]} - {""}) for name in sorted(filters) if name in params
    }
    chosen = {name: values for name, values in chosen.items() if values}
    several = [value for values in chosen.values() for value in values]
    if len(words) > LONGEST_WORDS or len(several) > MOST_FILTERS or any(len(one) > LONGEST_VALUE for one in several):
        raise Refused("search_long", "query")
    return {"q": words, "fq": chosen}


def id_of(query: Query) -> str:
    """What a search is called: the same for the same search."""
    spelled = json.dumps(query, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(spelled.encode()).hexdigest()


def pairs(query: Query) -> list[tuple[str, str]]:
    """Names and values of the search page's address."""
    words = [("q", str(query["q"]))] if query["q"] else []
    return words + [(name, value) for name, values in query["fq"].items() for value in values]


def filter_query(query: Query) -> str:
    """The filters as Solr reads them: each value whole, whatever signs it holds."""
    return " ".join(f'+{name}:"{_quoted(value)}"' for name, values in query["fq"].items() for value in values)


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
