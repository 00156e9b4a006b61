"""A look at a resource's data: an uploaded file, a table of the DataStore, a file elsewhere."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa

from ckanext.civic_list.content import seeing
from ckanext.civic_list.content.remote import Limits
from ckanext.civic_list.content.seeing import Former, Seen, look

pytestmark = pytest.mark.usefixtures("portal")

TABLE = "код,район,площадь,день,открыт\n001,Ақкөл,0.50,2026-01-05,true\n002,Есіл,12,05.02.2026,\n"


@pytest.fixture
def uploaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Put a file where CKAN would."""
    monkeypatch.setitem(tk.config, "ckan.storage_path", str(tmp_path))
    monkeypatch.setitem(tk.config, "ckan.files.default_storages.resource", "none of the newer ones")

    def upload(content: str | bytes | None, name: str = "a.csv", **fields: Any) -> dict[str, Any]:
        id = str(uuid4())
        path = tmp_path / "resources" / id[:3] / id[3:6] / id[6:]
        if content is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return {"id": id, "url_type": "upload", "url": f"http://test.ckan.net/d/{name}", "format": "", **fields}

    return upload


@pytest.fixture
def stored() -> Iterator[Callable[..., dict[str, Any]]]:
    """Make a table as the DataStore would."""
    from ckanext.datastore.backend.postgres import get_write_engine

    made: list[str] = []

    def store(columns: str, *rows: str, **fields: Any) -> dict[str, Any]:
        id = str(uuid4())
        with get_write_engine().begin() as connection:
            connection.execute(sa.text(f'CREATE TABLE "{id}" (_id serial, _full_text tsvector, {columns})'))
            connection.execute(sa.text(f'GRANT SELECT ON "{id}" TO PUBLIC'))
            names = ", ".join(column.split()[0] for column in columns.split(", "))
            for row in rows:
                connection.exec_driver_sql(f'INSERT INTO "{id}" ({names}) VALUES ({row})')
        made.append(id)
        return {"id": id, "url_type": "datastore", "url": f"http://test.ckan.net/datastore/dump/{id}", **fields}

    yield store
    with get_write_engine().begin() as connection:
        for id in made:
            connection.execute(sa.text(f'DROP TABLE "{id}"'))


COLUMNS = '"код" text, "площадь" numeric, "район" text, "день" timestamp, "открыт" boolean'
ROWS = ("'002', 12.0, ' Есіл', '2026-02-05', NULL", "'001', 0.5, 'Ақкөл', '2026-01-05 00:00', true")


def test_an_uploaded_file_is_read_where_it_lies(uploaded):
    seen = look(uploaded(TABLE))
    assert (seen.how, seen.method, seen.opened, seen.fault, seen.changed) == ("upload", "file", True, "", None)
    assert (seen.rows, seen.size, seen.columns[:2]) == (2, len(TABLE.encode()), ("код", "район"))


def test_another_name_and_another_order_are_no_change(uploaded):
    former = look(uploaded(TABLE)).kept()
    assert look(uploaded(TABLE, name="new.csv"), former).changed is False
    lines = TABLE.splitlines()
    turned = look(uploaded("\r\n".join([lines[0], *lines[:0:-1]])), former)
    assert (turned.changed, turned.bytes != former.bytes) == (False, True)
    assert look(uploaded(TABLE.replace("12", "13")), former).changed is True


def test_columns_that_say_nothing_are_left_out(uploaded):
    morning, evening = (f"id,сформировано в\n1,{hour}\n" for hour in ("09:00", "18:00"))
    former = look(uploaded(morning), None, ["сформировано в"]).kept()
    assert look(uploaded(evening), former, ["сформировано в"]).changed is False
    assert look(uploaded(evening), look(uploaded(morning)).kept()).changed is True


def test_the_format_is_told_or_read_from_the_name(uploaded):
    assert look(uploaded("[1]", name="a.json")).rows == 1
    assert look(uploaded("a;b\n1;2", name="a.bin", format="csv")).columns == ("a", "b")
    unknown = look(uploaded(b"%PDF-1.7", name="a.pdf"))
    assert (unknown.opened, unknown.rows, unknown.fault, unknown.content[:6]) == (True, None, "", "bytes:")


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"PK\x03\x04 broken", "a.xlsx"), (b"{", "a.json"), (b"<a><b></a>", "a.xml"), (b"<html>Error", "a.csv")],
)
def test_a_file_that_is_not_what_it_says_is_not_opened(uploaded, content, name):
    seen = look(uploaded(content, name))
    assert (seen.opened, seen.fault, seen.content, seen.rows) == (False, "unreadable", "", None)
    assert len(seen.bytes) == 64
    assert look(uploaded(content, name), seen.kept()).changed is False


def test_an_empty_file_has_no_rows(uploaded):
    for empty in ("", "id,name\n", "id,name\n\n , \n"):
        seen = look(uploaded(empty))
        assert (seen.opened, seen.rows) == (True, 0)


def test_a_file_that_is_gone_is_a_fault(uploaded):
    assert look(uploaded(None)) == Seen(how="upload", fault="no_file")


def test_a_storage_that_fails_is_a_fault(uploaded, monkeypatch):
    class Elsewhere:
        def get_path(self, id: str) -> str:
            raise RuntimeError("the cloud is away")

    resource = uploaded(TABLE)
    monkeypatch.setattr(seeing.uploader, "get_resource_uploader", lambda resource: Elsewhere())
    assert look(resource).fault == "no_file"
    monkeypatch.setattr(Elsewhere, "get_path", lambda self, id: "relative/to/a/bucket")
    assert look(resource).fault == "no_file"


def test_a_file_of_a_newer_storage_is_read_from_there(uploaded, monkeypatch):
    import file_keeper
    from ckan.lib import files

    monkeypatch.setitem(tk.config, "ckan.files.default_storages.resource", "test")
    resource = uploaded(None)
    assert look(resource).fault == "no_file"
    location = seeing.uploader.get_resource_uploader(dict(resource)).get_path(resource["id"])
    files.get_storage("test").upload(location, file_keeper.make_upload(TABLE.encode()))
    assert look(resource).rows == 2


def test_a_table_says_what_its_file_said(uploaded, stored):
    file, table = look(uploaded(TABLE)), look(stored(COLUMNS, *ROWS))
    assert (table.how, table.method, table.opened, table.bytes) == ("datastore", "datastore", True, "")
    assert (table.rows, sorted(table.columns)) == (2, sorted(file.columns))
    assert (table.content, table.sketch) == (file.content, file.sketch)
    assert look(stored(COLUMNS, ROWS[0]), file.kept()).changed is True


def test_a_table_of_nested_values_reads_as_its_json(uploaded, stored):
    table = look(stored('"a" jsonb, "b" text[]', """'{"x": 1, "y": {"z": "q"}}', '{k,l}'"""))
    assert table.content == look(uploaded('[{"a": {"x": 1, "y": {"z": "q"}}, "b": ["k", "l"]}]', "a.json")).content


def test_a_table_stands_for_a_file_that_is_not_there(uploaded, stored):
    table = stored(COLUMNS, *ROWS)
    for fields in ({"url_type": "upload"}, {"url_type": "", "url": ""}, {"url_type": "tabledesigner"}):
        assert look({**table, "datastore_active": True, **fields}).how == "datastore"


def test_an_empty_table_has_no_rows_and_a_missing_one_is_a_fault(stored):
    seen = look(stored('"a" text'))
    assert (seen.opened, seen.rows, seen.content[-2:]) == (True, 0, ":0")
    missing = {"id": str(uuid4()), "url_type": "datastore", "url": ""}
    assert look(missing) == Seen(how="datastore", fault="no_file")


def test_a_file_elsewhere_is_asked_as_the_operator_allows(monkeypatch):
    asked: list[Any] = []
    monkeypatch.setattr(seeing, "look_at_remote", lambda *given: asked.append(given) or Seen(how="checksum"))
    monkeypatch.setitem(tk.config, "ckanext.civic_list.remote.max_size", 1000)
    former = Former(etag='"a"')
    look({"id": "r", "url_type": "", "url": " HTTPS://example.com/a.xlsx ", "datastore_active": True}, former, ["x"])
    assert asked == [("HTTPS://example.com/a.xlsx", ".xlsx", former, ["x"], Limits(1000, 600, allow_private=False))]


@pytest.mark.parametrize(
    ("url", "fault"), [("", "no_file"), ("ftp://example.com/a.csv", "refused_address"), ("a.csv", "refused_address")]
)
def test_an_address_that_is_none_is_a_fault(url, fault):
    assert look({"id": "r", "url_type": None, "url": url}).fault == fault
