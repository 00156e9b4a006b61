"""What happens to datasets in the catalogue is written down once, with the change itself."""
from __future__ import annotations

import io

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
from civic_list.listing import dataset
from civic_list.portal import AKMOLA, HEALTH, act, events
from werkzeug.datastructures import FileStorage

pytestmark = pytest.mark.usefixtures("office")

OURS = ("dataset.published", "dataset.updated", "dataset.withdrawn")


def told() -> list[tuple[str, dict]]:
    """What was written of datasets, in order."""
    return [(one["type"], one["public"]) for one in events(stream="dataset") if one["type"] in OURS]


def kinds() -> list[str]:
    return [kind.split(".")[1] for kind, _ in told()]


def schools(**more):
    return dataset("health_editor", HEALTH, **more)


def file(content: bytes = b"a;b\n1;2\n"):
    return {"upload": FileStorage(io.BytesIO(content), filename="data.csv"), "format": "CSV", "url": "", "name": "data"}


def test_a_public_dataset_is_published_once():
    schools()
    assert told() == [("dataset.published", {})]


def test_a_dataset_made_with_its_file_is_published_once():
    schools(resources=[{"url": "https://agency.example/a.csv", "format": "CSV", "name": "a"}])
    assert kinds() == ["published"]


def test_a_private_dataset_is_not_told_of_until_it_is_public():
    schools(private=True)
    act("health_editor", "package_patch", id="schools", license_id="odc-by")
    act("health_editor", "resource_create", package_id="schools", **file())
    assert told() == []
    act("health_editor", "package_patch", id="schools", private=False)
    assert kinds() == ["published"]


def test_a_draft_is_published_when_it_is_active():
    dataset("operator", HEALTH, state="draft")
    assert told() == []
    act("operator", "package_patch", id="schools", state="active")
    assert kinds() == ["published"]


def test_an_update_names_what_changed_in_the_description_and_no_value():
    schools()
    act("health_editor", "package_patch", id="schools", license_id="odc-by", notes_translated={"ru": "Другое"})
    assert told()[1:] == [("dataset.updated", {"fields": ["license_id", "notes", "notes_translated"], "files": []})]


def test_tags_and_category_are_part_of_the_description():
    schools()
    act("health_editor", "package_patch", id="schools", category="education")
    assert "groups" in told()[-1][1]["fields"]


def test_saving_without_a_change_tells_nothing():
    shown = schools()
    act("health_editor", "package_update", **shown)
    assert kinds() == ["published"]


def test_files_that_come_are_replaced_and_go_are_told_by_id():
    schools()
    one = act("health_editor", "resource_create", package_id="schools", **file())
    act("health_editor", "resource_update", id=one["id"], **file(b"a;b\n1;3\n"))
    act("health_editor", "resource_patch", id=one["id"], name="other")
    act("health_editor", "resource_delete", id=one["id"])
    assert [public["files"] for _, public in told()[1:]] == [[one["id"]], [one["id"]], [], [one["id"]]]
    assert told()[3][1]["fields"] == ["resources"]


def test_a_dataset_made_private_is_withdrawn_with_its_places():
    shown = schools()
    act("health_editor", "package_patch", id="schools", private=True)
    category = model.Group.get("health").id
    assert told()[-1] == (
        "dataset.withdrawn", {"how": "private", "agency": shown["owner_org"], "categories": [category]},
    )


@pytest.mark.parametrize("by", ["id", "name"])
def test_a_deleted_dataset_is_withdrawn_once(by):
    shown = schools()
    act("operator", "package_delete", id=shown[by])
    assert told()[-1][1]["how"] == "deleted"
    act("operator", "dataset_purge", id=shown[by])
    assert kinds() == ["published", "withdrawn"]


def test_a_purged_dataset_is_withdrawn():
    shown = schools()
    act("operator", "dataset_purge", id="schools")
    assert kinds() == ["published", "withdrawn"]
    assert events(stream="dataset", stream_id=shown["id"])[-1]["public"]["how"] == "deleted"


def test_a_private_dataset_is_deleted_and_purged_in_silence():
    schools(private=True)
    act("operator", "package_delete", id="schools")
    act("operator", "dataset_purge", id="schools")
    assert told() == []


@pytest.mark.parametrize(
    ("action", "ends"),
    [("bulk_update_private", "private"), ("bulk_update_delete", "deleted")],
)
def test_bulk_changes_are_told_one_by_one(action, ends):
    ids = [schools(name=f"schools-{number}")["id"] for number in (1, 2)]
    owner = model.Group.get(HEALTH).id
    act("operator", action, datasets=ids, org_id=owner)
    assert [public["how"] for kind, public in told() if kind == "dataset.withdrawn"] == [ends, ends]


def test_bulk_publication_is_told_one_by_one():
    ids = [schools(name=f"schools-{number}", private=True)["id"] for number in (1, 2)]
    act("operator", "bulk_update_public", datasets=ids, org_id=model.Group.get(HEALTH).id)
    assert kinds() == ["published", "published"]


def test_another_owner_is_told_although_ckan_asks_nobody():
    schools()
    act("operator", "package_owner_org_update", id="schools", organization_id=AKMOLA)
    assert told()[-1] == ("dataset.updated", {"fields": ["owner_org"], "files": []})


def test_a_change_that_is_refused_is_not_told():
    schools()
    with pytest.raises(tk.ValidationError):
        act("health_editor", "package_patch", id="schools", license_id="odc-by", category="nothing")
    model.Session.rollback()
    act("health_editor", "package_patch", id="schools", version="2")
    assert [public["fields"] for _, public in told()[1:]] == [["version"]]


def test_what_a_savepoint_undoes_is_not_told():
    """CKAN 2.12.0 rolls back its savepoint where the caller asked it not to commit."""
    schools()
    context = {"user": "health_editor", "model": model, "session": model.Session, "defer_commit": True}
    tk.get_action("package_patch")(context, {"id": "schools", "version": "2"})
    model.Session.commit()
    model.Session.expire_all()
    assert (kinds(), model.Package.get("schools").version) == (["published"], None)


def test_noticing_costs_no_statement(statements):
    schools(private=True)
    statements.clear()
    act("health_editor", "package_patch", id="schools", version="2")
    private = len(statements)
    act("health_editor", "package_patch", id="schools", private=False)
    statements.clear()
    act("health_editor", "package_patch", id="schools", version="3")
    assert len(statements) - private <= 4, "the head of the stream, the event, what is pending, who acts"
