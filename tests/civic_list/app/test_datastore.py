"""Tables of the DataStore, copies that a loader makes, harvested datasets and files elsewhere, up to the release."""
from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from civic_list.delivering import FIRST, SECOND, evidence, pass_time, publish, put
from civic_list.listing import begin_list, on
from civic_list.portal import HEALTH, act

from ckanext.civic_core import clock
from ckanext.civic_list.delivery import looking, stored, ticking
from ckanext.civic_list.model import Evidence, Release, SeenResource, Sighting
from ckanext.civic_list.plugin import CivicListPlugin

ROWS = [{"code": "1", "region": "Akmola", "count": 1}, {"code": "2", "region": "Abai", "count": 2}]


@pytest.fixture
def duty(office: None) -> Iterator[str]:
    """A monthly duty of the ministry; it is noon of 3 February 2025."""
    with on("2025-01-20"):
        code = begin_list(rows=2)[0]
    with on("2025-02-03"):
        pass_time()
        yield f"{code}@{HEALTH}"


@pytest.fixture
def dropped() -> Iterator[None]:
    """Afterwards the DataStore has no tables."""
    yield
    from ckanext.datastore.backend.postgres import get_write_engine

    with get_write_engine().begin() as connection:
        for name in (one for one in sa.inspect(connection).get_table_names() if not one.startswith("_")):
            connection.execute(sa.text(f'drop table "{name}" cascade'))


@pytest.fixture
def table(duty: str, dropped: None) -> str:
    """A dataset whose only data are a table of two rows; the id of the resource."""
    publish(duty)
    dataset = act("health_editor", "package_show", id="schools")["id"]
    answer = act(
        "health_editor", "datastore_create", resource={"package_id": dataset, "name": "rows"}, primary_key=["code"],
        fields=[{"id": "code", "type": "text"}, {"id": "region", "type": "text"}, {"id": "count", "type": "int"}],
        records=ROWS,
    )
    return answer["resource_id"]


def upsert(table: str, *records: dict[str, Any], user: str = "health_editor", **more: Any) -> Any:
    return act(user, "datastore_upsert", resource_id=table, records=list(records), **more)


def look() -> int:
    """What the worker does with all that waits."""
    model.Session.rollback()
    return sum(looking.look_at(one) for one in looking.waiting(model.Session, 50))


def releases() -> list[tuple[int, list[str]]]:
    model.Session.rollback()
    rows = model.Session.scalars(sa.select(Release).order_by(Release.number))
    return [(row.number, sorted(row.ways)) for row in rows]


def counted() -> list[tuple[str, str, int]]:
    """How, why not and how often, of what the portal saw of the data."""
    model.Session.rollback()
    rows = model.Session.scalars(sa.select(Evidence).where(Evidence.resource_id != "").order_by(Evidence.id))
    return [(row.how, row.reason, row.times) for row in rows]


def notes() -> list[tuple[str, bool]]:
    """What has to be looked at, and whether it waits for the end of what changes it."""
    model.Session.rollback()
    rows = model.Session.scalars(sa.select(Sighting).order_by(Sighting.at))
    return [(row.how, row.claimed_until is not None) for row in rows]


class TestTable:
    def test_a_new_table_is_the_first_release(self, table):
        look()
        assert releases() == [(1, ["datastore"])]
        assert [one[:2] for one in counted()] == [("datastore", "")]
        assert model.Session.get(SeenResource, table).rows == 2

    def test_a_changed_row_makes_a_release_and_the_same_row_none(self, table):
        look()
        with on("2025-03-03"):
            upsert(table, {"code": "2", "region": "Abai", "count": 2})
            look()
            assert [number for number, _ in releases()] == [1]
            assert counted()[-1] == ("datastore", "same_content", 1)
            upsert(table, {"code": "2", "region": "Abai", "count": 3})
            look()
            assert releases()[1:] == [(2, ["datastore"])]

    def test_many_upserts_of_a_day_are_one_row_with_a_count(self, table):
        look()
        with on("2025-03-03"):
            for count in range(10, 15):
                upsert(table, {"code": "2", "region": "Abai", "count": count})
            look()
            assert counted()[-1] == ("datastore", "", 5)
            assert [number for number, _ in releases()] == [1, 2]

    @pytest.mark.parametrize("action", ["datastore_delete", "datastore_records_delete"])
    def test_deleted_rows_are_seen(self, table, action):
        look()
        with on("2025-03-03"):
            act("health_editor", action, resource_id=table, filters={"code": "1"})
            assert notes() == [("datastore", False)]
            look()
            assert releases()[1:] == [(2, ["datastore"])]

    def test_a_table_that_goes_is_no_release(self, table):
        look()
        before = counted()
        with on("2025-03-03"):
            act("health_editor", "datastore_delete", resource_id=table)
            look()
            assert len(releases()) == 1
            assert [one[:2] for one in counted()[len(before):]] == [("datastore", "cannot_be_read")]

    def test_the_portals_own_note_of_the_change_is_nothing_to_look_at(self, table):
        look()
        act("operator", "resource_patch", id=table, last_modified="2025-02-03T10:00:00")
        assert notes() == []


class TestIntent:
    def test_the_change_is_written_down_before_it_happens_and_nobody_looks_at_it_meanwhile(self, table, monkeypatch):
        look()
        seen: list[Any] = []
        from ckanext.datastore.backend.postgres import DatastorePostgresqlBackend as Backend

        real = Backend.upsert

        def upserting(self: Any, *args: Any) -> Any:
            seen.append(notes())
            assert looking.waiting(model.Session, 50) == []
            return real(self, *args)

        monkeypatch.setattr(Backend, "upsert", upserting)
        upsert(table, {"code": "2", "region": "Abai", "count": 9})
        assert (seen, notes()) == ([[("datastore", True)]], [("datastore", False)])

    def test_a_process_that_is_killed_after_the_change_leaves_it_to_the_tick(self, table, monkeypatch):
        look()
        with on("2025-03-03"), monkeypatch.context() as patched:
            patched.setattr(stored, "_free", lambda note: None)
            patched.setattr(looking, "hint", lambda *_: None)
            upsert(table, {"code": "2", "region": "Abai", "count": 9})
        assert notes() == [("datastore", True)]
        with on("2025-03-03"):
            assert looking.waiting(model.Session, 50) == []
        with on("2025-03-04"):
            ticking.tick(model.Session)
        assert (notes(), len(releases())) == ([], 2)

    def test_who_waited_too_long_and_looked_too_early_looks_again(self, table, monkeypatch):
        look()
        real = stored._free

        def late(note: Any) -> None:
            model.Session.execute(sa.delete(Sighting))
            model.Session.commit()
            real(note)

        monkeypatch.setattr(stored, "_free", late)
        upsert(table, {"code": "2", "region": "Abai", "count": 9})
        assert notes() == [("datastore", False)]

    def test_what_is_refused_leaves_nothing(self, table):
        look()
        with pytest.raises(tk.ValidationError):
            upsert(table, {"nonsense": "2"})
        with pytest.raises(tk.NotAuthorized):
            upsert(table, {"code": "2"}, user="citizen")
        with pytest.raises((tk.ObjectNotFound, tk.ValidationError)):
            upsert("no such table", {"code": "2"})
        assert notes() == []

    def test_of_another_failure_nobody_knows_what_it_changed(self, table, monkeypatch):
        look()
        from ckanext.datastore.backend.postgres import DatastorePostgresqlBackend as Backend

        def failing(*_: Any) -> Any:
            raise RuntimeError("connection lost")

        monkeypatch.setattr(Backend, "upsert", failing)
        with pytest.raises(RuntimeError):
            upsert(table, {"code": "2", "region": "Abai", "count": 9})
        assert notes() == [("datastore", False)]

    def test_a_trial_is_no_change(self, table):
        look()
        upsert(table, {"code": "2", "region": "Abai", "count": 9}, dry_run=True)
        assert notes() == []


class TestLoader:
    """xloader makes the table with the DataStore's action, and fills it by a connection of its own."""

    @pytest.fixture
    def loaded(self, duty, dropped):
        publish(duty)
        put("schools", FIRST)
        resource = act("citizen", "package_show", id="schools")["resources"][0]
        self._load(resource, FIRST)
        return resource

    def _load(self, resource: dict[str, Any], content: bytes) -> None:
        head, *rows = [line.split(";") for line in content.decode().splitlines()]
        fields = [{"id": name, "type": "text"} for name in head]
        act("operator", "datastore_create", resource_id=resource["id"], force=True, fields=fields)
        from ckanext.datastore.backend.postgres import get_write_engine

        with get_write_engine().begin() as connection:
            for row in rows:
                values = ", ".join(f"'{value}'" for value in row)
                connection.exec_driver_sql(f'insert into "{resource["id"]}" ({", ".join(head)}) values ({values})')
        plugin = CivicListPlugin.__dict__["after_upload"]
        plugin(SimpleNamespace(), {"user": "operator"}, resource, {"id": resource["package_id"]})

    def test_its_copy_of_the_file_is_the_same_release(self, loaded):
        look()
        assert releases() == [(1, ["datastore", "upload"])]

    def test_its_copy_has_the_digest_of_the_file(self, loaded):
        from ckanext.civic_list.content.seeing import look as look_at

        look()
        whole = {**loaded, "datastore_active": True}
        copy = look_at({**whole, "url_type": "datastore"})
        assert (copy.content, copy.how) == (look_at(whole).content, "datastore")

    def test_a_copy_that_is_made_anew_later_is_none(self, loaded):
        look()
        with on("2025-03-03"):
            self._load(loaded, FIRST)
            look()
            assert len(releases()) == 1
            assert counted()[-1][:2] == ("datastore", "same_bytes")


class TestHarvest:
    def test_what_the_harvester_writes_is_seen_as_harvested(self, duty):
        user = model.User(name="harvest", email="harvest@portal.example", sysadmin=True)
        model.Session.add(user)
        model.Session.commit()
        publish(duty)
        put("schools", FIRST)
        with on("2025-03-03"):
            whole = act("harvest", "package_show", id="schools")
            from civic_list.delivering import upload

            whole["resources"][0] |= {"upload": upload(SECOND), "url": ""}
            act("harvest", "package_update", **whole)
            look()
            assert releases() == [(1, ["upload"]), (2, ["harvest"])]
            assert evidence()[-1] == ("harvest", "", 2)


class TestElsewhere:
    @pytest.fixture
    def server(self, monkeypatch):
        """A file elsewhere: what it is, and what else its server says of it."""
        said: dict[str, Any] = {"body": FIRST, "headers": {}, "asked": 0}

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                said["asked"] += 1
                self.send_response(200)
                for name, value in {"Content-Length": str(len(said["body"])), **said["headers"]}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(said["body"])

            def log_message(self, *_: Any) -> None:
                pass

        http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        said["url"] = f"http://127.0.0.1:{http.server_port}/data.csv"
        monkeypatch.setitem(tk.config, "ckanext.civic_list.remote.allow_private", True)
        yield said
        http.shutdown()
        http.server_close()

    @pytest.fixture
    def linked(self, duty, server):
        """A dataset whose file lies elsewhere, looked at once."""
        publish(duty)
        about = {"package_id": "schools", "name": "data", "url": server["url"], "format": "CSV"}
        act("health_editor", "resource_create", **about)
        look()
        assert [number for number, _ in releases()] == [1]
        return server

    def check(self, day: str) -> None:
        """The tick finds that the file must be asked again; then the worker asks."""
        with on(day):
            ticking.tick(model.Session)
            look()

    def test_a_changed_file_is_a_release_by_its_content(self, linked):
        linked["body"] = SECOND
        self.check("2025-03-03")
        assert releases()[1:] == [(2, ["checksum"])]
        assert evidence()[-1] == ("checksum", "", 2)

    def test_an_unchanged_file_is_asked_and_is_nothing(self, linked):
        asked, before = linked["asked"], evidence()
        self.check("2025-03-03")
        assert (linked["asked"] > asked, evidence(), len(releases())) == (True, before, 1)
        row = model.Session.scalars(sa.select(SeenResource)).one()
        assert row.check_on > clock.start_of_day(clock.day_of(row.looked_at))

    def test_a_file_is_not_asked_before_its_time(self, linked):
        asked = linked["asked"]
        with clock.stopped_at(clock.now() + timedelta(hours=5)):
            ticking.tick(model.Session)
            look()
        assert linked["asked"] == asked

    def test_headers_alone_never_count(self, linked, monkeypatch):
        linked["headers"] = {"ETag": '"a"'}
        self.check("2025-03-03")
        linked["headers"] = {"ETag": '"b"'}
        monkeypatch.setitem(tk.config, "ckanext.civic_list.remote.max_size", 10)
        self.check("2025-04-01")
        assert len(releases()) == 1
        assert all(release is None for how, _, release in evidence() if how == "http_header")

    def test_a_server_that_is_down_is_no_evidence(self, linked, monkeypatch):
        before = evidence()
        monkeypatch.setitem(tk.config, "ckanext.civic_list.remote.allow_private", False)
        self.check("2025-03-03")
        assert evidence() == before
        assert model.Session.scalars(sa.select(SeenResource.fault)).one() == "refused_address"

    def test_a_table_made_of_it_asks_the_file(self, linked, dropped):
        resource = act("citizen", "package_show", id="schools")["resources"][0]
        before = evidence()
        fields = [{"id": "period", "type": "text"}]
        act("operator", "datastore_create", resource_id=resource["id"], force=True, fields=fields)
        assert notes() == [("checksum", False)]
        look()
        assert [one for one in evidence() if one[1] != "metadata_only"] == before


def test_a_portal_without_a_datastore_has_the_other_actions(portal, monkeypatch):
    from ckanext.civic_list.logic.action import datastore

    monkeypatch.setattr(datastore.p, "plugin_loaded", lambda name: name != "datastore")
    offered = datastore.actions()
    assert ("package_create" in offered, [name for name in offered if "datastore" in name]) == (True, [])
