"""How data stand and what is owed, as a visitor reads it on pages, in a calendar, in a feed and in a spreadsheet."""
from __future__ import annotations

import csv
import io
from datetime import date
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from civic_list.delivered import CODES, TODAY
from civic_list.delivering import pass_time
from civic_list.listing import on
from civic_list.portal import AKMOLA, HEALTH, SHYMKENT, act
from civic_list.reading import body, get, reading_on, table, words
from icalendar import Calendar

from ckanext.civic_list import figures_csv

pytestmark = pytest.mark.usefixtures("delivery_day")


def duty(app, name, agency=HEALTH, language="en"):
    return get(app, f"/{language}/list/item/{CODES[name]}/{agency}")


def badge(page):
    return words(page.select_one("#state .cv-state--big"))


class TestDuty:
    @pytest.mark.parametrize(("name", "state", "sentence"), [
        ("kept", "Up to date", "Everything that was owed is there; updated on 06.10.2025."),
        ("silent", "Deadline missed",
         "The update for August 2025 did not come until 29.09.2025, the end of grace, and nothing newer came since."),
        ("late", "Overdue, in grace",
         "The update for quarter III, 2025 was due on 30.09.2025; until 21.10.2025 it still counts, as a late one."),
        ("missing", "No data", "No data have been published; the first were due on 17.03.2025."),
        ("rested", "Suspended", "Suspended by the authorised body, Replacement or upgrade of an information system; "
                                "updates are owed again from 01.12.2025."),
    ])
    def test_the_state_stands_first_with_its_reason(self, app, name, state, sentence):
        page = duty(app, name)
        assert badge(page) == state
        assert words(page.select_one("#state p b")) == sentence
        assert body(page).select_one("section")["id"] == "state"

    def test_the_next_deadline_says_how_far_it_is_and_how_it_was_counted(self, app):
        silent = duty(app, "silent").select_one("#next")
        assert words(silent.select_one(".cv-deadline-main")) == "15.10.2025 — September 2025"
        assert "2 working days left. 15 calendar days" in words(silent)
        assert "still counts, as a late one, until 30.10.2025." in words(silent)
        assert len(silent.select(".cv-days li:not(.cv-wd)")) == 15
        kept = words(duty(app, "kept").select_one("#next"))
        assert "13 working days left. An update is owed within the period; this is its last day." in kept

    def test_what_is_past_its_due_day_says_how_long(self, app):
        assert "9 working days ago." in words(duty(app, "late").select_one("#next"))

    def test_the_strip_has_a_mark_and_a_word_for_each_period_and_a_table_twin(self, app):
        periods = duty(app, "silent").select_one("#periods")
        marks = [(one["data-o"], words(one.b)) for one in periods.select(".cv-strip li")]
        assert marks[:3] == [("fulfilled", "first"), ("missed", "Feb"), ("excused", "Mar")]
        assert marks[-1] == ("open", "Sep")
        lines = table(periods, "The last periods")
        assert [line[0] for line in lines][:3] == ["first publication", "February 2025", "March 2025"]
        assert lines[2][4].startswith("excused, 01.10.2025 The source data came late")
        anchors = {line["id"] for line in periods.select("tbody tr")}
        assert {one["href"].removeprefix("#") for one in periods.select(".cv-strip a")} <= anchors

    def test_an_update_within_a_period_is_never_called_data_about_it(self, app):
        kept, silent = words(body(duty(app, "kept"))), words(body(duty(app, "silent")))
        assert "The update for September 2025 was counted on 06.10.2025." in kept
        assert "The data for" not in kept
        assert "data about each period, not later than 15 days after it" in silent

    def test_what_came_and_does_not_count_says_why(self, app):
        page = duty(app, "silent")
        said = "The content is the same as that of version 1 of 05.02.2025."
        assert f"What came on 06.10.2025 does not count. {said}" in words(page.select_one("#state"))
        seen = table(page, "What was seen")
        assert [line[2] for line in seen] == [f"No {said}", "Yes , version 1"]

    def test_updates_with_what_each_fulfilled(self, app):
        lines = table(duty(app, "kept"), "Updates: Rows 1 to 9 of 9")
        did = {line[0].split(" Medical")[0]: line[3] for line in lines}
        assert did["version 9"].startswith("counted for September 2025, late")
        assert did["version 8"].startswith("a correction")
        assert did["version 1"].startswith("first publication, in time")

    def test_its_history_tells_turns_and_decisions_but_no_reminders(self, app):
        told = [words(one.p) for one in duty(app, "silent").select(".cv-timeline > li")]
        assert told[:2] == ["A period was excused", "Relief was proposed"]
        assert set(told[2:]) == {"Another state of the data", "A dataset was linked"}

    def test_a_duty_without_anything_says_so_without_tables(self, app):
        page = duty(app, "akimats", AKMOLA)
        assert badge(page) == "No data"
        assert page.select("#updates, #evidence") == []

    def test_the_template_is_offered_to_who_may_have_it(self, app):
        path = f"/en/list/item/{CODES['kept']}/{HEALTH}"
        assert "template.xlsx" not in str(get(app, path))
        assert get(app, path, user="health_editor").select("a[href$='template.xlsx']")


class TestDataset:
    def test_the_datasheet_says_state_reason_last_and_next_update(self, app):
        shown = get(app, "/en/dataset/data-kept").select_one("#state")
        facts = {words(one.dt): words(one.dd) for one in shown.select(".cv-facts > div")}
        assert words(shown.select_one(".cv-state")) == "Up to date"
        assert facts == {
            "Last update": "06.10.2025 , version 9", "Next update is due": "31.10.2025 (13 working days left)",
        }

    def test_it_costs_the_page_two_statements_at_most(self, app, statements):
        get(app, "/en/dataset/data-kept")
        statements.clear()
        get(app, "/en/dataset/data-kept")
        assert len([one for one in statements if "civic_list_standing" in one or "civic_list_release" in one]) <= 2

    def test_its_history_is_a_tab_with_numbered_updates(self, app):
        tab = get(app, "/en/dataset/data-kept").select_one(".page-header a[href$='/updates']")
        page = get(app, tab["href"])
        assert words(page.h1) == "Update history: Medical organisations"
        lines = table(page, "Updates: Rows 1 to 9 of 9")
        assert lines[0][0] == "version 9"
        assert lines[-1][3].startswith("first publication, in time")
        assert page.select_one("tr#v9") is not None
        assert len(table(page, "What was seen: Rows 1 to 9 of 9")) == 9

    def test_a_dataset_that_is_not_there_has_no_history(self, app):
        get(app, "/en/dataset/nothing/updates", status=404)

    def test_the_search_shows_the_state_of_each(self, app):
        items = get(app, "/en/dataset").select(".dataset-item")
        found = {words(one.select_one("h2 a")): words(one.select_one(".cv-state")) for one in items}
        assert found["Medical organisations"] == "Up to date"
        assert found["Pharmacies of the city"] == "Overdue, in grace"


class TestList:
    def test_each_row_has_its_state_and_due_day(self, app):
        rows = table(get(app, "/en/list"), "Rows 1 to 20 of 25")
        assert [row[4] for row in rows[:3]] == [
            "Up to date due 31.10.2025", "Deadline missed due 15.10.2025", "Overdue, in grace due 30.09.2025",
        ]

    def test_states_narrow_the_list_and_say_how_many(self, app):
        page = get(app, "/en/list?state=overdue")
        assert len(table(page, "Rows 1 to 1 of 1")) == 1
        options = [words(one) for one in page.select("#filter-state option")]
        assert options[:3] == ["Any", "Up to date (1)", "Overdue, in grace (1)"]

    def test_the_nearest_due_day_comes_first_where_wanted(self, app):
        rows = table(get(app, f"/en/list/agency/{HEALTH}?sort=due"), "Rows 1 to 5 of 5")
        days = [row[3].split("due ")[1] for row in rows if "due " in row[3]]
        assert days == sorted(days, key=lambda day: day.split(".")[::-1])
        assert days[0] == "30.09.2025"


class TestItem:
    def test_each_agency_that_owes_it_has_its_state(self, app):
        rows = table(get(app, f"/en/list/item/{CODES['akimats']}"), "Agencies that owe it")
        assert {row[1] for row in rows} == {"No data due 30.09.2025"}


class TestMissing:
    def test_three_ways_of_lacking_each_with_its_number(self, app):
        page = get(app, "/en/list/missing")
        assert [words(one) for one in page.select(".nav-tabs a")] == [
            "No data 21", "Deadline missed 1", "Overdue, in grace 1",
        ]
        assert len(table(page, "Rows 1 to 20 of 21")) == 20

    def test_of_one_agency_with_the_reason(self, app):
        rows = table(get(app, f"/en/list/missing?state=delinquent&agency={HEALTH}"), "Rows 1 to 1 of 1")
        assert rows[0][2:4] == ["04.04.2025", (
            "The update for August 2025 did not come until 29.09.2025, the end of grace, and nothing newer came since."
        )]

    @pytest.mark.parametrize("state", ["fresh", "%3Cscript%3E"])
    def test_a_state_that_lacks_nothing_is_not_shown(self, app, state):
        assert words(get(app, f"/en/list/missing?state={state}").select_one(".nav-tabs .active")).startswith("No data")

    def test_nothing_lacks_says_so(self, app):
        page = get(app, f"/en/list/missing?state=overdue&agency={AKMOLA}")
        assert words(page.select_one(".cv-empty h2")) == "There is nothing here: a good sign"


class TestExcused:
    def test_ground_and_days_but_no_reason(self, app):
        page = get(app, "/en/list/excused")
        rows = table(page, "Rows 1 to 2 of 2")
        assert sorted(row[2:] for row in rows) == [
            ["one period excused March 2025, due 15.04.2025", "The source data came late", "since 01.10.2025"],
            ["suspended for some time", "Replacement or upgrade of an information system",
             "from 01.10.2025, owed again from 01.12.2025"],
        ]
        assert "A letter" not in str(page)

    def test_by_kind(self, app):
        assert len(table(get(app, "/en/list/excused?kind=suspension"), "Rows 1 to 1 of 1")) == 1
        assert get(app, "/en/list/excused?state=ended").select_one(".cv-empty") is not None


class TestFigures:
    def counters(self, page):
        return [int(words(one.b).replace(" ", "")) for one in page.select(".cv-figure")]

    def test_five_counters_and_figures_with_their_formula(self, app):
        page = get(app, "/en/list/figures")
        assert self.counters(page) == [24, 3, 1, 3, 1]
        assert "suspended: 1" in words(body(page))
        rows = {row[0]: row[1:] for row in table(page, "Figures and how they are counted")}
        assert rows["Delivered of what was promised"][:2] == ["4,1 %", "1 of 24"]
        assert rows["Completeness"][2] == "Rows of the list with open data, divided by all rows of the list."

    def test_each_number_opens_as_many_rows(self, app):
        page = get(app, "/en/list/figures")
        for link, number in zip(page.select(".cv-figure a"), self.counters(page), strict=True):
            rows = get(app, link["href"])
            assert words(rows.caption).endswith(f"of {number}")

    def test_missed_periods_are_rows_too(self, app):
        page = get(app, f"/en/list/figures?rows=missed&agency={HEALTH}")
        assert table(page, "Rows 1 to")[0][4] == "missed"

    def test_agencies_are_ranked_by_what_they_delivered(self, app):
        ranked = table(get(app, "/en/list/figures"), "Rows 1 to 20 of 21")
        assert ranked[0][0].startswith("Ministry of Healthcare")
        assert ranked[0][6] == "25,0 %"

    def test_a_past_day_is_answered_as_it_was(self, app):
        page = get(app, "/en/list/figures?as_of=20.04.2025")
        assert page.select_one("#filter-as_of")["value"] == "20.04.2025"
        assert self.counters(page)[:3] == [25, 3, 2]
        assert "as_of=20.04.2025" in page.select_one(".cv-figure a")["href"]

    def test_of_an_agency_a_past_day_can_be_asked_for_as_it_is_known_now(self, app):
        then = get(app, f"/en/list/figures?agency={HEALTH}&as_of=20.04.2025")
        assert words(then.select_one(".cv-over")) == "Ministry of Healthcare of the Republic of Kazakhstan"
        (link,) = [one for one in then.select("[role=main] a") if words(one) == "As it is known now"]
        now = get(app, f"/en/list/figures{link['href']}")
        assert "in the light of what was recorded later" in words(body(now))

    @pytest.mark.parametrize("query", ["as_of=yesterday", "rows=everything", "group=NONE"])
    def test_what_makes_no_sense_is_refused_in_words(self, app, query):
        said = words(get(app, f"/en/list/figures?{query}", status=400).select_one("#error-content"))
        assert len(said.removeprefix("400 Bad Request").split()) > 2

    def test_a_line_over_time_has_a_table_and_a_name(self, app):
        series = get(app, f"/en/list/agency/{HEALTH}").select_one("#series")
        charts = series.select("svg[role=img]")
        assert [one["aria-label"].split(":")[0] for one in charts] == ["Delivered of what was promised", "Actuality"]
        lines = table(series, "Figures over time")
        assert lines[-1][0] == "13.10.2025"
        assert lines[-1][1:4] == ["4", "3", "1"]


class TestCsv:
    def rows(self, app, query):
        answer = app.get(f"/en/list/figures.csv?{query}")
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        text = answer.get_data().decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text)))

    def test_the_rows_behind_a_counter(self, app):
        head, *lines = self.rows(app, "rows=listed")
        assert head[:3] == ["Code", "Title", "Agency"]
        assert len(lines) == 24
        kept = next(line for line in lines if line[0] == CODES["kept"])
        assert kept[5:7] == ["Up to date", "Everything that was owed is there; updated on 06.10.2025."]

    @pytest.mark.parametrize(("query", "count", "head"), [
        ("rows=all", 3, "Name"), ("rows=missing", 21, "Code"), ("rows=missed&agency=" + HEALTH, 20, "Code"),
        (f"rows=missing&agency={AKMOLA}", 1, "Code"), ("rows=not_applicable", 0, "Name"),
    ])
    def test_datasets_duties_and_periods(self, app, query, count, head):
        first, *lines = self.rows(app, query)
        assert first[0] == head
        assert len(lines) == count

    def test_more_than_a_page_is_written_to_the_end(self):
        found = [{"name": f"set-{n}", "title": {"en": f"={n}"}, "agency": None, "state": "fresh"} for n in range(250)]
        text = "".join(figures_csv.lines(figures_csv.pages(lambda limit, offset: {
            "count": len(found), "results": found[offset:offset + limit]
        })))
        lines = list(csv.reader(io.StringIO(text)))
        assert [line[0] for line in lines[1:]] == [one["name"] for one in found]
        assert lines[1][1] == "'=0", "a spreadsheet would run it"

    def test_what_makes_no_sense_is_refused(self, app):
        app.get("/en/list/figures.csv?rows=everything", status=400)


class TestCalendar:
    def events(self, app, query="", language="en"):
        answer = app.get(f"/{language}/list/calendar.ics{query}")
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        return Calendar.from_ical(answer.get_data()).walk("VEVENT")

    def test_due_days_of_a_dataset_as_whole_days(self, app):
        events = self.events(app, "?dataset=data-silent")
        first = events[0]
        assert first["DTSTART"].dt == date(2025, 10, 15)
        assert first["SUMMARY"] == "Births — September 2025"
        assert first["URL"].endswith(f"/en/list/item/{CODES['silent']}/{HEALTH}")
        assert "A late update counts until 30.10.2025." in first["DESCRIPTION"]
        assert all(event["DTEND"].dt > event["DTSTART"].dt for event in events)

    def test_what_is_past_or_settled_is_not_in_it(self, app):
        days = [event["DTSTART"].dt for event in self.events(app)]
        assert days == sorted(days)
        assert days[0] >= date.fromisoformat(TODAY)

    def test_an_event_keeps_its_name_for_ever(self, app):
        names = [str(event["UID"]) for event in self.events(app, f"?agency={HEALTH}")]
        with on("2025-10-14"):
            later = [str(event["UID"]) for event in self.events(app, f"?agency={HEALTH}", "ru")]
        assert len(set(names)) == len(names) > 5
        assert set(later) == set(names)

    def test_in_the_readers_language_and_narrowed(self, app):
        (event, *_) = self.events(app, "?category=education", "ru")
        assert str(event["SUMMARY"]).startswith("Школы 5 — ")
        assert self.events(app, "?agency=nobody") == []


class TestNews:
    def items(self, app, query=""):
        answer = app.get(f"/en/list.rss{query}")
        assert answer.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
        return ElementTree.fromstring(answer.get_data()).findall("channel/item")

    def test_what_became_overdue_was_missed_or_fulfilled_lately(self, app):
        items = self.items(app, f"?agency={HEALTH}")
        titles = [one.findtext("title") for one in items]
        assert "Fulfilled late: Medical organisations" in titles
        assert "Deadline missed: Births" in titles
        assert "Overdue, in grace: Pharmacies" in titles
        assert titles[0] == "Fulfilled late: Medical organisations"
        assert items[0].findtext("link").endswith(f"/list/item/{CODES['kept']}/{HEALTH}")
        assert "06.10.2025" in items[0].findtext("description")

    def test_each_is_told_once(self, app):
        names = [one.findtext("guid") for one in self.items(app)]
        assert len(set(names)) == len(names)

    @pytest.mark.parametrize("path", ["/en/list.rss", "/en/list/calendar.ics"])
    def test_who_comes_again_is_not_sent_the_same_twice(self, app, path):
        tag = app.get(path).headers["ETag"]
        assert app.get(path, headers={"If-None-Match": tag}, status=304).get_data() == b""

    @pytest.mark.parametrize("path", ["/en/list.rss", "/en/list/calendar.ics"])
    def test_one_statement_however_many(self, app, statements, path):
        app.get(path)
        statements.clear()
        app.get(path)
        assert len([one for one in statements if "civic_list_obligation" in one]) == 1

    def test_of_one_dataset(self, app):
        assert {one.findtext("title").split(": ")[1] for one in self.items(app, "?dataset=data-late")} == {"Pharmacies"}


PAGES = (
    "/list", "/list/missing", "/list/excused", "/list/figures", "/list/figures?rows=listed", f"/list/agency/{HEALTH}",
    "/list/item/{kept}/" + HEALTH, "/dataset/data-kept", "/dataset/data-kept/updates",
)


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_visitor_reads_every_page_in_every_language_without_a_cookie(app, language, path):
    answer = app.get(f"/{language}{path.format(**CODES)}")
    page = BeautifulSoup(answer.body, "html.parser")
    assert page.html["lang"] == language
    assert len(page.select("h1")) == 1
    assert "Set-Cookie" not in answer.headers
    assert "@portal.example" not in answer.body


@pytest.mark.parametrize("path", ["/en/list", "/en/list/missing", f"/en/list/agency/{HEALTH}"])
def test_pages_name_their_calendar_and_feed(app, path):
    page = get(app, path)
    kinds = {one["type"] for one in page.select("link[rel=alternate]") if one.get("type")}
    assert {"text/calendar", "application/rss+xml"} <= kinds
    assert page.select("[role=main] a[href*='calendar.ics']")
    assert page.select("[role=main] a[href*='list.rss']")


def test_every_page_leads_to_the_figures_and_to_what_is_missing(app):
    links = [one["href"] for one in get(app, "/en/about").select("footer a")]
    assert {"/en/list/figures", "/en/list/missing"} <= set(links)


class TestConfirmed:
    """Kept near the end: it changes what the tests before it read."""

    def test_the_datasheet_says_that_nothing_changed_and_how_often_that_was_confirmed(self, app):
        with on("2025-10-14"):
            act("health_editor", "civic_duty_confirm_current", duty=f"{CODES['kept']}@{HEALTH}")
            sheet = words(get(app, "/en/dataset/data-kept").select_one("#state"))
            periods = table(duty(app, "kept").select_one("#periods"), "The last periods")
        assert "06.10.2025 , version 9 no change since, confirmed 1 time" in sheet
        october = next(line for line in periods if line[0] == "October 2025")
        assert october[4] == "in time, 14.10.2025 confirmed as current by the agency"


class TestInherited:
    """Kept last: it moves the ministry's duties to another body."""

    @pytest.fixture(scope="class")
    def passed(self, deliveries):
        with pytest.MonkeyPatch.context() as patch, reading_on("2025-10-14", patch):
            act("keeper", "civic_agency_succession_create", day="2025-10-15", act="№ 1", kind="merged",
                **{"from": HEALTH, "to": SHYMKENT})
        with pytest.MonkeyPatch.context() as patch, reading_on("2025-10-15", patch):
            pass_time()

    @pytest.mark.usefixtures("passed")
    def test_what_was_missed_before_stands_beside_and_in_no_figure(self, app):
        with on("2025-10-15"):
            note = get(app, f"/en/list/agency/{SHYMKENT}").select_one(".cv-note")
            missed = duty(app, "silent", SHYMKENT).select_one("#inherited")
            figures = get(app, f"/en/list/figures?agency={SHYMKENT}")
        assert "periods were missed by Ministry of Healthcare" in words(note)
        assert "August 2025; July 2025" in words(missed)
        assert "March 2025" not in words(missed), "it was excused"
        rows = {row[0]: row[1:] for row in table(figures, "Figures and how they are counted")}
        assert rows["Punctuality, 12 months"][1].startswith("0 of 3 "), "its own periods only"
