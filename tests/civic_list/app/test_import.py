"""A workbook into a draft: looked at, decided, written; refused as a whole while anything is wrong."""
from __future__ import annotations

import csv
import io
from hashlib import sha256
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
import urllib3
from civic_list.portal import act, draft, events, make_law, race, refusal, row, sheet
from werkzeug.datastructures import FileStorage

from ckanext.civic_core import clock, outside
from ckanext.civic_list import fetching, importing
from ckanext.civic_list.model import Item, ItemVersion, StagedImport

pytestmark = pytest.mark.usefixtures("desk")

HEADINGS = ["№ п/п", "Наименование набора (каз)", "Наименование набора (рус)", "Состав данных", "Ответственный орган",
            "Категория", "Период актуализации", "Способ публикации (АРМ / API)", "Код"]
HEALTH_RU, AKIMATS = "Министерство здравоохранения Республики Казахстан", "Местные исполнительные органы (все)"


def line(number: Any, kk: str, ru: str, owner: str = HEALTH_RU, code: str = "") -> list[Any]:
    return [number, kk, ru, "отчетный период; наименование", owner, "Здравоохранение", "Ежемесячно", "АРМ", code]


def table(*lines: list[Any], name: str = "list.csv") -> FileStorage:
    text = io.StringIO()
    csv.writer(text).writerows([HEADINGS, *lines])
    return FileStorage(io.BytesIO(text.getvalue().encode()), filename=name)


POLYCLINICS = line(1, "Емханалар тізімі", "Перечень поликлиник")
HOSPITALS = line(2, "Ауруханалар тізімі", "Перечень больниц")
PHARMACIES = line(3, "Дәріханалар тізімі", "Перечень аптек", AKIMATS)


def take(*lines: list[Any], edition: str = "2025", **options: Any) -> dict[str, Any]:
    return act("keeper", "civic_edition_import", id=edition, upload=table(*lines), dry_run=False, **options)


def rows(edition: str = "2025") -> dict[int, str]:
    found = act("keeper", "civic_item_search", edition=edition, limit=100)["results"]
    return {one["number"]: one["code"] for one in found}


def written() -> int:
    return model.Session.scalar(sa.select(sa.func.count()).select_from(ItemVersion)) or 0


# --- looked at --------------------------------------------------------------------------------------------


def test_a_look_writes_no_row_and_keeps_the_file():
    draft()
    found = act("keeper", "civic_edition_import", id="2025", upload=table(POLYCLINICS, PHARMACIES))
    assert (found["added"], found["written"], written()) == (2, False, 0)
    assert [one["code"] for one in found["rows"]["added"]] == ["MZ-001", "MIO-001"]
    staged = model.Session.get(StagedImport, found["staged"])
    assert (staged.filename, len(staged.sha256)) == ("list.csv", 64)
    assert events(type="edition.imported") == []


def test_what_was_looked_at_is_written_without_a_second_upload():
    draft()
    staged = act("keeper", "civic_edition_import", id="2025", upload=table(POLYCLINICS, PHARMACIES))["staged"]
    found = act("keeper", "civic_edition_import", id="2025", staged=staged, dry_run=False)
    assert (found["written"], found["staged"], rows()) == (True, None, {1: "MZ-001", 3: "MIO-001"})
    assert model.Session.scalars(sa.select(StagedImport)).all() == []
    assert list(refusal("keeper", "civic_edition_import", id="2025", staged=staged)) == ["upload"]


def test_the_next_look_of_a_person_takes_the_place_of_the_last():
    draft()
    for upload in (table(POLYCLINICS), table(HOSPITALS)):
        last = act("keeper", "civic_edition_import", id="2025", upload=upload)["staged"]
    act("second_keeper", "civic_edition_import", id="2025", upload=table(PHARMACIES))
    kept = model.Session.scalars(sa.select(StagedImport)).all()
    assert (len(kept), last in {one.id for one in kept}) == (2, True)


def test_a_file_staged_for_one_draft_is_not_taken_for_another():
    draft("2025")
    draft("2026")
    staged = act("keeper", "civic_edition_import", id="2025", upload=table(POLYCLINICS))["staged"]
    assert list(refusal("keeper", "civic_edition_import", id="2026", staged=staged)) == ["upload"]


# --- written ----------------------------------------------------------------------------------------------


def test_the_source_the_revision_and_the_events_are_kept():
    draft()
    take(POLYCLINICS, HOSPITALS)
    shown = act("keeper", "civic_edition_show", id="2025")
    assert (shown["rows"], shown["revision"], shown["source_name"]) == (2, 1, "list.csv")
    assert shown["source_sha256"] == sha256(table(POLYCLINICS, HOSPITALS).read()).hexdigest()
    take([*POLYCLINICS[:6], "Ежедневно", *POLYCLINICS[7:]], PHARMACIES)
    assert [one["type"] for one in events(stream="item")] == [
        "item.added", "item.added", "item.added", "item.changed", "item.removed",
    ]
    assert events(type="item.changed")[0]["public"] == {"code": "MZ-001", "edition": "2025", "fields": ["period"]}
    told = events(type="edition.imported")[-1]["public"]
    assert (told["added"], told["changed"], told["removed"]) == (1, 1, 1)


def test_rows_that_the_file_lacks_leave_the_draft():
    draft()
    take(POLYCLINICS, HOSPITALS)
    found = take(HOSPITALS)
    assert (found["removed"], found["unchanged"], rows()) == (1, 1, {2: "MZ-002"})


def test_numbers_are_no_identity():
    draft()
    take(POLYCLINICS, HOSPITALS)
    found = take([2, *POLYCLINICS[1:]], [1, *HOSPITALS[1:]])
    assert (found["changed"], found["unchanged"], rows()) == (0, 2, {2: "MZ-001", 1: "MZ-002"})


def test_a_row_that_comes_back_is_the_item_it_was():
    draft()
    take(POLYCLINICS, HOSPITALS)
    make_law("2025", clock.today().isoformat())
    draft("2026")
    take(POLYCLINICS, HOSPITALS, edition="2026")
    assert rows("2026") == {1: "MZ-001", 2: "MZ-002"}


def test_codes_in_the_file_name_items_and_give_new_ones_their_code():
    draft()
    take(POLYCLINICS, HOSPITALS)
    found = take(line(1, "Жаңа атау", "Совсем другое", code="MZ-002"), line(2, "Бөлек", "Новое", code="MZ-900"))
    assert (rows(), found["suggestions"]) == ({1: "MZ-002", 2: "MZ-900"}, [])
    assert row("2025", 5)["code"] == "MZ-901"


@pytest.mark.parametrize("code", ["MZ/1", "MZ-1@mz", "=1+1", "а" * 41])
def test_a_code_that_no_address_can_hold_is_an_error(code):
    draft()
    found = act("keeper", "civic_edition_import", id="2025", upload=table(line(1, "Бірінші", "Первый", code=code)))
    assert [(one["row"], one["column"]) for one in found["errors"]] == [(2, "I")]


def test_a_code_of_an_edition_long_past_is_that_item():
    draft("2024")
    take(POLYCLINICS, edition="2024")
    draft("2025")
    take(line(1, "Басқаша", "Иначе", code="MZ-001"))
    assert model.Session.scalars(sa.select(Item.code)).all() == ["MZ-001"]


def test_a_code_twice_is_a_problem_of_both_rows():
    draft()
    take(POLYCLINICS)
    refused = refusal("keeper", "civic_edition_import", id="2025", dry_run=False, upload=table(
        line(1, "Бірінші", "Первый", code="MZ-001"), line(2, "Екінші", "Второй", code="MZ-001")))
    assert len(refused["decisions"]) == 2
    assert rows() == {1: "MZ-001"}


# --- decided ----------------------------------------------------------------------------------------------

RENAMED = line(1, "Емханалар мен амбулаториялар тізімі", "Перечень поликлиник и амбулаторий")


@pytest.fixture
def undecided() -> dict[str, Any]:
    draft()
    take(POLYCLINICS, HOSPITALS)
    return act("keeper", "civic_edition_import", id="2025", upload=table(RENAMED, HOSPITALS))


def test_a_likely_rename_waits_for_a_person(undecided):
    first = undecided["suggestions"][0]
    assert (first["row"], first["same_as"], undecided["undecided"]) == (2, "MZ-001", [2])
    assert first["item"]["title"]["ru"] == "Перечень поликлиник"
    assert first["why"]
    refused = refusal("keeper", "civic_edition_import", id="2025", staged=undecided["staged"], dry_run=False)
    assert list(refused) == ["decisions"]
    assert act("keeper", "civic_item_show", code="MZ-001", edition="2025")["title"]["ru"] == "Перечень поликлиник"


@pytest.mark.parametrize(
    ("decisions", "code"),
    [({2: {"same_as": "MZ-001"}}, "MZ-001"), ({"2": {"new": True}}, "MZ-003"), ('{"2": {"new": true}}', "MZ-003")],
)
def test_a_person_decides(undecided, decisions, code):
    act("keeper", "civic_edition_import", id="2025", staged=undecided["staged"], decisions=decisions, dry_run=False)
    assert rows() == {1: code, 2: "MZ-002"}


def test_suggestions_can_be_taken_as_they_are(undecided):
    act("keeper", "civic_edition_import", id="2025", staged=undecided["staged"], accept_suggestions=True, dry_run=False)
    assert rows() == {1: "MZ-001", 2: "MZ-002"}


@pytest.mark.parametrize(
    "decisions",
    [{2: {"same_as": "MZ-002"}}, {2: {"same_as": "MZ-777"}}, {2: {"split_of": "MZ-001"}}, {2: {"split_of": "MZ-002"}},
     {2: {}}, {2: {"same_as": "MZ-001", "new": True}}, {"two": {"new": True}}, "rubbish", [1]],
)
def test_a_decision_that_cannot_be_is_refused_and_nothing_is_written(undecided, decisions):
    refused = refusal(
        "keeper", "civic_edition_import", id="2025", staged=undecided["staged"], decisions=decisions, dry_run=False
    )
    assert list(refused) == ["decisions"]
    assert act("keeper", "civic_edition_show", id="2025")["revision"] == 1


def test_a_split_keeps_the_link_to_the_item_it_came_from():
    draft()
    take(line(1, "Астық пен ұн экспорты", "Отгрузка зерна и муки на экспорт"))
    make_law("2025", clock.today().isoformat())
    draft("2026", copy_of="2025")
    parts = (line(1, "Астық экспорты", "Отгрузка зерна на экспорт"), line(2, "Ұн экспорты", "Отгрузка муки на экспорт"))
    take(*parts, edition="2026", decisions={2: {"split_of": "MZ-001"}, 3: {"split_of": "MZ-001"}})
    shown = act("keeper", "civic_item_show", code="MZ-002")
    assert (shown["split_from"], act("keeper", "civic_item_show", code="MZ-001")["split_into"]) == (
        "MZ-001", ["MZ-002", "MZ-003"])
    assert act("", "civic_item_show", code="MZ-001")["split_into"] == []
    found = act("keeper", "civic_edition_diff", **{"from": "2025", "to": "2026"})
    assert [(one["from"]["code"], [part["code"] for part in one["into"]]) for one in found["split"]] == [
        ("MZ-001", ["MZ-002", "MZ-003"])]
    assert (found["added"], found["removed"]) == ([], [])


# --- refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["unified-list-broken.xlsx", "unified-list-broken-cp1251.csv"])
def test_a_broken_workbook_is_told_whole_and_nothing_is_written(name):
    draft()
    take(POLYCLINICS)
    found = act("keeper", "civic_edition_import", id="2025", upload=sheet(name))
    assert len(found["errors"]) >= 30
    assert all(one["message"] and one["row"] and one["sheet"] is not None for one in found["errors"])
    refused = refusal("keeper", "civic_edition_import", id="2025", staged=found["staged"], dry_run=False,
                      accept_suggestions=True)
    assert list(refused) == ["upload"]
    assert (rows(), act("keeper", "civic_edition_show", id="2025")["revision"]) == ({1: "MZ-001"}, 1)
    assert len(events(type="edition.imported")) == 1


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [(b"", "list.csv", "file_empty"), (b"%PDF-1.7", "list.pdf", "file_type"),
     (b"<html><table>", "list.xls", "file_html"), (b"PK\x03\x04rubbish", "list.xlsx", "file_damaged")],
)
def test_what_is_no_list_is_refused_with_a_reason(content, name, code):
    draft()
    found = act("keeper", "civic_edition_import", id="2025", upload=FileStorage(io.BytesIO(content), filename=name))
    assert [one["code"] for one in found["errors"]] == [code]


def test_titles_longer_than_any_index_are_kept_and_told_from_each_other():
    draft()
    long = "Перечень " + "поликлиник и больниц " * 300
    take(line(1, "Емханалар", f"{long} А"), line(2, "Ауруханалар", f"{long} Б"))
    assert len(rows()) == 2


@pytest.mark.parametrize("number", [99999999999, -1, 1.5])
def test_a_number_that_no_list_has_is_an_error(number):
    draft()
    found = act("keeper", "civic_edition_import", id="2025", upload=table([number, *POLYCLINICS[1:]]))
    assert [(one["row"], one["column"]) for one in found["errors"]] == [(2, "A")]


def test_a_file_over_the_limit_is_refused(monkeypatch):
    monkeypatch.setitem(tk.config, "ckanext.civic_list.import.max_size", 0)
    draft()
    found = act("keeper", "civic_edition_import", id="2025", upload=table(POLYCLINICS))
    assert [one["code"] for one in found["errors"]] == ["file_too_large"]


@pytest.mark.parametrize(
    "given", [{}, {"upload": "list.csv"}, {"url": "https://example.com/list.csv"}, {"staged": "nothing"}]
)
def test_without_a_file_there_is_nothing_to_import(given):
    draft()
    field = "url" if "url" in given else "upload"
    assert list(refusal("keeper", "civic_edition_import", id="2025", **given)) == [field]


@pytest.mark.parametrize("state", ["submitted", "approved", "withdrawn"])
def test_only_a_draft_takes_rows(state):
    draft()
    take(POLYCLINICS)
    step = {"withdrawn": "withdraw"}.get(state, "submit")
    act("keeper", f"civic_edition_{step}", id="2025", **({"reason": "x"} if step == "withdraw" else {}))
    if state == "approved":
        act("approver", "civic_edition_approve", id="2025")
    refused = refusal("keeper", "civic_edition_import", id="2025", upload=table(HOSPITALS), dry_run=False)
    assert list(refused) == ["state"]
    assert rows() == {1: "MZ-001"}


def test_a_draft_that_changed_since_it_was_looked_at_is_not_overwritten():
    draft()
    looked = act("keeper", "civic_edition_import", id="2025", upload=table(POLYCLINICS))
    row("2025", 9)
    again = {"id": "2025", "staged": looked["staged"], "dry_run": False}
    assert "conflict" in refusal("keeper", "civic_edition_import", **again, revision=looked["revision"])
    assert rows() == {9: "MZ-001"}
    act("keeper", "civic_edition_import", **again)
    assert list(rows()) == [1]


def test_of_two_imports_at_once_one_wins(monkeypatch):
    draft()
    import_ = {"id": "2025", "dry_run": False}
    got = race(
        monkeypatch, (importing, "write"),
        lambda: act("keeper", "civic_edition_import", **import_, upload=table(POLYCLINICS)),
        lambda: act("second_keeper", "civic_edition_import", **import_, upload=table(HOSPITALS, PHARMACIES)),
    )
    assert got[0]["written"]
    assert list(got[1].error_dict) == ["conflict"]
    assert (rows(), len(events(type="edition.imported"))) == ({1: "MZ-001"}, 1)


def test_a_look_is_not_held_up_by_who_writes(monkeypatch):
    draft("2025")
    got = race(
        monkeypatch, (importing, "record_all"),
        lambda: act("keeper", "civic_edition_import", id="2025", upload=table(POLYCLINICS), dry_run=False),
        lambda: act("keeper", "civic_edition_import", id="2025", upload=table(POLYCLINICS)),
    )
    assert [one["written"] for one in got] == [True, False]
    assert rows() == {1: "MZ-001"}


# --- from an address --------------------------------------------------------------------------------------


@pytest.fixture
def url_allowed(monkeypatch) -> None:
    monkeypatch.setitem(tk.config, "ckanext.civic_list.import.url_allowed", True)


def _server(content: bytes, status: int = 200) -> tuple[Any, list[Any]]:
    """What asks a public address, and what was asked."""
    asked: list[Any] = []

    def ask(address: str, parts: Any) -> urllib3.HTTPResponse:
        asked.append((address, parts.path))
        return urllib3.HTTPResponse(io.BytesIO(content), status=status, preload_content=False)

    return ask, asked


def test_a_file_is_taken_from_the_address_that_was_checked(url_allowed, monkeypatch):
    ask, asked = _server(table(POLYCLINICS).read())
    monkeypatch.setattr(outside, "_addresses", lambda host: ["93.184.216.34"])
    monkeypatch.setattr(fetching, "_ask", ask)
    draft()
    found = act("keeper", "civic_edition_import", id="2025", url="https://example.com/a/list.csv", dry_run=False)
    assert (found["added"], asked) == (1, [("93.184.216.34", "/a/list.csv")])
    assert act("keeper", "civic_edition_show", id="2025")["source_name"] == "list.csv"


@pytest.mark.parametrize(
    "url",
    ["http://example.com/list.csv", "file:///etc/passwd", "https://127.0.0.1/list.csv", "https://[::1]/list.csv",
     "https://10.0.0.1/list.csv", "https://169.254.169.254/latest", "https://user@8.8.8.8/list.csv", "list.csv",
     "https://0x7f000001/", "https://[::ffff:10.0.0.1]/list.csv"],
)
def test_an_address_that_is_not_public_https_is_refused_before_anything_is_asked(url_allowed, monkeypatch, url):
    ask, asked = _server(b"")
    monkeypatch.setattr(fetching, "_ask", ask)
    draft()
    assert list(refusal("keeper", "civic_edition_import", id="2025", url=url)) == ["url"]
    assert asked == []


@pytest.mark.parametrize("status", [302, 404, 500])
def test_an_address_that_leads_elsewhere_or_has_nothing_is_refused(url_allowed, monkeypatch, status):
    monkeypatch.setattr(outside, "_addresses", lambda host: ["93.184.216.34"])
    monkeypatch.setattr(fetching, "_ask", _server(b"", status)[0])
    draft()
    assert list(refusal("keeper", "civic_edition_import", id="2025", url="https://example.com/list.csv")) == ["url"]


def test_no_more_is_read_than_a_list_may_hold():
    answer = urllib3.HTTPResponse(io.BytesIO(b"x" * 500_000), status=200, preload_content=False)
    assert len(fetching._read(answer, 1000)) == 1000
