"""What changed between two states of a table, told from digests of its rows and the names of its columns."""
from __future__ import annotations

import pytest

from ckanext.civic_list.domain.changes import (
    Changes,
    Columns,
    Rows,
    Table,
    columns_between,
    merged,
    of_stored,
    rows_between,
)


def table(*rows: int, columns=("a", "b"), count=None, room=2048) -> Table:
    return Table(len(rows) if count is None else count, columns, frozenset(sorted(rows)[:room]), room)


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ((1, 2, 3, 4), (1, 2, 3, 4, 5), Rows(added=1)),
        ((1, 2, 3, 4), (1, 2, 4), Rows(removed=1)),
        ((1, 2, 3, 4), (1, 2, 3, 5), Rows(changed=1)),
        ((1, 2, 3, 4), (1, 2, 5, 6, 7), Rows(added=1, changed=2)),
        ((1, 2, 3, 4), (1, 2, 5), Rows(removed=1, changed=1)),
        ((1, 2, 3, 4), (1, 5, 6), Rows(added=2, removed=3)),
        ((1, 2), (3, 4), Rows(added=2, removed=2)),
        ((), (1, 2), Rows(added=2)),
        ((1, 2), (), Rows(removed=2)),
    ],
)
def test_rows_are_counted_exactly_while_the_sketch_holds_them_all(before, after, found):
    assert rows_between(table(*before), table(*after)) == found


def test_the_numbers_always_give_the_new_number_of_rows():
    before, after = table(*range(100)), table(*range(40, 130))
    rows = rows_between(before, after)
    assert rows is not None
    assert before.rows + rows.added - rows.removed == after.rows


def test_what_is_no_table_has_no_rows():
    assert rows_between(Table(None), table(1)) is None
    assert rows_between(table(1), Table(None)) is None


def test_with_other_columns_only_the_number_of_rows_is_compared():
    assert rows_between(table(1, 2), table(3, 4, 5, columns=("a", "c"))) == Rows(1, 0, None, exact=False)


def test_another_order_of_columns_is_no_difference():
    assert rows_between(table(1, 2), table(1, 2, 3, columns=("b", "a"))) == Rows(added=1)


def test_a_row_that_stands_twice_makes_the_numbers_an_estimate():
    assert rows_between(table(1, 2, count=3), table(1, 2, 3)).exact is False


@pytest.mark.parametrize("gone", [0, 1000, 5000])
def test_a_large_table_is_estimated(gone):
    import random

    draw = random.Random(gone)
    numbers = [draw.getrandbits(64) for _ in range(30_000)]
    before, after = table(*numbers[:20_000], count=20_000), table(*numbers[gone:20_000 + 500], count=20_500 - gone)
    rows = rows_between(before, after)
    assert rows is not None
    assert not rows.exact
    assert rows.added + (rows.changed or 0) == pytest.approx(500, abs=700)
    assert rows.removed + (rows.changed or 0) == pytest.approx(gone, abs=700)
    assert 20_000 + rows.added - rows.removed == after.rows


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("a b c", "a b c", Columns()),
        ("a b c", "a b c d", Columns(added=("d",))),
        ("a b c", "a c", Columns(removed=("b",))),
        ("a b c", "a x c", Columns(renamed=(("b", "x"),))),
        ("a b c d", "a x y d", Columns(renamed=(("b", "x"), ("c", "y")))),
        ("a b c", "x y z", Columns(("x", "y", "z"), ("a", "b", "c"))),
        ("a b c", "a c x", Columns(("x",), ("b",))),
        ("a b c", "c b a", Columns()),
        ("a", "x", Columns(("x",), ("a",))),
    ],
)
def test_columns_come_go_and_get_another_name(before, after, found):
    assert columns_between(before.split(), after.split()) == found


@pytest.mark.parametrize(
    "one",
    [
        Changes(), Changes("removed"), Changes("added"), Changes("replaced", Rows(1, 2, 3)),
        Changes(None, Rows(1, 0, None, exact=False), Columns(("a",), ("b",), (("c", "d"),))),
    ],
)
def test_what_is_kept_is_read_again(one):
    assert of_stored(one.stored()) == one


def test_nothing_is_kept_of_nothing():
    assert Changes().stored() == {}


def test_changes_of_one_file_are_added_up():
    first, second = Changes("added", Rows(5)), Changes("replaced", Rows(1, 0, 2), Columns(("x",)))
    assert merged([first, second]) == Changes("added", Rows(6, 0, 2, exact=False), Columns(("x",)))
    assert merged([first, Changes("removed")]).file == "removed"
    assert merged([first]) == first
    assert merged([]) == Changes()
