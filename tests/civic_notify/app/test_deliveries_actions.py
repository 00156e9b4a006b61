"""Deliveries through the Action API: what became of them, dead letters sent again, how the outbox is doing."""
from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from civic_list.portal import act, each, events, refusal
from civic_notify.owing import begin, owe, user
from civic_notify.readers import NOON, channel, later, rows

from ckanext.civic_core.model import PendingRow
from ckanext.civic_notify.model import ChannelState

SECRET = {"address": "secret@mail.example", "text": "secret words"}


@pytest.fixture(autouse=True)
def outbox(desk: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The sample's accounts and an empty outbox. It is noon."""
    begin(monkeypatch)
    with later(NOON):
        yield
    model.Session.rollback()


# -- civic_delivery_list ---------------------------------------------------------------------------------


def test_a_reader_sees_his_own_and_nobody_elses(outbox):
    mine = owe(recipient=user("citizen"), state="suppressed", reason="paused", settled_at=NOON, answer="said 550")
    owe(recipient=user("akmola_editor"))
    owe("letter", letter=SECRET)
    answer = act("citizen", "civic_delivery_list")
    event = rows("event_id", id=mine)[0]
    assert answer == {"count": 1, "results": [{
        "id": mine, "kind": "event", "channel": "email", "state": "suppressed", "reason": "paused", "topic": "",
        "tempo": "at_once", "attempts": 0, "parts": 0, "target": {"type": "bell", "id": "a"},
        "event": {"id": event, "type": "bell.rung"}, "digest": None, "due": NOON.isoformat(),
        "created": NOON.isoformat(), "settled_at": NOON.isoformat(),
    }]}


def test_an_operator_sees_all_but_nobodys_name_and_no_words(outbox):
    owe(recipient=user("citizen"), answer="250 ok")
    owe("letter", letter=SECRET, topic="confirm_address")
    answer = act("operator", "civic_delivery_list")
    assert list(each(answer, "kind")) == ["letter", "event"]
    assert list(each(answer, "answer")) == ["", "250 ok"]
    said = json.dumps(answer)
    assert "secret" not in said
    assert user("citizen") not in said
    assert act("operator", "civic_delivery_list", mine=True)["count"] == 0


def test_news_of_a_digest_is_listed_with_it(outbox):
    me = user("citizen")
    digest = owe("digest", me, tempo="daily", mark="daily 2026-03-02")
    told = [owe(recipient=me, digest_id=digest, gather=True) for _ in range(2)]
    assert list(each(act("citizen", "civic_delivery_list"), "id")) == [digest]
    assert list(each(act("citizen", "civic_delivery_list", digest=digest), "id")) == told[::-1]
    event = rows("event_id", id=told[0])[0]
    assert list(each(act("operator", "civic_delivery_list", event=event), "digest")) == [digest]
    assert act("health_admin", "civic_delivery_list", digest=digest)["count"] == 0


@pytest.mark.parametrize(("filters", "found"), [
    ({"channel": "sms"}, [3]), ({"state": "failed_permanent"}, [2]), ({"reason": "paused"}, [1]),
    ({"kind": "letter"}, [4]), ({"since": NOON.isoformat()}, [1]),
    ({"kind": "event", "channel": "email"}, [1, 2]), ({"channel": "telegraph"}, []),
])
def test_filters(outbox, filters, found):
    ids = dict(enumerate((
        owe(state="suppressed", reason="paused", settled_at=NOON),
        owe(state="failed_permanent", reason="refused", settled_at=NOON - timedelta(seconds=1)),
        owe(channel="sms"), owe("letter", letter=SECRET),
    ), 1))
    answer = act("operator", "civic_delivery_list", **filters)
    assert sorted(each(answer, "id")) == [ids[place] for place in found]
    assert answer["count"] == len(found)


@pytest.mark.parametrize("wrong", [
    {"state": "lost"}, {"kind": "parcel"}, {"event": "x"}, {"event": 2**63}, {"digest": -1}, {"limit": 101},
    {"since": "yesterday"}, {"since": "2026-03-02T09:00:00"},
])
def test_what_makes_no_sense_is_refused(outbox, wrong):
    assert list(refusal("operator", "civic_delivery_list", **wrong)) == list(wrong)


@pytest.mark.parametrize("count", [1, 3, 30])
def test_a_list_takes_the_same_statements_however_long_it_is(outbox, statements, count):
    for _ in range(count):
        owe(recipient=user("citizen"))
    act("citizen", "civic_delivery_list")
    statements.clear()
    assert act("citizen", "civic_delivery_list", limit=100)["count"] == count
    assert len([one for one in statements if "civic_notify_delivery" in one]) == 2
    assert len(statements) == 5  # and who asks


# -- civic_delivery_resend -------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["failed_permanent", "expired"])
def test_a_dead_letter_waits_again_as_if_it_were_new(outbox, state):
    number = owe(state=state, reason="gave_up", attempts=30, first_try=NOON - timedelta(days=1), settled_at=NOON,
                 due=NOON - timedelta(hours=1), answer="timeout", reference="x")
    with later(NOON + timedelta(hours=2)):
        assert act("operator", "civic_delivery_resend", id=number) == {"resent": 1}
    (row,) = rows("state", "reason", "attempts", "first_try", "settled_at", "due", "answer", "reference", "gather")
    assert row == ("queued", "", 0, None, None, NOON + timedelta(hours=2), "", "", False)
    (event,) = events(type="delivery.resent")
    assert (event["stream_id"], event["public"]) == ("email", {"deliveries": [number], "reason": ""})
    assert event["actor"] == user("operator")


@pytest.mark.parametrize("state", ["queued", "claimed", "sent", "delivered", "failed_temporary", "suppressed"])
def test_only_what_is_dead_is_sent_again(outbox, state):
    number = owe(state=state)
    errors = refusal("operator", "civic_delivery_resend", id=number)
    assert errors == {"id": ["Only a message that failed or is out of date can be sent again."]}
    assert rows("state") == [state]
    assert events(type="delivery.resent") == []


def test_a_digest_goes_again_with_its_news_and_these_not_without_it(outbox):
    digest = owe("digest", state="failed_permanent", reason="refused", settled_at=NOON)
    dead = owe(digest_id=digest, state="failed_permanent", reason="refused", settled_at=NOON)
    ended = owe(digest_id=digest, state="suppressed", reason="unsubscribed", settled_at=NOON)
    assert refusal("operator", "civic_delivery_resend", id=dead) == {
        "id": ["This is news of a digest: send the digest again."]
    }
    act("operator", "civic_delivery_resend", id=digest)
    assert rows("id", "state", "gather", "digest_id") == [
        (digest, "queued", False, None), (dead, "queued", True, digest), (ended, "suppressed", False, digest),
    ]


def test_a_letter_whose_words_are_erased_is_not_sent_again(outbox):
    number = owe("letter", state="failed_permanent")
    errors = refusal("operator", "civic_delivery_resend", id=number)
    assert errors == {"id": ["The words of this letter are erased. Whoever needs it must ask for it again."]}


def test_all_that_failed_for_one_reason_go_again(outbox):
    dead = [owe(state="failed_permanent", reason="gave_up") for _ in range(3)]
    others = [
        owe(state="failed_permanent", reason="refused"), owe(state="failed_permanent", reason="gave_up", channel="sms"),
        owe("letter", state="failed_permanent", reason="gave_up"),
        owe(state="failed_permanent", reason="gave_up", digest_id=dead[0]),
    ]
    assert act("operator", "civic_delivery_resend", channel="email", reason="gave_up") == {"resent": 3}
    assert rows("id", state="queued") == [*dead, others[-1]]
    (event,) = events(type="delivery.resent")
    assert event["public"] == {"deliveries": dead, "reason": "gave_up"}
    assert act("operator", "civic_delivery_resend", channel="email", reason="gave_up") == {"resent": 0}
    assert len(events(type="delivery.resent")) == 1


@pytest.mark.parametrize("given", [{}, {"channel": "email"}, {"reason": "gave_up"}])
def test_it_must_be_said_which(outbox, given):
    owe(state="failed_permanent", reason="gave_up")
    assert list(refusal("operator", "civic_delivery_resend", **given)) == ["id"]
    assert rows("state") == ["failed_permanent"]


def test_a_message_that_is_not_there(outbox):
    with pytest.raises(tk.ObjectNotFound):
        act("operator", "civic_delivery_resend", id=1)


# -- civic_outbox_show -----------------------------------------------------------------------------------


def test_an_empty_outbox(outbox):
    answer = act("operator", "civic_outbox_show")
    assert list(each({"results": answer["channels"]}, "name")) == ["email", "sms"]
    assert answer["channels"][0] == {
        "name": "email", "configured": True, "queued": 0, "retrying": 0, "due": 0, "oldest_due": None, "lag": 0,
        "claimed": 0, "sent": 0, "failed": [],
        "breaker": {"rests": False, "closed_until": None, "failures": 0, "last_failure": "", "failed_at": None,
                    "sent_at": None},
    }
    assert answer["pending"] == {"count": 0, "oldest": None, "lag": 0}
    assert answer["digests"] == {"news": 0, "readers": 0}
    assert (answer["suppressed"], answer["doubts"]) == ([], 0)
    assert answer["prompt"][0] == {"day": "2026-03-02", "sent": 0, "prompt": 0}
    assert len(answer["prompt"]) == 7


def test_what_waits_and_how_long(outbox):
    owe(due=NOON - timedelta(minutes=5))
    owe(due=NOON + timedelta(hours=1), state="failed_temporary")
    owe(state="claimed", claimed_until=NOON + timedelta(minutes=5))
    owe(gather=True, recipient="ann")
    owe(gather=True, recipient="ann")
    owe(gather=True, recipient="bob")
    (email, _) = act("operator", "civic_outbox_show")["channels"]
    wanted = {"queued": 1, "retrying": 1, "claimed": 1, "due": 1, "lag": 300,
              "oldest_due": (NOON - timedelta(minutes=5)).isoformat()}
    assert {name: email[name] for name in wanted} == wanted
    answer = act("operator", "civic_outbox_show")
    assert answer["digests"] == {"news": 3, "readers": 2}
    assert answer["pending"]["count"] == 0


def test_events_that_nobody_was_told_of_yet(outbox):
    model.Session.add(PendingRow(stream="bell", stream_id="a", sequence=1, after=NOON - timedelta(seconds=90)))
    model.Session.commit()
    pending = act("operator", "civic_outbox_show")["pending"]
    assert pending == {"count": 1, "oldest": (NOON - timedelta(seconds=90)).isoformat(), "lag": 90}


def test_what_ended_lately_by_reason(outbox):
    hour = NOON - timedelta(hours=1)
    for reason in ("refused", "gave_up", "refused"):
        owe(state="failed_permanent", reason=reason, settled_at=hour)
    owe(state="sent", settled_at=hour, doubts=2)
    owe(state="delivered", settled_at=hour)
    owe(state="suppressed", reason="paused", settled_at=hour, channel="sms")
    owe(state="failed_permanent", reason="refused", settled_at=NOON - timedelta(hours=25))
    digest = owe("digest", state="sent", settled_at=hour)
    owe(state="sent", settled_at=hour, digest_id=digest)
    owe(state="suppressed", reason="paused", settled_at=hour, digest_id=digest)
    answer = act("operator", "civic_outbox_show")
    (email, sms) = answer["channels"]
    assert email["failed"] == [{"reason": "refused", "count": 2}, {"reason": "gave_up", "count": 1}]
    assert (email["sent"], sms["sent"]) == (3, 0)
    assert answer["suppressed"] == [{"reason": "paused", "count": 2}]
    assert answer["doubts"] == 2


def test_a_channel_that_rests_and_one_that_is_no_longer_configured(outbox, monkeypatch):
    model.Session.add(ChannelState(name="email", failures=4, closed_until=NOON + timedelta(minutes=1),
                                   last_failure="timeout", failed_at=NOON))
    model.Session.add(ChannelState(name="web_push", failures=1, closed_until=NOON - timedelta(minutes=1)))
    model.Session.commit()
    email, _, push = act("operator", "civic_outbox_show")["channels"]
    assert email["breaker"] == {
        "rests": True, "closed_until": (NOON + timedelta(minutes=1)).isoformat(), "failures": 4,
        "last_failure": "timeout", "failed_at": NOON.isoformat(), "sent_at": None,
    }
    assert (push["name"], push["configured"], push["breaker"]["rests"]) == ("web_push", False, False)
    assert channel("email").failures == 4


def test_how_many_are_handed_over_within_ten_seconds_a_day(outbox):
    def sent(ago: timedelta, took: int, **how: Any) -> None:
        owe(state="sent", created=NOON - ago, due=NOON - ago, settled_at=NOON - ago + timedelta(seconds=took), **how)

    sent(timedelta(hours=1), 10)
    sent(timedelta(hours=1), 11)
    sent(timedelta(hours=1), 2, attempts=2)
    sent(timedelta(hours=15), 1)  # yesterday in the portal's zone
    sent(timedelta(days=8), 1)
    owe(state="failed_permanent", settled_at=NOON)
    assert act("operator", "civic_outbox_show")["prompt"][:3] == [
        {"day": "2026-03-02", "sent": 3, "prompt": 1}, {"day": "2026-03-01", "sent": 1, "prompt": 1},
        {"day": "2026-02-28", "sent": 0, "prompt": 0},
    ]


@pytest.mark.parametrize("count", [1, 3, 30])
def test_the_figures_take_the_same_statements_however_much_there_is(outbox, statements, count):
    for place in range(count):
        owe(state=("queued", "failed_permanent", "suppressed")[place % 3], settled_at=NOON)
    act("operator", "civic_outbox_show")
    statements.clear()
    act("operator", "civic_outbox_show")
    assert len([one for one in statements if "civic_" in one]) == 7


def test_the_lists_of_what_failed_are_served_by_their_indexes(outbox):
    session = model.Session()
    session.execute(sa.text("set enable_seqscan = off"))
    for where, index in (
        ("state = 'failed_permanent' and channel = 'email' and reason = 'refused'", "civic_notify_delivery_dead"),
        ("state = 'suppressed' and reason = 'paused'", "civic_notify_delivery_suppressed"),
        ("settled_at >= now()", "civic_notify_delivery_by_end"),
    ):
        plan = session.execute(sa.text(f"explain select count(*) from civic_notify_delivery where {where}")).scalars()
        assert index in "\n".join(plan)
    session.rollback()
