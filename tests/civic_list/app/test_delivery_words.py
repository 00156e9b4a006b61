"""Whatever the rules can say of a duty has words for a reader."""
from __future__ import annotations

from typing import get_args

import pytest

from ckanext.civic_list import delivery_shown
from ckanext.civic_list import delivery_words as words
from ckanext.civic_list.domain import states
from ckanext.civic_list.domain.fulfilment import State
from ckanext.civic_list.model.evidence import HOW


@pytest.fixture(autouse=True)
def in_english(portal):
    with portal.flask_app.test_request_context("/en/list"):
        yield


@pytest.mark.parametrize(("key", "label", "sentence", "short"), [
    ("first", "first publication", "(first publication)", ("first", "")),
    ("2025-10-13", "13.10.2025", "for 13.10.2025", ("13.10", "2025")),
    ("2026-W01", "week 1, 2026", "for week 1, 2026", ("wk 1", "2026")),
    ("2025-10", "October 2025", "for October 2025", ("Oct", "2025")),
    ("2025-Q3", "quarter III, 2025", "for quarter III, 2025", ("Q III", "2025")),
    ("2025-H2", "half-year II, 2025", "for half-year II, 2025", ("half II", "2025")),
    ("2025", "year 2025", "for year 2025", ("2025", "")),
    ("after-2025-10-01", "the update after that of 01.10.2025", "after that of 01.10.2025", ("01.10", "2025")),
    ("2025-13", "2025-13", "for 2025-13", ("2025-13", "")),
    ("", "", "for ", ("", "")),
])
def test_a_period_is_named_by_its_key(key, label, sentence, short):
    assert words.period_label(key) == label
    assert words.for_period(key) == sentence
    assert words.period_short(key) == short


@pytest.mark.parametrize("code", get_args(states.Code))
def test_every_state_has_a_name_and_a_rule(code):
    assert words.state_name(code) not in ("", code)
    assert words.when_state(code)


def test_what_nobody_worked_out_yet_says_so():
    assert words.state_name(None) == "Not worked out yet"
    assert words.why(None) == words.why({"code": "unheard_of", "params": {}}) == ""


@pytest.mark.parametrize(("code", "params", "sentence"), [
    ("ended", {"day": "2025-03-01"}, "Nothing is owed any more since 01.03.2025."),
    ("suspended", {"until": "2025-12-01", "ground": ""},
     "Suspended by the authorised body; updates are owed again from 01.12.2025."),
    ("never_published", {"due": None}, "No data have been published yet."),
    ("never_published", {"due": "2025-03-17"}, "No data have been published; the first were due on 17.03.2025."),
    ("withdrawn", {"day": "2025-03-01"}, "The data were withdrawn from publication on 01.03.2025."),
    ("missed", {"key": "2025-W42", "missed": "2025-10-24"},
     "The update for week 42, 2025 did not come until 24.10.2025, the end of grace, and nothing newer came since."),
    ("in_grace", {"key": "2025-09", "due": "2025-09-30", "missed": "2025-10-14", "done": 12, "parts": 20},
     "The update for September 2025 was due on 30.09.2025; until 14.10.2025 it still counts, as a late one. "
     "12 of 20 datasets are updated."),
    ("first_release_ahead", {"due": "2025-03-17"}, "The first data are due on 17.03.2025."),
    ("due_soon", {"key": "2025-09", "due": "2025-09-30", "done": 0, "parts": 1},
     "The update for September 2025 is due on 30.09.2025."),
    ("up_to_date", {"day": None}, "No update has been owed yet."),
    ("up_to_date", {"day": "2025-10-06"}, "Everything that was owed is there; updated on 06.10.2025."),
])
def test_every_reason_is_a_sentence(code, params, sentence):
    assert words.why({"code": code, "params": params}) == sentence


@pytest.mark.parametrize("how", [*HOW, "reviewed"])
def test_every_way_in_which_a_change_is_seen_has_words(how):
    assert words.how_seen(how) not in ("", how)


@pytest.mark.parametrize("reason", [
    "not_public", "removed", "header_only", "cannot_be_read", "metadata_only", "empty", "same_bytes", "same_content",
])
def test_every_reason_why_a_change_does_not_count_is_a_sentence(reason):
    said = words.evidence_reason(reason, {"day": "2025-04-24", "number": 10})
    assert said.endswith(".")
    assert ("24.04.2025" in said) == reason.startswith("same_")


@pytest.mark.parametrize("state", [*{*get_args(State)} - {"lapsed"}, "overdue"])
def test_every_obligation_says_how_it_stands(state):
    assert words.obligation_state(state)
    assert words.mark(state)


def test_a_line_over_time_is_drawn_only_of_days_that_have_the_figure():
    def day(when, part, whole):
        return {"day": when, "figures": {"delivered": {"numerator": part, "denominator": whole}}}

    assert delivery_shown.line([day("2025-01-31", 0, 0), day("2025-02-28", 1, 2)], "delivered") is None
    line = delivery_shown.line([day("2025-01-31", 1, 1), day("2025-02-28", 0, 0), day("2025-03-31", 0, 1)], "delivered")
    assert line is not None
    assert [point.value for point in line.points] == ["100,0\u00a0%", "0,0\u00a0%"]
    assert [value for value, _ in line.grid] == [0, 50, 100]
    assert line.points[0].y < line.points[1].y
