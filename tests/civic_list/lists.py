"""What the tests of reading and writing lists share: the words of the sample's portal, findings as tuples."""
from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import ckan.plugins.toolkit as tk

from ckanext.civic_list import wording
from ckanext.civic_list.domain.items import Owner
from ckanext.civic_list.domain.reading import Reading, read_list
from ckanext.civic_list.domain.recognising import Name, Words
from ckanext.civic_list.domain.sheets import Finding
from ckanext.civic_list.workbook.opening import read

FIXTURES = Path(__file__).parents[1] / "fixtures"
LANGUAGES = ("kk", "ru", "en")
ALL_AKIMATS = Owner("group", "ALLMIO")
ALL_AKIMATS_NAME = "Местные исполнительные органы (все)"
_SETTINGS = {
    "ckan.locale_default": "ru", "ckanext.civic_core.languages": list(LANGUAGES),
    "ckanext.civic_core.required_languages": ["kk", "ru"],
}


def table(name: str) -> list[dict[str, str]]:
    with (FIXTURES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@contextmanager
def portal_settings() -> Iterator[None]:
    """The settings of a portal in Kazakhstan."""
    before = {key: tk.config[key] for key in _SETTINGS if key in tk.config}
    tk.config.update(_SETTINGS)
    try:
        yield
    finally:
        for key in _SETTINGS:
            tk.config.pop(key)
        tk.config.update(before)


@cache
def words() -> Words:
    with portal_settings():
        return wording.make(list(_owners()), categories())


def categories() -> dict[str, dict[str, str]]:
    return {row["code"]: {lang: row[f"name_{lang}"] for lang in LANGUAGES} for row in table("categories.csv")}


def _owners() -> Iterator[Name]:
    for row in table("agencies.csv"):
        owner = Owner("agency", row["code"])
        yield from (Name(owner, row[f"name_{lang}"], "name", lang) for lang in LANGUAGES)
        yield from (Name(owner, row[f"short_{lang}"], "short", lang) for lang in LANGUAGES)
    yield from wording.group_names(ALL_AKIMATS, {"ru": ALL_AKIMATS_NAME}, ())


def read_file(content: bytes, name: str = "list.xlsx") -> Reading:
    return read_list(read(io.BytesIO(content), name), words())


@cache
def read_fixture(name: str) -> Reading:
    return read_file((FIXTURES / name).read_bytes(), name)


def findings(reading: Reading) -> list[Finding]:
    return [*reading.errors, *reading.cleaned, *reading.warnings]


def told(reading: Reading) -> set[tuple[str, int, str, str, str]]:
    """Sheet, row, column, code and verdict of all findings; none stands twice."""
    found = {(one.sheet, one.row, one.column, one.code, one.verdict) for one in findings(reading)}
    assert len(found) == len(findings(reading))
    return found
