"""An agency's desk: what it owes, what waits for it, and the list it proposes."""
from __future__ import annotations

from datetime import timedelta

import pytest
from civic_list.app.reader import Reader, value, words
from civic_list.portal import AKMOLA, HEALTH, act, draft, make_law, row

from ckanext.civic_core import clock

pytestmark = pytest.mark.usefixtures("desk")

FORM = {
    "title-kk": "Мектеп асханалары", "title-ru": "Школьные столовые", "title-en": "School canteens",
    "category": "education", "period": "QUARTERLY", "composition": "адрес\nчисло мест", "note": "", "way": "",
    "schedule_kind": "after", "schedule_days": "20", "schedule_unit": "working_day", "first_due": "31.01.2030",
}


@pytest.fixture
def law() -> str:
    """An edition in force: one row for all akimats, one for the ministry."""
    draft("2025")
    row("2025", 1, owner="mio", code="MIO-001")
    row("2025", 2, owner="mio", code="MIO-002", period="YEARLY")
    row("2025", 3, owner=HEALTH, code="MZ-001")
    make_law("2025", clock.today().isoformat())
    return "2025"


@pytest.mark.parametrize("path", ["/desk", "/desk/own-list", "/desk/own-list/propose"])
def test_a_visitor_is_sent_to_log_in_and_comes_back(app, path):
    answer = app.get(path, follow_redirects=False, status=302)
    assert answer.headers["Location"].endswith(f"/user/login?came_from={path}")


def test_who_works_for_no_agency_is_told_what_the_desk_is(app):
    page = Reader(app, "citizen").opens("/desk")
    assert "You do not work for an agency" in words(page)
    assert page.select_one('[role=main] a[href$="/organization/"]')


@pytest.mark.parametrize("path", ["/desk/own-list", "/desk/own-list/propose"])
def test_who_works_for_no_agency_has_no_own_list(app, path):
    Reader(app, "citizen").opens(path, status=403)


def test_the_desk_counts_what_is_owed_and_leads_to_the_form(app, law):
    page = Reader(app, "akmola_editor").opens("/desk")
    figures = [words(figure, "b") for figure in page.select(".cv-figure")]
    assert figures[:3] == ["2", "0", "2"]
    missing = page.select("#missing tbody tr")
    assert [tr.select_one("small").get_text(strip=True) for tr in missing] == ["MIO-001", "MIO-002"]
    assert f"duties=MIO-001%40{AKMOLA}" in missing[0].select_one("a.btn")["href"].replace("@", "%40")


def test_the_dataset_form_comes_with_the_duty_its_title_and_its_period(app, law):
    editor = Reader(app, "akmola_editor")
    address = editor.opens("/desk").select_one("#missing tbody a.btn")["href"]
    form = editor.opens(address)
    assert value(form, "duties-0-duty") == f"MIO-001@{AKMOLA}"
    assert value(form, "title_translated-ru") == "Школы 1"
    assert value(form, "update_period") == "MONTHLY"
    assert [option["value"] for option in form.select("#civic-duties option")] == [
        f"MIO-001@{AKMOLA}", f"MIO-002@{AKMOLA}",
    ]


def test_who_is_responsible_stands_beside_the_duty(app, law):
    unit = {"ru": "Отдел земли", "kk": "Жер бөлімі", "en": "Land division"}
    act("akmola_admin", "civic_duty_update", id=f"MIO-001@{AKMOLA}", responsible_unit=unit)
    assert "Responsible unit: Land division" in words(Reader(app, "akmola_editor").opens("/desk"), "#missing")


def test_another_agencys_desk_is_not_shown(app, law):
    page = Reader(app, "akmola_editor").opens(f"/desk?agency={HEALTH}")
    assert "MZ-001" not in words(page)


def test_duties_are_found_by_their_words(app, law):
    page = Reader(app, "akmola_editor").opens("/desk?q=MIO-002")
    assert [one.get_text(strip=True) for one in page.select("#duties tbody th small:first-of-type")] == ["MIO-002"]


# --- the own list -----------------------------------------------------------------------------------------


def test_a_new_row_is_proposed_approved_and_seen_by_the_keeper(app, law):
    editor = Reader(app, "akmola_editor")
    page = editor.sends("/desk/own-list/propose", {"agency": AKMOLA, "kind": "add", "reason": "", **FORM})
    assert "School canteens" in words(page, "#prepared")
    assert not page.select('form[action$="/desk/own-list/approve"]')
    director = Reader(app, "akmola_admin")
    page = director.sends("/desk/own-list/approve", {"agency": AKMOLA, "act": "№ 5"})
    assert "School canteens" in words(page, "#sent")
    assert "№ 5" in words(page, ".cv-act")
    shown = Reader(app, "keeper").opens("/desk/list/proposals")
    assert "School canteens" in words(shown)
    assert "20 working days" in words(shown)


def test_what_was_typed_stays_beside_the_sentence_that_says_what_is_wrong(app, law):
    typed = {**FORM, "agency": AKMOLA, "kind": "add", "first_due": "31.02.2030"}
    page = Reader(app, "akmola_editor").sends("/desk/own-list/propose", typed)
    assert value(page, "title-ru") == "Школьные столовые"
    assert value(page, "schedule_days") == "20"
    assert value(page, "first_due") == "31.02.2030"
    assert page.select_one("#field-first_due")["aria-invalid"] == "true"
    assert page.select_one('[role=alert] a[href="#field-first_due"]')
    assert act("akmola_editor", "civic_item_proposal_list", agency=AKMOLA)["count"] == 0


def test_only_what_differs_is_proposed(app, law):
    editor = Reader(app, "akmola_editor")
    form = editor.opens(f"/desk/own-list/propose?agency={AKMOLA}&kind=change&code=MIO-001")
    assert value(form, "title-ru") == "Школы 1"
    names = [field["name"] for field in form.select("[role=main] form [name]")]
    typed = {name: value(form, name) for name in names} | {"title-ru": "Школы и лицеи"}
    editor.sends("/desk/own-list/propose", typed)
    proposal = act("akmola_editor", "civic_item_proposal_list", agency=AKMOLA)["results"][0]
    assert set(proposal["fields"]) == {"title"}
    assert proposal["fields"]["title"]["ru"] == "Школы и лицеи"


def test_a_change_of_nothing_is_refused(app, law):
    editor = Reader(app, "akmola_editor")
    form = editor.opens(f"/desk/own-list/propose?agency={AKMOLA}&kind=change&code=MIO-001")
    typed = {field["name"]: value(form, field["name"]) for field in form.select("[role=main] form [name]")}
    page = editor.sends("/desk/own-list/propose", typed)
    assert "Nothing differs from the list yet" in words(page, "[role=alert]")


def test_removal_needs_a_reason(app, law):
    data = {"agency": AKMOLA, "kind": "remove", "code": "MIO-001", "reason": ""}
    page = Reader(app, "akmola_editor").sends("/desk/own-list/propose", data)
    assert page.select_one('[role=alert] a[href="#field-reason"]')


def test_an_editor_does_not_approve_the_list(app, law):
    editor = Reader(app, "akmola_editor")
    editor.sends("/desk/own-list/propose", {"agency": AKMOLA, "kind": "add", **FORM})
    editor.sends("/desk/own-list/approve", {"agency": AKMOLA}, status=403)


def test_approving_nothing_says_so(app, law):
    page = Reader(app, "akmola_admin").sends("/desk/own-list/approve", {"agency": AKMOLA})
    assert "nothing in your list that waits" in words(page, "[role=alert]")


def test_a_kind_of_change_that_does_not_exist_is_no_page(app, law):
    Reader(app, "akmola_editor").opens(f"/desk/own-list/propose?agency={AKMOLA}&kind=steal", status=404)


# --- links of other bodies --------------------------------------------------------------------------------


@pytest.fixture
def waiting_link(office, law) -> str:
    """The ministry published a dataset for a duty of the akimat."""
    dataset = act(
        "health_editor", "package_create", name="schools-of-akmola", owner_org=HEALTH, category="education",
        title_translated={"kk": "Мектептер", "ru": "Школы", "en": "Schools"}, update_period="MONTHLY",
    )
    return act("health_editor", "civic_duty_link", duty=f"MIO-001@{AKMOLA}", dataset=dataset["id"])["id"]


def test_the_agency_confirms_a_dataset_of_another_body(app, waiting_link):
    editor = Reader(app, "akmola_editor")
    assert "Schools" in words(editor.opens("/desk"), "#links")
    page = editor.sends(f"/desk/links/{waiting_link}", {"decision": "confirm", "agency": AKMOLA})
    assert "Your decision is recorded" in words(page, ".flash-messages")
    assert not page.select("#links")
    assert act("akmola_editor", "civic_duty_show", id=f"MIO-001@{AKMOLA}")["has_data"] is True


def test_declining_needs_a_reason_and_loses_nothing(app, waiting_link):
    page = Reader(app, "akmola_editor").sends(f"/desk/links/{waiting_link}", {"decision": "decline", "agency": AKMOLA})
    assert "Give the reason" in words(page, ".flash-messages")
    assert page.select("#links form")


def test_another_agency_decides_nothing(app, waiting_link):
    Reader(app, "health_admin").sends(f"/desk/links/{waiting_link}", {"decision": "confirm"}, status=403)


# --- the newest edition -----------------------------------------------------------------------------------


def test_the_desk_says_what_the_next_edition_brings_and_ends(app, law):
    assert not Reader(app, "akmola_editor").opens("/desk").select("#news")
    draft("2026", copy_of="2025")
    row("2026", 9, owner="mio", code="MIO-009")
    act("keeper", "civic_item_delete", edition="2026", code="MIO-002")
    tomorrow = clock.today() + timedelta(days=1)
    make_law("2026", tomorrow.isoformat())
    news = Reader(app, "akmola_editor").opens("/desk").select_one("#news")
    assert f"In force from {tomorrow:%d.%m.%Y}" in words(news, "p")
    assert [words(table, "small") for table in news.select("table")] == ["MIO-009", "MIO-002"]
    assert not Reader(app, "health_editor").opens("/desk").select("#news")
