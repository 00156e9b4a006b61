"""What waits for a decision is told to who decides, and the decision to whom it was made for."""
from __future__ import annotations

from typing import Any

import ckan.model as model
import pytest
import told
from civic_list.delivering import pass_time, publish
from civic_list.listing import dataset, on
from civic_list.portal import AKMOLA, BODY, HEALTH, act

from ckanext.civic_core.domain.news import Target

pytestmark = pytest.mark.usefixtures("codes")

GIVEN = {"ground": "system_replacement", "reason": "внутренняя записка"}


def body(name: str) -> str:
    return model.Group.get(name).id


def editors(name: str) -> tuple[str, str]:
    return "agency_editors", body(name)


KEEPERS = ("list_keepers", "")


# -- links -------------------------------------------------------------------------------------------------


@pytest.fixture
def proposed(codes) -> dict[str, Any]:
    """A dataset of Akmola's for a duty of the ministry."""
    dataset("akmola_editor", AKMOLA, f"{codes[0]}@{HEALTH}")
    (link,) = act("health_editor", "civic_duty_link_list", agency=HEALTH)["results"]
    return link


def test_a_proposed_link_is_told_to_who_owes_until_it_is_decided(codes, proposed):
    event = told.last("duty.link_proposed")
    assert told.targets(event) == [editors(HEALTH)]
    assert told.audience(event).about.type == "dataset"
    words = told.said(event, Target(*editors(HEALTH)))
    assert words.subject == "A dataset is proposed for your duty “Schools 1”"
    assert words.lines[0] == "Dataset: Schools"
    assert words.path == f"/desk/duties/{codes[0]}?agency={HEALTH}"
    assert not told.outdated(event)
    act("health_editor", "civic_duty_link_decide", id=proposed["id"], decision="confirm")
    assert told.outdated(event)


@pytest.mark.parametrize(
    ("decision", "kind", "subject"),
    [
        ("confirm", "duty.linked", "Your dataset answers the duty “Schools 1”"),
        ("decline", "duty.link_declined", "Your dataset was declined for the duty “Schools 1”"),
    ],
)
def test_the_decision_is_told_to_who_publishes(proposed, decision, kind, subject):
    act("health_editor", "civic_duty_link_decide", id=proposed["id"], decision=decision, reason="внутренняя записка")
    event = told.last(kind)
    assert told.targets(event) == [editors(AKMOLA)]
    words = told.said(event, Target(*editors(AKMOLA)))
    assert (words.subject, words.path) == (subject, "/dataset/schools")
    assert "внутренняя" not in str(words)


def test_an_own_link_is_no_news(codes):
    publish(f"{codes[0]}@{HEALTH}")
    assert told.targets(told.last("duty.linked")) == []


def test_a_dispute_is_told_to_both_until_it_is_settled(proposed):
    act("keeper", "civic_duty_link_decide", id=proposed["id"], decision="dispute", reason="x")
    event = told.last("duty.link_disputed")
    assert told.targets(event) == [editors(HEALTH), editors(AKMOLA)]
    assert not told.outdated(event)
    act("keeper", "civic_duty_link_decide", id=proposed["id"], decision="confirm")
    assert told.outdated(event)


# -- relief ------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(codes) -> dict[str, Any]:
    return act("health_admin", "civic_duty_suspend", duty=f"{codes[0]}@{HEALTH}", since="2025-02-10",
               until="2025-04-15", **GIVEN)


def test_relief_that_is_asked_for_waits_for_the_keepers(asked):
    event = told.last("relief.proposed")
    assert told.targets(event) == [KEEPERS]
    words = told.said(event, Target("list_keepers"))
    assert words.subject == "Relief is asked for: “Schools 1”"
    assert words.lines[0] == "From 10.02.2025 to before 15.04.2025."
    assert words.path == "/desk/list/delivery"
    assert GIVEN["reason"] not in str(words)
    assert not told.outdated(event)
    act("keeper", "civic_relief_decide", id=asked["id"], decision="decline", reason="x")
    assert told.outdated(event)


@pytest.mark.parametrize(("decision", "kind"), [("confirm", "duty.suspended"), ("decline", "relief.declined")])
def test_the_decision_on_relief_is_told_to_the_agency(asked, decision, kind):
    act("keeper", "civic_relief_decide", id=asked["id"], decision=decision, reason="x")
    event = told.last(kind)
    assert told.targets(event) == [editors(HEALTH)]
    assert "From 10.02.2025 to before 15.04.2025." in told.said(event, Target(*editors(HEALTH))).lines


def test_a_suspension_that_ends_early_is_told(asked):
    act("keeper", "civic_relief_decide", id=asked["id"], decision="confirm")
    with on("2025-03-01"):
        act("keeper", "civic_relief_end", id=asked["id"])
    event = told.last("duty.resumed")
    assert told.targets(event) == [editors(HEALTH)]
    assert told.said(event, Target(*editors(HEALTH))).subject == "The duty is owed again: “Schools 1”"


def test_an_excuse_is_told_but_not_each_period_of_a_suspension(codes, asked):
    act("keeper", "civic_relief_decide", id=asked["id"], decision="confirm")
    with on("2025-04-20"):
        pass_time()
    resting = told.of_type("obligation.excused")
    assert resting
    assert told.audiences(resting) == {}
    key = f"{codes[1]}@{HEALTH}"
    with on("2025-04-20"):
        owed = act("health_admin", "civic_obligation_list", duty=key, limit=100)["results"]
        one = next(one for one in owed if one["state"] in ("open", "missed", "overdue"))
        made = act("health_admin", "civic_obligation_excuse", id=one["id"], **GIVEN)
        act("keeper", "civic_relief_decide", id=made["id"], decision="confirm")
        pass_time()
    event = told.last("obligation.excused")
    assert told.targets(event) == [editors(HEALTH)]
    assert told.said(event, Target(*editors(HEALTH))).lines[0].startswith("Nothing is owed ")


# -- the agency's own list, bodies ---------------------------------------------------------------------------


def propose(codes: list[str], **given: Any) -> dict[str, Any]:
    return act("health_editor", "civic_item_proposal_create", agency=HEALTH, **given)


def test_an_agencys_list_waits_for_the_keepers_as_one(codes):
    title = {"kk": "Дәрі", "ru": "Лекарства", "en": "Drugs"}
    made = propose(codes, kind="add", title=title, category="health", period="MONTHLY")
    act("health_admin", "civic_agency_list_approve", agency=HEALTH)
    event = told.last("agency.list_approved")
    assert told.targets(event) == [KEEPERS]
    assert told.said(event, Target("list_keepers")).lines == ("Proposals that wait: 1.",)
    assert told.targets(told.last("proposal.proposed")) == []
    act("keeper", "civic_item_proposal_decide", id=made["id"], decision="decline", reason="внутренняя записка")
    declined = told.last("proposal.declined")
    assert told.targets(declined) == [editors(HEALTH)]
    words = told.said(declined, Target(*editors(HEALTH)))
    assert words.lines[0] == "Row: Drugs"
    assert "внутренняя" not in str(words)


def test_a_longer_period_waits_for_the_keepers(codes):
    act("health_admin", "civic_duty_update", id=f"{codes[0]}@{HEALTH}", period="YEARLY", reason="x")
    event = told.last("proposal.proposed")
    assert told.targets(event) == [KEEPERS]
    assert not told.outdated(event)
    (made,) = act("keeper", "civic_item_proposal_list", state="proposed")["results"]
    act("keeper", "civic_item_proposal_decide", id=made["id"], decision="accept")
    assert told.outdated(event)
    assert told.targets(told.last("proposal.accepted")) == [editors(HEALTH)]


@pytest.mark.parametrize(
    ("given", "subject", "line"),
    [
        ({"to": BODY, "kind": "merged"}, "is followed by", "pass on from 01.03.2025."),
        ({"kind": "liquidated"}, "is liquidated", "From 01.03.2025 on it owes nothing more."),
    ],
)
def test_a_body_that_is_followed_by_another(codes, given, subject, line):
    from ckanext.civic_core import ticking

    act("keeper", "civic_agency_succession_create", day="2025-03-01", act="№ 1", **{"from": HEALTH, **given})
    with on("2025-03-01"):
        ticking.tick(model.Session)
    event = told.last("agency.succeeded")
    targets = told.targets(event)
    assert {("agency", body(HEALTH)), editors(HEALTH), KEEPERS} <= set(targets)
    assert (editors(BODY) in targets) == ("to" in given)
    words = told.said(event, Target("agency", body(HEALTH)))
    assert subject in words.subject
    assert words.lines[0].endswith(line)


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_rows_are_named_in_the_readers_language(asked, language):
    words = told.said(told.last("relief.proposed"), Target("list_keepers"), language)
    assert {"ru": "«Школы 1»", "kk": "«Мектептер 1»"}[language] in words.subject or (
        {"ru": "Школы 1", "kk": "Мектептер 1"}[language] in words.subject
    )


def test_many_cost_as_much_as_one(codes, statements):
    for number in range(5):
        dataset("akmola_editor", AKMOLA, f"{codes[0]}@{HEALTH}", f"{codes[1]}@{HEALTH}", name=f"set-{number}")
    events = told.of_type("duty.link_proposed")
    assert len(events) == 10
    counts = []
    for several in (events[:1], events):
        statements.clear()
        assert len(told.audiences(several)) == len(several)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 6
