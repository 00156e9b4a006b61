"""What a request is about, and when two are the same."""
from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_requests.domain.subjects import (
    KINDS,
    NOWHERE,
    SUBJECTS,
    Place,
    Subject,
    check_subject,
    choose,
    key,
    place,
)

DATA = Subject("dataset", "d1")
CELL = Place("r1", "17", "phone")
ALLOWED = {
    "dataset": {"outdated", "incomplete", "unavailable", "wrong", "not_the_listed_data", "personal_data"},
    "duty": {"outdated", "incomplete", "unavailable", "not_the_listed_data"},
    "category": {"outdated", "incomplete", "unavailable"},
}


def _code(call, *args):
    with pytest.raises(Refused) as refusal:
        call(*args)
    return refusal.value.code, refusal.value.field


@pytest.mark.parametrize(
    ("named", "subject"),
    [(("d1", None, None), DATA), (("d1", None, "health"), DATA),
     ((None, "HC-1@health", ""), Subject("duty", "HC-1@health")),
     (("", None, "health"), Subject("category", "health")),
     ((None, "HC-1@health", "health"), Subject("duty", "HC-1@health"))],
)
def test_a_category_only_narrows_the_choice(named, subject):
    assert choose(*named) == subject


def test_one_subject_and_no_more():
    assert _code(choose) == ("subject_missing", "dataset")
    assert _code(choose, "", "", "") == ("subject_missing", "dataset")
    assert _code(choose, "d1", "HC-1@health") == ("subject_twice", "duty")


@pytest.mark.parametrize(("subject", "kind"), list(product(SUBJECTS, (*KINDS, "ugly"))))
def test_what_can_be_wrong_with_what(subject, kind):
    where = Place("r1") if subject == "dataset" else NOWHERE
    if kind in ALLOWED[subject]:
        check_subject(Subject(subject, "one"), kind, where)
        return
    code = "kind_of_subject" if kind in KINDS else "kind_unknown"
    assert _code(check_subject, Subject(subject, "one"), kind, where) == (code, "kind")


def test_only_data_have_places_and_personal_data_are_in_a_file():
    assert _code(check_subject, Subject("duty", "x"), "incomplete", Place("r1")) == ("place_of_subject", "resource")
    assert _code(check_subject, DATA, "personal_data") == ("resource_missing", "resource")
    check_subject(DATA, "personal_data", Place("r1"))
    check_subject(DATA, "wrong")


def test_a_place_is_trimmed_and_spelled_in_one_way():
    assert place(" r1 ", "17\n", "и\u0306") == Place("r1", "17", "й")
    assert place() == place("", None, " ") == NOWHERE
    assert place("r1", field="phone") == Place("r1", "", "phone")


@pytest.mark.parametrize(("row", "field"), [("17", None), (None, "phone"), ("17", "phone")])
def test_a_row_or_a_field_is_in_a_file(row, field):
    assert _code(place, None, row, field) == ("resource_missing", "resource")


def test_a_place_has_an_end():
    assert place("r1", "x" * 500).row == "x" * 500
    assert _code(place, "r1", "x" * 501) == ("place_too_long", "row")


# -- the key --------------------------------------------------------------------------------------------------------

OF_THE_WHOLE = ("outdated", "unavailable", "not_the_listed_data")


@pytest.mark.parametrize("kind", KINDS)
def test_of_some_kinds_one_open_request_is_enough_for_the_whole(kind):
    same = key(DATA, kind, CELL) == key(DATA, kind, Place("r2"))
    assert same == (kind in OF_THE_WHOLE)
    assert key(DATA, kind, CELL) == key(DATA, kind, Place("r1", "17", "phone"))


subjects = st.builds(Subject, st.sampled_from(SUBJECTS), st.text("ab:|", min_size=1, max_size=4))
places = st.builds(Place, *(st.text('a|",:', max_size=3) for _ in range(3)))


@given(subjects, st.sampled_from(KINDS), places, subjects, st.sampled_from(KINDS), places)
def test_two_keys_are_equal_when_the_requests_are(subject, kind, where, other, other_kind, elsewhere):
    same_spot = where == elsewhere or kind in OF_THE_WHOLE
    same = (subject, kind) == (other, other_kind) and same_spot
    assert (key(subject, kind, where) == key(other, other_kind, elsewhere)) == same


@given(places)
def test_a_key_is_short_whatever_the_row(where):
    assert len(key(DATA, "wrong", where)) == len("dataset:d1:wrong:") + 32
