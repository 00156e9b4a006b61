"""Agencies and categories: their fields, their form, and their names in the reader's language."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup
from ckan.tests import factories, helpers

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

NAME = {"kk": "Денсаулық сақтау министрлігі", "ru": "Министерство здравоохранения"}


def act(action, **data):
    author = helpers.call_action("get_site_user")["name"]
    return helpers.call_action(action, context={"user": author}, **data)


@pytest.fixture
def ministry(clean_db):
    return act("organization_create", name="ministry-of-health", title_translated=NAME, code="mz", body_group="CGO",
               short_title_translated={"ru": "МЗ РК"}, site="https://www.gov.kz/memleket/entities/dsm")


@pytest.fixture
def category(clean_db):
    return act("group_create", name="health", title_translated={"kk": "Денсаулық", "ru": "Здоровье"}, icon="fa-heart")


class TestFields:
    def test_an_agency_comes_back_as_it_was_sent(self, ministry):
        shown = act("organization_show", id="ministry-of-health")
        assert shown["title_translated"] == NAME
        assert shown["short_title_translated"] == {"ru": "МЗ РК"}
        assert (shown["code"], shown["body_group"]) == ("MZ", "CGO")
        assert shown["site"] == "https://www.gov.kz/memleket/entities/dsm"
        assert shown["title"] == NAME["kk"]

    def test_a_category_comes_back_as_it_was_sent(self, category):
        shown = act("group_show", id="health")
        assert shown["title_translated"] == {"kk": "Денсаулық", "ru": "Здоровье"}
        assert (shown["icon"], shown["title"]) == ("heart", "Денсаулық")

    @pytest.mark.parametrize("action", ["organization_patch", "organization_update"])
    def test_a_changed_plain_title_changes_its_language_only(self, ministry, action):
        data = {"id": ministry["id"]} if action == "organization_patch" else act("organization_show", id=ministry["id"])
        act(action, **{**data, "title": "Денсаулық министрлігі"})
        shown = act("organization_show", id=ministry["id"])
        assert shown["title_translated"] == {**NAME, "kk": "Денсаулық министрлігі"}

    def test_a_patch_keeps_all_other_fields(self, ministry):
        before = act("organization_show", id=ministry["id"])
        act("organization_patch", id=ministry["id"], description="New")
        assert act("organization_show", id=ministry["id"]) == {**before, "description": "New"}

    def test_a_plain_title_is_enough_for_other_tools(self):
        assert factories.Organization(title="Old")["title_translated"] == {"en": "Old"}
        assert factories.Group(title="Old")["title_translated"] == {"en": "Old"}

    @pytest.mark.parametrize(("field", "value", "word"), [
        ("title_translated", {"ru": "Министерство"}, "Kazakh"), ("code", "a b", "MZ"), ("code", "mz", "Денсаулық"),
        ("body_group", "ngo", "Quasi-state sector"), ("site", "gov", "https://"),
    ])
    def test_bad_input_is_answered_with_what_is_right(self, ministry, field, value, word):
        data = {"name": "other", "title_translated": NAME, "body_group": "MIO"} | {field: value}
        with pytest.raises(tk.ValidationError) as refusal:
            act("organization_create", **data)
        assert word in str(refusal.value.error_dict[field])

    def test_an_agency_keeps_its_own_key(self, ministry):
        act("organization_patch", id=ministry["id"], code="MZ")
        assert act("organization_show", id=ministry["id"])["code"] == "MZ"

    def test_an_icon_is_a_name(self):
        with pytest.raises(tk.ValidationError) as refusal:
            act("group_create", name="bad", title="Bad", icon="<i>")
        assert "graduation-cap" in str(refusal.value.error_dict["icon"])


class TestForm:
    @pytest.mark.parametrize(("kind", "fields"), [
        ("organization", {"code": "MZ", "body_group": "CGO", "site": "https://gov.kz",
                          "short_title_translated-kk": "ДСМ"}),
        ("group", {"icon": "heart"}),
    ])
    def test_it_is_filled_in_and_kept_after_a_mistake(self, app, kind, fields):
        headers = {"Authorization": factories.SysadminWithToken()["token"]}
        data = {"name": "body", "title_translated-kk": "", "title_translated-ru": "Имя", "save": "", **fields}
        answer = BeautifulSoup(app.post(f"/{kind}/new", data=data, headers=headers).body, "html.parser")
        assert "Kazakh" in answer.select_one("#error-title_translated-kk").text
        assert answer.select_one("#field-title_translated-ru")["value"] == "Имя"
        app.post(f"/{kind}/new", data=data | {"title_translated-kk": "Аты"}, headers=headers)
        shown = act(f"{kind}_show", id="body")
        assert shown["title_translated"] == {"kk": "Аты", "ru": "Имя"}
        assert all(shown[name] == value for name, value in fields.items() if "-" not in name)


class TestPages:
    @pytest.mark.parametrize("path", ["/organization/", "/organization/ministry-of-health",
                                      "/organization/about/ministry-of-health"])
    def test_an_agency_is_called_by_its_name_in_the_readers_language(self, app, ministry, path):
        assert NAME["ru"] in app.get(f"/ru{path}").body
        english = BeautifulSoup(app.get(path).body, "html.parser")
        assert english.select_one("[lang=kk]:not([hreflang])").text.strip().startswith(NAME["kk"])

    def test_its_fields_are_said_in_words(self, app, ministry):
        page = BeautifulSoup(app.get("/ru/organization/about/ministry-of-health").body, "html.parser")
        about = page.select_one(".primary dl")
        assert "Центральные государственные органы" in about.text
        assert about.select_one("a[href='https://www.gov.kz/memleket/entities/dsm']")

    def test_a_category_too(self, app, category):
        for path in ("/ru/group/", "/ru/group/health", "/ru/group/about/health"):
            assert "Здоровье" in app.get(path).body

    def test_datasets_and_filters_of_the_catalogue(self, app, ministry, category):
        act("package_create", name="beds", owner_org=ministry["id"], update_period="YEARLY", category="health",
            title_translated={"kk": "Төсек орындары", "ru": "Койки"}, notes_translated={"ru": "Число коек"})
        found = BeautifulSoup(app.get("/ru/dataset/").body, "html.parser")
        assert found.select_one(".dataset-heading a").text.strip() == "Койки"
        assert "Министерство" in found.select_one(".filters, .secondary").text
        sheet = app.get("/ru/dataset/beds").body
        assert NAME["ru"] in sheet
        english = BeautifulSoup(app.get("/dataset/beds").body, "html.parser")
        assert english.select_one("h1 [lang=kk]").text.strip() == "Төсек орындары"
        assert english.select_one(".notes[lang=ru]").text.strip() == "Число коек"

    def test_the_api_answers_the_same_whatever_the_readers_language(self, app, ministry):
        answers = [app.get(f"{prefix}/api/3/action/organization_show?id=ministry-of-health").json["result"]
                   for prefix in ("", "/ru")]
        assert answers[0] == answers[1]
        assert "civic_title_lang" not in answers[0]
