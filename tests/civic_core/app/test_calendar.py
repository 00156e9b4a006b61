"""The working calendar as the API, a reader and the command line see it."""
from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan.tests import factories
from ckan.tests.helpers import call_action
from click.testing import CliRunner

from ckanext.civic_core import calendar, clock
from ckanext.civic_core.calendar_cli import calendar as command
from ckanext.civic_core.calendar_file import parse
from ckanext.civic_core.domain.working_days import Term
from ckanext.civic_core.model.calendar import CalendarOverrideRow
from ckanext.civic_core.model.event import EventRow

pytestmark = pytest.mark.usefixtures("clean_db")

NOTE = {"kk": "көшірілген", "ru": "перенос", "en": "moved"}


@pytest.fixture
def keeper(portal: Any) -> dict[str, Any]:
    user = factories.User()
    name = tk.config["ckanext.civic_core.authorised_body"]
    factories.Organization(name=name, users=[{"name": user["name"], "capacity": "editor"}])
    return user


def _set(user: dict[str, Any], day: str, kind: str, note: Any = NOTE) -> dict[str, Any]:
    context = {"user": user["name"], "ignore_auth": False}
    return call_action("civic_working_day_set", context, day=day, kind=kind, note=note)


def _rows() -> list[tuple[date, str]]:
    row = CalendarOverrideRow
    return [tuple(r) for r in model.Session.execute(sa.select(row.day, row.kind).order_by(row.id))]


def _errors(call: Any) -> dict[str, Any]:
    with pytest.raises(tk.ValidationError) as refused:
        call()
    return refused.value.error_dict


def test_a_moved_day_is_recorded_with_its_event_and_shown_to_everybody(keeper):
    shown = _set(keeper, "2026-10-23", "holiday")
    assert shown == {
        "day": "2026-10-23", "working": False, "reason": "moved_off",
        "sentence": "made a day off: moved", "note": NOTE,
    }
    events = model.Session.execute(sa.select(EventRow.type, EventRow.stream_id, EventRow.public, EventRow.actor)).all()
    assert events == [("working_day.set", "2026-10-23", {"kind": "holiday"}, keeper["id"])]
    listed = call_action("civic_working_day_list", start="2026-10-23", end="2026-10-23")
    assert listed == {"count": 1, "results": [shown]}


def test_the_same_decision_twice_is_one(keeper):
    for _ in range(2):
        _set(keeper, "2026-10-23", "holiday")
    _set(keeper, "2026-10-22", "regular", None)
    assert _rows() == [(date(2026, 10, 23), "holiday")]
    assert model.Session.scalar(sa.select(sa.func.count()).select_from(EventRow)) == 1


def test_a_decision_can_be_taken_back(keeper):
    _set(keeper, "2026-10-23", "holiday")
    assert _set(keeper, "2026-10-23", "regular", None)["working"] is True
    assert calendar.current().is_working(date(2026, 10, 23))


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"day": "23 October"}, "day", "2026-03-20"),
        ({"day": "1999-01-01"}, "day", "01.01.2010"),
        ({"day": ""}, "day", "Missing"),
        ({"kind": "party"}, "kind", "holiday, working, regular"),
        ({"note": ""}, "note", "Say why"),
        ({"note": {"xx": "?"}}, "note", "kk, ru, en"),
        ({"note": {"ru": 5}}, "note", "kk, ru, en"),
    ],
)
def test_bad_input_is_refused_with_what_is_right(keeper, change, field, words):
    good = {"day": "2026-10-23", "kind": "holiday", "note": NOTE}
    errors = _errors(lambda: _set(keeper, **{**good, **change}))
    assert list(errors) == [field]
    assert words in errors[field][0]
    assert _rows() == []


@pytest.mark.parametrize("role", ["visitor", "user", "other agency's admin"])
def test_only_keepers_move_days(keeper, role):
    user = factories.User()
    if role == "other agency's admin":
        factories.Organization(users=[{"name": user["name"], "capacity": "admin"}])
    name = "" if role == "visitor" else user["name"]
    with pytest.raises(tk.NotAuthorized):
        call_action("civic_working_day_set", {"user": name, "ignore_auth": False}, day="nonsense")
    assert _rows() == []


def test_a_stranger_may_read(app):
    answer = app.get("/api/3/action/civic_working_day_list?start=2026-03-21&end=2026-03-26&exceptional=true")
    found = answer.json["result"]
    assert [(d["day"], d["reason"]) for d in found["results"]] == [
        (f"2026-03-{n}", "holiday") for n in (21, 22, 23, 24, 25)
    ]
    assert found["results"][0]["sentence"] == "public holiday: Nowruz Holiday"


@pytest.mark.parametrize(
    ("stretch", "field"),
    [
        ({"start": "2026-01-02", "end": "2026-01-01"}, "end"),
        ({"start": "2026-01-01", "end": "2036-01-01"}, "end"),
        ({"limit": 101}, "limit"),
    ],
)
def test_a_stretch_that_makes_no_sense(portal, stretch, field):
    assert list(_errors(lambda: call_action("civic_working_day_list", **stretch))) == [field]


def test_a_list_is_paged_and_begins_today(portal):
    with clock.stopped_at(datetime(2026, 11, 30, 20, tzinfo=UTC)):
        first = call_action("civic_working_day_list", limit=30)
        last = call_action("civic_working_day_list", limit=30, offset=30)
    assert first["count"] == 31
    assert [first["results"][0]["day"], last["results"][0]["day"]] == ["2026-12-01", "2026-12-31"]


def test_an_explanation_names_every_day(portal):
    answer = call_action("civic_deadline_explain", start="2025-03-20", working_days=2)
    assert answer["deadline"] == "2025-03-27"
    assert answer["ends_at"] == "2025-03-27T19:00:00+00:00"
    assert answer["sentence"] == (
        "2 working days after 20.03.2025, counted from the next day: until the end of 27.03.2025"
    )
    assert [(s["day"][-2:], s["number"], s["sentence"]) for s in answer["steps"]] == [
        ("21", None, "Does not count: public holiday: Nowruz Holiday"),
        ("22", None, "Does not count: public holiday: Nowruz Holiday"),
        ("23", None, "Does not count: public holiday: Nowruz Holiday"),
        ("24", None, "Does not count: public holiday: Nowruz Holiday, moved from the weekend"),
        ("25", None, "Does not count: public holiday: Nowruz Holiday, moved from the weekend"),
        ("26", 1, "Working day 1"),
        ("27", 2, "Working day 2"),
    ]


def test_a_calendar_term_tells_why_it_ends_later(portal):
    answer = call_action("civic_deadline_explain", start="2025-02-27", working_days=2, unit="calendar_day")
    assert [s["sentence"] for s in answer["steps"]] == [
        "Day 1", "Day 2", "Does not count: weekend", "The last day was a day off, so the term ends here",
    ]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"start": "2025-02-30", "working_days": 1}, "start"),
        ({"start": "2025-02-01", "working_days": -1}, "working_days"),
        ({"start": "2025-02-01", "working_days": 301}, "working_days"),
        ({"start": "2025-02-01", "working_days": 13, "unit": "month"}, "working_days"),
        ({"start": "2025-02-01", "working_days": 1, "unit": "week"}, "unit"),
        ({"start": "2025-02-01"}, "working_days"),
    ],
)
def test_a_term_that_makes_no_sense(portal, sent, field):
    assert list(_errors(lambda: call_action("civic_deadline_explain", **sent))) == [field]


def test_a_saturday_opened_during_a_term_takes_nothing_away(keeper):
    with clock.stopped_at(datetime(2026, 2, 3, 6, tzinfo=UTC)):
        _set(keeper, "2026-02-07", "working")
    assert call_action("civic_deadline_explain", start="2026-02-02", working_days=5)["deadline"] == "2026-02-09"
    assert call_action("civic_deadline_explain", start="2026-02-04", working_days=3)["deadline"] == "2026-02-07"


def test_the_day_of_recording_is_a_day_of_the_portals_zone(keeper):
    with clock.stopped_at(datetime(2026, 2, 9, 18, 59, tzinfo=UTC)):
        _set(keeper, "2026-02-09", "holiday")
    term = Term(5)
    assert calendar.current().effective_deadline(date(2026, 2, 2), term) == date(2026, 2, 10)
    model.Session.execute(sa.update(CalendarOverrideRow).values(recorded_at=datetime(2026, 2, 9, 19, tzinfo=UTC)))
    assert calendar.current().effective_deadline(date(2026, 2, 2), term) == date(2026, 2, 9)


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_the_calendar_costs_one_statement(keeper, statements, rows):
    for n in range(rows):
        _set(keeper, f"2026-10-{n + 1:02}", "holiday")
    statements.clear()
    call_action("civic_deadline_explain", start="2026-09-30", working_days=30)
    assert ["civic_core_calendar_override" in statement for statement in statements] == [False, True]


def test_two_keepers_at_once_leave_one_row_for_one_decision(keeper):
    start = threading.Barrier(2)
    recorded: list[int] = []

    def work() -> None:
        start.wait()
        decision = calendar.Decision(date(2026, 10, 23), "holiday", NOTE)
        recorded.append(len(calendar.decide(model.Session, [decision], actor=keeper["id"])))
        model.Session.commit()
        model.Session.remove()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(recorded) == [0, 1]
    assert _rows() == [(date(2026, 10, 23), "holiday")]


class TestFile:
    def test_both_ways_of_writing_days_and_notes(self, portal):
        text = "\ufeffday;kind;note_ru;note_kk\n2026-10-23;holiday;перенос;көшірілген\n31.10.2026;Working;взамен;\n\n"
        parsed = parse(text.encode())
        assert parsed.faults == []
        assert [(d.day, d.kind, d.note) for d in parsed.decisions] == [
            (date(2026, 10, 23), "holiday", {"ru": "перенос", "kk": "көшірілген"}),
            (date(2026, 10, 31), "working", {"ru": "взамен"}),
        ]

    def test_every_fault_is_named_at_its_place(self, portal):
        text = "day,kind,note\n2026-13-01,holiday,x\n2026-10-23,party,\n2026-10-24,holiday,a\n24.10.2026,working,b\n"
        places = [(f.line, f.column, f.value) for f in parse(text.encode()).faults]
        assert places == [
            (2, "day", "2026-13-01"), (3, "kind", "party"), (3, "note", ""), (5, "day", "24.10.2026"),
        ]

    @pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"one,two\n1,2\n", b"PK\x03\x04\xff"])
    def test_another_file_is_refused(self, portal, content):
        parsed = parse(content)
        assert len(parsed.faults) == 1
        assert parsed.decisions == []

    def test_the_command_records_all_or_nothing(self, portal, tmp_path):
        path = tmp_path / "moves.csv"
        path.write_text("day,kind,note\n2026-10-23,holiday,moved\n2026-10-31,nothing,x\n")
        answer = CliRunner().invoke(command, ["import", str(path)])
        assert answer.exit_code == 1
        assert "Line 3, column kind: «nothing»" in answer.output
        assert _rows() == []
        path.write_text("day,kind,note\n2026-10-23,holiday,moved\n2026-10-31,working,instead\n")
        for told in ("2 days recorded, 0 stood so already.", "0 days recorded, 2 stood so already."):
            answer = CliRunner().invoke(command, ["import", str(path)])
            assert (answer.exit_code, answer.output.strip()) == (0, told)
        assert len(_rows()) == 2

    def test_the_command_asks_who_may(self, portal, tmp_path):
        path = tmp_path / "moves.csv"
        path.write_text("day,kind,note\n2026-10-23,holiday,moved\n")
        answer = CliRunner().invoke(command, ["import", str(path), "--user", factories.User()["name"]])
        assert answer.exit_code == 1
        assert "keepers" in answer.output
        assert _rows() == []


def test_next_years_moves_are_asked_for_in_december(keeper):
    assert calendar.year_without_moves(calendar.current(), date(2026, 11, 30)) is None
    assert calendar.year_without_moves(calendar.current(), date(2026, 12, 1)) == 2027
    _set(keeper, "2027-05-07", "holiday")
    assert calendar.year_without_moves(calendar.current(), date(2026, 12, 1)) is None


@pytest.mark.parametrize(
    ("key", "value"), [("ckanext.civic_core.country", "XX"), ("ckanext.civic_core.weekend", ["sat", "sunday"])]
)
def test_a_setting_that_makes_no_sense_is_named(portal, monkeypatch, key, value):
    monkeypatch.setitem(tk.config, key, value)
    with pytest.raises(ValueError, match=key):
        calendar.current()
