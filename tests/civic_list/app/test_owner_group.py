"""Owner groups: who may change them, what is refused, and that they are shown as they were sent."""
from __future__ import annotations

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
from civic_list.listing import begin_list, on, terms
from civic_list.portal import AKMOLA, HEALTH, SHYMKENT, act, events, race, refusal

from ckanext.civic_list.logic.action import owner_group

pytestmark = pytest.mark.usefixtures("office")

TITLE = {"kk": "Өңірлер", "ru": "Регионы", "en": "Regions"}


def group(**given):
    with on("2025-01-20"):
        return act("keeper", "civic_owner_group_create", **{
            "name": "regions", "title_translated": TITLE, "spellings": ["Все регионы"],
            "members": [{"agency": AKMOLA, "since": "2024-01-01"}, {"agency": SHYMKENT}], **given,
        })


def shown(answer):
    return [(one["agency"]["name"], one["since"], one["until"]) for one in answer["members"]]


def test_a_group_is_shown_as_it_was_sent():
    made = group()
    assert (made["name"], made["title_translated"], made["spellings"]) == ("regions", TITLE, ["Все регионы"])
    assert shown(made) == [(AKMOLA, "2024-01-01", None), (SHYMKENT, "2025-01-20", None)]
    assert act("", "civic_owner_group_show", id="regions") == made
    assert [one["public"]["members"] for one in events(stream="owner_group")] == [[AKMOLA, SHYMKENT]]


def test_who_is_left_out_leaves_today_and_stays_in_the_history():
    made = group()
    with on("2025-02-10"):
        changed = act("keeper", "civic_owner_group_update", id="regions", members=[{"agency": SHYMKENT}])
        again = act("keeper", "civic_owner_group_update", id="regions", members=[
            {"agency": one["agency"]["name"], "since": one["since"], "until": one["until"]}
            for one in changed["members"]
        ])
    assert shown(changed) == shown(again) == [(AKMOLA, "2024-01-01", "2025-02-10"), (SHYMKENT, "2025-01-20", None)]
    assert changed["title_translated"] == made["title_translated"]


@pytest.mark.parametrize(("given", "field"), [
    ({"name": "mio"}, "name"), ({"name": "Not a name!"}, "name"), ({"title_translated": {}}, "title_translated"),
    ({"members": [{"agency": "nobody"}]}, "members"), ({"members": [{"agency": AKMOLA}] * 2}, "members"),
    ({"members": [{"agency": AKMOLA, "since": "2025-03-01", "until": "2025-02-01"}]}, "members"),
    ({"members": [{"agency": AKMOLA, "since": "yesterday"}]}, "members"), ({"members": "all"}, "members"),
])
def test_what_is_wrong_is_said_and_nothing_is_written(given, field):
    before = act("", "civic_owner_group_list")
    with on("2025-01-20"):
        said = refusal("keeper", "civic_owner_group_create", **{
            "name": "regions", "title_translated": TITLE, "members": [], **given,
        })
    assert list(said) == [field]
    assert act("", "civic_owner_group_list") == before
    assert events(stream="owner_group") == []


@pytest.mark.parametrize("user", ["", "citizen", "akmola_admin", "health_editor"])
def test_only_keepers_change_groups_and_everybody_sees_them(user):
    group()
    with pytest.raises(tk.NotAuthorized):
        act(user, "civic_owner_group_update", id="regions", members=[])
    with pytest.raises(tk.NotAuthorized):
        act(user, "civic_owner_group_create", name="other", title_translated=TITLE)
    assert act(user, "civic_owner_group_list")["count"] == 2


def test_of_two_keepers_at_once_one_wins_and_the_other_is_told(monkeypatch):
    with on("2025-01-20"):
        _, common = begin_list()

        def give(*names):
            return lambda: act("keeper", "civic_owner_group_update", id="mio", members=[{"agency": n} for n in names])

        first, second = race(monkeypatch, (owner_group, "record"), give(AKMOLA), give(SHYMKENT))
    assert "conflict" in second.error_dict
    assert [one["agency"]["name"] for one in first["members"] if one["until"] is None] == [AKMOLA]
    assert terms(common, AKMOLA) == [("2025", "2025-02-01", None)]
    assert terms(common, SHYMKENT) == []


def test_an_agency_that_joins_while_an_edition_is_approved_owes_it(monkeypatch):
    """Both write terms: one waits for the other and then sees what it did."""
    import threading

    from civic_list.portal import draft, row

    from ckanext.civic_list import terms as writing

    with on("2025-01-20"):
        draft("2025")
        code = row("2025", 1, owner="mio")["code"]
        act("keeper", "civic_edition_submit", id="2025")
        members = [one["agency"]["name"] for one in act("", "civic_owner_group_show", id="mio")["members"]]
        inside, over, real = threading.Event(), threading.Event(), writing._realign

        def slow(*args):
            inside.set()
            over.wait(5)
            real(*args)

        monkeypatch.setattr(writing, "_realign", slow)
        got = []

        def run(action):
            try:
                got.append(action())
            finally:
                model.Session.remove()

        approve = threading.Thread(target=run, args=(
            lambda: act("approver", "civic_edition_approve", id="2025", effective_from="2025-02-01"),))
        join = threading.Thread(target=run, args=(
            lambda: act("keeper", "civic_owner_group_update", id="mio",
                        members=[{"agency": name} for name in [*members, HEALTH]]),))
        model.Session.remove()
        approve.start()
        assert inside.wait(30)
        join.start()
        over.set()
        approve.join(60)
        join.join(60)
    assert len(got) == 2
    assert terms(code, HEALTH) == [("2025", "2025-02-01", None)]


@pytest.mark.parametrize("count", [1, 3, 30])
def test_the_list_of_groups_takes_the_same_statements_however_long(count, statements):
    for number in range(count):
        act("keeper", "civic_owner_group_create", name=f"group-{number}", title_translated=TITLE,
            members=[{"agency": AKMOLA}])
    statements.clear()
    assert len(act("", "civic_owner_group_list", limit=100)["results"]) == count + 1
    assert len(statements) == 4, statements
