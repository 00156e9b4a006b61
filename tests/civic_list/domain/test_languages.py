from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
import yaml

from ckanext.civic_list.domain.languages import Language, Languages, lost_letters

ROOT = Path(__file__).parents[3]
COLUMNS = {"kk": "Наименование набора (каз)", "ru": "Наименование набора (рус)", "en": "Наименование набора (англ)"}


def _language(code: str, said: dict[str, Any]) -> Language:
    return Language(
        code, said["adjective"], frozenset(said["letters"]), frozenset(said["words"]), tuple(said.get("endings", ())),
        said.get("instead", {}),
    )


@pytest.fixture(scope="module")
def languages() -> Languages:
    """The vocabulary that is shipped."""
    entries = yaml.safe_load((ROOT / "schemas" / "vocab" / "list_words.yaml").read_text(encoding="utf-8"))
    known = {entry["code"]: entry for entry in entries}
    return Languages([_language(code, known[f"language.{code}"]) for code in COLUMNS])


def titles(language: str) -> list[str]:
    found: dict[str, None] = {}
    for year in (2025, 2026):
        with (ROOT / "tests" / "fixtures" / f"unified-list-{year}.csv").open(encoding="utf-8", newline="") as file:
            found.update(dict.fromkeys(row[COLUMNS[language]] for row in csv.DictReader(file)))
    return [title for title in found if title]


@pytest.mark.parametrize("language", COLUMNS)
def test_no_title_of_the_lists_is_taken_for_another_language(languages: Languages, language: str) -> None:
    assert [title for title in titles(language) if languages.instead_of(title, language)] == []
    assert [title for title in titles(language) if languages.put_right(title, language) != title] == []


@pytest.mark.parametrize(("language", "column", "unseen"), [
    ("kk", "ru", []), ("kk", "en", []), ("en", "kk", []), ("en", "ru", []),
    ("ru", "kk", ["Экспорт нефти"]), ("ru", "en", ["Экспорт нефти"]),
])
def test_a_title_in_the_wrong_column_is_seen(
    languages: Languages, language: str, column: str, unseen: list[str]
) -> None:
    assert [title for title in titles(language) if languages.instead_of(title, column) != language] == unseen


@pytest.mark.parametrize("title", ["Актуарийлер", "Дауылды ескертулер"])
def test_the_absence_of_letters_proves_nothing(languages: Languages, title: str) -> None:
    assert not set(title.casefold()) & languages.own_letters("kk")
    assert languages.instead_of(title, "kk") is None


def test_a_title_in_windows_1251_has_lost_its_letters(languages: Languages) -> None:
    hurt = [title for title in titles("kk") if set(title.casefold()) & set("әғқңөұүһ")]
    lost = [title.encode("cp1251", "replace").decode("cp1251") for title in hurt]
    assert (len(hurt) > 160, [title for title in lost if not lost_letters(title)]) == (True, [])


@pytest.mark.parametrize("text", ["Итоги", "R&D", "5 ? 6", "&?"])
def test_letters_that_are_there_are_not_lost(text: str) -> None:
    assert not lost_letters(text)


@pytest.mark.parametrize(("text", "language", "right"), [
    ("Рeecтp школ", "ru", "Реестр школ"), ("Mинистерство", None, "Министерство"),
    ("Ɵңiрлер бɵлiнiсiнде", "kk", "Өңірлер бөлінісінде"), ("жауhар", "kk", "жауһар"), ("Yлттық", "kk", "Үлттық"),
    ("данные o школах", "ru", "данные о школах"), ("Rеgister", "en", "Register"), ("ТIMSS", "ru", "TIMSS"),
    ("TIMSS и PISA", "ru", "TIMSS и PISA"), ("выбросы CO2", "ru", "выбросы CO2"), ("Wi-Fi точки", "ru", "Wi-Fi точки"),
    ("Register", "en", "Register"), ("группа A", "ru", "группа A"),
])
def test_letters_of_another_script(languages: Languages, text: str, language: str | None, right: str) -> None:
    assert languages.put_right(text, language) == right
