"""What a draft would mean for agencies: releases in the twelve months ahead, and figures if nothing changes."""
from __future__ import annotations

from collections.abc import Iterator

import pytest
from civic_list.app.reader import Reader, words
from civic_list.delivering import FIRST, publish, put
from civic_list.listing import begin_list, on
from civic_list.portal import AKMOLA, HEALTH, act, draft, row


@pytest.fixture
def codes(office: None) -> Iterator[list[str]]:
    """A monthly row of the ministry and a quarterly one of all akimats, in force; a draft copy of them."""
    with on("2025-01-20"):
        found = begin_list(rows=2)
    with on("2025-06-02"):
        publish(f"{found[0]}@{HEALTH}")
        put("schools", FIRST)
    with on("2025-07-01"):
        draft("2026", copy_of="2025")
        yield found


def _of(found: dict, agency: str) -> dict:
    return next(one for one in found["workload"]["agencies"] if one["agency"]["name"] == agency)


def test_releases_of_each_body_under_the_draft_and_now(codes):
    act("keeper", "civic_item_update", edition="2026", code=codes[0], period="WEEKLY")
    row("2026", 3, owner=AKMOLA, period="YEARLY")
    found = act("keeper", "civic_edition_impact", id="2026")
    health, akmola = _of(found, HEALTH), _of(found, AKMOLA)
    assert (health["now"]["year"], health["after"]["year"], health["after"]["week"]) == (12, 52, 1.0)
    assert (akmola["now"]["duties"], akmola["after"]["duties"]) == (1, 2)
    assert (akmola["now"]["year"], akmola["after"]["year"]) == (4, 5)
    assert found["workload"]["total"]["now"]["year"] == 12 + 20 * 4
    assert found["workload"]["agencies"][0]["agency"]["name"] == HEALTH  # who gets most more comes first
    assert (found["workload"]["since"], found["workload"]["until"]) == ("2025-07-01", "2026-07-01")


def test_an_agencys_own_terms_go_on_under_the_draft(codes):
    act("akmola_admin", "civic_duty_update", id=f"{codes[1]}@{AKMOLA}", period="MONTHLY")
    akmola = _of(act("keeper", "civic_edition_impact", id="2026"), AKMOLA)
    assert (akmola["now"]["year"], akmola["after"]["year"]) == (12, 12)


def test_data_that_keep_pace_now_fall_behind_under_a_stricter_draft(codes):
    figures = act("keeper", "civic_edition_impact", id="2026")["workload"]["figures"]
    assert figures["now"]["actuality"] == {"numerator": 1, "denominator": 1, "percent": "100.0"}
    assert figures["after"]["delivered"] == {"numerator": 1, "denominator": 21, "percent": "4.7"}
    act("keeper", "civic_item_update", edition="2026", code=codes[0], period="WEEKLY")
    figures = act("keeper", "civic_edition_impact", id="2026")["workload"]["figures"]
    assert figures["now"]["actuality"]["numerator"] == 1
    assert figures["after"]["actuality"] == {"numerator": 0, "denominator": 1, "percent": "0.0"}


def test_the_first_list_has_nothing_to_compare_with(desk):
    draft("2025")
    row("2025", 1, owner="mio")
    found = act("keeper", "civic_edition_impact", id="2025")["workload"]
    assert (found["total"]["now"]["year"], found["total"]["after"]["year"]) == (0, 240)
    assert found["figures"]["now"]["actuality"]["percent"] is None


def test_as_many_statements_for_all_akimats_as_for_one_ministry(codes, statements):
    counts = []
    for number in range(2):
        statements.clear()
        act("keeper", "civic_edition_impact", id="2026")
        counts.append(len(statements))
        if not number:
            for place in range(5):
                row("2026", 10 + place, owner="mio")
    assert counts[0] == counts[1] <= 26


def test_the_keeper_reads_it_on_the_page_of_the_draft(app, codes):
    act("keeper", "civic_item_update", edition="2026", code=codes[0], period="WEEKLY")
    page = Reader(app, "keeper").opens("/desk/list/editions/2026")
    assert "Releases owed" in words(page, "#workload")
    first = page.select_one("#workload tbody tr")
    assert [one.get_text(" ", strip=True) for one in first.select("td")][:4] == ["1", "12", "52", "1,0"]
    assert len(page.select("#workload tbody tr")) == 20
    assert "If nothing changes" in words(page, "#workload")
    second = Reader(app, "keeper").opens("/desk/list/editions/2026?page=2")
    assert len(second.select("#workload tbody tr")) == 1
