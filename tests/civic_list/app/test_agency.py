"""The agency register follows CKAN's organisations, and keeps what they were called."""
from __future__ import annotations

import ckan.model as model
import pytest
import sqlalchemy as sa
from civic_list.listing import begin_list, on
from civic_list.portal import AKMOLA, HEALTH, act, each, refusal

from ckanext.civic_list import agencies
from ckanext.civic_list.model import Agency, AgencyName

pytestmark = pytest.mark.usefixtures("office")


def register(name):
    model.Session.expire_all()
    return model.Session.scalars(sa.select(Agency).where(Agency.name == name)).one()


def names(agency_id):
    rows = model.Session.execute(
        sa.select(AgencyName.since, AgencyName.title["en"].astext, AgencyName.body_group)
        .where(AgencyName.agency_id == agency_id).order_by(AgencyName.since)
    )
    return [(since.isoformat(), title, group) for since, title, group in rows]


def create(**given):
    described = {
        "name": "space-agency", "title_translated": {"kk": "Ғарыш", "ru": "Космос", "en": "Space"},
        "short_title_translated": {"en": "SA"}, "body_group": "CGO", "code": "SP", **given,
    }
    return act("operator", "organization_create", **described)


def test_a_new_organisation_is_an_agency_at_once():
    with on("2025-01-20"):
        made = create()
    agency = register("space-agency")
    assert (agency.id, agency.title["kk"], agency.short_title, agency.body_group, agency.code) == (
        made["id"], "Ғарыш", {"en": "SA"}, "CGO", "SP",
    )
    assert names(made["id"]) == [("2025-01-20", "Space", "CGO")]


def test_an_organisation_that_ckan_refuses_is_no_agency():
    assert "name" in refusal("operator", "organization_create", name="Not a name!")
    assert "name" in refusal("operator", "organization_create", name=HEALTH, title_translated={"ru": "Двойник"})
    assert act("", "civic_agency_list", q="Двойник")["count"] == 0


def test_names_are_kept_with_the_day_on_which_they_began():
    with on("2025-01-20"):
        made = create()
        act("operator", "organization_patch", id="space-agency", site="https://space.example")
    with on("2025-03-01"):
        title = {"kk": "Аспан", "ru": "Небо", "en": "Sky"}
        act("operator", "organization_patch", id="space-agency", title_translated=title)
        act("operator", "organization_patch", id="space-agency", body_group="QUASI")
    assert register("space-agency").title["en"] == "Sky"
    assert names(made["id"]) == [("2025-01-20", "Space", "CGO"), ("2025-03-01", "Sky", "QUASI")]


def test_organisations_that_were_there_before_are_taken_in_when_asked_for_and_by_sync():
    for name in ("older-one", "older-two"):
        model.Session.add(model.Group(name=name, title=name, type="organization", is_organization=True))
    model.Session.commit()
    draft = act("keeper", "civic_owner_group_create", name="old", title_translated={"ru": "Старые", "kk": "Ескі"},
                members=[{"agency": "older-one"}])
    assert [member["agency"]["name"] for member in draft["members"]] == ["older-one"]
    assert register("older-two").body_group is None
    assert agencies.sync(model.Session()) == 0


def test_an_agency_that_owes_cannot_be_deleted_and_one_that_does_not_ends():
    with on("2025-01-20"):
        begin_list()
        create()
        for action in ("organization_delete", "organization_purge"):
            assert "message" in refusal("operator", action, id=AKMOLA)
        act("operator", "organization_delete", id="space-agency")
    assert model.Group.get(AKMOLA).state == "active"
    assert register("space-agency").until.isoformat() == "2025-01-20"


def test_the_name_of_a_purged_body_can_be_given_again_and_both_stay_apart():
    with on("2025-01-20"):
        first = create()
        act("operator", "organization_purge", id="space-agency")
        second = create()
    assert register("space-agency").id == second["id"] != first["id"]
    assert model.Session.get(Agency, first["id"]).name.startswith("space-agency-")


def test_the_list_of_agencies_is_narrowed_and_paged():
    everybody = act("", "civic_agency_list")
    assert (everybody["count"], len(everybody["results"])) == (model.Session.query(Agency).count(), 20)
    local = act("", "civic_agency_list", group="MIO", limit=100)
    assert local["count"] == len(local["results"]) == 20
    assert HEALTH in each(act("", "civic_agency_list", q="здравоохранен"), "name")
    assert sorted(each(act("", "civic_agency_list", ids=[HEALTH, AKMOLA]), "name")) == sorted([HEALTH, AKMOLA])
    assert act("", "civic_agency_list", ids=["nobody"])["count"] == 0
    assert "limit" in refusal("", "civic_agency_list", limit=101)
