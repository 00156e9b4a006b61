"""Vocabularies: the shipped ones, an operator's own, and what is wrong with a bad file."""
from __future__ import annotations

import dataclasses

import pytest

from ckanext.civic_core import vocabulary

pytestmark = pytest.mark.usefixtures("with_plugins")

SHIPPED = ("body_groups", "duty_roles", "periods", "succession_kinds", "ways_of_publication")
ONE = "- {code: A, name: {aa: Alpha}, spellings: {aa: [first]}}\n"


@pytest.mark.parametrize("title", SHIPPED)
def test_every_term_is_named_in_every_language(title, ckan_config):
    for term in vocabulary.load(title):
        assert set(term.name) == set(ckan_config["ckanext.civic_core.languages"])


def test_periods_have_the_numbers_of_the_rules():
    periods = vocabulary.load("periods")
    assert [t.code for t in periods] == [
        "DAILY", "WEEKLY", "MONTHLY", "QUARTERLY", "HALF_YEAR", "YEARLY", "AS_NEEDED"]
    assert [t["reminder"]["n"] for t in periods] == [0, 1, 5, 10, 15, 30, 30]
    assert [t["grace"]["n"] for t in periods] == [1, 3, 10, 15, 20, 30, 30]
    assert [t.get("min_gap") for t in periods] == [0, 2, 7, 21, 45, 90, None]
    assert [t.get("after") for t in periods] == [0, 2, 15, 20, 30, 60, None]


@pytest.mark.parametrize(("text", "code"), [
    ("1 раз в полгода", "HALF_YEAR"), ("2 раза в год", "HALF_YEAR"), ("Каждые полгода", "HALF_YEAR"),
    (" ЕЖЕГОДНО\n", "YEARLY"), ("тоқсан  сайын", "QUARTERLY"), ("annual_2", "HALF_YEAR"), ("once a month", "MONTHLY"),
])
def test_people_are_understood(text, code):
    assert vocabulary.load("periods").find(text).code == code


@pytest.mark.parametrize("text", ["", "Своевременно", "Ежемесячно, ежеквартально", "01.03.2025"])
def test_nothing_is_guessed(text):
    assert vocabulary.load("periods").find(text) is None


def test_what_was_read_cannot_be_changed():
    term = vocabulary.load("periods")["DAILY"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        term.code = "X"
    with pytest.raises(TypeError):
        term["grace"]["n"] = 5


def test_an_operators_file_takes_the_place_of_the_shipped_one(tmp_path, monkeypatch, ckan_config):
    (tmp_path / "body_groups.yaml").write_text(ONE, encoding="utf-8")
    monkeypatch.setitem(ckan_config, "ckanext.civic_core.vocabularies.folder", str(tmp_path))
    assert [term.code for term in vocabulary.load("body_groups")] == ["A"]
    assert "DAILY" in vocabulary.load("periods")


@pytest.mark.parametrize(("source", "words"), [
    ("", "list"), ("a: b", "list"), ("- {name: {aa: Alpha}}", "code"), ("- {code: A}", "name"),
    (ONE + ONE, "twice"), (ONE + "- {code: B, name: {aa: First}}", "both A and B"),
])
def test_a_bad_file_says_what_is_wrong(source, words):
    with pytest.raises(vocabulary.VocabularyError) as error:
        vocabulary.parse("groups", source)
    assert "groups" in str(error.value)
    assert words in str(error.value)
