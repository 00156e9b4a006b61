from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.civic_list.domain.difference import Difference, Pair, compare
from ckanext.civic_list.domain.items import Item, Owner, Schedule


def item(code: str, number: int = 1, **fields) -> Item:
    said = {"title": {"ru": f"Набор {code}"}, "owner": Owner("agency", "mz"), "category": "health"}
    return Item(**{"number": number, "period": "MONTHLY", "code": code, **said, **fields})


# -- the two editions ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def difference(edition_2025, edition_2026, expected) -> Difference:
    splits = {part["code"]: row["from"]["code"] for row in expected["split"] for part in row["into"]}
    return compare(edition_2025, edition_2026, splits)


def told(item: Item) -> dict[str, object]:
    return {
        "code": item.code,
        "number": item.number,
        "agency": item.owner.id,
        "title_ru": item.title["ru"],
    }


def numbers(pair: Pair) -> dict[str, object]:
    return {"code": pair.code, "number_2025": pair.before.number, "number_2026": pair.after.number}


def by_code(rows: list[dict]) -> dict[str, dict]:
    return {row["code"]: row for row in rows}


def changes(difference: Difference, field: str, say) -> dict[str, dict]:
    return {
        change.code: {"code": change.code, field: [say(change.before), say(change.after)]}
        for change in difference.changed
        if change.field == field
    }


def without_numbers(rows: list[dict]) -> dict[str, dict]:
    return {
        row["code"]: {key: value for key, value in row.items() if not key.startswith(("number", "wording"))}
        for row in rows
    }


def test_added_and_removed_are_those_of_the_fixture(difference, expected):
    assert by_code([told(item) for item in difference.added]) == by_code(expected["added"])
    assert by_code([told(item) for item in difference.removed]) == by_code(expected["removed"])


def test_renamed_are_those_of_the_fixture(difference, expected):
    found = [
        numbers(pair)
        | {"agency": pair.after.owner.id}
        | {
            f"title_{language}": [pair.before.title[language], pair.after.title[language]]
            for language in ("kk", "ru", "en")
        }
        for pair in difference.renamed
    ]
    assert by_code(found) == by_code(expected["renamed"])


def test_moved_are_those_of_the_fixture(difference, expected):
    found = [
        numbers(pair)
        | {"agency": [pair.before.owner.id, pair.after.owner.id], "title_ru": pair.after.title["ru"]}
        for pair in difference.moved
    ]
    assert by_code(found) == by_code(expected["moved"])


def test_splits_are_those_of_the_fixture(difference, expected):
    found = [
        {"from": told(split.origin), "into": [told(part) for part in split.into]}
        for split in difference.split
    ]
    assert found == sorted(expected["split"], key=lambda split: split["from"]["number"])


@pytest.mark.parametrize(
    ("field", "say"),
    [("period", str), ("way", str), ("category", str), ("composition", "; ".join)],
)
def test_changed_fields_are_those_of_the_fixture(difference, expected, field, say):
    assert changes(difference, field, say) == without_numbers(expected[f"{field}_changed"])


def test_no_other_field_changed(difference):
    assert {change.field for change in difference.changed} == {"period", "way", "category", "composition"}


def test_another_wording_of_the_same_period_is_no_change(difference, expected, edition_2025, edition_2026):
    for row in expected["wording_only_not_a_change"]:
        assert row["code"] in {pair.code for pair in difference.unchanged}
        both = [pair for pair in difference.unchanged if pair.code == row["code"]]
        assert [[pair.before.period, pair.after.period] for pair in both] == [row["period"]]


def test_numbers_and_the_unchanged_are_those_of_the_fixture(difference, expected):
    found = {pair.code: [pair.before.number, pair.after.number] for pair in difference.renumbered}
    assert found == expected["numbers"]
    assert [pair.code for pair in difference.unchanged] == sorted(
        expected["unchanged_but_number"], key=lambda code: expected["numbers"][code][1]
    )


def test_counts_are_those_of_the_fixture(difference, expected):
    changed = [change.field for change in difference.changed]
    fields = ("period", "composition", "way", "category")
    touched = {change.code for change in difference.changed}
    touched |= {pair.code for pair in (*difference.renamed, *difference.moved)}
    assert expected["counts"] == {
        "added": len(difference.added),
        "removed": len(difference.removed),
        "renamed": len(difference.renamed),
        "moved": len(difference.moved),
        "split": len(difference.split),
        "split_parts": sum(len(split.into) for split in difference.split),
        **{f"{field}_changed": changed.count(field) for field in fields},
        "surviving": len(touched) + len(difference.unchanged),
        "renumbered": len(difference.renumbered),
        "unchanged_but_number": len(difference.unchanged),
    }


def test_without_splits_the_whole_is_removed_and_its_parts_added(edition_2025, edition_2026, expected):
    plain = compare(edition_2025, edition_2026)
    assert {item.code for item in plain.added} == set(expected["as_plain_sets"]["added"])
    assert {item.code for item in plain.removed} == set(expected["as_plain_sets"]["removed"])
    assert not plain.split


# -- single rules ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"ru": "Перечень аптек"}, {"ru": "Перечень аптек", "kk": "Дәріханалар тізбесі"}),
        ({"ru": "Перечень аптек", "en": "Pharmacies"}, {"ru": "Перечень аптек"}),
        ({"ru": "Перечень «аптек»"}, {"ru": 'Перечень "аптек"'}),
    ],
)
def test_a_translation_or_other_marks_change_a_title_without_renaming(before, after):
    difference = compare([item("A", title=before)], [item("A", title=after)])
    assert not difference.renamed
    assert [(change.field, change.before, change.after) for change in difference.changed] == [
        ("title", before, after)
    ]


def test_an_empty_translation_is_none():
    before, after = {"ru": "Аптеки", "en": ""}, {"ru": "Аптеки"}
    assert compare([item("A", title=before)], [item("A", title=after)]).is_empty()


def test_another_title_in_one_language_renames():
    before, after = {"ru": "Аптеки", "kk": "Дәріханалар"}, {"ru": "Аптеки", "kk": "Дәрігерлер"}
    difference = compare([item("A", title=before)], [item("A", title=after)])
    assert [pair.code for pair in difference.renamed] == ["A"]
    assert not difference.changed
    assert not difference.unchanged


def test_a_schedule_counts_as_changed():
    late = Schedule("after", 20)
    difference = compare([item("A")], [item("A", schedule=late)])
    assert [(change.field, change.before, change.after) for change in difference.changed] == [
        ("schedule", None, late)
    ]


def test_a_part_of_a_part_comes_out_of_the_item_that_the_earlier_edition_has():
    splits = {"B": "A", "C": "A", "D": "B", "E": "B"}
    difference = compare([item("A")], [item(code, n) for n, code in enumerate("CDE")], splits)
    assert [(split.origin.code, [part.code for part in split.into]) for split in difference.split] == [
        ("A", ["C", "D", "E"])
    ]
    assert not difference.added
    assert not difference.removed


def test_an_item_whose_parts_are_all_gone_is_removed():
    difference = compare([item("A")], [item("Z")], {"B": "A", "C": "A"})
    assert [row.code for row in difference.removed] == ["A"]
    assert [row.code for row in difference.added] == ["Z"]


def test_splits_in_a_circle_end():
    assert [row.code for row in compare([item("A")], [item("B")], {"B": "C", "C": "B"}).added] == ["B"]


def test_codes_are_needed_and_must_differ():
    with pytest.raises(ValueError, match="row 7 has no code"):
        compare([replace(item("A", 7), code=None)], [])
    with pytest.raises(ValueError, match="A occurs twice"):
        compare([], [item("A"), item("A", 2)])


# -- for any two editions --------------------------------------------------------------------------------

words = st.sampled_from(["аптек", "школ", "дорог", "зерна"])
items = st.builds(
    item,
    st.sampled_from("ABCDEFGH"),
    st.integers(1, 99),
    title=st.fixed_dictionaries({"ru": words, "kk": words}),
    owner=st.builds(Owner, st.just("agency"), st.sampled_from(["mz", "mp"])),
    period=st.sampled_from(["MONTHLY", "YEARLY"]),
)
editions = st.lists(items, unique_by=lambda item: item.code)
splits = st.dictionaries(st.sampled_from("ABCDEFGH"), st.sampled_from("ABCDEFGH"))


@given(editions)
def test_an_edition_does_not_differ_from_itself(rows):
    difference = compare(rows, list(reversed(rows)))
    assert difference.is_empty()
    assert len(difference.unchanged) == len(rows)


@given(editions, editions)
def test_looked_at_from_the_other_side_added_and_removed_change_places(a, b):
    there, back = compare(a, b), compare(b, a)
    assert there.added == back.removed
    assert there.removed == back.added
    assert sorted(pair.code for pair in there.moved) == sorted(pair.code for pair in back.moved)
    assert sorted(pair.code for pair in there.renamed) == sorted(pair.code for pair in back.renamed)
    assert sorted((c.code, c.field) for c in there.changed) == sorted((c.code, c.field) for c in back.changed)


@given(editions, editions, splits)
def test_every_code_is_in_exactly_one_place(a, b, splits):
    difference = compare(a, b, splits)
    surviving = {row.code for row in a} & {row.code for row in b}
    places = [row.code for row in (*difference.added, *difference.removed)]
    places += [row.code for split in difference.split for row in (split.origin, *split.into)]
    assert sorted([*places, *surviving]) == sorted({row.code for row in (*a, *b)})
    told = {pair.code for pair in (*difference.renamed, *difference.moved, *difference.unchanged)}
    assert told | {change.code for change in difference.changed} == surviving


def test_a_theme_that_is_only_numbered_anew_is_the_same():
    before = item("A-1", theme={"ru": "Раздел 5. Образование и наука"})
    assert compare([before], [item("A-1", theme={"ru": "Раздел 6. Образование и наука"})]).changed == ()
    other = {"ru": "Раздел 5. Здравоохранение"}
    changed = compare([before], [item("A-1", theme=other)]).changed
    assert [(one.field, one.after) for one in changed] == [("theme", other)]
