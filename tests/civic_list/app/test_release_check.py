"""A file looked at before it is published, and the workbook to begin it from. Nothing is saved."""
from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from civic_list.app.reader import Reader
from civic_list.delivering import FIRST, pass_time, publish, put, upload
from civic_list.listing import dataset, on
from civic_list.portal import HEALTH, act, draft, make_law, refusal, row
from openpyxl import Workbook, load_workbook

from ckanext.civic_list.content.digest import digest_of

pytestmark = pytest.mark.usefixtures("office")

COMPOSITION = ["отчетный период", "наименование региона", "количество школ"]
BEFORE = "отчетный период;регион;количество школ\n2025-01;Абай;3\n2025-01;Акмола;40\n2025-01;Актобе;12,5\n".encode()
AFTER = "отчетный период;регион;количество школ\n2025-02;Абай;4\n2025-02;Акмола;41\n2025-01;Актобе;12,5\n".encode()


@pytest.fixture
def duty() -> Iterator[str]:
    """A monthly duty about the month, with data of January brought on 9 January."""
    with on("2024-12-20"):
        draft("2025")
        code = row("2025", 1, composition=COMPOSITION)["code"]
        make_law("2025", "2025-01-01")
    yield f"{code}@{HEALTH}"


@pytest.fixture
def delivered(duty: str) -> str:
    with on("2025-02-05"):
        publish(duty)
        put("schools", BEFORE)
        pass_time()
    return duty


def check(key: str, day: str, content: bytes, name: str = "data.csv", user: str = "health_editor", **more: Any) -> Any:
    with on(day):
        pass_time()
        before = everything()
        found = act(user, "civic_release_check", duty=key, upload=upload(content, name), **more)
        assert everything() == before, "something was saved"
        return found


def everything() -> dict[str, int]:
    """How many rows each table of the portal has."""
    model.Session.rollback()
    with model.ensure_engine().connect() as connection:
        names = sa.inspect(connection).get_table_names()
        return {name: connection.scalar(sa.text(f'select count(*) from "{name}"')) for name in names}


class TestWouldItCount:
    def test_what_changed_and_the_period_it_would_be_for(self, delivered):
        found = check(delivered, "2025-03-05", AFTER)
        assert (found["counts"], found["outcome"], found["release"]) == (True, "fulfils", 2)
        assert [one["key"] for one in found["fulfils"]] == ["2025-02"]
        assert (found["rows_before"], found["rows_after"], found["changed"]) == (3, 3, True)
        assert found["share_changed"] == pytest.approx(4 / 5)
        assert (found["bad_count"], found["bad_rows"]) == (0, [])

    def test_the_same_content_in_another_order_does_not_count(self, delivered):
        lines = BEFORE.decode().splitlines()
        found = check(delivered, "2025-03-05", "\n".join([lines[0], *reversed(lines[1:])]).encode())
        assert (found["counts"], found["reason"], found["outcome"]) == (False, "same_content", None)
        assert found["params"]["day"] == "2025-02-05"
        assert found["share_changed"] == 0

    def test_soon_after_the_last_release_it_is_a_correction(self, delivered):
        found = check(delivered, "2025-02-09", AFTER)
        assert (found["counts"], found["outcome"], found["fulfils"]) == (True, "correction", [])

    def test_where_its_maker_says_so_too(self, delivered):
        assert check(delivered, "2025-03-05", AFTER, correction=True)["outcome"] == "correction"

    def test_when_two_periods_are_open_both_are_offered_and_one_can_be_named(self):
        with on("2024-12-20"):
            draft("2025")
            code = row("2025", 1, composition=COMPOSITION, schedule={"kind": "after", "days": 40})["code"]
            make_law("2025", "2025-01-01")
        key = f"{code}@{HEALTH}"
        with on("2025-02-05"):
            publish(key)
            put("schools", BEFORE)
        found = check(key, "2025-04-02", AFTER)
        assert [(one["key"], one["late"]) for one in found["choices"]] == [("2025-02", False), ("2025-03", False)]
        assert [one["key"] for one in found["fulfils"]] == ["2025-02"]
        named = check(key, "2025-04-02", AFTER, for_period="2025-03")
        assert [one["key"] for one in named["fulfils"]] == ["2025-03"]
        late = check(key, "2025-04-14", AFTER)
        assert [(one["key"], one["late"]) for one in late["choices"]] == [("2025-02", True), ("2025-03", False)]

    def test_an_empty_table_does_not_count(self, delivered):
        found = check(delivered, "2025-03-05", BEFORE.splitlines()[0] + b"\n")
        assert (found["counts"], found["reason"], found["rows_after"]) == (False, "empty", 0)

    def test_before_anything_is_published_it_would_be_the_first_release(self, duty):
        found = check(duty, "2025-01-13", BEFORE)
        assert (found["dataset"], found["counts"], found["rows_before"]) == (None, True, None)
        assert "first" in [one["key"] for one in found["fulfils"]]

    def test_for_a_private_dataset_it_would_not_count(self, duty):
        with on("2025-01-09"):
            publish(duty, private=True)
        assert check(duty, "2025-02-13", BEFORE)["reason"] == "not_public"

    def test_what_another_dataset_of_the_duty_had_does_not_count(self, delivered):
        with on("2025-02-06"):
            dataset("health_editor", HEALTH, {"duty": delivered, "role": "part"}, name="second")
        found = check(delivered, "2025-03-05", BEFORE, dataset="second")
        assert (found["counts"], found["reason"]) == (False, "same_content")


class TestComposition:
    def test_columns_that_the_row_asks_for_and_the_file_lacks(self, delivered):
        content = "отчетный период;регион\n2025-02;Абай\n".encode()
        found = check(delivered, "2025-03-05", content)
        assert (found["covered"], found["missing"]) == (COMPOSITION[:2], COMPOSITION[2:])
        assert found["columns_removed"] == ["количество школ"]

    def test_a_new_column_is_named(self, delivered):
        content = "отчетный период;регион;количество школ;адрес\n2025-02;Абай;1;x\n".encode()
        found = check(delivered, "2025-03-05", content)
        assert (found["columns_added"], found["missing"]) == (["адрес"], [])


class TestBadRows:
    def test_a_value_of_another_kind_than_its_column_had(self, delivered):
        content = AFTER.replace(b";41\n", ";сорок один\n".encode())
        found = check(delivered, "2025-03-05", content)
        assert found["bad_count"] == 1
        assert found["bad_rows"] == [{
            "row": 3, "column": "количество школ", "value": "сорок один", "code": "no_number",
            "message": "Row 3, column “количество школ”: “сорок один” is no number, as all values were before.",
        }]

    def test_a_row_with_too_few_or_too_many_cells(self, delivered):
        content = AFTER + "2025-02;Алматы\n\n2025-02;Шымкент;7;8\n".encode()
        found = check(delivered, "2025-03-05", content)
        assert [(one["row"], one["code"], one["cells"]) for one in found["bad_rows"]] == [
            (5, "cells", 2), (7, "cells", 4),
        ]
        assert found["bad_rows"][0]["message"] == "Row 5 has 2 cells, the heading has 3."

    def test_the_first_fifty_are_shown_and_all_are_counted(self, delivered):
        rows = "".join(f"2025-02;Район {number};нет\n" for number in range(80))
        found = check(delivered, "2025-03-05", BEFORE.splitlines()[0] + b"\n" + rows.encode())
        assert (found["bad_count"], len(found["bad_rows"])) == (80, 50)

    @pytest.mark.parametrize(("name", "content"), [
        ("data.xlsx", b"PK\x03\x04 nothing"), ("data.json", b'[{"a": 1}, {"a":'), ("data.xml", b"<rows><row>"),
        ("data.csv", b"<!doctype html><html>"),
    ])
    def test_a_file_that_cannot_be_read_says_from_where_on(self, delivered, name, content):
        found = check(delivered, "2025-03-05", content, name)
        assert (found["counts"], found["reason"]) == (False, "cannot_be_read")
        assert [(one["code"], one["column"]) for one in found["bad_rows"]] == [("unreadable", None)]
        assert found["bad_rows"][0]["row"] >= 1

    def test_json_is_read_up_to_where_it_breaks(self, delivered):
        found = check(delivered, "2025-03-05", b'[{"a": 1}, {"a": 2}, {"a":', "data.json")
        assert [one["row"] for one in found["bad_rows"]] == [3]

    def test_a_format_that_the_portal_cannot_look_into_counts_by_its_bytes(self, delivered):
        found = check(delivered, "2025-03-05", b"%PDF-1.7 anything", "data.pdf")
        assert (found["counts"], found["rows_after"], found["bad_rows"]) == (True, None, [])


class TestRefused:
    def test_without_a_file(self, delivered):
        with on("2025-03-05"):
            assert refusal("health_editor", "civic_release_check", duty=delivered) == {"upload": ["Choose a file."]}

    def test_a_file_over_the_limit(self, delivered, monkeypatch):
        monkeypatch.setitem(tk.config, "ckan.max_resource_size", 0)
        with on("2025-03-05"):
            said = refusal("health_editor", "civic_release_check", duty=delivered, upload=upload(AFTER))
        assert said == {"upload": ["The file is larger than 0 MB."]}

    def test_without_a_format(self, delivered):
        with on("2025-03-05"):
            assert list(refusal("health_editor", "civic_release_check", duty=delivered, upload=upload(AFTER, "data"))
                        ) == ["upload"]

    @pytest.mark.parametrize("name", ["nothing", "other"])
    def test_for_a_dataset_that_does_not_answer_the_duty(self, delivered, name):
        with on("2025-03-05"):
            dataset("health_editor", HEALTH, name="other")
            said = refusal("health_editor", "civic_release_check", duty=delivered, upload=upload(AFTER), dataset=name)
        assert said == {"dataset": ["This dataset does not answer the duty."]}

    def test_where_several_datasets_answer_one_is_named(self, delivered):
        with on("2025-02-06"):
            dataset("health_editor", HEALTH, {"duty": delivered, "role": "part"}, name="second")
        with on("2025-03-05"):
            said = refusal("health_editor", "civic_release_check", duty=delivered, upload=upload(AFTER))
        assert list(said) == ["dataset"]


def rows_of(answer: Any) -> list[tuple[Any, ...]]:
    book = load_workbook(io.BytesIO(answer["content"].data))
    assert len(book.worksheets) == 1
    return list(book.worksheets[0].iter_rows(values_only=True))


class TestTemplate:
    def template(self, key: str, **more: Any) -> Any:
        return act("health_editor", "civic_duty_template", duty=key, **more)

    def test_without_data_it_has_the_columns_of_the_row(self, duty):
        with on("2025-01-13"):
            answer = self.template(duty)
        assert rows_of(answer) == [tuple(COMPOSITION)]
        assert answer["filename"] == f"{duty.replace('@', '-')}.xlsx"

    def test_it_has_the_last_values_under_the_columns_of_the_file(self, delivered):
        with on("2025-03-05"):
            assert rows_of(self.template(delivered)) == [
                ("отчетный период", "регион", "количество школ"),
                ("2025-01", "Абай", 3), ("2025-01", "Акмола", 40), ("2025-01", "Актобе", "12,5"),
            ]

    def test_what_the_file_lacks_is_added(self, duty):
        with on("2025-02-05"):
            publish(duty)
            put("schools", FIRST)
            heading = rows_of(self.template(duty))[0]
        assert heading == ("period", "region", "count", "отчетный период", "количество школ")

    def test_sent_back_unchanged_it_is_the_same_content(self, delivered):
        with on("2025-03-05"):
            content = self.template(delivered)["content"].data
        assert check(delivered, "2025-03-05", content, "data.xlsx")["reason"] == "same_content"
        assert digest_of(io.BytesIO(content), "XLSX").digest == digest_of(io.BytesIO(BEFORE), "CSV").digest

    def test_no_cell_runs(self, duty):
        evil = "период;заметка\n1;=HYPERLINK(\"http://x\")\n1;@SUM(1)\n1;+1+cmd|' /C calc'!A0\n007;-5\n"
        with on("2025-02-05"):
            publish(duty)
            put("schools", evil.encode())
            book = load_workbook(io.BytesIO(self.template(duty)["content"].data))
        cells = [cell for line in book.worksheets[0].iter_rows() for cell in line]
        assert not [cell for cell in cells if cell.data_type == "f"]
        texts = [cell.value for cell in cells if isinstance(cell.value, str)]
        assert not [text for text in texts if text[:1] in "=@+"]
        assert [text for text in texts if text.startswith("'=")]
        assert ("007", -5) in [tuple(cell.value for cell in line[:2]) for line in book.worksheets[0].iter_rows()]

    def test_so_many_rows_and_no_more(self, duty):
        rows = "период;счёт\n" + "".join(f"2025-01;{number}\n" for number in range(1500))
        with on("2025-02-05"):
            publish(duty)
            put("schools", rows.encode())
            assert len(rows_of(self.template(duty))) == 1001
            assert len(rows_of(self.template(duty, rows=10))) == 11
            assert len(rows_of(self.template(duty, rows=5000))) == 1001

    def test_values_of_a_private_dataset_are_not_in_it(self, duty):
        with on("2025-02-05"):
            publish(duty, private=True)
            put("schools", BEFORE)
            assert rows_of(self.template(duty)) == [tuple(COMPOSITION)]

    def test_from_the_page_of_the_duty(self, delivered, app):
        code, agency = delivered.split("@")
        url = f"/list/item/{code}/{agency}/template.xlsx"
        with on("2025-03-05"):
            answer = app.get(url, headers=Reader(app, "health_editor").headers, status=200)
            assert answer.headers["Content-Type"].endswith("spreadsheetml.sheet")
            assert f'filename={code}-{agency}.xlsx' in answer.headers["Content-Disposition"].replace('"', "")
            assert load_workbook(io.BytesIO(answer.data)).worksheets[0].max_row == 4
            app.get(url, headers=Reader(app, "citizen").headers, status=403)
            app.get(f"/list/item/{code}/nobody/template.xlsx", headers=Reader(app, "operator").headers, status=404)


def test_sent_back_workbooks_are_checked_by_row(delivered):
    book = Workbook()
    for record in (["отчетный период", "регион", "количество школ"], ["2025-02", "Абай", 4], ["2025-02", "А", "нет"]):
        book.active.append(record)
    target = io.BytesIO()
    book.save(target)
    found = check(delivered, "2025-03-05", target.getvalue(), "data.xlsx")
    assert [(one["row"], one["column"]) for one in found["bad_rows"]] == [(3, "количество школ")]
    assert found["outcome"] == "fulfils"


def test_the_statements_are_the_same_however_much_there_is(delivered, statements):
    check(delivered, "2025-03-05", AFTER)
    counts = []
    with on("2025-03-05"):
        for content in (AFTER, AFTER + b"2025-02;x;1\n" * 500):
            statements.clear()
            act("health_editor", "civic_release_check", duty=delivered, upload=upload(content))
            counts.append(len(statements))
    assert counts[0] == counts[1] <= 26, counts

