"""What is told of datasets as the catalogue shows them."""
from __future__ import annotations

import io

import ckan.model as model
import ckan.plugins as p
import pytest
import told
from civic_list.listing import dataset
from civic_list.portal import HEALTH, act
from werkzeug.datastructures import FileStorage

from ckanext.civic_core.domain.news import Target, Told
from ckanext.civic_core.news import of_datasets, telling

pytestmark = pytest.mark.usefixtures("office")

SECRET = "Тайный набор"


def schools(**more):
    return dataset("health_editor", HEALTH, **more)


def file():
    return {"upload": FileStorage(io.BytesIO(b"a;b\n1;2\n"), filename="data.csv"), "format": "CSV", "url": "",
            "name": "data"}


def places(shown) -> list[tuple[str, str]]:
    return [("category", model.Group.get("health").id), ("agency", shown["owner_org"])]


@pytest.fixture
def nobody_looks(monkeypatch):
    """No plugin looks into the data."""
    monkeypatch.setattr(of_datasets, "IDataWatch", type("INobody", (p.Interface,), {}))


def test_a_new_dataset_concerns_its_category_and_its_agency():
    shown = schools()
    event = told.last("dataset.published")
    assert told.targets(event) == places(shown)
    found = told.audience(event)
    assert (found.about, found.topic) == (Target("dataset", shown["id"]), "catalogue")
    words = told.said(event)
    assert words.subject == words.short == "New dataset “Schools”"
    assert words.path == "/dataset/schools"
    assert words.lines[0].startswith("Agency: ")
    assert words.lines[1].startswith("Category: ")


@pytest.mark.parametrize(("language", "title"), [("ru", "Школы"), ("kk", "Мектептер"), ("en", "Schools")])
def test_it_is_said_in_the_readers_language(language, title):
    schools()
    assert title in told.said(told.last("dataset.published"), language=language).subject


def test_a_long_title_is_cut_in_the_short_words():
    schools(title_translated={"kk": "Ұзақ " * 60, "ru": "Очень длинное название " * 20, "en": "Very long " * 60})
    words = told.said(told.last("dataset.published"), language="ru")
    assert len(words.short) <= 120
    assert words.short.endswith(("…”", "…»"))


def test_changes_of_the_description_alone_are_told_to_nobody(nobody_looks):
    schools()
    act("health_editor", "package_patch", id="schools", version="2")
    assert told.targets(told.last("dataset.updated")) == []


def test_changed_files_are_told_where_nobody_looks_into_them(nobody_looks):
    shown = schools()
    act("health_editor", "resource_create", package_id="schools", **file())
    event = told.last("dataset.updated")
    assert told.targets(event) == [("dataset", shown["id"]), *places(shown)]
    assert told.audience(event).topic == "data"
    words = told.said(event)
    assert words.subject == "Files of the dataset “Schools” changed"
    assert words.lines == ("New or replaced: data",)


def test_removed_files_are_named(nobody_looks):
    schools()
    one = act("health_editor", "resource_create", package_id="schools", **file())
    act("health_editor", "resource_delete", id=one["id"])
    assert told.said(told.last("dataset.updated")).lines == ("Removed: data",)


def test_changed_files_are_left_to_who_looks_into_them():
    schools()
    act("health_editor", "resource_create", package_id="schools", **file())
    assert told.targets(told.last("dataset.updated")) == []


def test_a_deleted_dataset_is_told_by_its_title():
    shown = schools()
    act("operator", "package_delete", id="schools")
    event = told.last("dataset.withdrawn")
    assert told.targets(event) == [("dataset", shown["id"]), *places(shown)]
    assert told.audience(event).about is None
    words = told.said(event)
    assert words.subject == "The dataset “Schools” was removed"
    assert words.lines == ("It is no longer on the portal.",)


def test_a_purged_dataset_has_no_title_left():
    shown = schools()
    act("operator", "dataset_purge", id="schools")
    event = told.last("dataset.withdrawn")
    assert told.targets(event) == [("dataset", shown["id"]), *places(shown)]
    assert told.said(event).subject == "A dataset that you follow was removed"


def test_nothing_is_said_of_a_dataset_that_is_hidden():
    schools()
    act("health_editor", "package_patch", id="schools", private=True,
        title_translated={"kk": SECRET, "ru": SECRET, "en": SECRET}, name="secret-name")
    words = told.said(told.last("dataset.withdrawn"), language="ru")
    assert SECRET not in str(words)
    assert "secret-name" not in str(words)
    assert "Schools" not in str(words)


def test_a_dataset_deleted_and_hidden_is_told_without_its_title():
    schools()
    act("operator", "package_delete", id="schools")
    event = told.last("dataset.withdrawn")
    package = model.Package.get("schools")
    package.private, package.title = True, SECRET
    package.extras = {**package.extras, "title_translated": f'{{"ru": "{SECRET}"}}'}
    model.Session.commit()
    assert SECRET not in str(told.said(event, language="ru"))


def test_a_private_dataset_says_nothing(nobody_looks):
    schools()
    act("health_editor", "resource_create", package_id="schools", **file())
    events = told.of_type("dataset.published", "dataset.updated")
    assert len(told.audiences(events)) == 2, "there is something that could leak"
    act("health_editor", "package_patch", id="schools", private=True)
    assert told.audiences(events) == {}


def test_what_is_otherwise_by_now_is_outdated():
    schools()
    published = told.last("dataset.published")
    assert not told.outdated(published)
    act("health_editor", "package_patch", id="schools", private=True)
    withdrawn = told.last("dataset.withdrawn")
    assert told.outdated(published)
    assert not told.outdated(withdrawn)
    act("health_editor", "package_patch", id="schools", private=False)
    assert told.outdated(withdrawn)


@pytest.mark.parametrize("count", [1, 30])
def test_many_cost_as_much_as_one(statements, count):
    for number in range(count):
        schools(name=f"schools-{number}")
    events = told.of_type("dataset.published")
    statements.clear()
    assert len(told.audiences(events)) == count
    assert len(statements) == 1
    statements.clear()
    telling.said(model.Session(), [Told(one, Target("agency")) for one in events], "ru")
    assert len(statements) == 2
