"""What an editor is asked with a new file, and told of it on the dataset's page."""
from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import ckan.model as model
import pytest
from civic_list.app.reader import Reader, words
from civic_list.delivering import FIRST, SECOND, duty_id, obligations, pass_time, publish, put
from civic_list.listing import begin_list, on
from civic_list.portal import HEALTH, act

from ckanext.civic_list.delivery import looking

REORDERED = b"period;region;count\n2025-01;Abai;2\n2025-01;Akmola;1\n"
THIRD = b"period;region;count\n2025-03;Akmola;5\n"


@pytest.fixture
def duty(office: None) -> Iterator[str]:
    """A monthly duty of the ministry, in force since 20 January 2025; its first data came on 3 February."""
    with on("2025-01-20"):
        code = begin_list(rows=2)[0]
    with on("2025-02-03"):
        publish(f"{code}@{HEALTH}")
        put("schools", FIRST)
    yield f"{code}@{HEALTH}"


def _page(app: Any, who: str | None = "health_editor", path: str = "/dataset/schools") -> str:
    return words(Reader(app, who).opens(path))


def _form(app: Any, path: str | None = None) -> Any:
    resource = act("health_editor", "package_show", id="schools")["resources"][0]["id"]
    return Reader(app, "health_editor").opens(path or f"/dataset/schools/resource/{resource}/edit")


def test_the_duty_is_fulfilled(app, duty):
    with on("2025-02-03"):
        page = _page(app)
        assert "The duty is fulfilled" in page
        assert "Version 1 of 03.02.2025" in page


def test_the_file_is_checked_while_nobody_has_looked(app, duty, monkeypatch):
    with on("2025-02-20"):
        monkeypatch.setattr(looking, "hint", lambda *_: None)
        resource = act("health_editor", "package_show", id="schools")["resources"][0]
        act("health_editor", "resource_update", id=resource["id"], name="data", url="http://data.example/new.csv")
        assert "The file is being checked" in _page(app)


def test_the_same_rows_in_another_order_do_not_count(app, duty):
    with on("2025-03-05"):
        put("schools", REORDERED)
        page = _page(app)
        assert "This upload does not count" in page
        assert "The content is the same as that of version 1 of 03.02.2025" in page
        resource = act("health_editor", "package_show", id="schools")["resources"][0]["id"]
        resource_page = Reader(app, "health_editor").opens(f"/dataset/schools/resource/{resource}")
        assert "This upload does not count" in words(resource_page, ".module-resource")


def test_a_correction_says_that_it_fulfils_nothing(app, duty):
    with on("2025-02-05"):
        put("schools", SECOND)
        page = _page(app)
        assert "The update counts" in page
        assert "a correction: it changes the data and fulfils no period" in page


def test_after_some_days_it_is_said_no_more(app, duty):
    with on("2025-02-10"):
        assert "The duty is fulfilled" not in _page(app)


@pytest.mark.parametrize("who", [None, "citizen", "akmola_editor"])
def test_others_are_told_nothing_and_cost_nothing(app, duty, statements, who):
    with on("2025-02-03"):
        page = _page(app, who)
    assert "The duty is fulfilled" not in page
    assert not [one for one in statements if "civic_list_sighting" in one]


def test_an_editor_costs_one_statement(app, duty, statements):
    with on("2025-02-03"):
        reader = Reader(app, "health_editor")
        statements.clear()
        reader.opens("/dataset/schools")
    assert len([one for one in statements if "civic_list_sighting" in one or "civic_list_evidence" in one]) == 1


# --- which period --------------------------------------------------------------------------------------------


def test_with_one_open_period_nothing_is_asked_but_whether_it_is_a_correction(app, duty):
    with on("2025-02-20"):
        pass_time()
        form = _form(app)
    assert not form.select("[name=for_period]")
    assert form.select_one("[name=correction]")["type"] == "checkbox"


def test_a_new_dataset_has_nothing_to_correct(app, duty):
    with on("2025-02-20"):
        act("health_editor", "package_create", name="empty", owner_org=HEALTH, category="health", private=False,
            title_translated={"kk": "А", "ru": "А", "en": "A"}, notes_translated={"ru": "А"},
            tags_translated={"ru": ["школа"]}, license_id="cc-by", update_period="YEARLY",
            contact=[{"name": "Бөлім", "email": "office@agency.example"}])
        form = Reader(app, "health_editor").opens("/dataset/empty/resource/new")
    assert form.select("[name=url]")
    assert not form.select("[name=correction], [name=for_period]")


@pytest.fixture
def two_open(duty: str) -> Iterator[str]:
    """April 2025: the update of March is overdue and in grace, that of April open."""
    with on("2025-04-07"):
        pass_time()
        yield duty


def test_with_two_open_periods_the_editor_chooses(app, two_open):
    form = _form(app)
    options = form.select("[name=for_period]")
    keys = [key for key, state in obligations(duty_id(two_open)).items() if state == "open"]
    assert [one["value"] for one in options] == keys[:2]
    assert [one.has_attr("checked") for one in options] == [True, False]
    labels = [form.select_one(f"label[for='{one['id']}']").get_text() for one in options]
    assert "late" in labels[0]
    assert "not done by this" in labels[1]


@pytest.mark.parametrize("place", [0, 1])
def test_the_choice_is_kept_and_taken_out_of_the_dataset(app, two_open, place):
    keys = [one["value"] for one in _form(app).select("[name=for_period]")]
    resource = act("health_editor", "package_show", id="schools")["resources"][0]
    Reader(app, "health_editor").sends(f"/dataset/schools/resource/{resource['id']}/edit", {
        "id": resource["id"], "url": "", "clear_upload": "", "url_type": "upload", "name": "data", "format": "CSV",
        "upload": (BytesIO(THIRD), "march.csv"), "for_period": keys[place], "save": "",
    })
    looking.look_at(act("health_editor", "package_show", id="schools")["id"])
    model.Session.expire_all()
    now = obligations(duty_id(two_open))
    assert now[keys[place]].startswith("fulfilled")
    assert now[keys[1 - place]] == "open"
    assert "for_period" not in act("health_editor", "package_show", id="schools")["resources"][0]


def test_a_file_marked_as_a_correction_fulfils_nothing(app, two_open):
    resource = act("health_editor", "package_show", id="schools")["resources"][0]
    Reader(app, "health_editor").sends(f"/dataset/schools/resource/{resource['id']}/edit", {
        "id": resource["id"], "url": "", "url_type": "upload", "name": "data", "format": "CSV", "correction": "true",
        "upload": (BytesIO(THIRD), "march.csv"), "save": "",
    })
    looking.look_at(act("health_editor", "package_show", id="schools")["id"])
    assert "a correction" in _page(app)


def test_a_private_dataset_asks_when_it_becomes_public(app, two_open):
    act("health_editor", "package_patch", id="schools", private=True)
    form = Reader(app, "health_editor").opens("/dataset/edit/schools")
    assert len(form.select("[name=for_period]")) == 2
    act("health_editor", "package_patch", id="schools", private=False)
    assert not Reader(app, "health_editor").opens("/dataset/edit/schools").select("[name=for_period]")


def test_the_questions_cost_two_statements(app, two_open, statements):
    from ckanext.civic_list.uploading import questions

    statements.clear()
    assert len(questions(model.Session(), "schools")["periods"]) == 2
    assert len(statements) == 2


def test_the_choice_made_in_the_form_of_a_new_dataset_is_kept(app, two_open):
    """The file comes while the dataset is a draft; it becomes public in the same step."""
    act("health_editor", "package_patch", id="schools", duties=[])
    draft = act(
        "health_editor", "package_create", name="again", owner_org=HEALTH, category="health", private=False,
        state="draft", duties=[two_open], title_translated={"kk": "А", "ru": "А", "en": "A"},
        notes_translated={"ru": "А"}, tags_translated={"ru": ["школа"]}, license_id="cc-by",
        contact=[{"name": "Бөлім", "email": "office@agency.example"}],
    )
    form = Reader(app, "health_editor").opens("/dataset/again/resource/new")
    keys = [one["value"] for one in form.select("[name=for_period]")]
    assert len(keys) == 2
    Reader(app, "health_editor").sends("/dataset/again/resource/new", {
        "id": "", "url": "", "url_type": "upload", "name": "data", "format": "CSV", "for_period": keys[1],
        "upload": (BytesIO(THIRD), "march.csv"), "save": "go-metadata",
    })
    looking.look_at(draft["id"])
    model.Session.expire_all()
    assert obligations(duty_id(two_open))[keys[1]].startswith("fulfilled")
