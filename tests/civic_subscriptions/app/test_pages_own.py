"""The page of what one follows: by account, and by a signed link."""
from __future__ import annotations

from datetime import timedelta

import ckan.model as model
import pytest
import sqlalchemy as sa
from civic_list.app.reader import Reader, value, words
from civic_list.listing import dataset
from civic_list.portal import AKMOLA, HEALTH, act
from civic_subscriptions.posting import MAIL, channels, confirmed, count, posted, token_in

from ckanext.civic_core import clock
from ckanext.civic_subscriptions.model import Subscription
from ckanext.civic_subscriptions.who import manage_token


@pytest.fixture
def citizen(app, office):
    return Reader(app, "citizen")


@pytest.fixture
def rows(office):
    """What the citizen follows: the newest first."""
    act("citizen", "civic_subscription_create", target_type="agency", target_id=AKMOLA)
    act("citizen", "civic_subscription_create", target_type="category", target_id="health", tempo="weekly")
    return act("citizen", "civic_subscription_list")["results"]


def _listed(name: str = "citizen") -> list[dict]:
    return act(name, "civic_subscription_list")["results"]


def _form(rows, **changed):
    """The fields of the table as the page has them."""
    data = {"row": [row["id"] for row in rows]}
    for row in rows:
        data |= {f"channels-{row['id']}": row["channels"], f"tempo-{row['id']}": row["tempo"]}
    return {**data, **changed}


class TestTheTable:
    def test_a_visitor_is_sent_to_the_login_and_comes_back(self, app):
        answer = app.get("/subscriptions", follow_redirects=False, status=302)
        assert answer.headers["Location"].endswith("/user/login?came_from=/subscriptions")

    def test_every_row_says_what_why_how_and_how_often(self, citizen, rows):
        page = citizen.opens("/subscriptions")
        said = words(page, "tbody")
        for row in rows:
            assert row["title"]["en"] in said
        assert "You get messages because you subscribed on" in said
        assert value(page, f"tempo-{rows[0]['id']}") == "weekly"
        assert [one["value"] for one in page.select(f"[name='channels-{rows[0]['id']}'][checked]")] == ["email"]
        assert page.select_one("form[method=post] [name=_csrf_token]")

    def test_one_save_takes_all_rows(self, citizen, rows, monkeypatch):
        channels(monkeypatch, "email", "sms")
        first, second = rows
        page = citizen.sends("/subscriptions", _form(rows, **{
            f"tempo-{first['id']}": "at_once", f"every-{first['id']}": "true",
            f"channels-{second['id']}": ["email", "sms"],
        }))
        assert "Saved." in words(page, ".flash-messages")
        now = {row["id"]: row for row in _listed()}
        assert (now[first["id"]]["tempo"], now[first["id"]]["every_change"]) == ("at_once", True)
        assert now[second["id"]]["channels"] == ["email", "sms"]
        assert "SMS: no number is confirmed." in words(page, ".cv-note")

    def test_without_any_channel_a_row_says_so_and_the_others_are_saved(self, citizen, rows):
        first, second = rows
        page = citizen.sends("/subscriptions", _form(rows, **{
            f"channels-{first['id']}": [], f"tempo-{second['id']}": "weekly",
        }))
        assert "choose at least one channel, or unsubscribe" in words(page, "[role=alert]")
        assert page.select_one("[role=alert] a")["href"] == f"#field-channels-{first['id']}"
        assert page.select(f"[name='channels-{first['id']}'][checked]") == []
        now = {row["id"]: row for row in _listed()}
        assert now[first["id"]]["channels"] == ["email"]
        assert now[second["id"]]["tempo"] == "weekly"

    def test_unsubscribe_ends_one_row_and_leaves_the_rest_as_it_was(self, citizen, rows):
        first, second = rows
        page = citizen.sends("/subscriptions", _form(rows, stop=first["id"], **{f"tempo-{second['id']}": "at_once"}))
        assert _listed() == [second]
        assert f"You no longer follow “{first['title']['en']}”." in words(page, ".flash-messages")

    def test_rows_of_others_are_out_of_reach(self, app, citizen, rows):
        other = Reader(app, "keeper")
        other.sends("/subscriptions", _form(rows, **{f"tempo-{row['id']}": "at_once" for row in rows}))
        other.sends("/subscriptions", {"stop": rows[0]["id"]})
        assert _listed() == rows

    def test_what_is_gone_stays_under_its_last_name_and_can_be_ended(self, citizen):
        made = dataset("health_admin", HEALTH)
        act("citizen", "civic_subscription_create", target_type="dataset", target_id=made["id"])
        act("health_admin", "package_delete", id=made["id"])
        page = citizen.opens("/subscriptions")
        assert "Schools It is not on the portal any more." in words(page, "tbody th")
        assert page.select("tbody th a") == []
        citizen.sends("/subscriptions", {"stop": _listed()[0]["id"]})
        assert count(Subscription) == 0

    def test_many_rows_come_in_pages_and_cost_the_same(self, citizen, statements):
        def cost(path: str) -> int:
            citizen.opens(path)
            statements.clear()
            citizen.opens(path)
            return len(statements)

        act("citizen", "civic_subscription_create", target_type="search", query="q=water0")
        one = cost("/subscriptions")
        for number in range(1, 25):
            act("citizen", "civic_subscription_create", target_type="search", query=f"q=water{number}")
        assert cost("/subscriptions") == one
        page = citizen.opens("/subscriptions?page=2")
        assert len(page.select("tbody tr")) == 5
        assert page.select_one("form[action*='page=2']")

    def test_what_else_there_is_leads_to_where_it_is_found(self, citizen):
        tiles = {tile.get_text(strip=True): tile["href"] for tile in citizen.opens("/subscriptions").select(
            ".cv-tiles a")}
        assert tiles["Search for datasets"].startswith("/dataset")
        assert len(tiles) >= 4


class TestWhereAndWhen:
    def test_what_was_chosen_is_kept_and_shown(self, citizen):
        citizen.sends("/subscriptions/preferences", {
            "language": "kk", "quiet_from": "22:00", "quiet_until": "7:30", "digest_hour": "18",
        })
        page = citizen.opens("/subscriptions")
        assert [value(page, name) for name in ("language", "quiet_from", "quiet_until", "digest_hour")] == [
            "kk", "22:00", "07:30", "18"]
        assert "citizen@portal.example" in words(page, "#preferences")

    @pytest.mark.parametrize(("wrong", "field"), [
        ({"quiet_from": "25:00", "quiet_until": "07:00"}, "quiet_from"),
        ({"quiet_from": "22:00", "quiet_until": ""}, "quiet_from"),
    ])
    def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(self, citizen, wrong, field):
        page = citizen.sends("/subscriptions/preferences", {"language": "kk", "digest_hour": "18", **wrong})
        assert page.select_one(f"#field-{field}")["aria-invalid"] == "true"
        assert value(page, field) == wrong[field]
        assert value(page, "language") == "kk"
        assert act("citizen", "civic_notification_preferences_show")["language"] is None

    def test_a_pause_is_seen_at_the_top_and_ended_by_the_same_form(self, citizen, rows):
        page = citizen.sends("/subscriptions/preferences", {"paused": "true"})
        assert "All messages are paused" in words(page, ".cv-note")
        page = citizen.sends("/subscriptions/preferences", {"language": ""})
        assert "All messages are paused" not in words(page)
        assert len(_listed()) == 2

    def test_only_who_works_for_an_agency_is_asked_about_his_work(self, app, citizen):
        assert citizen.opens("/subscriptions").select("[name=work_tempo]") == []
        editor = Reader(app, "akmola_editor")
        assert value(editor.opens("/subscriptions"), "work_tempo") == "daily"
        editor.sends("/subscriptions/preferences", {"work_tempo": "at_once"})
        chosen = act("akmola_editor", "civic_notification_preferences_show")
        assert (chosen["work_tempo"], chosen["work_channels"]) == ("at_once", [])
        citizen.sends("/subscriptions/preferences", {"language": "kk"})
        assert act("citizen", "civic_notification_preferences_show")["work_channels"] == ["email"]

    def test_a_number_is_confirmed_by_the_code_that_was_sent_there(self, citizen, monkeypatch):
        assert citizen.opens("/subscriptions").select("#phone") == []
        channels(monkeypatch, "email", "sms")
        page = citizen.sends("/subscriptions/phone", {"number": "call me"})
        assert page.select_one("#field-number")["aria-invalid"] == "true"
        page = citizen.sends("/subscriptions/phone", {"number": "8 (701) 123-45-67"})
        assert "A code was sent to 8 (701) 123-45-67." in words(page, "#phone")
        form = {"number": value(page, "number"), "code": "000000"}
        page = citizen.sends("/subscriptions/phone", form)
        assert page.select_one("#field-code")["aria-invalid"] == "true"
        code = next(part for part in posted("confirm_phone")[0]["text"].replace(".", " ").split() if part.isdecimal())
        page = citizen.sends("/subscriptions/phone", {**form, "code": code})
        assert "+77011234567" in words(page, "#phone")
        page = citizen.sends("/subscriptions/phone", {"forget": "1"})
        assert "+77011234567" not in words(page)

    def test_a_browser_is_taken_on_and_let_go(self, citizen, monkeypatch):
        channels(monkeypatch, "email", "web_push")
        keys = {"p256dh": "B" + "A" * 86, "auth": "A" * 22}
        citizen.sends("/subscriptions/push", {"endpoint": "https://fcm.googleapis.com/fcm/send/abc", **keys})
        kept = act("citizen", "civic_notification_preferences_show")["endpoints"]
        assert len(kept) == 1
        citizen.sends("/subscriptions/push/end", {"id": kept[0]["id"]})
        assert act("citizen", "civic_notification_preferences_show")["endpoints"] == []

    def test_what_is_followed_in_ckan_is_offered_once(self, citizen):
        made = dataset("health_admin", HEALTH)
        assert citizen.opens("/subscriptions").select("form[action$='/from-follows']") == []
        act("citizen", "follow_dataset", id=made["id"])
        page = citizen.opens("/subscriptions")
        assert "You follow 1 thing in CKAN." in words(page)
        page = citizen.sends(page.select_one("form[action$='/from-follows']")["action"])
        assert [row["target_id"] for row in _listed()] == [made["id"]]
        assert page.select("form[action$='/from-follows']") == []


class TestByLink:
    @pytest.fixture
    def token(self, office, visitors):
        return confirmed()

    @pytest.fixture
    def visitor(self, app):
        return Reader(app)

    def test_the_same_page_without_a_login(self, visitor, token):
        answer = visitor.app.get(f"/subscriptions/by-link/{token}")
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "no-store" in answer.headers["Cache-Control"]
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert MAIL not in answer.body
        page = visitor.opens(f"/subscriptions/by-link/{token}")
        key = page.select_one("[name=row]")["value"]
        saved = visitor.sends(f"/subscriptions/by-link/{token}", {
            "row": key, f"channels-{key}": "email", f"tempo-{key}": "weekly"})
        assert words(saved, ".cv-note[role=status]") == "Saved."
        assert act("", "civic_subscription_list", token=token)["results"][0]["tempo"] == "weekly"
        visitor.sends(f"/subscriptions/by-link/{token}/preferences", {"language": "kk", "paused": "true"})
        assert act("", "civic_notification_preferences_show", token=token)["paused"] is True
        ended = visitor.sends(f"/subscriptions/by-link/{token}", {"stop": key})
        assert words(ended, ".cv-note[role=status]") == "You no longer follow it."
        assert count(Subscription) == 0
        assert visitor.app.client.get_cookie("ckan", "test.ckan.net") is None

    def test_a_token_in_the_query_leads_to_the_same_page(self, visitor, token):
        answer = visitor.app.get(f"/subscriptions?token={token}", follow_redirects=False, status=302)
        assert answer.headers["Location"].endswith(f"/subscriptions/by-link/{token}")

    @pytest.mark.parametrize("path", ["", "/preferences"])
    def test_a_link_that_is_old_or_not_ours_says_what_to_do_and_changes_nothing(self, visitor, token, path):
        with clock.stopped_at(clock.now() - timedelta(days=366)):
            old = manage_token(_recipient())
        for one in (old, "x", token[:-2]):
            page = visitor.sends(f"/subscriptions/by-link/{one}{path}", {"paused": "true"}, status=404)
            assert page.select_one("form[action$='/subscriptions/link'] [name=email]")
        assert act("", "civic_notification_preferences_show", token=token)["paused"] is False

    def test_asking_for_a_fresh_link_answers_everybody_alike(self, visitor, token):
        known = visitor.sends("/subscriptions/link", {"email": MAIL})
        unknown = visitor.sends("/subscriptions/link", {"email": "nobody@mail.example"})
        assert words(known) == words(unknown)
        letters = posted("manage_link")
        assert len(letters) == 1
        own = visitor.opens(f"/subscriptions/by-link/{token_in(letters[0])}")
        assert model.Group.get(AKMOLA).title in words(own, "tbody")

    def test_an_address_that_is_none_is_said(self, visitor):
        page = visitor.sends("/subscriptions/link", {"email": "nobody"})
        assert page.select_one("#field-email")["aria-invalid"] == "true"


def _recipient() -> str:
    return model.Session.scalar(sa.select(Subscription.recipient))
