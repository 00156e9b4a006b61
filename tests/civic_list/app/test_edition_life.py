"""An edition from draft to law and out of it: who may do what, when, and what is written down."""
from __future__ import annotations

from datetime import UTC, date, datetime

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from civic_list.portal import act, draft, events, make_law, race, refusal, row

from ckanext.civic_core import clock
from ckanext.civic_list import annex
from ckanext.civic_list.logic.action import edition_life
from ckanext.civic_list.logic.action.edition_life import settle_superseded
from ckanext.civic_list.model import DutyTerm, Edition

pytestmark = pytest.mark.usefixtures("desk")

JANUARY = datetime(2025, 1, 20, 6, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_january():
    with clock.stopped_at(JANUARY):
        yield


def _submitted(number: str = "2025") -> None:
    draft(number)
    row(number)
    act("keeper", "civic_edition_submit", id=number)


def _types(number: str) -> list[str]:
    return [one["type"] for one in events(stream="edition", stream_id=_id(number))]


def _id(number: str) -> str:
    return act("operator", "civic_edition_show", number=number)["id"]


# --- begun, described, shown ------------------------------------------------------------------------------


def test_a_draft_knows_what_was_given_and_who_began_it():
    made = draft("2025", title={"ru": "Перечень"}, effective_from="01.02.2025", act_url="https://adilet.zan.kz/rus")
    assert (made["state"], made["rows"], made["in_force"]) == ("draft", 0, False)
    assert (made["act_date"], made["effective_from"]) == ("2025-01-20", "2025-02-01")
    assert model.User.get(made["made_by"]).name == "keeper"
    assert _types("2025") == ["edition.created"]


def test_a_copy_has_all_rows_under_their_codes():
    draft("2025")
    codes = [row("2025", number)["code"] for number in (1, 2)]
    act("keeper", "civic_edition_create", number="2026", copy_of="2025")
    found = act("keeper", "civic_item_search", edition="2026")
    assert [one["code"] for one in found["results"]] == codes
    act("keeper", "civic_item_update", edition="2026", code=codes[0], note="2026")
    assert act("keeper", "civic_item_show", code=codes[0], edition="2025")["note"] == ""


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"number": "2025"}, "number"), ({"number": "20/25"}, "number"), ({}, "number"),
        ({"number": "2026", "act_date": "yesterday"}, "act_date"),
        ({"number": "2026", "act_url": "at home"}, "act_url"),
        ({"number": "2026", "title": {"xx": "2026"}}, "title"),
    ],
)
def test_a_draft_with_wrong_values_is_refused(given, field):
    draft("2025")
    assert list(refusal("keeper", "civic_edition_create", **given)) == [field]
    assert model.Session.scalar(sa.select(sa.func.count()).select_from(Edition)) == 1


def test_a_copy_of_nothing_is_not_found():
    with pytest.raises(tk.ObjectNotFound):
        act("keeper", "civic_edition_create", number="2026", copy_of="2020")


def test_what_is_changed_of_an_edition_is_told():
    draft("2025")
    changed = act("keeper", "civic_edition_update", id="2025", act_number="№ 1-НҚ", registered_on="2025-01-22")
    assert (changed["act_number"], changed["registered_on"]) == ("№ 1-НҚ", "2025-01-22")
    assert events(type="edition.updated")[-1]["public"]["fields"] == ["act_number", "registered_on"]


def test_an_edition_does_not_take_the_number_of_another():
    draft("2025")
    draft("2026")
    assert list(refusal("keeper", "civic_edition_update", id="2026", number="2025")) == ["number"]


def test_once_approved_only_registration_and_publication_can_be_added():
    _submitted()
    act("approver", "civic_edition_approve", id="2025")
    shown = act("keeper", "civic_edition_update", id="2025", registration_number="35000", published_on="2025-01-30")
    assert (shown["registration_number"], shown["published_on"]) == ("35000", "2025-01-30")
    assert list(refusal("keeper", "civic_edition_update", id="2025", act_number="№ 2")) == ["act_number"]


@pytest.mark.parametrize("user", ["", "citizen", "akmola_admin"])
def test_a_draft_is_for_the_keepers_only(user):
    _submitted()
    for action, data in (
        ("civic_edition_show", {"id": "2025"}), ("civic_edition_export", {"id": "2025"}),
        ("civic_item_search", {"edition": "2025"}), ("civic_edition_diff", {"from": "2025", "to": "2025"}),
    ):
        with pytest.raises(tk.ObjectNotFound):
            act(user, action, **data)
    assert act(user, "civic_edition_list")["count"] == 0
    assert act("keeper", "civic_edition_list")["count"] == 1


def test_everybody_sees_what_is_law_but_not_who_acted():
    _submitted()
    act("approver", "civic_edition_approve", id="2025", effective_from="2025-02-01")
    shown = act("", "civic_edition_show", number="2025")
    assert (shown["state"], len(shown["annex_sha256"])) == ("approved", 64)
    assert not {"made_by", "submitted_by", "approved_by", "reason", "revision"} & set(shown)


def test_the_edition_in_force_on_a_day_is_found():
    _submitted()
    act("approver", "civic_edition_approve", id="2025", effective_from="2025-02-01")
    assert act("", "civic_edition_show", in_force_on="2025-02-01")["number"] == "2025"
    with pytest.raises(tk.ObjectNotFound):
        act("", "civic_edition_show", in_force_on="2025-01-31")


def test_editions_are_listed_the_newest_first_and_by_state():
    for year in ("2023", "2024", "2025"):
        draft(year, effective_from=f"{year}-02-01")
    act("keeper", "civic_edition_withdraw", id="2024", reason="Начата заново")
    found = act("keeper", "civic_edition_list", limit=2)
    assert (found["count"], [one["number"] for one in found["results"]]) == (3, ["2025", "2024"])
    assert [one["number"] for one in act("keeper", "civic_edition_list", state="withdrawn")["results"]] == ["2024"]
    assert list(refusal("keeper", "civic_edition_list", limit=101)) == ["limit"]


def test_a_list_of_editions_costs_the_same_however_long(statements):
    counts = []
    for number in range(30):
        draft(f"e{number}")
        if number in (0, 2, 29):
            statements.clear()
            act("keeper", "civic_edition_list", limit=30)
            counts.append(len(statements))
    assert len(set(counts)) == 1


# --- submitted, returned, withdrawn -----------------------------------------------------------------------


def test_an_empty_draft_cannot_be_submitted():
    draft("2025")
    assert list(refusal("keeper", "civic_edition_submit", id="2025")) == ["id"]
    assert act("keeper", "civic_edition_show", id="2025")["state"] == "draft"


def test_rows_stand_still_from_submission_on():
    draft("2025")
    code = row("2025")["code"]
    act("keeper", "civic_edition_submit", id="2025")
    new = {"title": {"kk": "а", "ru": "б"}, "owner": "mio", "category": "health", "period": "DAILY"}
    for action, data in (
        ("civic_item_update", {"code": code, "note": "x"}), ("civic_item_delete", {"code": code}),
        ("civic_item_create", new),
    ):
        assert list(refusal("keeper", action, edition="2025", **data)) == ["state"]


def test_a_returned_edition_is_a_draft_again_and_says_why():
    _submitted()
    assert "reason" in refusal("keeper", "civic_edition_return", id="2025")
    back = act("approver", "civic_edition_return", id="2025", reason="Нет строки 12")
    assert (back["state"], back["reason"], back["submitted_by"]) == ("draft", "Нет строки 12", None)
    row("2025", 2)
    assert _types("2025") == ["edition.created", "edition.submitted", "edition.returned"]


def test_a_withdrawn_edition_takes_no_step_any_more():
    _submitted()
    assert act("keeper", "civic_edition_withdraw", id="2025", reason="Отменено")["state"] == "withdrawn"
    for user, action, data in (
        ("keeper", "civic_edition_submit", {}), ("approver", "civic_edition_approve", {}),
        ("keeper", "civic_edition_withdraw", {"reason": "x"}), ("keeper", "civic_edition_return", {"reason": "x"}),
    ):
        assert list(refusal(user, action, id="2025", **data)) == ["state"]
    assert list(refusal("keeper", "civic_edition_update", id="2025", act_number="№ 5")) == ["id"]


def test_a_step_on_no_edition_is_not_found():
    with pytest.raises(tk.ObjectNotFound):
        act("keeper", "civic_edition_submit", id="1999")


# --- approved ---------------------------------------------------------------------------------------------


def test_a_second_person_makes_it_law():
    _submitted()
    law = act("approver", "civic_edition_approve", id="2025", effective_from="2025-02-01")
    assert (law["state"], law["effective_from"]) == ("approved", "2025-02-01")
    assert model.User.get(law["approved_by"]).name == "approver"
    told = events(type="edition.approved")[-1]
    assert told["public"]["annex_sha256"] == law["annex_sha256"]
    assert told["actor"] == law["approved_by"]


def test_the_annex_that_was_approved_is_the_file_that_is_exported():
    from hashlib import sha256

    _submitted()
    seen = act("approver", "civic_edition_impact", id="2025")
    law = act("approver", "civic_edition_approve", id="2025", revision=seen["revision"])
    exported = act("", "civic_edition_export", id="2025", format="xlsx")
    assert sha256(exported["content"].data).hexdigest() == law["annex_sha256"] == seen["annex_sha256"]


@pytest.mark.parametrize("user", ["approver", "operator"])
def test_who_submitted_does_not_approve_not_even_a_sysadmin(user):
    draft("2025")
    row("2025")
    act(user, "civic_edition_submit", id="2025")
    assert list(refusal(user, "civic_edition_approve", id="2025")) == ["id"]
    assert act("keeper", "civic_edition_show", id="2025")["state"] == "submitted"
    assert act("second_approver", "civic_edition_approve", id="2025")["state"] == "approved"


def test_a_portal_may_do_without_the_second_person(monkeypatch):
    monkeypatch.setitem(tk.config, "ckanext.civic_list.two_person_rule", False)
    draft("2025")
    row("2025")
    act("approver", "civic_edition_submit", id="2025")
    assert act("approver", "civic_edition_approve", id="2025")["state"] == "approved"


@pytest.mark.parametrize("user", ["", "citizen", "akmola_admin", "keeper"])
def test_only_admins_of_the_authorised_body_make_law(user):
    _submitted()
    for action, data in (
        ("civic_edition_approve", {}), ("civic_edition_set_effective", {"effective_from": "2025-02-01"}),
        ("civic_edition_revoke", {"act": "№ 2", "day": "2025-03-01"}),
    ):
        with pytest.raises(tk.NotAuthorized):
            act(user, action, id="2025", **data)


@pytest.mark.parametrize("missing", ["act_number", "act_date"])
def test_there_is_no_law_without_an_act(missing):
    given = {"act_number": "№ 1", "act_date": "2025-01-20"}
    act("keeper", "civic_edition_create", number="2025", **{**given, missing: ""})
    row("2025")
    act("keeper", "civic_edition_submit", id="2025")
    assert list(refusal("approver", "civic_edition_approve", id="2025")) == [missing]
    assert act("approver", "civic_edition_approve", id="2025", **given)["state"] == "approved"


def test_what_was_not_looked_at_is_not_approved():
    _submitted()
    assert "conflict" in refusal("approver", "civic_edition_approve", id="2025", revision=0)
    assert act("approver", "civic_edition_approve", id="2025", revision=1)["state"] == "approved"


def test_a_draft_cannot_be_approved_before_it_is_submitted():
    draft("2025")
    row("2025")
    assert list(refusal("approver", "civic_edition_approve", id="2025")) == ["state"]


def test_of_two_approvals_at_once_one_wins(monkeypatch):
    _submitted()
    got = race(
        monkeypatch, (annex, "workbook"),
        lambda: act("approver", "civic_edition_approve", id="2025", effective_from="2025-02-01"),
        lambda: act("second_approver", "civic_edition_approve", id="2025", effective_from="2025-03-01"),
    )
    assert got[0]["state"] == "approved"
    assert isinstance(got[1], tk.ValidationError)
    assert "conflict" in got[1].error_dict
    assert act("", "civic_edition_show", id="2025")["effective_from"] == "2025-02-01"
    assert _types("2025").count("edition.approved") == 1


def test_of_two_editions_approved_at_once_for_one_day_one_wins(monkeypatch):
    _submitted("2025")
    _submitted("2025-2")
    got = race(
        monkeypatch, (edition_life, "_done"),
        lambda: act("approver", "civic_edition_approve", id="2025"),
        lambda: act("second_approver", "civic_edition_approve", id="2025-2", effective_from="2025-02-01"),
    )
    assert [one["state"] for one in got] == ["approved", "approved"]
    assert list(refusal("approver", "civic_edition_set_effective", id="2025", effective_from="2025-02-01")) == [
        "effective_from"
    ]


def test_the_database_itself_refuses_two_editions_with_one_day():
    for number in ("2025", "2025-2"):
        _submitted(number)
        act("approver", "civic_edition_approve", id=number)
    model.Session.execute(sa.update(Edition).where(Edition.number == "2025").values(effective_from=date(2025, 2, 1)))
    with pytest.raises(sa.exc.IntegrityError):
        model.Session.execute(sa.update(Edition).values(effective_from=date(2025, 2, 1)))
    model.Session.rollback()


# --- in force ---------------------------------------------------------------------------------------------


def test_the_day_can_be_set_once_after_approval():
    _submitted()
    act("approver", "civic_edition_approve", id="2025")
    assert act("", "civic_edition_show", id="2025")["effective_from"] is None
    act("approver", "civic_edition_set_effective", id="2025", effective_from="2025-02-01")
    assert list(refusal("approver", "civic_edition_set_effective", id="2025", effective_from="2025-03-01")) == [
        "effective_from"
    ]
    assert _types("2025")[-1] == "edition.effective_set"
    assert model.Session.scalars(sa.select(DutyTerm.since)).all() == [date(2025, 2, 1)]


def test_only_an_approved_edition_gets_a_day():
    _submitted()
    assert list(refusal("approver", "civic_edition_set_effective", id="2025", effective_from="2025-03-01")) == ["id"]


@pytest.mark.parametrize("day", ["2025-02-01", "2025-01-25"])
def test_the_day_lies_after_that_of_every_other_law(day):
    _submitted("2025")
    act("approver", "civic_edition_approve", id="2025", effective_from="2025-02-01")
    _submitted("2025-2")
    refused = refusal("approver", "civic_edition_approve", id="2025-2", effective_from=day)
    assert list(refused) == ["effective_from"]
    assert "01.02.2025" in refused["effective_from"][0]
    assert act("keeper", "civic_edition_show", id="2025-2")["state"] == "submitted"


def test_the_day_does_not_lie_before_the_approval():
    _submitted()
    assert list(refusal("approver", "civic_edition_approve", id="2025", effective_from="2025-01-19")) == [
        "effective_from"
    ]


def test_where_back_dating_is_allowed_duties_begin_on_the_day_of_approval(monkeypatch):
    monkeypatch.setitem(tk.config, "ckanext.civic_list.back_dating", True)
    _submitted()
    law = act("approver", "civic_edition_approve", id="2025", effective_from="2025-01-01")
    assert law["effective_from"] == "2025-01-01"
    assert model.Session.scalars(sa.select(DutyTerm.since)).all() == [date(2025, 1, 20)]


def test_a_later_edition_supersedes_and_its_revocation_reinstates():
    _two_laws()
    with clock.stopped_at(datetime(2025, 7, 2, tzinfo=UTC)):
        assert _states() == {"2025": "superseded", "2025-2": "approved"}
        assert [one.number for one in settle_superseded(model.Session, clock.today())] == ["2025"]
        model.Session.commit()
        assert settle_superseded(model.Session, clock.today()) == []
        revoked = act("approver", "civic_edition_revoke", id="2025-2", act="Решение суда № 7", day="2025-07-10")
        assert (revoked["state"], revoked["revoked_on"], revoked["in_force"]) == ("revoked", "2025-07-10", True)
    with clock.stopped_at(datetime(2025, 7, 10, 6, tzinfo=UTC)):
        assert _states() == {"2025": "approved", "2025-2": "revoked"}
        assert act("", "civic_edition_show", in_force_on="2025-07-10")["number"] == "2025"
        assert [one.number for one in settle_superseded(model.Session, clock.today())] == ["2025"]
        model.Session.commit()
    assert _types("2025")[-2:] == ["edition.superseded", "edition.reinstated"]
    assert _types("2025-2")[-1] == "edition.revoked"


def _two_laws() -> None:
    _submitted("2025")
    act("approver", "civic_edition_approve", id="2025", effective_from="2025-02-01")
    act("keeper", "civic_edition_create", number="2025-2", copy_of="2025", act_number="№ 2", act_date="2025-01-20")
    make_law("2025-2", "2025-07-01")


def _states() -> dict[str, str]:
    return {one["number"]: one["state"] for one in act("", "civic_edition_list")["results"]}


def test_a_day_of_revocation_that_has_passed_is_refused():
    _two_laws()
    assert list(refusal("approver", "civic_edition_revoke", id="2025", act="№ 3", day="2025-01-19")) == ["day"]
    assert set(refusal("approver", "civic_edition_revoke", id="2025")) == {"act", "day"}


def test_a_revoked_day_is_free_for_a_correction():
    _two_laws()
    act("approver", "civic_edition_revoke", id="2025-2", act="№ 3", day="2025-06-01")
    draft("2025-3", copy_of="2025-2")
    assert make_law("2025-3", "2025-07-01")["state"] == "approved"
