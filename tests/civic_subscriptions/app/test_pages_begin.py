"""From the button on a page to the subscription: for who is signed in, and for who has no account."""
from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from civic_list.app.reader import Reader, value, words
from civic_list.listing import dataset
from civic_list.portal import AKMOLA, HEALTH, act
from civic_subscriptions.posting import MAIL, channels, count, posted, token_in

from ckanext.civic_subscriptions.model import Subscription, Wish

OWN = "civic_subscriptions"


@pytest.fixture
def schools(office):
    return dataset("health_admin", HEALTH)["id"]


@pytest.fixture
def citizen(app, office):
    return Reader(app, "citizen")


@pytest.fixture
def visitor(app):
    return Reader(app)


def _button(page):
    found = page.select("a.btn[href*='/subscriptions']")
    assert len(found) == 1
    return found[0]


def _pages() -> list[str]:
    return ["/dataset/schools", f"/organization/{HEALTH}", "/group/health", f"/list/agency/{HEALTH}",
            "/dataset/?q=schools", f"/dataset/?organization={HEALTH}"]


class TestTheButton:
    @pytest.mark.parametrize("path", _pages())
    def test_it_stands_on_the_page_of_what_can_be_followed_and_leads_to_the_choice(self, visitor, schools, path):
        button = _button(visitor.opens(path))
        assert button.get_text(strip=True) == ("Follow this search" if "?" in path else "Subscribe")
        assert "What you will hear of" in words(visitor.opens(button["href"]))

    @pytest.mark.parametrize("query", ["", "?q=", "?page=2", "?sort=title_string+asc", "?q=" + "x" * 501])
    def test_there_is_none_on_the_search_page_where_nothing_can_be_kept(self, visitor, schools, query):
        page = visitor.opens(f"/dataset/{query}")
        assert page.select("[role=main] a[href*='/subscriptions']") == []
        assert page.select("link[href*='/subscriptions/feed/search']") == []

    def test_a_query_that_is_not_text_does_no_harm(self, visitor, schools):
        visitor.opens("/dataset/?q=%ff%fe")

    def test_there_is_none_on_a_dataset_that_is_not_public(self, app, office):
        dataset("health_admin", HEALTH, private=True)
        page = Reader(app, "health_admin").opens("/dataset/schools")
        assert page.select("[role=main] a[href*='/subscriptions']") == []

    def test_a_visitors_page_asks_nothing_of_us_and_sets_no_cookie(self, visitor, schools, statements):
        visitor.opens("/dataset/schools")
        statements.clear()
        answer = visitor.app.get("/dataset/schools")
        assert [sent for sent in statements if OWN in sent] == []
        assert "Set-Cookie" not in answer.headers

    def test_the_state_of_the_button_costs_one_statement(self, citizen, schools, statements):
        citizen.opens("/dataset/schools")
        statements.clear()
        citizen.opens("/dataset/schools")
        assert len([sent for sent in statements if OWN in sent]) == 1

    def test_who_follows_it_reads_so_and_is_led_to_the_row(self, citizen, schools):
        made = act("citizen", "civic_subscription_create", target_type="dataset", target_id=schools)
        button = _button(citizen.opens("/dataset/schools"))
        assert button.get_text(strip=True) == "You follow this"
        assert button["href"] == f"/subscriptions#s-{made['id']}"
        assert citizen.opens("/subscriptions").select_one(f"#s-{made['id']}")

    def test_a_search_is_known_again_in_whatever_order_it_is_asked(self, citizen, schools):
        act("citizen", "civic_subscription_create", target_type="search",
            query=f"q=schools&organization={HEALTH}&groups=health")
        assert _button(citizen.opens(f"/dataset/?groups=health&q=schools&organization={HEALTH}&page=1")).get_text(
            strip=True) == "You follow this"
        assert _button(citizen.opens("/dataset/?groups=health&q=schools")).get_text(strip=True) != "You follow this"

    def test_ckans_own_follow_is_not_offered_beside_it_and_can_be_ended(self, citizen, schools):
        assert citizen.opens("/dataset/schools").select("[hx-post*='/follow']") == []
        act("citizen", "follow_dataset", id=schools)
        assert len(citizen.opens("/dataset/schools").select("[hx-post*='/unfollow']")) == 1


class TestOfTheList:
    """What the list offers: rows and duties by their codes, its editions and all that is overdue by themselves."""

    @pytest.mark.parametrize(("path", "kind"), [
        ("/list/item/{code}", "item"), ("/list/item/{code}/" + HEALTH, "duty"), ("/list/editions", "editions"),
        ("/list/missing", "overdue"),
    ])
    def test_each_page_of_it_can_be_followed(self, citizen, codes, path, kind):
        address = path.format(code=codes[0])
        page = citizen.opens(address)
        name = " ".join(page.select_one("h1").get_text(" ", strip=True).split())
        form = citizen.opens(_button(page)["href"])
        assert len(form.select("[role=main] ul:not(.breadcrumb) li")) >= 1
        data = {field["name"]: field["value"] for field in form.select("[role=main] input[type=hidden]")}
        after = citizen.sends("/subscriptions/new", {**data, "tempo": "weekly", "channels": "email"})
        [row] = act("citizen", "civic_subscription_list")["results"]
        assert (row["target_type"], row["path"]) == (kind, address)
        shown = words(after, "tbody th a")
        assert shown
        assert kind in ("editions", "overdue") or name in shown
        assert f"You follow “{shown}”." in words(after, ".cv-toast")
        assert _button(citizen.opens(address)).get_text(strip=True) == "You follow this"

    def test_what_there_is_only_one_of_is_offered_on_the_page_of_subscriptions(self, citizen, codes):
        tiles = citizen.opens("/subscriptions").select(".cv-tiles a[href*='/subscriptions/new']")
        assert [tile["href"].partition("type=")[2] for tile in tiles] == ["editions", "overdue"]
        for tile in tiles:
            assert "What you will hear of" in words(citizen.opens(tile["href"]))


class TestByAccount:
    def test_the_form_proposes_how_and_following_is_one_post(self, citizen, schools, monkeypatch):
        channels(monkeypatch, "email", "sms")
        page = citizen.opens("/subscriptions/new?type=dataset&id=schools")
        assert [one["value"] for one in page.select("[name=tempo][checked]")] == ["at_once"]
        assert [one["value"] for one in page.select("[name=channels]")] == ["email", "sms"]
        assert [one["value"] for one in page.select("[name=channels][checked]")] == ["email"]
        assert page.select_one("form[method=post] [name=_csrf_token]")
        after = citizen.sends("/subscriptions/new", {
            "type": "dataset", "id": "schools", "tempo": "weekly", "channels": ["email", "sms"], "every_change": "true",
        })
        row = act("citizen", "civic_subscription_list")["results"][0]
        assert (row["tempo"], row["channels"], row["every_change"]) == ("weekly", ["email", "sms"], True)
        assert "You follow “Schools”. Undo" in words(after, ".cv-toast")

    def test_undo_takes_it_back(self, citizen, schools):
        after = citizen.sends("/subscriptions/new", {"type": "dataset", "id": "schools", "channels": "email"})
        form = after.select_one(".cv-toast form")
        citizen.sends(form["action"], {"stop": form.select_one("button")["value"]})
        assert count(Subscription) == 0

    def test_opening_the_page_changes_nothing_and_a_follower_is_led_on(self, citizen, schools, statements):
        statements.clear()
        citizen.opens("/subscriptions/new?type=dataset&id=schools")
        assert [sent for sent in statements if sent.startswith(("INSERT", "UPDATE", "DELETE")) and OWN in sent] == []
        act("citizen", "civic_subscription_create", target_type="dataset", target_id=schools)
        citizen.opens(f"/subscriptions/new?type=dataset&id={schools}", status=302)

    def test_without_a_channel_it_says_what_is_missing_and_keeps_what_was_chosen(self, citizen, schools):
        page = citizen.sends("/subscriptions/new", {"type": "dataset", "id": "schools", "tempo": "weekly"})
        assert "Choose at least one way." in words(page, "[role=alert]")
        assert [one["value"] for one in page.select("[name=tempo][checked]")] == ["weekly"]
        assert count(Subscription) == 0

    @pytest.mark.parametrize("query", [
        "type=planet&id=x", "type=dataset&id=none", "type=search&query=", "type=search&query=page%3D2", "",
    ])
    def test_what_is_not_there_cannot_be_followed(self, citizen, query):
        citizen.opens(f"/subscriptions/new?{query}", status=404)
        citizen.sends("/subscriptions/new", parse_qs(query), status=404)

    def test_a_private_dataset_is_not_there_for_others(self, app, citizen, office):
        dataset("health_admin", HEALTH, private=True)
        citizen.opens("/subscriptions/new?type=dataset&id=schools", status=404)
        Reader(app).opens("/subscriptions/new?type=dataset&id=schools", status=404)


class TestWithoutAnAccount:
    def test_a_visitor_is_led_to_the_login_and_back(self, visitor, schools):
        page = visitor.opens("/subscriptions/new?type=dataset&id=schools")
        login = page.select_one("[role=main] a.btn-primary")["href"]
        assert parse_qs(urlsplit(login).query)["came_from"] == ["/subscriptions/new?type=dataset&id=schools"]
        assert page.select("[name=email]") == []

    def test_a_form_sent_without_a_login_leads_to_the_login(self, visitor, schools):
        answer = visitor.app.post(
            "/subscriptions/new", data={"type": "dataset", "id": "schools"}, follow_redirects=False, status=302)
        assert "/user/login?came_from=" in answer.headers["Location"]

    def test_where_the_operator_does_not_allow_it_nothing_is_asked(self, visitor, schools):
        visitor.sends("/subscriptions/new", {"type": "dataset", "id": "schools", "email": MAIL}, status=403)
        assert count(Wish) == 0

    def test_from_the_form_by_the_letter_to_the_messages(self, visitor, schools, visitors):
        page = visitor.opens("/ru/subscriptions/new?type=dataset&id=schools")
        assert page.select_one("form [name=email]")["type"] == "email"
        form = {"type": "dataset", "id": "schools", "tempo": "daily", "email": MAIL}
        after = visitor.sends("/subscriptions/new", form)
        assert "Look into your mailbox" in words(after, "h1")
        token = token_in(posted("confirm_address")[0])
        asked = visitor.opens(f"/subscriptions/confirm/{token}")
        assert count(Subscription) == 0
        done = visitor.sends(asked.select_one("[role=main] form")["action"])
        assert "Your address is confirmed" in words(done)
        assert count(Subscription) == 1
        own = visitor.opens(done.select_one("[role=main] a[href*='/by-link/']")["href"])
        assert "Schools" in words(own, "table")
        assert MAIL not in str(own)
        visitor.sends(f"/subscriptions/confirm/{token}")
        assert count(Subscription) == 1

    def test_the_answer_is_the_same_for_who_is_known_already(self, visitor, schools, visitors):
        form = {"type": "dataset", "id": "schools", "tempo": "daily", "email": MAIL}
        answers = [words(visitor.sends("/subscriptions/new", form)) for _ in range(3)]
        answers.append(words(visitor.sends("/subscriptions/new", {**form, "email": "citizen@portal.example"})))
        assert len(set(answers)) == 1
        assert len(posted("confirm_address")) <= 2

    @pytest.mark.parametrize("email", ["", "nobody", "a@b"])
    def test_an_address_that_is_none_is_said_at_its_field(self, visitor, schools, visitors, email):
        page = visitor.sends("/subscriptions/new", {"type": "agency", "id": AKMOLA, "tempo": "daily", "email": email})
        assert page.select_one("#field-email")["aria-invalid"] == "true"
        assert value(page, "email") == email

    def test_a_wrong_link_to_confirm_says_what_to_do(self, visitor):
        for page in (visitor.opens("/subscriptions/confirm/x", status=404),
                     visitor.sends("/subscriptions/confirm/x", status=404)):
            assert page.select_one("form[action$='/subscriptions/link'] [name=email]")
