"""The official list, from its workbook to the duties of every agency and to the next year's list."""
from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import ckan.model as model
import pytest
import sqlalchemy as sa
from civic_list.portal import FIXTURES, act, draft, make_law, sheet, table
from werkzeug.datastructures import FileStorage

from ckanext.civic_list.model import Duty, Edition, Item, ItemVersion

pytestmark = pytest.mark.usefixtures("desk")


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    return json.loads((FIXTURES / "expected-diff-2025-2026.json").read_text(encoding="utf-8"))


@pytest.fixture
def law_2025() -> dict[str, Any]:
    draft("2025")
    act("keeper", "civic_edition_import", id="2025", upload=sheet("unified-list-2025.xlsx"), dry_run=False)
    return make_law("2025", "2026-12-01")


def test_the_workbook_of_2025_comes_in_without_an_error():
    draft("2025")
    found = act("keeper", "civic_edition_import", id="2025", upload=sheet("unified-list-2025.xlsx"))
    assert (found["errors"], found["undecided"], found["suggestions"]) == ([], [], [])
    assert (found["added"], found["changed"], found["removed"], found["written"]) == (148, 0, 0, False)
    assert act("keeper", "civic_edition_show", id="2025")["rows"] == 0


def test_each_row_of_all_akimats_is_twenty_duties(law_2025):
    owed = dict(model.Session.execute(
        sa.select(ItemVersion.number, sa.func.count(Duty.id))
        .join(Duty, Duty.item_id == ItemVersion.item_id)
        .where(ItemVersion.owner_group_id.is_not(None)).group_by(ItemVersion.number)
    ).tuples().all())
    assert (len(owed), set(owed.values())) == (54, {20})
    assert model.Session.scalar(sa.select(sa.func.count(Duty.id))) == 54 * 20 + 94


@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_what_is_exported_and_imported_again_changes_nothing(law_2025, format):
    exported = act("keeper", "civic_edition_export", id="2025", format=format)
    draft("2025-2", copy_of="2025")
    before = _rows("2025-2")
    upload = _file(exported["content"].data, exported["filename"])
    found = act("keeper", "civic_edition_import", id="2025-2", upload=upload, dry_run=False)
    assert (found["added"], found["changed"], found["removed"], found["unchanged"]) == (0, 0, 0, 148)
    assert (found["errors"], found["warnings"], found["suggestions"]) == ([], [], [])
    assert _rows("2025-2") == before
    again = act("keeper", "civic_edition_export", id="2025-2", format=format)
    assert again["content"].data == exported["content"].data


def test_the_list_of_2026_is_the_expected_difference(law_2025, expected):
    draft("2026", copy_of="2025")
    found = act("keeper", "civic_edition_import", id="2026", upload=sheet("unified-list-2026.xlsx"))
    assert (found["errors"], found["written"]) == ([], False)
    act("keeper", "civic_edition_import", id="2026", staged=found["staged"], dry_run=False,
        decisions=_decisions(found, expected))
    difference = act("keeper", "civic_edition_diff", **{"from": "2025", "to": "2026"})
    assert _told(difference) == _wanted(expected)


def test_every_rename_move_and_split_is_suggested_first(law_2025, expected):
    draft("2026", copy_of="2025")
    found = act("keeper", "civic_edition_import", id="2026", upload=sheet("unified-list-2026.xlsx"))
    first: dict[int, dict[str, Any]] = {}
    for one in found["suggestions"]:
        first.setdefault(one["number"], one)
    ours = _codes("2025", 2025)
    unlike = {
        number: (kind, code) for number, (kind, code) in _identities(expected).items()
        if code in _changed_identity(expected) and first.get(number, {}).get(kind) != ours[code]
    }
    assert unlike == {}


def _identities(expected: dict[str, Any]) -> dict[int, tuple[str, str]]:
    """What each row of 2026 is, by its number: an item of 2025, or a part of one, or a new one."""
    origin = {part["code"]: split["from"]["code"] for split in expected["split"] for part in split["into"]}
    found: dict[int, tuple[str, str]] = {}
    for row in table("list-identities.csv"):
        if row["number_2026"]:
            kind = "same_as" if row["number_2025"] else "split_of" if row["code"] in origin else "new"
            found[int(row["number_2026"])] = kind, origin.get(row["code"], row["code"])
    return found


def _changed_identity(expected: dict[str, Any]) -> set[str]:
    return {
        *(one["code"] for one in (*expected["renamed"], *expected["moved"])),
        *(one["from"]["code"] for one in expected["split"]),
    }


def _codes(edition: str, year: int) -> dict[str, str]:
    """The portal's code for each code of the sample, by the numbers of a year."""
    numbers = {int(row[f"number_{year}"]): row["code"] for row in table("list-identities.csv") if row[f"number_{year}"]}
    return {numbers[number]: code for number, code in _numbers(edition)}


def _numbers(edition: str) -> list[tuple[int, str]]:
    return list(model.Session.execute(
        sa.select(ItemVersion.number, Item.code).join(Item, Item.id == ItemVersion.item_id)
        .join(Edition, Edition.id == ItemVersion.edition_id).where(Edition.number == edition)
    ).tuples())


def _decisions(found: dict[str, Any], expected: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """A person says what each row is that has suggestions."""
    right, ours = _identities(expected), _codes("2025", 2025)
    rows = {one["row"]: right[one["number"]] for one in found["suggestions"]}
    return {row: {kind: True if kind == "new" else ours[code]} for row, (kind, code) in rows.items()}


def _told(difference: dict[str, Any]) -> dict[str, Any]:
    """The difference in the codes of the sample."""
    theirs = {ours: code for year in (2025, 2026) for code, ours in _codes(str(year), year).items()}
    owners = {**{row["name"]: row["code"] for row in table("agencies.csv")}, "mio": "ALLMIO"}

    def rows(several: list[dict[str, Any]]) -> dict[str, int]:
        return {theirs[one["code"]]: one["number"] for one in several}

    return {
        "added": rows(difference["added"]), "removed": rows(difference["removed"]),
        "renamed": {
            theirs[one["code"]]: [one[end]["title"].get("ru") for end in ("before", "after")]
            for one in difference["renamed"]
        },
        "moved": {
            theirs[one["code"]]: [owners[one[end]["owner"]["name"]] for end in ("before", "after")]
            for one in difference["moved"]
        },
        "split": {theirs[one["from"]["code"]]: rows(one["into"]) for one in difference["split"]},
        "changed": {
            (theirs[one["code"]], one["field"]): [one["before"], one["after"]] for one in difference["changed"]
        },
        "renumbered": difference["renumbered"], "unchanged": difference["unchanged"],
    }


def _wanted(expected: dict[str, Any]) -> dict[str, Any]:
    def rows(several: list[dict[str, Any]]) -> dict[str, int]:
        return {one["code"]: one["number"] for one in several}

    def parts(text: str) -> list[str]:
        return [part.strip() for part in text.split(";")]

    changed = {(one["code"], "period"): one["period"] for one in expected["period_changed"]}
    changed |= {(one["code"], "way"): one["way"] for one in expected["way_changed"]}
    changed |= {(one["code"], "category"): one["category"] for one in expected["category_changed"]}
    changed |= {
        (one["code"], "composition"): [parts(text) for text in one["composition"]]
        for one in expected["composition_changed"]
    }
    return {
        "added": rows(expected["added"]), "removed": rows(expected["removed"]),
        "renamed": {one["code"]: one["title_ru"] for one in expected["renamed"]},
        "moved": {one["code"]: one["agency"] for one in expected["moved"]},
        "split": {one["from"]["code"]: rows(one["into"]) for one in expected["split"]},
        "changed": changed, "renumbered": expected["counts"]["renumbered"],
        "unchanged": expected["counts"]["unchanged_but_number"],
    }


def _rows(edition: str) -> list[dict[str, Any]]:
    pages = [act("keeper", "civic_item_search", edition=edition, limit=100, offset=offset) for offset in (0, 100)]
    return [row for page in pages for row in page["results"]]


def _file(content: bytes, name: str) -> FileStorage:
    return FileStorage(BytesIO(content), filename=name)
