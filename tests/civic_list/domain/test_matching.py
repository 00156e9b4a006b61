from __future__ import annotations

import random
import time
from dataclasses import replace

import pytest

from ckanext.civic_list.domain.items import Item, Owner
from ckanext.civic_list.domain.matching import Matching, Tuning, match

MZ, MP, MTSZN = (Owner("agency", name) for name in ("mz", "mp", "mtszn"))


def item(ru: str, code: str | None = None, owner: Owner = MZ, parts: str = "", **fields) -> Item:
    said = {"title": {"ru": ru}, "category": "health", "period": "MONTHLY", "number": 1}
    composition = tuple(parts.split("; ")) if parts else ()
    return Item(owner=owner, code=code, composition=composition, **said | fields)


def blank(rows) -> list[Item]:
    return [replace(row, code=None) for row in rows]


def first(matching: Matching, row: int) -> tuple[str, str] | None:
    suggestions = [s for s in matching.suggestions.get(row, ()) if s.score >= matching.threshold]
    return (suggestions[0].kind, suggestions[0].code) if suggestions else None


# -- the two editions ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def matching(edition_2025, edition_2026) -> Matching:
    return match(blank(edition_2026), edition_2025)


@pytest.fixture(scope="module")
def right(expected) -> dict[str, tuple[str, str]]:
    """For the code of each row that needs a suggestion, the one that must come first."""
    same = {row["code"]: ("same_as", row["code"]) for row in (*expected["renamed"], *expected["moved"])}
    parts = {
        part["code"]: ("split_of", row["from"]["code"]) for row in expected["split"] for part in row["into"]
    }
    return same | parts


def test_what_has_the_same_owner_and_title_is_matched_and_nothing_else(matching, edition_2026, expected):
    found = {row: edition_2026[row].code for row in matching.matched}
    assert matching.matched == found
    assert set(found.values()) == set(expected["without_codes"]["matched"])


def test_every_rename_move_and_split_comes_first(matching, edition_2026, right):
    codes = {row: edition_2026[row].code for row in matching.unmatched}
    found = {code: first(matching, row) for row, code in codes.items() if code in right}
    assert found == right


def test_what_is_really_new_has_no_suggestion_near_the_threshold(matching, edition_2026, right):
    scores: dict[bool, list[float]] = {True: [], False: []}
    for row in matching.unmatched:
        best = max((s.score for s in matching.suggestions.get(row, ())), default=0)
        scores[edition_2026[row].code in right].append(best)
    assert min(scores[True]) > matching.threshold + 0.05
    assert max(scores[False]) < matching.threshold - 0.15


def test_a_suggestion_says_why(matching, edition_2026):
    rows = {edition_2026[row].code: row for row in matching.unmatched}
    moved = matching.suggestions[rows["APK-001"]][0].why
    assert moved.code == "moved"
    assert moved.params == {"from": Owner("agency", "APK"), "to": Owner("agency", "ADGS")}
    renamed = matching.suggestions[rows["MIO-021"]][0].why
    assert renamed.code == "renamed"
    assert renamed.params["words"]["ru"][0] == "престарелых"
    assert renamed.params["words"]["kk"][0] == "қарттарға"
    split = matching.suggestions[rows["MSH-004"]][0].why
    assert split.code == "split"
    assert "экспорт" in split.params["words"]["ru"]


def test_with_codes_everything_known_is_matched(edition_2025, edition_2026):
    known = {old.code for old in edition_2025}
    rows = [row if row.code in known else replace(row, code=None) for row in edition_2026]
    matching = match(rows, edition_2025)
    assert matching.matched == {i: row.code for i, row in enumerate(rows) if row.code}
    assert len(matching.unmatched) == 16


def test_back_to_the_former_edition_renames_and_moves_are_found_too(edition_2025, edition_2026, expected):
    matching = match(blank(edition_2025), edition_2026)
    codes = {old.code: row for row, old in enumerate(edition_2025)}
    for row in (*expected["renamed"], *expected["moved"]):
        assert first(matching, codes[row["code"]]) == ("same_as", row["code"])
    gone = {row["code"] for row in expected["removed"]}
    assert {code for code in gone if first(matching, codes[code])} == set()


def test_the_order_of_rows_and_items_changes_nothing(edition_2025, edition_2026, matching):
    shuffled, known = list(range(len(edition_2026))), list(edition_2025)
    for seed in range(3):
        random.Random(seed).shuffle(shuffled)
        random.Random(seed).shuffle(known)
        again = match(blank(edition_2026[row] for row in shuffled), known)
        assert {shuffled[row]: code for row, code in again.matched.items()} == matching.matched
        for row, suggestions in again.suggestions.items():
            back = tuple(replace(suggestion, row=shuffled[row]) for suggestion in suggestions)
            assert back == matching.suggestions[shuffled[row]]


# -- variants --------------------------------------------------------------------------------------------


def with_title(row: Item, change) -> Item:
    return replace(row, code=None, title={lang: change(text) for lang, text in row.title.items() if text})


def test_other_word_order_is_a_rename(edition_2025):
    def turned(text: str) -> str:
        return " ".join(reversed(text.split()))

    rows = [with_title(row, turned) for row in edition_2025]
    matching = match(rows, edition_2025)
    assert len(matching.unmatched) > 140
    wrong = [i for i in matching.unmatched if first(matching, i) != ("same_as", edition_2025[i].code)]
    assert wrong == []


def test_titles_in_one_language_only_are_enough(edition_2025):
    for language in ("kk", "ru"):
        rows = [
            replace(row, code=None, title={language: f"{row.title[language]} (жаңа, новая редакция)"})
            for row in edition_2025
        ]
        matching = match(rows, edition_2025)
        assert [first(matching, row) for row in range(len(rows))] == [
            ("same_as", old.code) for old in edition_2025
        ]


def test_all_items_of_one_agency_go_to_another(edition_2025):
    joined = Owner("agency", "JOINED")
    rows = [replace(row, owner=joined) if row.owner.id == "MP" else row for row in blank(edition_2025)]
    matching = match(rows, edition_2025)
    moved = matching.unmatched
    assert [first(matching, row) for row in moved] == [("same_as", edition_2025[row].code) for row in moved]
    assert len(moved) == 4
    assert {matching.suggestions[row][0].why.code for row in moved} == {"moved"}


def test_where_others_moved_a_moved_and_renamed_one_is_surer():
    former = [
        item("Перечень школ", "MP-1", MP, "наименование; адрес"),
        item("Число учителей", "MP-2", MP, "регион; учителей"),
        item("Сведения о детских лагерях отдыха", "MP-3", MP, "наименование; мест"),
    ]
    renamed = item("Сведения о лагерях детского летнего отдыха", owner=MTSZN, parts="наименование; мест")
    alone = match([renamed], former).suggestions[0][0]
    moved = [replace(row, code=None, owner=MTSZN) for row in former[:2]]
    followed = match([renamed, *moved], former).suggestions[0][0]
    assert (alone.code, followed.code) == ("MP-3", "MP-3")
    assert followed.why.code == "moved_and_renamed"
    assert followed.score > alone.score + 0.05


def test_two_renames_of_one_agency_whose_words_overlap_do_not_change_places():
    known = [
        item("Перечень государственных домов престарелых", "A", parts="наименование; мест"),
        item("Перечень государственных домов инвалидов", "B", parts="наименование; мест"),
    ]
    rows = [
        item("Перечень государственных учреждений для лиц с инвалидностью", parts="наименование; мест"),
        item("Перечень государственных учреждений для престарелых лиц", parts="наименование; мест"),
    ]
    matching = match(rows, known)
    assert [first(matching, row) for row in (0, 1)] == [("same_as", "B"), ("same_as", "A")]


def test_the_same_kind_of_thing_in_another_city_is_not_taken_unseen(edition_2025):
    akimats = [Owner("agency", name) for name in ("almaty", "shymkent")]
    known = [item("Перечень аптек города Алматы", "A", akimats[0], "наименование; адрес")]
    row = item("Перечень аптек города Шымкента", owner=akimats[1], parts="наименование; адрес")
    matching = match([row, *blank(edition_2025)], [*known, *edition_2025])
    assert first(matching, 0) is None
    assert [suggestion.code for suggestion in matching.suggestions[0]] == ["A"]


def test_a_new_item_beside_a_rename_is_no_split():
    known = [item("Сведения о разрешениях на работу", "A", parts="год; выдано")]
    rows = [
        item("Сведения о разрешениях на работу и проживание", parts="год; выдано"),
        item("Сведения о разрешениях на охоту", parts="год; выдано; вид дичи"),
    ]
    matching = match(rows, known)
    assert first(matching, 0) == ("same_as", "A")
    assert first(matching, 1) is None


def test_a_split_in_three():
    whole = "Сведения о добыче угля, нефти и газа по областям"
    known = [item(whole, "A", parts="область; уголь; нефть; газ")]
    known += [item(f"Прочие показатели {n}", f"P{n}", MP) for n in range(5)]
    rows = [
        item(f"Сведения о добыче {what} по областям", parts=f"область; {what}")
        for what in ("угля", "нефти", "газа")
    ]
    matching = match([*rows, *blank(known[1:])], known)
    assert [first(matching, row) for row in range(3)] == [("split_of", "A")] * 3


# -- identity --------------------------------------------------------------------------------------------


def test_a_title_in_any_language_matches_with_the_same_owner():
    known = [item("Аптеки", "A", title={"ru": "Аптеки", "kk": "Дәріханалар", "en": "Pharmacies"})]
    assert match([item("", title={"en": "pharmacies."})], known).matched == {0: "A"}
    assert match([item("", title={"kk": "Дәріханалар", "ru": "Новое"})], known).matched == {0: "A"}
    assert match([item("", title={"kk": "Дәріханалар"}, owner=MP)], known).matched == {}
    assert match([item("", title={"kk": "Pharmacies"})], known).matched == {}


def test_empty_titles_do_not_match_each_other():
    known = [item("", "A", title={"ru": "Школы", "en": ""})]
    assert match([item("", title={"ru": "Аптеки", "en": ""})], known).matched == {}


def test_the_code_goes_before_the_title():
    known = [item("Аптеки", "A"), item("Больницы", "B")]
    assert match([item("Больницы", "A"), item("Аптеки")], known).matched == {0: "A"}


def test_more_languages_win_and_a_draw_matches_nothing():
    both = {"ru": "Аптеки", "kk": "Дәріханалар"}
    known = [item("", "A", title=both)]
    rows = [item("", title={"ru": "Аптеки", "kk": "Басқа"}), item("", title=both)]
    assert match(rows, known).matched == {1: "A"}
    draw = match([rows[0], item("", title={"ru": "Другое", "kk": "Дәріханалар"})], known)
    assert draw.matched == {}
    assert draw.unmatched == (0, 1)


def test_two_items_with_one_title_match_nothing_but_are_suggested():
    known = [item("Аптеки", "A"), item("Аптеки", "B")]
    matching = match([item("Аптеки")], known)
    assert matching.matched == {}
    assert {suggestion.code for suggestion in matching.suggestions[0]} == {"A", "B"}


def test_codes_that_cannot_be_right_are_problems():
    matching = match([item("Аптеки", "X"), item("Школы", "A"), item("Дороги", "A")], [item("Музеи", "A")])
    assert matching.matched == {}
    assert [(problem.code, problem.row) for problem in matching.problems] == [
        ("unknown_code", 0),
        ("code_taken_twice", 1),
        ("code_taken_twice", 2),
    ]


def test_nothing_known_nothing_suggested():
    matching = match([item("Аптеки")], [])
    assert (matching.matched, matching.suggestions, matching.unmatched) == ({}, {}, (0,))


def test_tuning_bounds_what_is_shown(edition_2025, edition_2026):
    matching = match(blank(edition_2026), edition_2025, Tuning(floor=0.0, most=2))
    assert {len(suggestions) for suggestions in matching.suggestions.values()} == {2}


# -- size ------------------------------------------------------------------------------------------------


def test_ten_thousand_rows_of_which_two_thousand_are_renamed():
    rng = random.Random(20260119)
    syllables = [a + b for a in "бвгдкмнпрст" for b in "аеиоу"]
    words = ["".join(rng.sample(syllables, 3)) for _ in range(900)]

    def made(n: int) -> Item:
        title = {"ru": " ".join(rng.sample(words, 8)), "kk": " ".join(rng.sample(words, 7))}
        owner, parts = Owner("agency", f"a{n % 300}"), "; ".join(rng.sample(words, 5))
        return item("", f"C{n:05}", owner, parts, title=title)

    def renamed(row: Item) -> Item:
        return with_title(row, lambda text: " ".join([*text.split()[1:], rng.choice(words)]))

    known = [made(n) for n in range(10_000)]
    rows = blank(known[:8_000]) + [renamed(row) for row in known[8_000:]]
    started = time.process_time()
    matching = match(rows, known)
    assert time.process_time() - started < 6
    assert len(matching.matched) == 8_000
    assert all(first(matching, row) == ("same_as", known[row].code) for row in matching.unmatched)
