"""The field «duties» of a dataset: what it makes, what it fills in, and that it always says what the links say."""
from __future__ import annotations

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
from civic_list.listing import assert_field_and_links_agree, begin_list, dataset, next_list, on, open_links
from civic_list.portal import AKMOLA, HEALTH, act, events, refusal

from ckanext.civic_core import ticking
from ckanext.civic_list import agreement

pytestmark = pytest.mark.usefixtures("office")


@pytest.fixture
def keys(codes):
    """Three duties: two monthly ones of the ministry, and a quarterly one of an akimat."""
    return [f"{codes[0]}@{HEALTH}", f"{codes[1]}@{HEALTH}", f"{codes[2]}@{AKMOLA}"]


def astray():
    return list(agreement.astray(model.Session, 100))


def test_declaring_own_and_others_duties_links_them(keys):
    data = dataset("health_editor", HEALTH, keys[0], {"duty": keys[2], "role": "part"})
    assert open_links(data["id"]) == sorted([(keys[0], "main", "confirmed"), (keys[2], "part", "proposed")])
    assert_field_and_links_agree(data["id"])
    assert astray() == []


def test_what_is_left_empty_comes_from_the_first_duty_and_the_period_is_the_strictest(keys):
    given = {"title_translated": {}, "category": "", "update_period": "YEARLY"}
    data = dataset("operator", AKMOLA, keys[2], keys[0], **given)
    assert (data["title_translated"]["ru"], data["category"], data["update_period"]) == (
        "Школы 3", "education", "MONTHLY",
    )


def test_what_the_publisher_wrote_stays_but_the_period(keys):
    data = dataset("health_editor", HEALTH, keys[0], update_period="YEARLY")
    assert (data["title_translated"]["ru"], data["category"], data["update_period"]) == ("Школы", "health", "MONTHLY")
    changed = act("health_editor", "package_patch", id="schools", update_period="YEARLY")
    assert changed["update_period"] == "MONTHLY"


def test_the_form_without_javascript_is_filled_in_as_well(app, keys):
    token = act("operator", "api_token_create", user="health_editor", name="t")["token"]
    organisation = model.Group.get(HEALTH)
    assert organisation is not None
    form = {
        "_ckan_phase": "dataset_new_1", "save": "", "name": "beds", "owner_org": organisation.id, "private": "False",
        **dict.fromkeys([f"title_translated-{code}" for code in ("kk", "ru", "en")], ""),
        "notes_translated-kk": "", "notes_translated-ru": "Койки", "notes_translated-en": "",
        "category": "", "update_period": "", "license_id": "cc-by", "duties-0-duty": keys[0], "duties-0-role": "main",
        "duties-1-duty": "", "duties-1-role": "main", "contact-0-name": "Бөлім",
        "contact-0-email": "office@agency.example", "contact-0-phone": "",
    }
    answer = app.post("/dataset/new", data=form, headers={"Authorization": token}, follow_redirects=False)
    assert answer.status_code == 302, answer.body
    made = act("operator", "package_show", id="beds")
    assert (made["title_translated"]["kk"], made["category"], made["update_period"]) == (
        "Мектептер 1", "health", "MONTHLY",
    )
    assert open_links(made["id"]) == [(keys[0], "main", "confirmed")]


def test_a_duty_that_nobody_owes_is_refused_beside_the_field_and_nothing_is_written(keys):
    with pytest.raises(tk.ValidationError) as caught:
        dataset("health_editor", HEALTH, keys[0], "NO-099@" + HEALTH, "not a duty")
    assert "duties" in caught.value.error_dict
    with pytest.raises(tk.ValidationError) as caught:
        dataset("health_editor", HEALTH, keys[0], "NO-099@" + HEALTH)
    assert "NO-099@" + HEALTH in caught.value.error_dict["duties"][0]
    assert model.Package.get("schools") is None
    assert events(stream="duty") == []


def test_taking_a_duty_away_ends_its_link_and_leaving_the_field_out_changes_nothing(keys):
    data = dataset("health_editor", HEALTH, *keys[:2])
    act("health_editor", "package_patch", id="schools", duties=[{"duty": keys[1], "role": "additional"}])
    assert open_links(data["id"]) == [(keys[1], "additional", "confirmed")]
    shown = act("health_editor", "package_show", id="schools")
    shown.pop("duties")
    act("health_editor", "package_update", **{**shown, "url": "https://agency.example"})
    assert open_links(data["id"]) == [(keys[1], "additional", "confirmed")]
    assert_field_and_links_agree(data["id"])
    act("health_editor", "package_patch", id="schools", duties=[])
    assert open_links(data["id"]) == []
    assert_field_and_links_agree(data["id"])
    kinds = [one["type"] for one in events(stream="duty")]
    assert kinds == ["duty.linked", "duty.linked", "duty.link_changed", "duty.unlinked", "duty.unlinked"]


def test_a_linked_duty_that_ended_does_not_keep_the_dataset_from_being_edited(keys):
    dataset("health_editor", HEALTH, *keys[:2])
    code = keys[0].partition("@")[0]
    with on("2025-02-04"):
        next_list("2026", "2025-03-01", **{code.replace("-", "_"): {"owner": "mio"}})
    with on("2025-03-02"):
        assert act("", "civic_duty_show", id=keys[0])["in_force"] is False
        act("health_editor", "package_patch", id="schools", duties=[keys[0], {"duty": keys[1], "role": "part"}])
        assert [one[0] for one in open_links(model.Package.get("schools").id)] == sorted(keys[:2])
        assert "duties" in refusal("health_editor", "package_create", name="other", duties=[keys[0]])


@pytest.mark.parametrize("away", [
    lambda id_: act("health_editor", "package_delete", id=id_),
    lambda id_: act("health_editor", "package_delete", id=model.Package.get(id_).name),
    lambda id_: act("operator", "bulk_update_delete", datasets=[id_], org_id=model.Package.get(id_).owner_org),
    lambda id_: act("operator", "dataset_purge", id=id_),
], ids=["delete", "delete by name", "bulk", "purge"])
def test_a_deleted_dataset_answers_no_duty(keys, away):
    data = dataset("health_editor", HEALTH, keys[0])
    away(data["id"])
    assert open_links(data["id"]) == []
    assert act("", "civic_duty_show", id=keys[0])["has_data"] is False
    assert [one["type"] for one in events(stream="duty")] == ["duty.linked", "duty.unlinked"]


def test_a_dataset_that_comes_back_answers_its_duties_again(keys):
    data = dataset("health_editor", HEALTH, keys[0])
    act("health_editor", "package_delete", id="schools")
    act("operator", "package_patch", id=data["id"], state="active")
    assert open_links(data["id"]) == [(keys[0], "main", "confirmed")]
    assert_field_and_links_agree(data["id"])


def test_a_failure_while_saving_leaves_no_link_and_no_event(keys, monkeypatch):
    from ckan.lib.search.index import PackageSearchIndex

    def broken(*_args, **_more):
        raise RuntimeError("the index is away")

    monkeypatch.setattr(PackageSearchIndex, "index_package", broken)
    with pytest.raises(RuntimeError):
        dataset("health_editor", HEALTH, keys[0])
    model.Session.rollback()
    assert act("", "civic_duty_search", has_data=True)["count"] == 0
    assert events(stream="duty") == []


def test_the_catalogue_can_be_filtered_by_duty_and_agency(keys):
    dataset("health_editor", HEALTH, keys[0])
    dataset("health_editor", HEALTH, keys[1], name="other")
    found = act("", "package_search", fq=f'vocab_civic_duties:"{keys[0]}"')
    assert [one["name"] for one in found["results"]] == ["schools"]
    act("health_editor", "civic_duty_unlink", duty=keys[0], dataset="schools")
    assert act("", "package_search", fq=f'vocab_civic_duties:"{keys[0]}"')["count"] == 0


def test_an_agency_that_changes_its_address_takes_its_duties_along(keys):
    data = dataset("health_editor", HEALTH, keys[0])
    act("operator", "organization_patch", id=HEALTH, name="ministry-of-health")
    renamed = keys[0].replace(HEALTH, "ministry-of-health")
    (job,) = [one for one in tk.get_job_queue().jobs if list(one.args) == [[data["id"]]]]
    job.perform()
    job.delete()
    assert act("", "package_search", fq=f'vocab_civic_duties:"{renamed}"')["count"] == 1
    assert open_links(data["id"]) == [(renamed, "main", "confirmed")]
    assert_field_and_links_agree(data["id"])


def test_a_stricter_edition_reaches_the_datasets_with_the_next_tick(keys):
    data = dataset("health_editor", HEALTH, keys[0])
    code = keys[0].partition("@")[0]
    with on("2025-02-04"):
        next_list("2026", "2025-03-01", **{code.replace("-", "_"): {"period": "DAILY"}})
        assert astray() == []
    with on("2025-03-01"):
        assert astray() == [data["id"]]
        ticking.tick(model.Session)
        assert act("", "package_show", id="schools")["update_period"] == "DAILY"
        assert act("", "package_search", fq="update_period:DAILY")["count"] == 1
        assert astray() == []
        assert ticking.tick(model.Session) == []


@pytest.mark.parametrize("count", [1, 3, 20])
def test_search_and_show_from_the_index_cost_no_statement_of_ours(keys, statements, count):
    for number in range(count):
        dataset("health_editor", HEALTH, keys[0], name=f"set-{number}")
    act("", "package_search", rows=20)
    statements.clear()
    assert len(act("", "package_search", rows=20)["results"]) == count
    act("", "package_show", id="set-0")
    assert [one for one in statements if "civic_" in one] == []


@pytest.mark.parametrize("count", [1, 3, 30])
def test_saving_a_dataset_takes_the_same_statements_however_many_duties(statements, count):
    with on("2025-01-20"):
        codes = begin_list(rows=count + 1)
    with on("2025-02-03"):
        statements.clear()
        dataset("health_editor", HEALTH, *(f"{code}@{HEALTH}" for code in codes[:count]))
        ours = [one for one in statements if "civic_" in one]
        assert len(ours) == 21, ours
        statements.clear()
        act("health_editor", "package_patch", id="schools", duties=[])
        ours = [one for one in statements if "civic_" in one]
        assert len(ours) == 16, ours


@pytest.mark.parametrize("count", [1, 3, 12])
def test_the_page_of_a_dataset_costs_at_most_three_statements_of_ours(app, statements, count):
    with on("2025-01-20"):
        codes = begin_list(rows=count + 1)
    with on("2025-02-03"):
        dataset("health_editor", HEALTH, *(f"{code}@{HEALTH}" for code in codes[:count]))
        app.get("/dataset/schools")
        statements.clear()
        page = app.get("/dataset/schools")
    assert page.status_code == 200
    ours = [one for one in statements if "civic_" in one]
    assert len(ours) <= 3, ours
