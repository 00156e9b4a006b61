"""What kind of values a column has."""
from __future__ import annotations

import pytest

from ckanext.civic_list.domain.values import fits, kinds


@pytest.mark.parametrize(("values", "kind"), [
    (["1", "2,5", "-3.75", "1 234", "12 %"], "number"), (["1", "", "—", "н/д", "7"], "number"),
    (["007", "1"], None), (["2025-01-31", "01.02.2025"], "day"), (["2025-01-31T10:00", ""], "day"),
    (["1", "01.02.2025"], None), (["Абай", "1"], None), (["", "-"], None), (["1 23"], None), (["1e5"], None),
])
def test_a_column_has_a_kind_where_all_values_are_of_it(values, kind):
    assert kinds([{"a": value} for value in values]).get("a") == kind


def test_columns_are_told_apart_and_may_be_missing_in_a_row():
    rows = [{"a": "1", "b": "тип"}, {"b": "2"}, {"a": "3", "c": "2025-01-01"}]
    assert kinds(rows) == {"a": "number", "c": "day"}


@pytest.mark.parametrize(("value", "kind", "fit"), [
    ("5", "number", True), ("", "number", True), ("…", "day", True), ("пять", "number", False),
    ("5 шт", "number", False), ("31.12.2025", "day", True), ("2025", "day", False),
])
def test_whether_a_value_fits(value, kind, fit):
    assert fits(value, kind) is fit
