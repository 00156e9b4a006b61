"""Who hears of what, and how he is reached: what the outbox asks."""
from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import ckan.model as model
import ckan.plugins as p
import pytest
import sqlalchemy as sa
from civic_list.portal import AKMOLA, HEALTH, act
from civic_subscriptions.posting import MAIL, channels, confirmed, count, user_id

from ckanext.civic_core import clock
from ckanext.civic_core.domain.news import Target
from ckanext.civic_core.interfaces import IRecipients
from ckanext.civic_subscriptions.model import Endpoint, Phone, Preferences, Refusal
from ckanext.civic_subscriptions.subscribers import subscribers

NOON = datetime(2026, 3, 2, 7, tzinfo=UTC)


def _known() -> Any:
    return next(iter(p.PluginImplementations(IRecipients)))


def _hear(kind: str, target: str = "") -> set[tuple[str, str, str]]:
    """Who hears of a target: name of the account (or its recipient), channel, tempo."""
    one = subscribers().subquery()
    rows = model.Session.execute(
        sa.select(one.c.recipient, one.c.channel, one.c.tempo)
        .where(one.c.target_type == kind, one.c.target_id == target, one.c.channel.is_not(None))
    ).all()
    names = dict(model.Session.execute(sa.select(model.User.id, model.User.name)).tuples().all())
    assert len(set(rows)) == len(rows)
    return {(names.get(row.recipient, row.recipient), row.channel, row.tempo) for row in rows}


def _agency(name: str = AKMOLA) -> str:
    return model.Group.get(name).id


def test_who_follows_hears_by_each_of_his_channels(monkeypatch):
    channels(monkeypatch, "email", "sms")
    act("citizen", "civic_subscription_create", target_type="agency", target_id=AKMOLA, channels=["email", "sms"])
    act("keeper", "civic_subscription_create", target_type="agency", target_id=AKMOLA, tempo="weekly")
    assert _hear("agency", _agency()) == {
        ("citizen", "email", "daily"), ("citizen", "sms", "daily"), ("keeper", "email", "weekly")}
    assert _hear("agency", _agency(HEALTH)) == set()


def test_who_works_for_an_agency_hears_of_it():
    assert _hear("agency_editors", _agency()) == {
        ("akmola_admin", "email", "daily"), ("akmola_editor", "email", "daily")}
    assert _hear("agency_admins", _agency()) == {("akmola_admin", "email", "daily")}
    assert {name for name, _, _ in _hear("list_keepers")} == {"keeper", "second_keeper", "approver", "second_approver"}


def test_who_works_chooses_how_he_hears_of_it(monkeypatch):
    channels(monkeypatch, "email", "sms")
    update = "civic_notification_preferences_update"
    act("akmola_admin", update, work_tempo="at_once", work_channels=["sms", "email"])
    act("akmola_editor", update, work_channels="")
    assert _hear("agency_editors", _agency()) == {
        ("akmola_admin", "sms", "at_once"), ("akmola_admin", "email", "at_once")}


def test_who_left_an_agency_hears_no_more():
    act("operator", "organization_member_delete", id=AKMOLA, username="akmola_admin")
    assert _hear("agency_admins", _agency()) == set()


@pytest.mark.parametrize("kind", ["agency_editors", "agency_admins"])
def test_nobody_is_told_what_happened_before_he_had_an_account(kind):
    one = subscribers().subquery()
    since = model.Session.scalar(
        sa.select(one.c.since).where(one.c.target_type == kind, one.c.recipient == user_id("akmola_admin"))
    )
    assert since == datetime(2020, 1, 1, tzinfo=UTC)


def test_a_closed_account_hears_no_more():
    act("operator", "user_delete", id="akmola_admin")
    assert {name for name, _, _ in _hear("agency_editors", _agency())} == {"akmola_editor"}


def test_everybody_hears_of_his_own_at_once(monkeypatch):
    assert _hear("user", user_id("citizen")) == {("citizen", "email", "at_once")}
    channels(monkeypatch, "email", "sms")
    act("citizen", "civic_notification_preferences_update", work_channels=["sms"], work_tempo="weekly")
    assert _hear("user", user_id("citizen")) == {("citizen", "sms", "at_once")}


def test_who_paused_is_among_them():
    act("citizen", "civic_subscription_create", target_type="agency", target_id=AKMOLA)
    act("citizen", "civic_notification_preferences_update", paused=True)
    assert _hear("agency", _agency()) == {("citizen", "email", "daily")}


def test_the_join_with_news_uses_the_indexes():
    model.Session.execute(sa.text("""
        insert into civic_subscriptions_subscription
            (id, recipient, target_type, target_id, label, tempo, channels, since, created)
        select 's' || n, 'u' || n, 'dataset', 'd' || (n % 500), '{}', 'daily', '{email}', now(), now()
        from generate_series(1, 20000) n
    """))
    model.Session.execute(sa.text("analyze civic_subscriptions_subscription"))
    one = subscribers().subquery("subscriber")
    wanted = sa.values(sa.column("kind", sa.Text), sa.column("id", sa.Text), name="wanted").data([("dataset", "d7")])
    query = sa.select(one).join(wanted, sa.and_(one.c.target_type == wanted.c.kind, one.c.target_id == wanted.c.id))
    shown = query.compile(model.Session.get_bind(), compile_kwargs={"literal_binds": True})
    plan = "\n".join(model.Session.scalars(sa.text(f"explain {shown}")))
    model.Session.rollback()
    assert "civic_subscriptions_subscription_by_target" in plan
    assert "Seq Scan on civic_subscriptions_subscription" not in plan


def test_how_a_reader_is_reached():
    citizen = user_id("citizen")
    act("citizen", "civic_notification_preferences_update", language="kk", quiet_from="22:00", quiet_until="07:00",
        digest_hour=18, app_id="egov-7")
    now = clock.now()
    model.Session.add(Phone(recipient=citizen, number="+77011234567", confirmed_at=now))
    model.Session.add(Phone(recipient=citizen, number="+77020000000", code="x", expires=now))
    model.Session.add(Endpoint(id="e", recipient=citizen, address="https://push.example/e", p256dh="p", auth="a",
                               created=now))
    model.Session.commit()
    reach = _known().reach(model.Session(), [citizen])[citizen]
    assert (reach.language, reach.user_id, reach.name, reach.email) == (
        "kk", citizen, "citizen", "citizen@portal.example")
    assert (reach.phone, reach.app_id, reach.paused, reach.hour) == ("+77011234567", "egov-7", False, 18)
    assert reach.quiet == (time(22), time(7))
    assert [(one.id, one.address) for one in reach.endpoints] == [("e", "https://push.example/e")]


def test_who_is_gone_is_left_out(visitors):
    recipients = [user_id("citizen"), user_id("keeper"), "nobody", "address:nobody"]
    act("operator", "user_delete", id="citizen")
    assert set(_known().reach(model.Session(), recipients)) == {user_id("keeper")}


def test_an_address_is_reached_once_it_is_confirmed(visitors):
    from civic_subscriptions.posting import ask

    from ckanext.civic_subscriptions.model import Address

    ask("waiting@mail.example")
    confirmed(language="ru")
    ids = [f"address:{one}" for one in model.Session.scalars(sa.select(Address.id))]
    found = _known().reach(model.Session(), ids)
    assert [(one.email, one.language, one.user_id) for one in found.values()] == [(MAIL, "ru", None)]


def test_the_cost_is_the_same_however_many_are_asked(statements):
    names = list(model.Session.scalars(sa.select(model.User.id)))
    costs = []
    for amount in (1, 3, len(names)):
        statements.clear()
        assert len(_known().reach(model.Session(), names[:amount])) >= 1
        costs.append(len(statements))
    assert costs == [6, 6, 6]


def _email(user: str = "citizen") -> str | None:
    recipient = user_id(user)
    return _known().reach(model.Session(), [recipient])[recipient].email


def test_an_address_that_refused_is_used_no_more_until_its_owner_says_so():
    citizen, known = user_id("citizen"), _known()
    for _ in range(2):
        known.unreachable(model.Session(), citizen, "email", "Citizen@portal.example")
    model.Session.commit()
    assert _email() is None
    assert act("citizen", "civic_notification_preferences_show")["email_refused"] is True
    assert "citizen@" not in str(model.Session.execute(sa.select(Refusal.digest)).all())
    shown = act("citizen", "civic_notification_preferences_update", try_email_again=True)
    assert (shown["email_refused"], _email()) == (False, "citizen@portal.example")


def test_another_address_is_used_at_once():
    known = _known()
    known.unreachable(model.Session(), user_id("citizen"), "email", "citizen@portal.example")
    model.Session.commit()
    act("operator", "user_patch", id="citizen", email="new@portal.example")
    assert _email() == "new@portal.example"


def test_a_browser_that_is_gone_is_forgotten():
    citizen = user_id("citizen")
    for name in ("a", "b"):
        model.Session.add(Endpoint(id=name, recipient=citizen, address=f"https://push.example/{name}", p256dh="p",
                                   auth="a", created=clock.now()))
    model.Session.flush()
    _known().unreachable(model.Session(), "somebody else", "web_push", "b")
    _known().unreachable(model.Session(), citizen, "web_push", "a")
    model.Session.commit()
    assert list(model.Session.scalars(sa.select(Endpoint.id))) == ["b"]
    assert count(Refusal) == 0


def test_a_number_that_refused():
    citizen = user_id("citizen")
    model.Session.add(Phone(recipient=citizen, number="+77011234567", confirmed_at=clock.now()))
    _known().unreachable(model.Session(), citizen, "sms", "+77011234567")
    model.Session.commit()
    assert _known().reach(model.Session(), [citizen])[citizen].phone is None


def test_links_need_no_statement(portal, statements):
    with portal.flask_app.test_request_context():
        statements.clear()
        links = _known().links("somebody", Target("agency", "x"))
        assert statements == []
    assert links.manage.startswith("http://test.ckan.net/subscriptions/by-link/")
    assert links.stop.startswith("http://test.ckan.net/subscriptions/stop/")


def test_the_database_keeps_preferences_whole():
    for wrong in ({"quiet_from": time(1)}, {"digest_hour": 24}, {"work_tempo": "never"}):
        row = {"recipient": "x", "created": NOON, "changed": NOON, **wrong}
        with pytest.raises(sa.exc.IntegrityError):
            model.Session.execute(sa.insert(Preferences).values(row))
        model.Session.rollback()
