"""The desk of an agency by due day: what is late, due soon, without data, and what came and does not count."""
from __future__ import annotations

from collections.abc import Iterator

import pytest
from civic_list.app.reader import Reader, words
from civic_list.delivering import FIRST, SECOND, pass_time, publish, put
from civic_list.listing import on
from civic_list.portal import HEALTH, act, draft, make_law, row

PERIODS = ("MONTHLY", "QUARTERLY", "YEARLY", "WEEKLY", "MONTHLY")


@pytest.fixture
def owed(office: None) -> Iterator[None]:
    """Five duties of the ministry since 20 January 2025; three have data of 3 February. It is 7 April."""
    with on("2025-01-20"):
        draft("2025")
        for place, period in enumerate(PERIODS, 1):
            row("2025", place, code=f"MZ-00{place}", period=period)
        make_law("2025", "2025-01-20")
    with on("2025-02-03"):
        for place in (1, 2, 3):
            publish(f"MZ-00{place}@{HEALTH}", name=f"data-{place}")
            put(f"data-{place}", FIRST.replace(b"Abai", b"Abai %d" % place))
    with on("2025-04-07"):
        pass_time()
        yield


def _codes(page, selector: str) -> list[str]:
    return [one.get_text(strip=True) for one in page.select(f"{selector} tbody th small:first-of-type")]


def _desk(app, query: str = "", who: str = "health_editor"):
    return Reader(app, who).opens(f"/desk{query}")


def test_what_is_late_comes_first_then_by_due_day_then_what_has_no_data(app, owed):
    page = _desk(app)
    assert _codes(page, "#over") == ["MZ-001"]
    assert set(_codes(page, "#missing")) == {"MZ-004", "MZ-005"}
    assert page.select("#duties .cv-section")[0]["id"] == "over"
    assert set(_codes(page, "#duties")) == {f"MZ-00{place}" for place in range(1, 6)}


def test_a_row_says_period_day_working_days_and_state(app, owed):
    late = _desk(app).select_one("#over tbody tr")
    text = late.get_text(" ", strip=True)
    for said in ("31.03.2025", "March 2025", "working days ago", "counts as late until", "Overdue, in grace",
                 "and April 2025, due 30.04.2025"):
        assert said in text
    assert late.select_one('[data-state="overdue"]')


def test_upload_leads_to_the_file_of_the_dataset_and_else_to_a_new_one(app, owed):
    page = _desk(app)
    resource = act("health_editor", "package_show", id="data-1")["resources"][0]["id"]
    assert page.select_one("#over tbody a.btn")["href"].endswith(f"/dataset/data-1/resource/{resource}/edit")
    new = page.select_one("#missing tbody a.btn")["href"]
    assert new.startswith("/dataset/new")
    assert "MZ-00" in new


def test_still_current_is_offered_only_where_it_would_stand(app, owed):
    page = _desk(app)
    offered = [link["href"] for link in page.select('#duties a[href$="#current"]')]
    assert any("MZ-001" in link for link in offered)
    assert not any("MZ-004" in link or "MZ-005" in link for link in offered)


def test_the_figures_lead_to_their_rows(app, owed):
    page = _desk(app)
    figures = {words(one, "span"): one for one in page.select(".cv-figure a")}
    assert words(figures["not done in time"], "b") == "1"
    late = Reader(app, "health_editor").opens(figures["not done in time"]["href"])
    assert _codes(late, "#duties") == ["MZ-001"]
    assert _codes(Reader(app, "health_editor").opens(figures["without data"]["href"]), "#duties") == _codes(
        page, "#missing")


@pytest.mark.parametrize(("query", "found"), [
    ("?period=QUARTERLY", ["MZ-002"]), ("?state=overdue", ["MZ-001"]), ("?q=MZ-003", ["MZ-003"]),
    ("?has_data=false&period=WEEKLY", ["MZ-004"]), ("?section=nowhere", []), ("?q=nothing", []),
])
def test_the_desk_is_narrowed(app, owed, query, found):
    page = _desk(app, query)
    assert _codes(page, "#duties") == found
    assert found or "Nothing was found" in words(page)


def test_what_came_lately_and_does_not_count_is_named_with_its_reason(app, owed):
    put("data-1", FIRST.replace(b"Abai", b"Abai 1"))
    act("health_editor", "package_patch", id="data-2", url="http://example.org")
    page = _desk(app)
    rows = page.select("#uncounted tbody tr")
    assert len(rows) == 1
    assert "the same" in rows[0].get_text(" ", strip=True)
    put("data-1", SECOND)
    assert _codes(_desk(app), "#over") == []


def test_a_desk_of_54_duties_has_pages_and_as_many_statements_as_one_of_five(app, owed, statements):
    reader = Reader(app, "health_editor")
    reader.opens("/desk")
    statements.clear()
    reader.opens("/desk")
    few = len(statements)
    with on("2025-04-06"):
        draft("2026", copy_of="2025")
        for place in range(6, 55):
            row("2026", place, code=f"MZ-0{place:02}", period="MONTHLY")
        make_law("2026", "2025-04-07")
    pass_time()
    reader.opens("/desk")
    statements.clear()
    page = reader.opens("/desk")
    assert len(statements) <= few + 3  # what the new edition brought
    assert len(page.select("#duties tbody tr")) == 20
    assert words(page, ".cv-figure b").split()[0] == "54"
    codes = [code for number in (1, 2, 3) for code in _codes(reader.opens(f"/desk?page={number}"), "#duties")]
    assert len(codes) == len(set(codes)) == 54
