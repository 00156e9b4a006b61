"""A simulated year: what a past day's question is answered today is what was answered on that day."""
from __future__ import annotations

import random
import threading
from datetime import date, timedelta
from typing import Any

import ckan.model as model
import pytest
import sqlalchemy as sa
from civic_list.delivering import duty_id, look, obligations, pass_time, publish, put, states
from civic_list.listing import begin_list, next_list, on
from civic_list.portal import AKMOLA, BODY, HEALTH, act, draft, make_law, row

from ckanext.civic_list.delivery import ticking as delivery
from ckanext.civic_list.model import Item

pytestmark = pytest.mark.usefixtures("office")

KEPT = ("code", "state", "reason", "next_due", "period")


def rows(number: int) -> bytes:
    return f"period;region;count\n2025-{number};Akmola;{number}\n".encode()


def answers(as_of: str | None = None) -> dict[str, Any]:
    """Everything that is said of a day: each duty, the figures of the portal and of both agencies."""
    past = {"as_of": as_of} if as_of else {}
    found = act("citizen", "civic_duty_search", limit=100, sort="number", **past)
    duties = {(one["code"], one["agency"]["name"]): {name: one[name] for name in KEPT} for one in found["results"]}
    figures = {
        agency: {name: one[name] for name in ("counters", "punctual")}
        for agency in (None, HEALTH, AKMOLA)
        for one in [act("citizen", "civic_compliance_show", **({"agency": agency} if agency else {}), **past)]
    }
    return {"duties": duties, "figures": figures, "facets": found["facets"]["state"]}


@pytest.mark.parametrize("seed", [1, 2])
def test_the_answer_for_a_day_never_changes(seed: int) -> None:
    """Two editions, links that come and go, rests, late releases, changed periods, data hidden and shown again."""
    chance = random.Random(seed)
    with on("2025-01-20"):
        codes = begin_list(rows=4)
    keys = [f"{code}@{HEALTH}" for code in codes[:3]]
    with on("2025-02-01"):
        for place, key in enumerate(keys[:2]):
            publish(key, name=f"set-{place}")
    recorded: dict[str, Any] = {}
    day, number = date(2025, 2, 3), 0
    acts = ["put", "put", "put", "hide", "show", "unlink", "link", "rest", "stricter", "nothing", "nothing"]
    while day < date(2026, 1, 15):
        with on(day.isoformat()):
            pass_time()
            number += 1
            happen(chance.choice(acts), chance, keys, number, day)
            if day.month == 7 and not any(one > "2025-07" for one in recorded):
                next_list("2026", (day + timedelta(days=20)).isoformat(), **{codes[1]: {"period": "QUARTERLY"}})
            pass_time()
            recorded[day.isoformat()] = answers()
        day += timedelta(days=chance.randrange(3, 20))
    with on("2026-02-02"):
        pass_time()
        for then, said in recorded.items():
            assert answers(then) == said, then


def happen(what: str, chance: random.Random, keys: list[str], number: int, day: date) -> None:
    """Something happens to one of the datasets or duties; what is not possible just then does not."""
    import ckan.plugins.toolkit as tk

    name, key = f"set-{chance.randrange(2)}", chance.choice(keys)
    try:
        if what == "put":
            put(name, rows(number))
        elif what in ("hide", "show"):
            act("health_editor", "package_patch", id=name, private=what == "hide")
            look(name)
        elif what in ("link", "unlink"):
            act("health_editor", f"civic_duty_{what}", duty=key, dataset=name)
        elif what == "stricter":
            act("health_admin", "civic_duty_update", id=key, period="WEEKLY")
        elif what == "rest":
            until = (day + timedelta(days=30)).isoformat()
            asked = act("health_admin", "civic_duty_suspend", duty=key, since=day.isoformat(), until=until,
                        ground="force_majeure", reason="Flood")
            act("keeper", "civic_relief_decide", id=asked["id"], decision="confirm")
    except (tk.ValidationError, tk.ObjectNotFound):
        pass


# -- reorganisation --------------------------------------------------------------------------------------


def test_what_is_open_passes_and_what_was_missed_stays() -> None:
    """A body is merged in mid-year: nobody dead owes, nothing not yet due is lost, what was missed stays."""
    with on("2025-01-20"):
        code = begin_list(rows=2)[0]
    key = f"{code}@{HEALTH}"
    with on("2025-02-03"):
        publish(key)
        put("schools", rows(1))
    with on("2025-06-16"):
        pass_time()
        act("keeper", "civic_agency_succession_create", **{"from": HEALTH}, to=BODY, day="2025-06-16", act="№ 1",
            kind="merged")
        pass_time()
        old, new = duty_id(key), duty_id(f"{code}@{BODY}")
        before = obligations(old)
        assert before["2025-03"] == before["2025-04"] == "missed"
        assert "2025-06" not in before
        assert obligations(new)["2025-06"] == "open"
        assert states(old)[-1][1] == "not_applicable"
        put("schools", rows(2), user="operator")
        assert obligations(new)["2025-06"] == "fulfilled"
        figures = act("citizen", "civic_compliance_show", agency=HEALTH)
        assert figures["counters"]["listed"] == 0
    with on("2025-12-01"):
        pass_time()
        assert [key for key, state in obligations(old).items() if state == "open"] == []
        assert "missed" in obligations(new).values()


def test_a_liquidated_body_owes_nothing_and_is_excused_what_was_not_due() -> None:
    with on("2025-01-20"):
        code = begin_list(rows=2)[0]
    key = f"{code}@{HEALTH}"
    with on("2025-02-03"):
        publish(key)
        put("schools", rows(1))
    with on("2025-05-14"):
        pass_time()
        act("keeper", "civic_agency_succession_create", **{"from": HEALTH}, day="2025-05-14", act="№ 1",
            kind="liquidated")
        pass_time()
        owed = obligations(duty_id(key))
        assert (owed["2025-03"], owed["2025-05"]) == ("missed", "excused")
    with on("2025-12-01"):
        pass_time()
        assert [state for state in obligations(duty_id(key)).values() if state == "open"] == []


def test_a_renamed_body_goes_on_without_a_break() -> None:
    with on("2025-01-20"):
        code = begin_list(rows=2)[0]
    with on("2025-02-03"):
        publish(f"{code}@{HEALTH}")
        put("schools", rows(1))
    with on("2025-05-14"):
        pass_time()
        act("keeper", "civic_agency_succession_create", **{"from": HEALTH}, to=BODY, day="2025-05-14", act="№ 1",
            kind="renamed")
        pass_time()
        new = duty_id(f"{code}@{BODY}")
        assert obligations(new)["2025-05"] == "open"
        assert "first" not in obligations(new)


def test_an_item_that_the_next_edition_moves_takes_what_is_open_along() -> None:
    with on("2025-01-20"):
        code = begin_list(rows=2)[0]
    with on("2025-02-03"):
        publish(f"{code}@{HEALTH}")
        put("schools", rows(1))
        put("schools", rows(2))
    with on("2025-05-05"):
        pass_time()
        next_list("2026", "2025-05-15", **{code: {"owner": AKMOLA}})
    with on("2025-05-15"):
        pass_time()
        old, new = duty_id(f"{code}@{HEALTH}"), duty_id(f"{code}@{AKMOLA}")
        assert "2025-05" not in obligations(old)
        assert obligations(new)["2025-05"] == "open"
        assert obligations(old)["2025-03"] == "missed"


def test_a_body_that_is_split_passes_on_what_it_gives_away_and_keeps_the_rest() -> None:
    with on("2025-01-20"):
        given, kept, _ = begin_list(rows=3)
    with on("2025-02-03"):
        for place, code in enumerate((given, kept)):
            publish(f"{code}@{HEALTH}", name=f"set-{place}")
            put(f"set-{place}", rows(place))
    with on("2025-05-14"):
        pass_time()
        act("keeper", "civic_agency_succession_create", **{"from": HEALTH}, to=BODY, day="2025-05-14", act="№ 1",
            kind="split", items=[given])
        pass_time()
        assert obligations(duty_id(f"{given}@{BODY}"))["2025-05"] == "open"
        assert "2025-05" not in obligations(duty_id(f"{given}@{HEALTH}"))
        assert obligations(duty_id(f"{kept}@{HEALTH}"))["2025-05"] == "open"
        assert obligations(duty_id(f"{given}@{HEALTH}"))["2025-03"] == "missed"


def test_an_item_that_is_split_passes_on_to_each_of_its_parts() -> None:
    with on("2025-01-20"):
        code = begin_list(rows=2)[0]
    with on("2025-02-03"):
        publish(f"{code}@{HEALTH}")
        put("schools", rows(1))
    with on("2025-05-05"):
        pass_time()
        draft("2026", copy_of="2025")
        parts = [row("2026", number)["code"] for number in (71, 72)]
        model.Session.execute(
            sa.update(Item).where(Item.code.in_(parts))
            .values(split_from=sa.select(Item.id).where(Item.code == code).scalar_subquery())
        )
        act("keeper", "civic_item_delete", edition="2026", code=code)
        make_law("2026", "2025-05-15")
    with on("2025-05-15"):
        pass_time()
        assert "2025-05" not in obligations(duty_id(f"{code}@{HEALTH}"))
        for part in parts:
            owed = obligations(duty_id(f"{part}@{HEALTH}"))
            assert (owed["2025-05"], "first" in owed) == ("open", False)


# -- two ticks at once -----------------------------------------------------------------------------------


def test_two_nodes_tick_at_once_and_nothing_is_doubled() -> None:
    """Both work on the same rows at the same moment: each row is taken by one of them."""
    with on("2025-01-20"):
        codes = begin_list(rows=6)
    with on("2025-02-03"):
        pass_time()
        publish(f"{codes[0]}@{HEALTH}")
        put("schools", rows(1))
    with on("2025-07-01"):
        both = threading.Barrier(2)
        failed: list[BaseException] = []

        def node() -> None:
            try:
                both.wait(30)
                delivery.tick(model.Session)
            except BaseException as error:
                failed.append(error)
            finally:
                model.Session.remove()

        nodes = [threading.Thread(target=node) for _ in range(2)]
        for one in nodes:
            one.start()
        for one in nodes:
            one.join()
        assert failed == []
        pass_time()
        assert_once()


def assert_once() -> None:
    """Each turn, missed obligation and step of a reminder was recorded once."""
    told = model.Session.execute(sa.text("""
        select type, stream_id, at, public, count(*) from civic_core_event
        where type in ('duty.state_changed', 'obligation.missed', 'reminder.due')
        group by 1, 2, 3, 4 having count(*) > 1
    """)).all()
    assert told == []
    missed, events = model.Session.execute(sa.text("""
        select (select count(*) from civic_list_obligation where state = 'missed'),
               (select count(*) from civic_core_event where type = 'obligation.missed')
    """)).one()
    assert missed == events > 20
