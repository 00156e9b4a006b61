"""The dataset form as a publisher sees it: without JavaScript, in each language, with and without mistakes."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup
from ckan.tests import factories
from ckan.tests.helpers import call_action

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")


@pytest.fixture
def editor(app):
    user = factories.UserWithToken()
    agency = factories.Organization(name="akimat-astana", users=[{"name": user["name"], "capacity": "editor"}])
    category = {"kk": "Көлік", "ru": "Транспорт", "en": "Transport"}
    site = call_action("get_site_user")["name"]
    call_action("group_create", context={"user": site}, name="transport", title_translated=category)
    return {"headers": {"Authorization": user["token"]}, "agency": agency["id"], "name": user["name"]}


@pytest.fixture
def filled(editor):
    """The form as a browser sends it, every blank control included."""
    return {
        "_ckan_phase": "dataset_new_1", "save": "", "name": "roads", "owner_org": editor["agency"], "private": "False",
        "title_translated-kk": "Жолдар", "title_translated-ru": "Дороги", "title_translated-en": "",
        "notes_translated-kk": "", "notes_translated-ru": "Ремонт", "notes_translated-en": "",
        "tags_translated-kk": "", "tags_translated-ru": "дорога, ремонт", "tags_translated-en": "",
        "category": "transport", "update_period": "YEARLY", "license_id": "cc-by",
        "duties-0-duty": "", "duties-0-role": "main",
        **dict.fromkeys([f"responsible_unit_translated-{code}" for code in ("kk", "ru", "en")], ""),
        "contact-0-name": "Управление", "contact-0-email": "zhol@astana.example", "contact-0-phone": "",
        "way_of_publication": "", "spatial_coverage-0-text": "", "spatial_coverage-0-uri": "",
        "temporal_coverage-0-start": "", "temporal_coverage-0-end": "",
        "url": "", "issued": "", "version": "", "theme": "",
    }


def send(app, editor, url, data):
    answer = app.post(url, data=data, headers=editor["headers"], follow_redirects=False)
    return answer, BeautifulSoup(answer.body, "html.parser")


def page(app, editor, url):
    return BeautifulSoup(app.get(url, headers=editor["headers"]).body, "html.parser")


def values(form):
    """What a browser would send for this form."""
    found = {field["name"]: field.get("value", "") for field in form.select("input[name]")}
    found |= {area["name"]: area.text.removeprefix("\n") for area in form.select("textarea[name]")}
    for select in form.select("select[name]"):
        chosen = select.select_one("option[selected]") or select.select_one("option")
        found[select["name"]] = chosen["value"] if chosen else ""
    return found


class TestNewDataset:
    def test_one_control_a_language_each_marked_with_it(self, app, editor):
        form = page(app, editor, "/dataset/new")
        for language in ("kk", "ru", "en"):
            control = form.select_one(f"#field-title_translated-{language}")
            assert control["lang"] == language
            assert form.select_one(f"label[for=field-title_translated-{language}]").text.strip()

    def test_every_control_has_a_name_for_everybody(self, app, editor):
        form = page(app, editor, "/dataset/new").select_one("#dataset-edit")
        for control in form.select("input:not([type=hidden]), select, textarea"):
            assert form.select_one(f"label[for='{control['id']}']") is not None, control

    def test_the_required_languages_are_marked(self, app, editor):
        form = page(app, editor, "/dataset/new")
        marked = [c["name"] for c in form.select("[name^=title_translated-][aria-required]")]
        assert marked == ["title_translated-kk", "title_translated-ru"]

    @pytest.mark.parametrize(("locale", "language", "period", "category"), [
        ("kk", "қазақ тілі", "Жартыжылда бір рет", "Көлік"), ("ru", "казахский", "1 раз в полгода", "Транспорт"),
        ("en", "Kazakh", "Twice a year", "Transport"),
    ])
    def test_it_speaks_the_readers_language(self, app, editor, locale, language, period, category):
        form = page(app, editor, f"/{locale}/dataset/new")
        assert form.select_one("label[for=field-title_translated-kk]").text.strip("* \n") == language
        assert period in [option.text for option in form.select("#field-update_period option")]
        assert category in [option.text.strip() for option in form.select("#field-category option")]

    def test_the_portals_licence_is_proposed(self, app, editor):
        form = page(app, editor, "/dataset/new")
        assert form.select_one("#field-license_id option[selected]")["value"] == "cc-by"

    def test_a_description_is_saved(self, app, editor, filled):
        answer, _ = send(app, editor, "/dataset/new", filled)
        assert answer.status_code == 302
        shown = call_action("package_show", id="roads")
        assert shown["title_translated"] == {"kk": "Жолдар", "ru": "Дороги"}
        assert shown["tags_translated"] == {"ru": ["дорога", "ремонт"]}
        assert shown["contact"] == [{"name": "Управление", "email": "zhol@astana.example"}]
        assert shown["category"] == "transport"
        assert shown["update_period"] == "YEARLY"
        assert "spatial_coverage" not in shown

    def test_duties_are_saved_from_their_rows(self, app, editor, filled):
        rows = {"duties-0-duty": "MIO-047@akimat-astana", "duties-0-role": "part", "duties-1-duty": "",
                "update_period": ""}
        assert send(app, editor, "/dataset/new", filled | rows)[0].status_code == 302
        assert call_action("package_show", id="roads")["duties"] == [{"duty": "MIO-047@akimat-astana", "role": "part"}]


class TestMistakes:
    def test_the_error_stands_beside_its_language_and_in_the_summary(self, app, editor, filled):
        _, form = send(app, editor, "/dataset/new", filled | {"title_translated-kk": " "})
        control = form.select_one("#field-title_translated-kk")
        assert control["aria-invalid"] == "true"
        assert "Kazakh" in form.select_one("#error-title_translated-kk").text
        assert "error-title_translated-kk" in control["aria-describedby"]
        summary = form.select_one(".error-explanation a[href='#field-title_translated-kk']")
        assert summary.text.startswith("Title: ")
        assert form.select_one("#error-title_translated-ru") is None

    def test_nothing_that_was_typed_is_lost(self, app, editor, filled):
        typed = filled | {
            "title_translated-kk": "", "tags_translated-en": "road", "spatial_coverage-0-text": "Астана",
            "duties-0-duty": "no duty", "contact-0-phone": "5", "version": "2", "theme": "http://a.example/t",
            "responsible_unit_translated-ru": "Отдел", "temporal_coverage-0-start": "2025-01-01",
        }
        _, form = send(app, editor, "/dataset/new", typed)
        kept = values(form.select_one("#dataset-edit"))
        for name in set(typed) - {"_ckan_phase", "save"}:
            assert kept[name] == typed[name], name

    @pytest.mark.parametrize(("field", "value", "place"), [
        ("contact-0-phone", "call", "#error-contact-0-phone"), ("duties-0-duty", "MIO", "#error-duties"),
        ("tags_translated-ru", "a;b", "#error-tags_translated-ru"),
        ("contact-0-email", "nobody", "#error-contact-0-email"),
    ])
    def test_each_error_is_beside_its_field(self, app, editor, filled, field, value, place):
        _, form = send(app, editor, "/dataset/new", filled | {field: value})
        assert form.select_one(place).text.strip()
        assert form.select_one(f"[name='{field}']")["aria-invalid"] == "true"

    def test_the_folded_part_opens_where_something_in_it_is_wrong(self, app, editor, filled):
        _, form = send(app, editor, "/dataset/new", filled | {"temporal_coverage-0-start": "yesterdayish"})
        assert form.select_one("details.civic-more").has_attr("open")
        _, form = send(app, editor, "/dataset/new", filled | {"title_translated-kk": ""})
        assert not form.select_one("details.civic-more").has_attr("open")

    def test_a_missing_period_lists_the_choices(self, app, editor, filled):
        _, form = send(app, editor, "/ru/dataset/new", filled | {"update_period": ""})
        assert "Ежеквартально" in form.select_one(".error-explanation").text

    def test_a_stranger_s_words_are_no_markup(self, app, editor, filled):
        answer, _ = send(app, editor, "/dataset/new", filled | {
            "title_translated-ru": "\"><script>alert(1)</script>", "title_translated-kk": "",
            "duties-0-duty": "\"><script>alert(2)</script>"})
        assert "<script>alert" not in answer.body


class TestEditing:
    @pytest.fixture
    def saved(self, editor):
        site = call_action("get_site_user")["name"]
        return call_action(
            "package_create", context={"user": site}, name="roads", owner_org=editor["agency"],
            title_translated={"kk": "Жолдар", "ru": "Дороги"}, update_period="YEARLY", category="transport",
            tags_translated={"ru": ["дорога", "ремонт"]}, duties=[{"duty": "MIO-047@akimat-astana", "role": "part"}],
            contact=[{"name": "Отдел", "uri": "https://astana.example/contact"}], theme=["http://a.example/t"],
            spatial_coverage=[{"text": "Астана", "bbox": '{"type": "Point", "coordinates": [71, 51]}'}],
            extras=[{"key": "guid", "value": "a harvester's mark"}],
            resources=[{"url": "https://data.example/a.csv", "name_translated": {"ru": "Файл"}}],
        )

    def test_saved_as_it_came_the_form_changes_nothing(self, app, editor, saved):
        form = page(app, editor, "/dataset/edit/roads").select_one("#dataset-edit")
        answer, _ = send(app, editor, "/dataset/edit/roads", values(form) | {"save": ""})
        assert answer.status_code == 302
        shown = call_action("package_show", id="roads")
        ignored = ("metadata_modified", "notes", "url", "version")
        assert _without(shown, ignored) == _without(saved, ignored)

    def test_an_old_description_must_be_completed_by_hand(self, app, editor):
        site = call_action("get_site_user")["name"]
        call_action("package_create", context={"user": site}, name="old", title="Old", owner_org=editor["agency"])
        form = page(app, editor, "/dataset/edit/old").select_one("#dataset-edit")
        _, answered = send(app, editor, "/dataset/edit/old", values(form) | {"save": ""})
        assert answered.select_one("#error-title_translated-kk")
        assert answered.select_one("#field-title_translated-en")["value"] == "Old"

    def test_a_resource_is_described_in_each_language(self, app, editor, saved):
        identifier = saved["resources"][0]["id"]
        form = page(app, editor, f"/dataset/roads/resource/{identifier}/edit").select_one("#resource-edit")
        sent = values(form) | {"name_translated-kk": "Файл (kk)", "save": ""}
        assert send(app, editor, f"/dataset/roads/resource/{identifier}/edit", sent)[0].status_code == 302
        resource = call_action("resource_show", id=identifier)
        assert resource["name_translated"] == {"kk": "Файл (kk)", "ru": "Файл"}
        assert not any(key.startswith("name_translated-") for key in resource)

    def test_a_stranger_is_refused(self, app, saved):
        assert app.get("/dataset/edit/roads", follow_redirects=False).status_code in (302, 403)


class TestDatasheet:
    def test_it_is_read_in_the_readers_language(self, app, editor):
        site = call_action("get_site_user")["name"]
        call_action(
            "package_create", context={"user": site}, name="roads", owner_org=editor["agency"],
            title_translated={"kk": "Жолдар", "ru": "Дороги"}, update_period="HALF_YEAR",
            responsible_unit_translated={"kk": "Жол бөлімі"}, way_of_publication="integration",
            contact=[{"name": "Отдел", "email": "zhol@astana.example", "phone": "+7 7172 00 00 00"}],
        )
        sheet = BeautifulSoup(app.get("/ru/dataset/roads").body, "html.parser")
        assert sheet.select_one("h1").text.strip() == "Дороги"
        table = sheet.select_one(".dataset-details").find_parent("table")
        assert "1 раз в полгода" in table.text
        assert table.select_one("span[lang=kk]").text == "Жол бөлімі"
        assert "+7 7172 00 00 00" in table.text


def _without(dataset, names):
    return {key: value for key, value in dataset.items() if key not in names}


def test_the_former_plain_form_still_works(app, editor):
    """A script that posts CKAN's own fields to the form."""
    data = {"save": "", "_ckan_phase": "", "name": "plain", "title": "Plain", "owner_org": editor["agency"]}
    app.post("/dataset/new", data=data, headers=editor["headers"], follow_redirects=False)
    assert call_action("package_show", id="plain")["title_translated"] == {"en": "Plain"}
    assert tk.config["ckan.locale_default"] == "en"
