"""Editions of the list and what changed between them as readers see them, and what pages cost."""
from __future__ import annotations

import csv
import io

import pytest
from civic_list.portal import AKMOLA, HEALTH
from civic_list.reading import CODES, as_user, body, get, table, words

pytestmark = pytest.mark.usefixtures("reading_day")


class TestEditions:
    def test_every_edition_that_is_law_with_its_differences(self, app):
        page = get(app, "/en/list/editions")
        assert table(page, "Editions") == [
            ["Edition 2026", "Act № 2026 of 20.01.2025", "Approved since 01.02.2026", "32", "from edition 2025"],
            ["Edition 2025", "Act № 2025 of 20.01.2025", "In force since 01.02.2025", "32", "the first edition"],
        ]
        assert page.select("td a")[-1]["href"] == "/en/list/editions/2025/diff/2026"

    def test_drafts_are_for_keepers(self, app):
        assert table(get(app, "/en/list/editions", user="keeper"), "Editions")[0][0] == "Edition 2027"
        for url in ("/en/list/editions/2027", "/en/list/editions/2027/export.csv", "/en/list/editions/2026/diff/2027"):
            get(app, url, status=404)
            assert app.get(url, headers=as_user("keeper")).status_code == 200

    def test_rows_stand_under_their_headings(self, app):
        page = get(app, "/en/list/editions/2025")
        assert [words(one) for one in page.select("section h2")] == ["1-бөлім. Денсаулық"]
        assert page.select_one("section h2 span")["lang"] == "kk"
        assert [line[0] for line in table(page, "1-бөлім")] == ["1", "2"]
        assert len(table(page, "Rows 1 to 20 of 32")) == 18

    def test_rows_can_be_narrowed_to_an_owner(self, app):
        page = get(app, "/en/list/editions/2025?owner=mio")
        assert [line[2] for line in table(page, "Rows 1 to 1 of 1")] == ["Local executive bodies (all)"]
        assert words(page.select_one("#filter-owner [selected]")) == "Local executive bodies (all) (1)"

    def test_it_leads_to_what_changed_from_the_one_before(self, app):
        after = get(app, "/en/list/editions/2026")
        assert after.select_one(".cv-head .btn")["href"] == "/en/list/editions/2025/diff/2026"
        assert get(app, "/en/list/editions/2025").select_one(".cv-head .btn") is None

    @pytest.mark.parametrize(("format", "begins"), [("xlsx", b"PK"), ("csv", "\ufeff".encode()), ("json", b"[")])
    def test_it_can_be_taken_away(self, app, format, begins):
        answer = app.get(f"/en/list/editions/2025/export.{format}")
        assert answer.data.startswith(begins)
        assert answer.headers["Content-Disposition"] == f"attachment; filename=unified-list-2025.{format}"

    @pytest.mark.parametrize("path", ["2031", "2025/export.pdf", "2025/diff/2031", "2031/diff/2025"])
    def test_there_is_no_page_for_what_is_not_there(self, app, path):
        get(app, f"/en/list/editions/{path}", status=404)


class TestDifference:
    @pytest.fixture
    def page(self, app):
        return get(app, "/en/list/editions/2025/diff/2026")

    def test_its_figures_lead_to_their_parts(self, page):
        figures = {words(one.span): (words(one.b), one.a and one.a["href"]) for one in page.select(".cv-figure")}
        assert figures == {
            "added": ("1", "#added"), "removed": ("1", "#removed"), "renamed": ("1", "#renamed"),
            "another period": ("1", "#period"), "another agency": ("1", "#moved"), "split": ("0", None),
            "other changes": ("1", "#changed"),
        }
        assert all(page.select_one(link) for _, link in figures.values() if link)

    def test_what_went_is_struck_and_what_came_is_underlined_with_words_for_who_cannot_see_it(self, page):
        renamed = page.select_one("#renamed tbody")
        assert [words(one) for one in renamed.select("ins")] == ["became: and lyceums"]
        assert page.select_one("#renamed del") is None
        period = page.select_one("#period tbody")
        assert (words(period.select_one("del")), words(period.select_one("ins"))) == ("was: Monthly", "became: Weekly")
        assert words(page.select_one("#moved ins")).startswith("became: Akimat of Akmola")

    def test_rows_that_came_and_went(self, page):
        assert table(page, "New rows")[0][:2] == ["40", "New"]
        assert table(page, "Rows that are there no more")[0][:2] == ["3", "Schools 3"]

    def test_it_counts_what_stayed(self, page):
        assert "28 rows are the same but for their numbers. 0 rows have another number." in words(body(page))

    def test_two_editions_that_say_the_same(self, app):
        page = get(app, "/en/list/editions/2025/diff/2025")
        assert words(page.select_one(".cv-empty h2")) == "The two editions say the same"

    def test_it_can_be_taken_away_without_formulas(self, app):
        answer = app.get("/en/list/editions/2025/diff/2026/export.csv")
        rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
        assert rows[0] == ["What", "Code", "Title", "Before", "After"]
        assert [line[0] for line in rows[1:]] == [
            "Added", "Removed", "Renamed", "Another agency", "Period", "Note",
        ]
        assert rows[-1][-1] == "'=1+1"
        assert rows[3][2:] == ["Schools and lyceums 1", "Schools 1", "Schools and lyceums 1"]


class TestStatements:
    """Pages ask the database the same number of questions, however much there is to show."""

    @pytest.fixture
    def sent(self, app, statements):
        def count(url: str) -> list[str]:
            app.get(url)
            statements.clear()
            app.get(url)
            return list(statements)
        return count

    @pytest.mark.parametrize(("urls", "most"), [
        ([f"?agency={AKMOLA}", "?category=transport", ""], 12),
        (["/editions/2025?category=education", "/editions/2025?category=transport", "/editions/2025"], 18),
        ([f"/agency/{AKMOLA}", f"/agency/{HEALTH}?category=transport", f"/agency/{HEALTH}"], 18),
        (["/item/{schools}", "/item/{akimats}"], 17),
        (["/item/{akimats}/" + AKMOLA, "/item/{schools}/" + HEALTH], 27),
        (["/editions/2025/diff/2025", "/editions/2025/diff/2026"], 15),
    ])
    def test_of_the_list(self, sent, urls, most):
        counts = [len(sent("/en/list" + url.format(**CODES))) for url in urls]
        assert len(set(counts)) == 1
        assert counts[0] <= most

    def test_the_list_of_editions(self, sent, monkeypatch):
        two = len(sent("/en/list/editions"))
        monkeypatch.setattr("ckanext.civic_core.pages.ROWS", 1)
        assert len(sent("/en/list/editions")) == two <= 8

    def test_the_datasheet_costs_two_more_and_search_results_none(self, sent):
        of_list = [one for one in sent("/en/dataset/schools") if "civic_list_" in one]
        assert len(of_list) == 2
        assert not [one for one in sent("/en/dataset/") if "civic_list_" in one]
