"""When two searches are the same."""
from __future__ import annotations

import pytest

from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_subscriptions.domain.searches import canonical, filter_query, id_of, pairs

FILTERS = ("organization", "groups", "res_format", "update_period")


def test_the_order_of_words_between_spaces_and_of_filters_does_not_matter():
    one = canonical({"q": [" аптеки   Алматы "], "res_format": ["XLSX", "CSV"], "groups": ["health"]}, FILTERS)
    other = canonical({"groups": ["health"], "res_format": ["CSV", "XLSX", "CSV"], "q": ["аптеки Алматы"]}, FILTERS)
    assert one == other == {"q": "аптеки Алматы", "fq": {"groups": ["health"], "res_format": ["CSV", "XLSX"]}}
    assert id_of(one) == id_of(other)
    assert len(id_of(one)) == 64


def test_what_is_no_filter_of_the_page_is_left_out():
    query = canonical({"q": ["x"], "page": ["3"], "sort": ["name asc"], "ext_bbox": ["1"], "fq": ["capacity:private"]},
                      FILTERS)
    assert query == {"q": "x", "fq": {}}


def test_other_words_are_another_search():
    assert id_of(canonical({"q": ["a"]}, FILTERS)) != id_of(canonical({"q": ["b"]}, FILTERS))
    assert id_of(canonical({"q": ["health"]}, FILTERS)) != id_of(canonical({"groups": ["health"]}, FILTERS))


@pytest.mark.parametrize("params", [
    {"q": ["x" * 501]}, {"groups": ["x" * 201]}, {"groups": [str(n) for n in range(21)]},
])
def test_a_search_that_nobody_types_is_refused(params):
    with pytest.raises(Refused) as caught:
        canonical(params, FILTERS)
    assert (caught.value.code, caught.value.field) == ("search_long", "query")


def test_a_value_stays_a_value_in_solr():
    query = canonical({"groups": ['a" OR capacity:"private', "b\\"]}, FILTERS)
    assert filter_query(query) == '+groups:"a\\" OR capacity:\\"private" +groups:"b\\\\"'


def test_the_page_is_found_again():
    query = canonical({"q": ["вода"], "groups": ["health"], "res_format": ["CSV"]}, FILTERS)
    assert pairs(query) == [("q", "вода"), ("groups", "health"), ("res_format", "CSV")]
    assert pairs(canonical({}, FILTERS)) == []
