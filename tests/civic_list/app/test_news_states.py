"""What is told of states, and what agencies are reminded of: each to whom it concerns, and only while it is true."""
from __future__ import annotations

import ckan.model as model
import pytest
import told
from civic_list.delivering import FIRST, SECOND, duty_id, look, pass_time, publish, put
from civic_list.listing import dataset, on
from civic_list.portal import HEALTH, act

from ckanext.civic_core.domain.news import Target, Told
from ckanext.civic_core.news import telling
from ckanext.civic_list.model import Item


def days(*several: str) -> None:
    """The portal lives through these days."""
    for day in several:
        with on(day):
            pass_time()


@pytest.fixture
def shown(codes):
    """A dataset whose file of February came, and none since; owed in each month, the grace ends on 14.04.2025."""
    with on("2025-02-03"):
        found = publish(f"{codes[0]}@{HEALTH}")
        put("schools", FIRST)
        pass_time()
    return found


def of(code: str, kind: str, after: str):
    """The last event of a duty that came to a state."""
    return [
        one for one in told.of_type(kind) if one.public["after"] == after and one.public.get("code", code) == code
    ][-1]


# -- states ------------------------------------------------------------------------------------------------


def test_overdue_data_concern_their_dataset_duty_row_and_agency(codes, shown):
    days("2025-04-01")
    event = of(codes[0], "duty.state_changed", "overdue")
    item = model.Session.query(Item).filter_by(code=codes[0]).one()
    assert told.targets(event) == [
        ("dataset", shown["id"]), ("duty", duty_id(f"{codes[0]}@{HEALTH}")), ("item", item.id),
        ("agency", shown["owner_org"]), ("overdue", ""),
    ]
    assert told.audience(event).topic == "state"
    with on("2025-04-01"):
        words = told.said(event)
    assert words.subject == "Overdue: “Schools 1”"
    assert words.path == f"/list/item/{codes[0]}/{HEALTH}"
    assert words.lines[0] == (
        "The update for March 2025 was due on 31.03.2025; until 14.04.2025 it still counts, as a late one."
    )
    assert words.lines[1].startswith("Agency: ")


def test_a_private_dataset_is_no_target_of_its_duty(codes, shown):
    days("2025-04-01")
    act("health_editor", "package_patch", id="schools", private=True)
    assert "dataset" not in dict(told.targets(of(codes[0], "duty.state_changed", "overdue")))


def test_a_state_that_is_another_by_now_is_outdated(codes, shown):
    days("2025-04-01")
    event = of(codes[0], "duty.state_changed", "overdue")
    with on("2025-04-02"):
        assert not told.outdated(event)
        put("schools", SECOND)
        assert told.outdated(event)


def test_after_an_outage_only_the_state_that_holds_is_true(codes, shown):
    days("2025-05-05")
    with on("2025-05-05"):
        assert told.outdated(of(codes[0], "duty.state_changed", "overdue"))
        late = of(codes[0], "duty.state_changed", "delinquent")
        assert not told.outdated(late)
        assert told.said(late).subject == "Deadline missed: “Schools 1”"


def test_what_is_fresh_again_is_told_by_its_release_alone(codes, shown):
    days("2025-04-01")
    with on("2025-04-02"):
        put("schools", SECOND)
    event = of(codes[0], "duty.state_changed", "fresh")
    assert told.targets(event) == []


def test_data_that_were_withdrawn_are_told_to_the_agencys_followers_once(codes, shown):
    days("2025-04-20")
    with on("2025-04-21"):
        act("operator", "package_delete", id=shown["id"])
        look_settled(shown["id"], codes[0])
        pass_time()
    event = of(codes[0], "duty.state_changed", "missing")
    assert event.public["reason"] == "withdrawn"
    kinds = [kind for kind, _ in told.targets(event)]
    assert kinds == ["duty", "item", "overdue"]
    gone = told.last("dataset.withdrawn")
    assert ("agency", shown["owner_org"]) in told.targets(gone)


def look_settled(dataset_id: str, code: str) -> None:
    from ckanext.civic_list.delivery import looking

    looking.look_at(dataset_id, [duty_id(f"{code}@{HEALTH}")])


def test_a_dataset_on_no_list_is_told_by_itself():
    with on("2025-02-03"):
        shown = dataset("health_editor", HEALTH, name="own", update_period="MONTHLY")
        put("own", FIRST)
        look("own")
        pass_time()
    days("2025-03-20")
    event = told.last("dataset.state_changed")
    assert event.public["after"] in ("overdue", "delinquent")
    assert told.targets(event) == [("dataset", shown["id"]), ("agency", shown["owner_org"]), ("overdue", "")]
    assert told.audience(event).about == Target("dataset", shown["id"])
    with on("2025-03-20"):
        assert not told.outdated(event)
        assert told.said(event).subject.endswith("“Schools”")
        act("health_editor", "package_patch", id="own", private=True)
        assert told.targets(event) == []


# -- reminders ---------------------------------------------------------------------------------------------


def reminder(step: str, code: str):
    return [one for one in told.of_type("reminder.due")
            if one.public["step"] == step and one.public["code"] == code][-1]


@pytest.fixture
def reminded(codes, shown):
    days("2025-03-25", "2025-03-31", "2025-04-01", "2025-04-08", "2025-04-15")
    return codes[0]


@pytest.mark.parametrize(
    ("step", "roles"),
    [
        ("before", ["agency_editors"]), ("on", ["agency_editors"]), ("after", ["agency_editors"]),
        ("half_grace", ["agency_admins"]), ("missed", ["agency_admins", "list_keepers"]),
    ],
)
def test_each_step_goes_to_its_rung_of_the_ladder(reminded, step, roles):
    found = told.audience(reminder(step, reminded))
    owner = model.Group.get(HEALTH).id
    assert [tuple(target) for target in found.targets] == [
        (role, "" if role == "list_keepers" else owner) for role in roles
    ]
    assert (found.topic, found.about) == ("work", None)


@pytest.mark.parametrize(
    ("day", "step", "subject", "first"),
    [
        ("2025-03-26", "before", "Due on 31.03.2025: “Schools 1”",
         "The update for March 2025 is due on 31.03.2025: 3 working days left."),
        ("2025-03-31", "on", "Due today, 31.03.2025: “Schools 1”",
         "The update for March 2025 is due on 31.03.2025: today is the last day."),
        ("2025-04-01", "after", "Overdue since 31.03.2025: “Schools 1”",
         "The update for March 2025 is due on 31.03.2025: 1 working day ago."),
        ("2025-04-15", "missed", "Deadline missed, due on 31.03.2025: “Schools 1”",
         "The update for March 2025 is due on 31.03.2025: 11 working days ago."),
    ],
)
def test_a_reminder_says_what_until_when_and_where(reminded, day, step, subject, first):
    event = reminder(step, reminded)
    with on(day):
        words = told.said(event, Target("agency_editors", model.Group.get(HEALTH).id))
    assert (words.subject, words.lines[0]) == (subject, first)
    assert words.path == f"/desk/duties/{reminded}?agency={HEALTH}"
    assert any("14.04.2025" in line for line in words.lines)
    assert words.lines[-1] == "Upload the data, or ask for relief, at the desk of your agency."


def test_a_keeper_is_led_to_who_is_late(reminded):
    with on("2025-04-15"):
        assert told.said(reminder("missed", reminded), Target("list_keepers")).path == "/desk/list/delivery"


def test_a_step_holds_until_the_next_one(codes, shown):
    days("2025-04-08")
    with on("2025-04-08"):
        holds = {step: not told.outdated(reminder(step, codes[0])) for step in ("before", "on", "after", "half_grace")}
    assert holds == {"before": False, "on": False, "after": False, "half_grace": True}


def test_a_missed_period_is_told_until_it_is_settled_otherwise(reminded):
    with on("2025-04-20"):
        assert not told.outdated(reminder("missed", reminded))


def test_nobody_is_reminded_of_what_came(codes, shown):
    days("2025-03-25")
    event = reminder("before", codes[0])
    with on("2025-03-26"):
        assert not told.outdated(event)
        put("schools", SECOND)
        assert told.outdated(event)


def test_nobody_is_reminded_while_the_duty_rests(codes, shown):
    days("2025-03-25")
    event = reminder("before", codes[0])
    with on("2025-03-26"):
        given = {"duty": f"{codes[0]}@{HEALTH}", "since": "2025-03-26", "until": "2025-06-01",
                 "ground": "reorganisation", "reason": "x"}
        relief = act("keeper", "civic_duty_suspend", **given)
        act("second_keeper", "civic_relief_decide", id=relief["id"], decision="confirm")
        pass_time()
        assert told.outdated(event)


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_periods_are_said_in_the_readers_language(reminded, language):
    words = told.said(reminder("before", reminded), Target("agency_editors", "x"), language)
    assert {"ru": "Школы 1", "kk": "Мектептер 1"}[language] in words.subject


@pytest.mark.parametrize("count", [1, 30])
def test_many_cost_as_much_as_one(office, statements, count):
    from civic_list.listing import begin_list

    with on("2025-01-20"):
        act("operator", "civic_edition_list")
        begin_list("2026", "2025-03-01", rows=count + 1)
    days("2025-04-30")
    events = [one for one in told.of_type("reminder.due", "duty.state_changed") if one.public["agency"] == HEALTH]
    one_each = {(one.type, one.stream_id): one for one in events}.values()
    assert len(one_each) >= 2 * count
    statements.clear()
    told.audiences(list(one_each))
    assert len(statements) <= 4
    statements.clear()
    with on("2025-04-30"):
        telling.said(model.Session(), [Told(one, Target("overdue")) for one in one_each], "ru")
    assert len(statements) <= 8
