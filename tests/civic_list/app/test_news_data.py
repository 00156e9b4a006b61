"""What is told of data that came, were corrected, or went: to whom, and what changed."""
from __future__ import annotations

import threading

import ckan.model as model
import pytest
import sqlalchemy as sa
import told
from civic_list.delivering import FIRST, duty_id, look, pass_time, publish, put
from civic_list.listing import dataset, on
from civic_list.portal import AKMOLA, HEALTH, act, events

from ckanext.civic_core.domain.news import Target
from ckanext.civic_core.record import SYSTEM, record
from ckanext.civic_list.delivery import settling
from ckanext.civic_list.domain.events_delivery import EvidenceNotCounted, ReleaseRecorded
from ckanext.civic_list.model import Evidence, Item

pytestmark = pytest.mark.usefixtures("codes")

MORE = FIRST + b"2025-01;Almaty;5\n2025-01;Aktobe;6\n"


@pytest.fixture
def published(codes):
    """A dataset that was published in January and whose first file came in February."""
    with on("2025-02-01"):
        publish(f"{codes[0]}@{HEALTH}")
    with on("2025-02-03"):
        put("schools", FIRST)
    return act("citizen", "package_show", id="schools")


def places(code: str, shown: dict) -> dict[str, tuple[str, str]]:
    item = model.Session.query(Item).filter_by(code=code).one()
    return {
        "dataset": ("dataset", shown["id"]), "duty": ("duty", duty_id(f"{code}@{HEALTH}")), "item": ("item", item.id),
        "agency": ("agency", shown["owner_org"]), "category": ("category", model.Group.get("health").id),
    }


def test_a_release_concerns_the_dataset_its_duty_its_agency_and_its_category(codes, published):
    event = told.last("release.recorded")
    where = places(codes[0], published)
    assert told.targets(event) == [where[one] for one in ("dataset", "duty", "item", "category", "agency")]
    found = told.audience(event)
    assert (found.about, found.topic, found.urgent) == (Target(*where["dataset"]), "data", False)


def test_who_heard_that_a_dataset_is_new_is_not_told_of_its_first_file(codes):
    with on("2025-02-03"):
        shown = publish(f"{codes[0]}@{HEALTH}")
        put("schools", FIRST)
    where = places(codes[0], shown)
    assert told.targets(told.last("release.recorded")) == [where[one] for one in ("dataset", "duty", "item")]
    assert told.targets(told.last("dataset.published")) == [where["category"], where["agency"]]


def test_the_first_file_is_told_with_its_version_and_its_period(codes, published):
    words = told.said(told.last("release.recorded"))
    assert words.subject == words.short == "Dataset “Schools” was updated"
    assert words.path == "/dataset/schools/updates"
    assert words.lines == (
        "Version 1 of 03.02.2025.", "It counts for February 2025: “Schools 1”.", "New files: data.",
        "The next update is due on 31.03.2025.",
    )


def changed(content: bytes) -> list[str]:
    """What is said of another file, without version and next day."""
    with on("2025-03-03"):
        put("schools", content)
    words = told.said(told.last("release.recorded"))
    return [line for line in words.lines if line.split()[0] not in ("Version", "It", "The")]


def test_rows_that_came_are_counted(published):
    assert changed(MORE) == ["Replaced files: data.", "Rows: added 2."]


def test_a_row_with_another_cell_is_a_changed_row(published):
    with on("2025-02-20"):
        put("schools", MORE)
    assert changed(MORE.replace(b"Almaty;5", b"Almaty;7").replace(b"2025-01;Aktobe;6\n", b"")) == [
        "Replaced files: data.", "Rows: removed 1, changed 1.",
    ]


def test_a_change_that_was_seen_in_two_ways_is_counted_once(published):
    with on("2025-03-03"):
        put("schools", MORE)
    seen = model.Session.scalars(sa.select(Evidence).order_by(Evidence.id.desc()).limit(1)).one()
    values = {column.name: getattr(seen, column.name) for column in Evidence.__table__.columns if column.name != "id"}
    model.Session.execute(sa.insert(Evidence.__table__).values({**values, "how": "datastore"}))
    model.Session.commit()
    assert "Rows: added 2." in told.said(told.last("release.recorded")).lines


def test_another_table_is_removed_and_added(published):
    assert changed(b"period;region;count\n2025-02;Akmola;3\n")[1:] == ["Rows: added 1, removed 2."]


def test_columns_are_named(published):
    assert changed(b"period;place;count\n2025-02;Akmola;3\n2025-02;Abai;3\n")[1:] == [
        "Column “region” is called “place” now.",
    ]


def test_columns_come_and_go(published):
    assert changed(b"period;region;count;sum;share\n2025-02;Akmola;3;4;5\n")[1:] == [
        "Rows: removed 1.", "New columns: sum, share.",
    ]
    with on("2025-04-03"):
        put("schools", b"period;region\n2025-02;Akmola\n")
    assert "Columns that are gone: count, sum, share." in told.said(told.last("release.recorded")).lines


def test_a_correction_says_that_it_is_one(codes, published):
    with on("2025-02-05"):
        put("schools", MORE)
    event = told.last("release.corrected")
    assert len(told.targets(event)) == 5
    words = told.said(event)
    assert words.subject == "Dataset “Schools” was corrected"
    assert words.lines[:3] == (
        "Version 2 of 05.02.2025. It corrects the version before it.", "Replaced files: data.", "Rows: added 2.",
    )


def test_several_files_are_told_apart(published):
    with on("2025-03-03"):
        resources = act("health_editor", "package_show", id="schools")["resources"]
        put("schools", MORE)
        act("health_editor", "resource_create", package_id="schools", name="map", url="", format="CSV",
            upload=_upload(b"x;y\n1;2\n"))
        look("schools")
    lines = told.said(told.last("release.recorded")).lines
    assert resources
    assert "New files: map." in lines
    assert "Replaced files: data." in lines
    assert "data: Rows: added 2." in lines


def _upload(content: bytes):
    from civic_list.delivering import upload

    return upload(content, "map.csv")


def test_a_file_that_is_removed_is_told_alone(codes, published):
    with on("2025-02-20"):
        act("health_editor", "resource_delete", id=published["resources"][0]["id"])
        look("schools")
    event = told.last("evidence.not_counted")
    assert event.public["reason"] == "removed"
    assert told.targets(event)[0] == ("dataset", published["id"])
    words = told.said(event)
    assert words.subject == "A file of the dataset “Schools” was removed"
    assert words.lines[0] == "Removed files: data."


def test_a_file_that_another_took_the_place_of_is_told_with_the_release(codes, published):
    with on("2025-03-03"):
        shown = act("health_editor", "package_show", id="schools")
        act("health_editor", "package_patch", id="schools", resources=[
            {"name": "new", "format": "CSV", "url": "", "upload": _upload(MORE)},
        ])
        look("schools")
    assert shown
    removed, release = told.last("evidence.not_counted"), told.last("release.recorded")
    assert removed.public["reason"] == "removed"
    assert told.targets(removed) == []
    lines = told.said(release).lines
    assert "New files: new." in lines
    assert "Removed files: data." in lines


def test_two_files_removed_at_once_are_one_news(codes, published):
    with on("2025-02-20"):
        act("health_editor", "resource_create", package_id="schools", name="map", url="", format="CSV",
            upload=_upload(b"x;y\n1;2\n"))
        look("schools")
    with on("2025-02-21"):
        act("health_editor", "package_patch", id="schools", resources=[])
        look("schools")
    gone = [one for one in told.of_type("evidence.not_counted") if one.public["reason"] == "removed"]
    assert len(gone) == 2
    assert [bool(told.targets(one)) for one in gone] == [True, False]
    assert told.said(gone[0]).lines[0] in ("Removed files: data, map.", "Removed files: map, data.")


@pytest.mark.parametrize("reason", ["same_bytes", "same_content", "metadata_only", "header_only", "not_public"])
def test_what_readers_do_not_see_is_told_to_nobody(published, reason):
    record(model.Session(), EvidenceNotCounted(published["id"], how="upload", reason=reason), actor="x")
    model.Session.commit()
    assert told.targets(told.last("evidence.not_counted")) == []


def test_a_file_that_cannot_be_read_is_told(published):
    with on("2025-02-20"):
        put("schools", b"PK\x03\x04 no workbook", format="XLSX", filename="data.xlsx")
    event = told.last("evidence.not_counted")
    assert event.public["reason"] == "cannot_be_read"
    words = told.said(event)
    assert words.subject == "A file of the dataset “Schools” cannot be used"
    assert words.lines == ("Replaced files: data.", "The file could not be read.",
                           "The next update is due on 31.03.2025.")


def test_a_private_dataset_says_nothing(codes):
    with on("2025-02-03"):
        publish(f"{codes[0]}@{HEALTH}", private=True)
        put("schools", FIRST)
    found = told.of_type("release.recorded", "release.corrected", "evidence.not_counted", "dataset.published")
    assert found, "there is something that could leak"
    assert told.audiences(found) == {}


def test_what_only_a_private_file_had_is_not_said_when_its_successor_is_public(codes):
    with on("2025-02-03"):
        publish(f"{codes[0]}@{HEALTH}", private=True)
        put("schools", b"period;secret;count\n2025-01;x;1\n")
    assert act("health_editor", "civic_evidence_list", dataset="schools")["count"], "there is something that could leak"
    with on("2025-02-10"):
        (resource,) = act("health_editor", "package_show", id="schools")["resources"]
        act("health_editor", "package_patch", id="schools", private=False, resources=[
            {**resource, "url": "", "upload": _upload(MORE)},
        ])
        look("schools")
    words = told.said(told.last("release.recorded"))
    assert "New files: data." in words.lines
    assert "secret" not in str(words)
    assert "secret" not in str(act("citizen", "civic_evidence_list", dataset="schools"))


def test_a_dataset_made_private_before_it_is_told_says_nothing(codes, published):
    event = told.last("release.recorded")
    assert told.targets(event)
    act("health_editor", "package_patch", id="schools", private=True)
    assert told.targets(event) == []


def test_what_the_update_history_keeps_is_the_same(published):
    changed(MORE)
    found = act("citizen", "civic_evidence_list", dataset="schools", counts=True)["results"]
    assert [one["changes"] for one in found] == [
        {"file": "replaced", "rows": {"added": 2, "removed": 0, "changed": 0, "exact": True}}, {"file": "added"},
    ]


def test_the_update_history_shows_it(published, app):
    changed(MORE)
    assert "Rows: added 2." in app.get("/en/dataset/schools/updates").text


def test_a_release_through_another_agency_concerns_both(codes):
    with on("2025-02-01"):
        dataset("akmola_editor", AKMOLA, f"{codes[0]}@{HEALTH}")
        (link,) = act("health_editor", "civic_duty_link_list", agency=HEALTH)["results"]
        act("health_editor", "civic_duty_link_decide", id=link["id"], decision="confirm")
    with on("2025-02-03"):
        put("schools", FIRST, user="akmola_editor")
    agencies = [id_ for kind, id_ in told.targets(told.last("release.recorded")) if kind == "agency"]
    assert agencies == [model.Group.get(AKMOLA).id, model.Group.get(HEALTH).id]


@pytest.mark.parametrize("count", [1, 30])
def test_many_cost_as_much_as_one(codes, published, statements, count):
    for number in range(2, count + 1):
        with on("2025-02-03"):
            dataset("health_editor", HEALTH, f"{codes[0]}@{HEALTH}", name=f"set-{number}")
            put(f"set-{number}", FIRST + f"2025-01;{number};1\n".encode())
    found = told.of_type("release.recorded", "release.corrected")
    assert len(found) == count
    statements.clear()
    assert len(told.audiences(found)) == count
    assert len(statements) == 5
    statements.clear()
    from ckanext.civic_core.domain.news import Told
    from ckanext.civic_core.news import telling

    assert len(telling.said(model.Session(), [Told(one, Target("dataset")) for one in found], "ru")) == count
    assert len(statements) == 6


def test_evidence_holds_no_values(published):
    pass_time()
    rows = model.Session.query(Evidence).all()
    assert "Akmola" not in str([row.changes for row in rows])


def test_a_worker_that_writes_of_the_same_dataset_at_the_same_time_is_waited_for(codes):
    """The worker holds the dataset and then writes; who saves the dataset waits for it, and neither is in the way."""
    dataset_id = publish(f"{codes[0]}@{HEALTH}")["id"]
    held, got = threading.Event(), []

    def work() -> None:
        settling.hold(model.Session(), [], [dataset_id])
        held.set()
        assert _somebody_waits()
        record(model.Session(), ReleaseRecorded(dataset_id, number=1), actor=SYSTEM)
        model.Session.commit()

    def save() -> None:
        act("health_editor", "package_patch", id="schools", version="2")

    threads = [threading.Thread(target=_run, args=(one, got)) for one in (work, save)]
    threads[0].start()
    assert held.wait(30)
    threads[1].start()
    for one in threads:
        one.join(60)
    assert got == [None, None]
    assert [one["type"] for one in events(stream="dataset", stream_id=dataset_id)][-2:] == [
        "release.recorded", "dataset.updated",
    ]


def _run(act_one, got: list) -> None:
    try:
        got.append(act_one())
    except Exception as error:
        got.append(error)
    finally:
        model.Session.remove()


def _somebody_waits() -> bool:
    """Whether somebody comes to wait for a lock within some seconds."""
    query = sa.text("select count(*) from pg_stat_activity where datname = current_database() "
                    "and wait_event_type = 'Lock'")
    with model.ensure_engine().connect() as connection:
        for _ in range(300):
            if connection.scalar(query):
                return True
            connection.rollback()
            threading.Event().wait(0.1)
    return False
