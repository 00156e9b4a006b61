"""Texts in several languages: what is picked, what is missing, what a client's input becomes."""
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.civic_core.domain import texts
from ckanext.civic_core.domain.errors import Refused

LANGUAGES = ("aa", "bb", "cc")
said = st.dictionaries(st.sampled_from(LANGUAGES), st.text(max_size=8))
order = st.permutations(LANGUAGES).map(tuple)


class TestPick:
    @given(said, st.sampled_from(LANGUAGES), order)
    def test_what_is_picked_is_one_of_the_texts_in_its_own_language(self, several, wanted, order):
        text, language = texts.pick(several, wanted, order)
        assert several.get(language, "") == text or text == ""

    @given(said, st.sampled_from(LANGUAGES), order)
    def test_nothing_is_picked_only_where_there_is_nothing(self, several, wanted, order):
        assert bool(texts.pick(several, wanted, order)[0]) == any(several.values())

    def test_the_wanted_language_comes_first(self):
        assert texts.pick({"aa": "a", "bb": "b"}, "bb", LANGUAGES) == ("b", "bb")

    def test_then_the_order(self):
        assert texts.pick({"aa": "a", "bb": "b"}, "cc", ("bb", "aa")) == ("b", "bb")

    def test_a_language_outside_the_order_still_counts(self):
        assert texts.pick({"zz": "z"}, "cc", LANGUAGES) == ("z", "zz")

    def test_no_text_is_answered_in_the_wanted_language(self):
        assert texts.pick({"aa": ""}, "cc", LANGUAGES) == ("", "cc")


class TestCompleteness:
    @given(said, order)
    def test_complete_means_that_nothing_is_missing(self, several, order):
        assert texts.complete(several, order) == (texts.missing(several, order) == ())

    def test_the_missing_languages_are_named_in_order(self):
        assert texts.missing({"bb": "b", "cc": ""}, LANGUAGES) == ("aa", "cc")


class TestParse:
    @given(said)
    def test_parsing_again_changes_nothing(self, several):
        once = texts.parse(several, LANGUAGES)
        assert texts.parse(once, LANGUAGES) == once

    @given(said)
    def test_no_empty_text_is_kept_and_the_order_is_that_of_the_languages(self, several):
        parsed = texts.parse(several, LANGUAGES)
        assert all(parsed.values())
        assert list(parsed) == [language for language in LANGUAGES if language in parsed]

    def test_letters_are_composed_and_control_characters_go(self):
        assert texts.parse({"aa": " и\u0306\x00од\r\nа "}, LANGUAGES) == {"aa": "йод\nа"}

    @pytest.mark.parametrize("value", ["text", ["text"], None, 7])
    def test_a_bare_value_is_refused(self, value):
        with pytest.raises(Refused) as refusal:
            texts.parse(value, LANGUAGES)
        assert refusal.value.code == "texts_not_a_mapping"

    def test_an_unknown_language_is_named(self):
        with pytest.raises(Refused) as refusal:
            texts.parse({"zz": "z"}, LANGUAGES)
        assert (refusal.value.code, refusal.value.params) == ("texts_unknown_language", {"language": "zz"})

    @pytest.mark.parametrize("value", [1, True, ["a"], {"a": "b"}])
    def test_what_is_no_text_is_refused_in_its_language(self, value):
        with pytest.raises(Refused) as refusal:
            texts.parse({"bb": value}, LANGUAGES)
        assert (refusal.value.code, refusal.value.params) == ("texts_not_text", {"language": "bb"})


class TestKeywords:
    @given(st.dictionaries(st.sampled_from(LANGUAGES), st.lists(st.text(max_size=5), max_size=5)))
    def test_no_word_is_empty_or_doubled(self, several):
        for words in texts.parse_keywords(several, LANGUAGES).values():
            assert words
            assert all(words)
            assert len(set(words)) == len(words)

    def test_commas_separate_words(self):
        assert texts.parse_keywords({"aa": "road, repair,, road "}, LANGUAGES) == {"aa": ("road", "repair")}

    @pytest.mark.parametrize("value", [{"road": 1}, 4, [["road"]]])
    def test_what_is_no_list_of_words_is_refused(self, value):
        with pytest.raises(Refused) as refusal:
            texts.parse_keywords({"aa": value}, LANGUAGES)
        assert refusal.value.code == "texts_not_text"


class TestReconcile:
    @given(said, st.text(max_size=5))
    def test_what_is_sent_back_unchanged_stays(self, stored, plain):
        assert texts.reconcile(stored, plain, stored, plain, "aa") == stored

    @given(said, said, st.text(max_size=5))
    def test_texts_that_were_changed_win_over_the_plain_text(self, sent, stored, plain):
        if sent != stored:
            assert texts.reconcile(sent, plain, stored, "other", "aa") == sent

    @given(said, st.text(min_size=1, max_size=5))
    def test_a_plain_text_changed_alone_stands_in_its_language_and_loses_no_other(self, stored, plain):
        for sent in (stored, None):
            result = texts.reconcile(sent, plain, stored, plain + "!", "bb")
            assert result["bb"] == plain
            assert {k: v for k, v in result.items() if k != "bb"} == {k: v for k, v in stored.items() if k != "bb"}

    @given(said)
    def test_nothing_sent_changes_nothing(self, stored):
        assert texts.reconcile(None, None, stored, "x", "aa") == stored

    def test_an_emptied_plain_text_empties_its_language(self):
        stored = {"aa": "a", "bb": "b"}
        assert texts.reconcile(stored, "", stored, "a", "aa") == {"bb": "b"}
