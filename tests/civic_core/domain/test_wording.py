"""What changed between two wordings, word by word."""
from __future__ import annotations

from ckanext.civic_core.domain.wording import Run, changes


def test_words_in_common_are_told_from_those_that_changed():
    assert changes("Перечень домов престарелых в разрезе регионов", "Перечень домов отдыха в разрезе регионов") == (
        Run("same", "Перечень домов"), Run("removed", "престарелых"), Run("added", "отдыха"),
        Run("same", "в разрезе регионов"),
    )


def test_a_word_put_in_is_only_added():
    assert changes("Реестр организаций", "Реестр аптечных организаций") == (
        Run("same", "Реестр"), Run("added", "аптечных"), Run("same", "организаций"),
    )


def test_texts_without_much_in_common_replace_one_another():
    assert changes("Ежеквартально", "Ежемесячно") == (Run("removed", "Ежеквартально"), Run("added", "Ежемесячно"))
    assert changes("дом в саду у реки", "школа в городе") == (
        Run("removed", "дом в саду у реки"), Run("added", "школа в городе"),
    )


def test_spaces_are_no_change():
    assert changes("Реестр  организаций", "Реестр организаций") == (Run("same", "Реестр организаций"),)


def test_nothing_before_or_after():
    assert changes("", "Реестр") == (Run("added", "Реестр"),)
    assert changes("Реестр", "") == (Run("removed", "Реестр"),)
    assert changes("", "") == ()
