"""What a client may send for a dataset, what is stored, and what comes back."""
from __future__ import annotations

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
from ckan.tests import factories, helpers

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

TITLE = {"kk": "Жолдар", "ru": "Дороги", "en": "Roads"}


@pytest.fixture
def agency(clean_db):
    return factories.Organization(name="akimat-astana")


@pytest.fixture
def described(agency):
    """Everything that the schema knows, as an API client sends it."""
    factories.Group(name="transport")
    return {
        "name": "roads", "owner_org": agency["id"], "title_translated": TITLE,
        "notes_translated": {"ru": "Ремонт дорог.", "kk": "Жол жөндеу."},
        "tags_translated": {"ru": ["дорога", "ремонт"], "kk": ["жол"]},
        "category": "transport", "update_period": "HALF_YEAR",
        "duties": ["MIO-047@akimat-astana", {"duty": "MIO-048@akimat-astana", "role": "part"}],
        "responsible_unit_translated": {"ru": "Управление дорог"},
        "contact": [{"name": "Управление", "email": "zhol@astana.example", "phone": "+7 7172 00 00 00"}],
        "way_of_publication": "workstation",
        "spatial_coverage": [{"text": "Астана"}],
        "temporal_coverage": [{"start": "2025-01-01", "end": "2025-06-30"}],
        "theme": ["http://publications.europa.eu/resource/authority/data-theme/TRAN"],
        "resources": [{"url": "https://data.example/roads.csv", "format": "CSV",
                       "name_translated": {"ru": "2025 год", "kk": "2025 жыл"}}],
    }


def call_action(action, context=None, **data):
    """An action by the site's own account: activities need an author."""
    author = helpers.call_action("get_site_user")["name"]
    return helpers.call_action(action, context={"user": author, **(context or {})}, **data)


def create(data, **context):
    return call_action("package_create", context=context, **data)


def refused(data, field, action="package_create"):
    with pytest.raises(tk.ValidationError) as refusal:
        call_action(action, **data)
    return str(refusal.value.error_dict[field])


class TestWhatIsStored:
    def test_every_field_comes_back(self, described):
        shown = create(described)
        assert shown["title_translated"] == TITLE
        assert shown["tags_translated"] == {"kk": ["жол"], "ru": ["дорога", "ремонт"]}
        assert shown["duties"] == [
            {"duty": "MIO-047@akimat-astana", "role": "main"}, {"duty": "MIO-048@akimat-astana", "role": "part"}]
        for field in ("notes_translated", "category", "update_period", "responsible_unit_translated", "contact",
                      "way_of_publication", "spatial_coverage", "temporal_coverage", "theme"):
            assert shown[field] == described[field]
        assert shown["resources"][0]["name_translated"] == {"kk": "2025 жыл", "ru": "2025 год"}

    def test_cores_own_fields_are_filled_from_the_sites_language(self, described):
        shown = create(described)
        assert shown["title"] == "Roads"
        assert shown["notes"] == "Жол жөндеу."
        assert [tag["name"] for tag in shown["tags"]] == ["жол"]
        assert [group["name"] for group in shown["groups"]] == ["transport"]
        assert shown["resources"][0]["name"] == "2025 жыл"
        assert shown["license_id"] == "cc-by"

    def test_the_index_answers_what_the_database_holds(self, described):
        create(described)
        from_index = call_action("package_show", id="roads")
        assert from_index == call_action("package_show", context={"use_cache": False}, id="roads")

    def test_texts_are_found_in_each_language(self, described):
        create(described)
        for word in ("жолдар", "дороги", "roads", "жөндеу", "управление"):
            assert call_action("package_search", q=word)["count"] == 1, word

    def test_a_description_longer_than_a_search_term_is_indexed(self, described):
        long = dict.fromkeys(("kk", "ru"), "сөз слово " * 1500)
        create({**described, "notes_translated": long})
        assert call_action("package_search", q="слово")["count"] == 1


class TestRoundTrips:
    def test_sent_back_it_is_unchanged(self, described):
        shown = create(described)
        assert call_action("package_update", **shown) == shown
        stripped = {**shown, "metadata_modified": None}
        again = call_action("package_update", **{**shown, "title": "Roads", "extras": []})
        assert {**again, "metadata_modified": None} == stripped

    def test_an_equal_description_changes_no_row(self, described):
        shown = create(described)
        same = {**shown, "title_translated": {"en": " Roads", "ru": "Дороги ", "kk": "Жолдар"}}
        assert call_action("package_update", **same)["metadata_modified"] == shown["metadata_modified"]

    @pytest.mark.parametrize("action", ["package_patch", "package_revise"])
    def test_a_patch_keeps_all_other_fields(self, described, action):
        shown = create(described)
        if action == "package_patch":
            changed = call_action(action, id="roads", url="https://astana.example")
        else:
            revised = call_action(action, match={"name": "roads"}, update={"url": "https://astana.example"})
            changed = revised["package"]
        assert changed["url"] == "https://astana.example"
        assert _without(changed) == _without(shown)

    def test_a_resource_is_added_without_loss(self, described):
        shown = create(described)
        call_action("resource_create", package_id="roads", url="https://data.example/b.csv", name="B")
        changed = call_action("package_show", id="roads")
        assert _without(changed) == _without(shown)
        names = [resource["name_translated"] for resource in changed["resources"]]
        assert names == [{"kk": "2025 жыл", "ru": "2025 год"}, {"en": "B"}]

    def test_one_language_is_changed_by_a_patch(self, described):
        create(described)
        changed = call_action("package_patch", id="roads", title_translated={**TITLE, "ru": "Ремонт дорог"})
        assert changed["title_translated"] == {**TITLE, "ru": "Ремонт дорог"}
        assert changed["title"] == "Roads"

    def test_what_is_left_out_of_an_update_stays(self, described):
        create(described)
        changed = call_action("package_update", id="roads", name="roads", title="Roads")
        assert changed["title_translated"] == TITLE
        assert changed["update_period"] == "HALF_YEAR"
        assert [link["duty"] for link in changed["duties"]] == ["MIO-047@akimat-astana", "MIO-048@akimat-astana"]
        assert changed["category"] == "transport"

    def test_fields_are_emptied_by_empty_values(self, described):
        create(described)
        changed = call_action("package_patch", id="roads", duties=[], category="", notes_translated={},
                              tags_translated={})
        assert changed["duties"] == []
        assert "category" not in changed
        assert changed["groups"] == []
        assert not changed["notes"]
        assert changed["tags"] == []


def _without(dataset):
    return {k: v for k, v in dataset.items() if k not in {"url", "metadata_modified", "resources", "num_resources"}}


class TestToolsThatKnowOnlyCkansFields:
    def test_a_plain_title_is_enough(self, agency):
        shown = create({"name": "old", "title": "Old tool", "notes": "Text", "owner_org": agency["id"],
                        "tags": [{"name": "one"}, {"name": "two"}]})
        assert shown["title_translated"] == {"en": "Old tool"}
        assert shown["notes_translated"] == {"en": "Text"}
        assert shown["tags_translated"] == {"en": ["one", "two"]}
        assert "update_period" not in shown

    def test_such_a_dataset_stays_usable(self, agency):
        create({"name": "old", "title": "Old tool", "owner_org": agency["id"]})
        call_action("resource_create", package_id="old", url="https://data.example/a.csv")
        assert call_action("package_patch", id="old", notes="New")["notes_translated"] == {"en": "New"}

    @pytest.mark.parametrize("action", ["package_patch", "package_update"])
    def test_a_changed_plain_title_changes_its_language_only(self, described, action):
        shown = create(described)
        data = {"id": shown["id"]} if action == "package_patch" else {**shown}
        changed = call_action(action, **{**data, "title": "Streets"})
        assert changed["title_translated"] == {**TITLE, "en": "Streets"}
        assert changed["title"] == "Streets"

    def test_changed_plain_tags_change_their_language_only(self, described):
        create(described)
        changed = call_action("package_patch", id="roads", tags=[{"name": "көше"}])
        assert changed["tags_translated"] == {"kk": ["көше"], "ru": ["дорога", "ремонт"]}
        assert [tag["name"] for tag in changed["tags"]] == ["көше"]

    def test_a_changed_plain_name_of_a_resource_changes_its_language_only(self, described):
        resource = create(described)["resources"][0]
        changed = call_action("resource_patch", id=resource["id"], name="2025 ж.")
        assert changed["name_translated"] == {"kk": "2025 ж.", "ru": "2025 год"}

    def test_a_category_chosen_through_groups_is_shown(self, described):
        create(described)
        factories.Group(name="roads-group")
        call_action("package_patch", id="roads", groups=[{"name": "roads-group"}])
        assert call_action("package_show", id="roads")["category"] == "roads-group"
        changed = call_action("package_patch", id="roads", category="transport")
        assert [group["name"] for group in changed["groups"]] == ["transport"]


class TestRefusals:
    def test_the_missing_language_is_named(self, described):
        sentence = refused({**described, "title_translated": {"ru": "Дороги"}}, "title_translated")
        assert "Kazakh" in sentence
        assert "Russian" not in sentence

    def test_an_unknown_language_is_named_with_the_known(self, described):
        sentence = refused({**described, "title_translated": {**TITLE, "de": "Straßen"}}, "title_translated")
        assert "de" in sentence
        assert "kk, ru, en" in sentence

    @pytest.mark.parametrize("value", ["Roads", ["Roads"], 5, '["Roads"]'])
    def test_a_bare_text_is_answered_with_an_example(self, described, value):
        assert '"kk": "…"' in refused({**described, "title_translated": value}, "title_translated")

    def test_a_number_is_no_text(self, described):
        assert "Russian" in refused({**described, "notes_translated": {"ru": 5}}, "notes_translated")

    def test_an_endless_title(self, described):
        assert "1000" in refused({**described, "title_translated": {**TITLE, "ru": "ы" * 1001}}, "title_translated")

    def test_a_keyword_with_forbidden_signs(self, described):
        assert "a;b" in refused({**described, "tags_translated": {"ru": ["a;b"]}}, "tags_translated")

    def test_an_unknown_period_lists_the_known(self, described):
        sentence = refused({**described, "update_period": "SOMETIMES"}, "update_period")
        assert "SOMETIMES" in sentence
        assert "Daily, Weekly, Monthly, Quarterly, Twice a year, Yearly, As needed" in sentence

    def test_a_period_is_needed_without_duties(self, described):
        assert "Quarterly" in refused({**described, "update_period": "", "duties": []}, "update_period")
        del described["update_period"]
        assert "Quarterly" in refused({**described, "duties": []}, "update_period")

    def test_a_duty_brings_its_period(self, described):
        del described["update_period"]
        assert "update_period" not in create(described)

    @pytest.mark.parametrize(("duties", "word"), [
        (["MIO-047"], "MIO-047"), ("MIO-047", "MIO-047"), ([{"role": "main"}], "duty"),
        ({"duty": "A-1@agency"}, "list"),
        (["A-1@agency", "A-1@agency"], "twice"), ([{"duty": "A-1@agency", "role": "boss"}], "main, part, additional"),
    ])
    def test_malformed_duties(self, described, duties, word):
        assert word in refused({**described, "duties": duties}, "duties")

    def test_an_unknown_category_lists_the_known(self, described):
        assert "transport" in refused({**described, "category": "nowhere"}, "category")
        assert "transport" in refused({**described, "category": described["owner_org"]}, "category")

    def test_an_unknown_way_of_publication(self, described):
        assert "By integration" in refused({**described, "way_of_publication": "pigeon"}, "way_of_publication")

    @pytest.mark.parametrize(("part", "value"), [("email", "nobody"), ("phone", "call me")])
    def test_a_contact_that_reaches_nobody(self, described, part, value):
        described["contact"][0][part] = value
        with pytest.raises(tk.ValidationError) as refusal:
            create(described)
        assert part in refusal.value.error_dict["contact"][0]

    def test_nothing_is_written(self, described):
        refused({**described, "update_period": "SOMETIMES"}, "update_period")
        assert model.Package.get("roads") is None


class TestUnderstanding:
    @pytest.mark.parametrize("period", ["half_year", "2 раза в год", "Жартыжылда бір рет",
                                        "http://publications.europa.eu/resource/authority/frequency/ANNUAL_2"])
    def test_a_period_in_other_words(self, described, period):
        assert create({**described, "update_period": period})["update_period"] == "HALF_YEAR"

    def test_texts_and_duties_as_json(self, described):
        shown = create({**described, "title_translated": '{"kk": "Жол", "ru": "Путь"}', "duties": '["A-1@akimat"]'})
        assert shown["title_translated"] == {"kk": "Жол", "ru": "Путь"}
        assert shown["duties"] == [{"duty": "A-1@akimat", "role": "main"}]

    def test_blank_rows_are_left_out(self, described):
        described["contact"].insert(0, {"name": "", "email": "", "phone": ""})
        assert len(create(described)["contact"]) == 1


class TestRights:
    def test_an_editor_who_is_in_no_category_may_choose_one(self, described):
        editor = factories.User()
        call_action("organization_member_create", id=described["owner_org"], username=editor["name"], role="editor")
        shown = create(described, user=editor["name"], ignore_auth=False)
        assert [group["name"] for group in shown["groups"]] == ["transport"]
        factories.Group(name="health")
        changed = call_action("package_patch", context={"user": editor["name"], "ignore_auth": False},
                              id="roads", category="health")
        assert [group["name"] for group in changed["groups"]] == ["health"]


class TestTheMeaningOfDuties:
    @pytest.fixture
    def asked(self, monkeypatch):
        """What a feature that knows the duties was asked; it objects to every duty of another agency."""
        from ckanext.civic_core.logic import dataset_validators

        questions = []

        class Feature:
            def check_duties(self, context, links, owner_org):
                questions.append(([link["duty"] for link in links], owner_org))
                return [f"{link['duty']} is unknown" for link in links if not link["duty"].endswith("@akimat-astana")]

        monkeypatch.setattr(dataset_validators, "PluginImplementations", lambda interface: [Feature()])
        return questions

    def test_a_feature_objects_beside_the_field(self, described, asked):
        assert "A-1@other is unknown" in refused({**described, "duties": ["A-1@other"]}, "duties")

    def test_it_is_asked_only_about_what_changes(self, described, asked):
        shown = create(described)
        call_action("package_patch", id="roads", notes_translated={"ru": "Иначе"})
        assert asked == [(["MIO-047@akimat-astana", "MIO-048@akimat-astana"], shown["owner_org"])]


class TestCost:
    def test_reading_costs_no_statement_more(self, described, app, statements):
        """What the fields and hooks add: nothing, neither to one dataset from the index nor to a page of 20."""
        create(described)
        for number in range(20):
            create({**described, "name": f"roads-{number}", "resources": []})
        sent = {}
        for name, url in {"one": "package_show?id=roads", "all": "package_search?rows=20"}.items():
            app.get(f"/api/3/action/{url}")
            statements.clear()
            app.get(f"/api/3/action/{url}")
            sent[name] = [s for s in statements if '"group"' in s or "member" in s]
        assert sent == {"one": [], "all": []}
