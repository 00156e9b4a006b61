"""The list, its items, duties and agencies, and the datasheet, as a visitor reads them."""
from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from civic_list.listing import on
from civic_list.portal import AKMOLA, BODY, HEALTH, SHYMKENT
from civic_list.reading import CODES, as_user, body, get, table, words

pytestmark = pytest.mark.usefixtures("reading_day")


class TestList:
    def test_it_names_the_edition_with_its_act_and_files(self, app):
        bar = get(app, "/en/list").select_one(".cv-edition")
        assert "Edition 2025, in force since 01.02.2025" in words(bar).replace(" ,", ",")
        assert "Act № 2025 of 20.01.2025" in words(bar)
        assert [link["href"] for link in bar.select("ul a")] == [
            *(f"/en/list/editions/2025/export.{format}" for format in ("xlsx", "csv", "json")), "/en/list/editions",
        ]

    def test_each_row_leads_to_its_duty_and_says_whether_there_are_data(self, app):
        page = get(app, "/en/list")
        rows = table(page, "Rows 1 to 20 of 51")
        assert rows[0] == [
            "1", f"Schools 1 {CODES['schools']}", "Ministry of Healthcare of the Republic of Kazakhstan", "Monthly",
            "—", "Schools",
        ]
        assert rows[2][-1] == "no data yet"
        link = page.select_one("tbody th a")
        assert link["href"] == f"/en/list/item/{CODES['schools']}/{HEALTH}"

    def test_filters_narrow_and_stay_chosen(self, app):
        page = get(app, f"/en/list?agency={AKMOLA}&category=education&sort=agency")
        assert len(table(page, "Rows 1 to 1 of 1")) == 1
        chosen = {select["name"]: words(select.select_one("[selected]")) for select in page.select("form select")
                  if select.select_one("[selected]")}
        assert chosen["agency"].startswith("Akimat of Akmola")
        assert chosen["category"].endswith("(1)")
        assert chosen["sort"] == "by agency"

    def test_chips_count_what_has_data_and_lead_to_it(self, app):
        chips = get(app, "/en/list").select(".cv-chip")
        assert [words(chip) for chip in chips] == ["All: 51", "With data: 1", "Without data: 50"]
        assert [chip["href"] for chip in chips] == ["?", "?has_data=true", "?has_data=false"]
        narrowed = get(app, "/en/list?has_data=true")
        assert [line[5] for line in table(narrowed, "Rows 1 to 1 of 1")] == ["Schools"]

    def test_the_pager_keeps_the_filters(self, app):
        page = get(app, f"/en/list?agency={HEALTH}&page=2")
        assert len(table(page, "Rows 21 to 31 of 31")) == 11
        assert page.select_one("a[rel=prev]")["href"] == f"?agency={HEALTH}&page=1"

    def test_where_nothing_is_found_it_says_what_can_be_done(self, app):
        empty = get(app, "/en/list?q=zzz").select_one(".cv-empty")
        assert [link["href"] for link in empty.select("a")] == ["/en/list", "/en/dataset/?q=zzz"]

    @pytest.mark.parametrize("query", ["period=NEVER", "sort=colour"])
    def test_a_filter_that_makes_no_sense_is_refused_in_words(self, app, query):
        said = words(get(app, f"/en/list?{query}", status=400).select_one("#error-content"))
        assert len(said.removeprefix("400 Bad Request").split()) > 2

    def test_what_was_typed_is_shown_as_text(self, app):
        page = get(app, "/en/list?q=%3Cscript%3Ealert(1)%3C/script%3E")
        assert page.select_one("#filter-q")["value"] == "<script>alert(1)</script>"
        assert not page.select("[role=main] script")

    def test_before_any_edition_is_in_force_it_says_so(self, app):
        with on("2025-01-10"):
            page = get(app, "/en/list")
        assert words(page.select_one(".cv-empty h2")) == "No edition of the list is in force yet"

    @pytest.mark.parametrize(("language", "marked"), [("kk", None), ("ru", None), ("en", "kk")])
    def test_a_title_in_another_language_says_so(self, app, language, marked):
        page = get(app, f"/{language}/list?q={CODES['kazakh']}")
        title = page.select_one("tbody th a span")
        assert title.get("lang") == marked
        assert words(title) == ("Аптеки" if language == "ru" else "Дәріханалар")


class TestDuty:
    @pytest.fixture
    def page(self, app):
        return get(app, f"/en/list/item/{CODES['schools']}/{HEALTH}")

    def test_it_says_whose_and_which_row(self, page):
        over = words(page.select_one(".cv-over"))
        assert over.startswith(f"Duty {CODES['schools']} · ")
        assert over.endswith("row 1 of edition 2025")
        assert words(page.h1) == "Schools 1"
        assert page.select_one(".cv-lead a")["href"] == f"/en/list/agency/{HEALTH}"

    def test_datasets_with_their_roles_and_links_but_none_that_are_private(self, page):
        assert [[*line[:2], line[2].split(" does")[0]] for line in table(page, "What answers this duty")] == [
            ["Schools", "Additional data since 03.02.2025", "Waits for a decision"],
            ["Schools", "The whole data since 03.02.2025", "Confirmed"],
        ]
        assert "/dataset/hidden" not in str(page)

    def test_the_agencys_own_people_see_private_datasets_and_the_way_to_upload(self, app):
        page = get(app, f"/en/list/item/{CODES['schools']}/{HEALTH}", user="health_editor")
        assert any("not public" in line[0] for line in table(page, "What answers this duty"))
        assert page.select_one(".cv-actions a.btn-primary")["href"].startswith("/en/dataset/new?")

    def test_what_the_list_says(self, page):
        rail = page.select_one(".cv-rail")
        facts = {words(one.dt): words(one.dd) for one in rail.select(".cv-facts > div")}
        assert words(rail.select_one(".cv-act p")) == "Act № 2025 of 20.01.2025"
        assert facts["Period"] == "Monthly"
        assert facts["Composition"] == "name address"
        assert facts["Note"] == "For <b>all</b>"
        assert facts["Numbers"] == "2025 : 1 2026 : 1"
        assert facts["Title"].split() == ["KK", "Мектептер", "1", "RU", "Школы", "1", "EN", "Schools", "1"]

    def test_its_history_names_only_what_the_reader_may_see(self, page):
        told = [words(one.p) for one in page.select(".cv-timeline > li")]
        assert told == ["A dataset of another body was proposed", "A dataset was linked", "A dataset was linked"]
        assert [words(one) for one in page.select(".cv-timeline > li > p:nth-of-type(2) > span")] == ["Schools"] * 2

    def test_without_data_it_says_what_can_be_done(self, app):
        page = get(app, f"/en/list/item/{CODES['akimats']}/{SHYMKENT}")
        empty = page.select_one(".cv-empty")
        assert words(empty.h3) == "No dataset answers this duty yet"
        assert [link["href"] for link in empty.select("a")] == [
            f"/en/list/item/{CODES['akimats']}", f"/en/organization/{SHYMKENT}",
        ]

    def test_one_that_is_to_come_says_from_when(self, app):
        page = get(app, f"/en/list/item/{CODES['new']}/{HEALTH}")
        assert words(page.select_one(".cv-note p")) == "It comes into force with edition 2026 on 01.02.2026."

    def test_one_that_ended_leads_to_who_owes_it_now(self, app):
        with on("2026-02-02"):
            page = get(app, f"/en/list/item/{CODES['akimats']}/{SHYMKENT}")
        assert page.select_one(".cv-note a")["href"] == f"/en/list/item/{CODES['akimats']}"

    @pytest.mark.parametrize("path", ["NONE-1/" + HEALTH, "{schools}/nobody", "{schools}/" + SHYMKENT])
    def test_there_is_no_page_for_what_is_not_owed(self, app, path):
        get(app, "/en/list/item/" + path.format(**CODES), status=404)


class TestItem:
    def test_who_owes_it_and_what_of_it_is_there(self, app):
        rows = table(get(app, f"/en/list/item/{CODES['akimats']}"), "Agencies that owe it")
        assert len(rows) == 20
        assert {line[2] for line in rows} == {"no data yet"}
        page = get(app, f"/en/list/item/{CODES['schools']}")
        assert table(page, "Agencies that owe it") == [
            ["Ministry of Healthcare of the Republic of Kazakhstan", "—", "Schools"],
        ]

    def test_its_numbers_and_titles_in_every_edition_but_drafts(self, app):
        page = get(app, f"/en/list/item/{CODES['schools']}")
        assert table(page, "Numbers and titles") == [
            ["2025", "1", "Schools 1"], ["2026", "1", "Schools and lyceums 1"],
        ]
        keepers = get(app, f"/en/list/item/{CODES['schools']}", user="keeper")
        assert table(keepers, "Numbers and titles")[2] == ["2027 Draft", "1", "Schools and lyceums 1"]

    def test_one_that_is_gone_says_so(self, app):
        with on("2026-02-02"):
            page = get(app, f"/en/list/item/{CODES['gone']}")
        assert words(page.select_one(".cv-note h2")) == "The list in force does not have this row"
        assert words(page.select_one(".cv-empty h3")) == "Nobody owes it now"

    def test_there_is_no_page_for_an_unknown_code(self, app):
        get(app, "/en/list/item/NONE-1", status=404)


class TestAgency:
    def test_its_duties_are_listed_and_narrowed(self, app):
        assert len(table(get(app, f"/en/list/agency/{HEALTH}"), "Rows 1 to 20 of 31")) == 20
        only = get(app, f"/en/list/agency/{HEALTH}?has_data=true")
        assert len(table(only, "Rows 1 to 1 of 1")) == 1

    def test_an_agency_without_a_row_says_so(self, app):
        page = get(app, f"/en/list/agency/{BODY}")
        assert words(page.select_one(".cv-empty h3")) == "The list in force has no row for this agency"
        assert "has not approved a list of its own" in words(body(page))

    def test_there_is_no_page_for_who_is_no_agency(self, app):
        get(app, "/en/list/agency/nobody", status=404)


class TestSuggestions:
    def test_a_visitor_gets_none(self, app):
        get(app, "/en/list/duties.json", status=403)

    def test_an_editor_gets_the_duties_of_the_agency(self, app):
        answer = app.get("/en/list/duties.json?q=" + CODES["akimats"], headers=as_user("akmola_editor"))
        assert [duty["value"] for duty in answer.json] == [f"{CODES['akimats']}@{AKMOLA}"]


class TestDatasheet:
    def test_each_duty_stands_with_its_act_and_agency(self, app):
        act_ = get(app, "/en/dataset/schools").select_one(".cv-act")
        assert act_.a["href"] == f"/en/list/item/{CODES['schools']}/{HEALTH}"
        assert words(act_) == (
            f"Schools 1 {CODES['schools']} · row 1 of edition 2025 · Act № 2025 of 20.01.2025 "
            "Ministry of Healthcare of the Republic of Kazakhstan · The whole data"
        )

    @pytest.mark.parametrize(("name", "state"), [("offered", "Waits for a decision"), ("doubtful", "Disputed")])
    def test_a_link_that_does_not_count_says_so(self, app, name, state):
        page = get(app, f"/en/dataset/{name}")
        assert words(page.select_one(".cv-act .cv-status")) == state
        assert words(page.select_one(".cv-act small")) == "does not count yet"


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("path", [
    "", "/item/{schools}", "/item/{schools}/" + HEALTH, "/editions", "/editions/2025", "/editions/2025/diff/2026",
    "/agency/" + HEALTH,
])
def test_a_visitor_reads_every_page_in_every_language_without_a_cookie(app, language, path):
    answer = app.get(f"/{language}/list{path.format(**CODES)}")
    page = BeautifulSoup(answer.body, "html.parser")
    assert page.html["lang"] == language
    assert len(page.select("h1")) == 1
    assert "Set-Cookie" not in answer.headers
    assert "@portal.example" not in answer.body
