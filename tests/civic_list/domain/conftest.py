from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

import holidays
import pytest
import yaml

from ckanext.civic_core.domain.working_days import Calendar
from ckanext.civic_list.domain.items import Item, Owner
from ckanext.civic_list.domain.periods import Periods, build

FIXTURES = Path(__file__).parents[2] / "fixtures"
TITLES = {
    "kk": "Наименование набора (каз)",
    "ru": "Наименование набора (рус)",
    "en": "Наименование набора (англ)",
}
PERIODS = {
    "Ежедневно": "DAILY",
    "Еженедельно": "WEEKLY",
    "Ежемесячно": "MONTHLY",
    "Ежеквартально": "QUARTERLY",
    "1 раз в полгода": "HALF_YEAR",
    "2 раза в год": "HALF_YEAR",
    "Каждые полгода": "HALF_YEAR",
    "Ежегодно": "YEARLY",
    "По мере необходимости": "AS_NEEDED",
}
WAYS = {"АРМ": "workstation", "API": "integration"}


def _table(name: str) -> list[dict[str, str]]:
    with (FIXTURES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def _edition(year: int) -> tuple[Item, ...]:
    identities = {
        int(row[f"number_{year}"]): (row["code"], row[f"agency_{year}"])
        for row in _table("list-identities.csv")
        if row[f"number_{year}"]
    }
    categories = {row["name_ru"]: row["code"] for row in _table("categories.csv")}
    return tuple(
        _item(row, *identities[int(row["№ п/п"])], categories)
        for row in _table(f"unified-list-{year}.csv")
    )


def _item(row: dict[str, str], code: str, agency: str, categories: dict[str, str]) -> Item:
    return Item(
        number=int(row["№ п/п"]),
        title={language: row[heading] for language, heading in TITLES.items()},
        owner=Owner("group" if agency == "ALLMIO" else "agency", agency),
        category=categories[row["Категория"]],
        period=PERIODS[row["Период актуализации"]],
        composition=tuple(part.strip() for part in row["Состав данных"].split(";")),
        way=WAYS[row["Способ публикации (АРМ / API)"]],
        note=row["Примечание"],
        code=code,
    )


@pytest.fixture(scope="session")
def edition_2025() -> tuple[Item, ...]:
    return _edition(2025)


@pytest.fixture(scope="session")
def edition_2026() -> tuple[Item, ...]:
    return _edition(2026)


@pytest.fixture(scope="session")
def expected() -> dict[str, Any]:
    return json.loads((FIXTURES / "expected-diff-2025-2026.json").read_text(encoding="utf-8"))


_kz = holidays.country_holidays("KZ", years=range(2018, 2036), language="en_US")


@pytest.fixture(scope="session")
def kz() -> Calendar:
    """The working calendar of Kazakhstan, with the days that the government moved."""
    return Calendar(holidays=dict(_kz), moved_in=frozenset(_kz.weekend_workdays))


@pytest.fixture(scope="session")
def periods() -> Periods:
    """The vocabulary that is shipped."""
    vocabulary = Path(__file__).parents[3] / "schemas" / "vocab" / "periods.yaml"
    return build(yaml.safe_load(vocabulary.read_text(encoding="utf-8")))
