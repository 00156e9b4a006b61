"""How many duties there are under each filter, with the other filters kept."""
from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ckanext.civic_list.duties import Cell

__all__ = ["FACETS", "count", "facets"]

FACETS = ("agency", "group", "category", "period", "has_data")
Agencies = Mapping[str, Mapping[str, Any]]


def count(cells: Sequence[Cell], agencies: Agencies, filters: Mapping[str, Any]) -> int:
    """How many match all filters."""
    return sum(cell.count for cell in cells if _matches(cell, agencies, filters, None))


def facets(
    cells: Sequence[Cell], states: Mapping[str, int], agencies: Agencies, filters: Mapping[str, Any]
) -> dict[str, list[dict[str, Any]]]:
    """For each facet its values with their counts, the greatest first; the facet's own filter is set aside."""
    found = {name: _facet(name, cells, agencies, filters) for name in FACETS}
    by_count = sorted(states.items(), key=lambda one: (-one[1], one[0]))
    return {**found, "state": [{"value": code, "count": number} for code, number in by_count]}


def _facet(name: str, cells: Sequence[Cell], agencies: Agencies, filters: Mapping[str, Any]) -> list[dict[str, Any]]:
    counts: Counter[Any] = Counter()
    for cell in cells:
        if _matches(cell, agencies, filters, name):
            counts[_value(cell, name, agencies)] += cell.count
    titles = {agency["name"]: agency["title"] for agency in agencies.values()} if name == "agency" else {}
    return [
        {"value": value, "count": number, **({"title": titles[value]} if titles else {})}
        for value, number in sorted(counts.items(), key=lambda one: (-one[1], str(one[0]))) if value is not None
    ]


def _matches(cell: Cell, agencies: Agencies, filters: Mapping[str, Any], but: str | None) -> bool:
    return all(
        filters.get(name) in (None, "", _value(cell, name, agencies))
        or (name == "agency" and filters["agency"] == cell.agency)
        for name in FACETS if name != but
    )


def _value(cell: Cell, name: str, agencies: Agencies) -> Any:
    if name in {"agency", "group"}:
        return agencies[cell.agency]["name" if name == "agency" else "body_group"]
    return getattr(cell, name)
