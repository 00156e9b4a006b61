"""What is told of the list: to who follows it, and to each agency what is new for it."""
from __future__ import annotations

import ckan.model as model
import pytest
import told
from civic_list.delivering import pass_time
from civic_list.listing import begin_list, on
from civic_list.portal import AKMOLA, HEALTH, act, draft, make_law, row

from ckanext.civic_core.domain.news import Target, Told
from ckanext.civic_core.news import telling

pytestmark = pytest.mark.usefixtures("office")


@pytest.fixture
def first() -> list[str]:
    with on("2025-01-20"):
        codes = begin_list(rows=3)
    with on("2025-02-03"):
        pass_time()
    return codes


@pytest.fixture
def second(first) -> str:
    """The next edition: without the first row of the ministry, with a new one; approved in May, in force in June."""
    with on("2025-05-05"):
        draft("2026", copy_of="2025")
        act("keeper", "civic_item_delete", edition="2026", code=first[0])
        code = row("2026", 77)["code"]
        make_law("2026", "2025-06-02")
    return code


def editors(name: str) -> Target:
    return Target("agency_editors", model.Group.get(name).id)


def test_an_approved_edition_concerns_its_followers_and_every_agency_that_owes(second):
    event = told.last("edition.approved")
    targets = told.targets(event)
    assert targets[0] == ("editions", "")
    assert set(targets) >= {tuple(editors(HEALTH)), tuple(editors(AKMOLA))}
    assert len(targets) == 1 + 21
    assert (told.audience(event).topic, told.audience(event).about) == ("list", None)


def test_followers_are_told_the_act_and_the_day(second):
    words = told.said(told.last("edition.approved"), Target("editions"))
    assert words.subject == "Edition 2026 of the unified list is approved"
    assert words.path == "/list/editions/2026"
    assert words.lines[-2:] == ("Act: № 2026 of 20.01.2025.", "In force from 02.06.2025.")


def test_an_agency_is_told_what_is_new_for_it(second):
    words = told.said(told.last("edition.approved"), editors(HEALTH))
    assert words.path == "/desk"
    assert words.lines[-4:] == (
        "New duties of your agency: 1.", "77. Schools 77", "Duties that end: 1.", "1. Schools 1",
    )
    assert told.said(told.last("edition.approved"), editors(AKMOLA)).lines[-1] == "Nothing changes for your agency."


def test_the_bulk_says_what_the_desk_says(second):
    from ckanext.civic_list import news

    body = model.Group.get(HEALTH).id
    edition = told.last("edition.approved").stream_id
    found, shown = news.for_agencies(model.Session(), [(edition, body)]), news.for_agency(model.Session(), body)
    assert found[edition, body] == {"new": shown["new"], "ended": shown["ended"]}


@pytest.mark.parametrize(("language", "subject"), [("ru", "2026"), ("kk", "2026")])
def test_rows_are_named_in_the_readers_language(second, language, subject):
    words = told.said(told.last("edition.approved"), editors(HEALTH), language)
    assert subject in words.subject
    assert {"ru": "77. Школы 77", "kk": "77. Мектептер 77"}[language] in words.lines


def test_that_it_is_in_force_is_told_when_its_day_comes(second):
    with on("2025-06-02"):
        pass_time()
        event = told.last("edition.superseded")
        assert ("editions", "") in told.targets(event)
        assert not told.outdated(event)
        words = told.said(event, Target("editions"))
    assert (words.subject, words.path) == ("Edition 2026 of the unified list is in force", "/list/editions/2026")


def test_an_edition_in_force_at_once_is_told_once(first):
    with on("2025-05-05"):
        draft("2026", copy_of="2025")
        make_law("2026", "2025-05-05")
        pass_time()
    assert told.targets(told.last("edition.approved"))
    assert told.targets(told.last("edition.superseded")) == []


def test_a_day_that_is_set_later_is_told(first):
    with on("2025-05-05"):
        draft("2026", copy_of="2025")
        act("keeper", "civic_edition_submit", id="2026")
        act("approver", "civic_edition_approve", id="2026")
        assert told.targets(told.last("edition.approved")) == [("editions", "")]
        act("approver", "civic_edition_set_effective", id="2026", effective_from="2025-06-02")
    event = told.last("edition.effective_set")
    assert len(told.targets(event)) > 20
    assert "In force from 02.06.2025." in told.said(event, Target("editions")).lines


def test_a_revoked_edition_and_its_return_to_the_former(second):
    approved = told.last("edition.approved")
    with on("2025-06-02"):
        pass_time()
    with on("2025-06-10"):
        act("approver", "civic_edition_revoke", id="2026", act="№ 9", day="2025-06-20")
        event = told.last("edition.revoked")
        lines = told.said(event, Target("editions")).lines
        assert "From 20.06.2025 on the edition before it is in force again." in lines
        assert told.outdated(approved)
        assert not told.outdated(event)
    with on("2025-06-20"):
        pass_time()
        again = told.last("edition.reinstated")
        assert ("editions", "") in told.targets(again)
        assert told.said(again, Target("editions")).subject == "Edition 2025 of the unified list is in force again"
        assert not told.outdated(again)


def test_a_return_on_the_day_of_the_decision_is_told_once(second):
    with on("2025-06-02"):
        pass_time()
    with on("2025-06-10"):
        act("approver", "civic_edition_revoke", id="2026", act="№ 9", day="2025-06-10")
        pass_time()
    assert told.targets(told.last("edition.revoked"))
    assert told.targets(told.last("edition.reinstated")) == []


def test_many_agencies_cost_as_much_as_one(second, statements):
    event = told.last("edition.approved")
    counts = []
    for several in ([editors(HEALTH)], [Target(*target) for target in told.targets(event)]):
        statements.clear()
        telling.said(model.Session(), [Told(event, target) for target in several], "ru")
        counts.append(len(statements))
    assert counts[0] == counts[1] == 3
    statements.clear()
    told.audiences([event])
    assert len(statements) == 3
