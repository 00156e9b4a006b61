"""What one reader follows, and where and when he hears of it."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.model.follower import UserFollowingDataset, UserFollowingGroup
from flask import Blueprint

from ckanext.civic_core.pages import attempt, paging
from ckanext.civic_core.roles import roles_of
from ckanext.civic_subscriptions import words
from ckanext.civic_subscriptions.views.links import answer, ask_again, at, done, owned, secret

__all__ = ["civic_subscriptions"]

civic_subscriptions = Blueprint("civic_subscriptions", __name__, url_prefix="/subscriptions")

_PLAIN = ("language", "quiet_from", "quiet_until", "digest_hour", "app_id")


def _route(path: str, **options: Any) -> Any:
    """The same page at two addresses: for who is signed in, and for who has a signed link."""
    def register(view: Any) -> Any:
        civic_subscriptions.route(path, **options)(view)
        return civic_subscriptions.route(f"/by-link/<token>{path}", **options)(view)

    return register


@_route("", methods=["GET"])
@owned
def index(token: str | None) -> str:
    """Everything that the reader follows, and his preferences."""
    return _page(token)


def _page(token: str | None, **shown: Any) -> str:
    followed = answer("civic_subscription_list", token, **paging())
    preferences = answer("civic_notification_preferences_show", token)
    return tk.render("civic_subscriptions/index.html", {
        "token": token, "followed": followed, "options": tk.get_action("civic_subscription_options")({}, {}),
        "preferences": preferences, "unreached": () if token else _unreached(followed["results"], preferences),
        "staff": not token and _is_staff(), "follows": 0 if token else _in_ckan(),
        "at": lambda endpoint, **values: at(f"civic_subscriptions.{endpoint}", token, **values),
        "typed": {}, "errors": {}, "preferences_typed": {}, "preferences_errors": {}, "phone": {}, **shown,
    })


_ADDRESS = {"email": "email", "sms": "phone", "web_push": "endpoints", "app_push": "app_id"}


def _unreached(rows: Iterable[Mapping[str, Any]], preferences: Mapping[str, Any]) -> list[str]:
    """Channels that were chosen while nothing can come by them."""
    chosen = {channel for row in rows for channel in row["channels"]}
    return [channel for channel, address in _ADDRESS.items() if channel in chosen and not preferences[address]]


def _is_staff() -> bool:
    roles = roles_of({"user": tk.current_user.name, "auth_user_obj": tk.current_user})
    return roles.keeps_list() or any(capacity in {"editor", "admin"} for _, capacity in roles.agencies)


def _in_ckan() -> int:
    """How much the reader follows in CKAN; one statement."""
    counts = [
        sa.select(sa.func.count()).where(kind.follower_id == tk.current_user.id).scalar_subquery()
        for kind in (UserFollowingDataset, UserFollowingGroup)
    ]
    return model.Session.scalar(sa.select(counts[0] + counts[1])) or 0


@_route("", methods=["POST"])
@owned
def save(token: str | None) -> Any:
    """Save all rows of the table, or end the one whose button was pressed."""
    if ended := tk.request.form.get("stop"):
        return _end(token, ended)
    errors: dict[str, Any] = {}
    stored = {row["id"]: row for row in answer("civic_subscription_list", token, **paging())["results"]}
    typed = {key: _typed(key) for key in tk.request.form.getlist("row") if key in stored}
    for key, chosen in typed.items():
        found = _change(token, stored[key], chosen)
        errors.update({f"{name}-{key}": sentences for name, sentences in found.items()})
    if errors:
        return _page(token, typed=typed, errors=errors)
    return done(token, "saved", **_here())


def _change(token: str | None, row: Mapping[str, Any], chosen: Mapping[str, Any]) -> Mapping[str, Any]:
    """Change a row, where something is different now; what is wrong, by field."""
    if not chosen["channels"]:
        title = words.name(row["title"], row["kind"])
        return {"channels": [tk._("“{title}”: choose at least one channel, or unsubscribe.").format(title=title)]}
    if all(row[name] == value for name, value in chosen.items()):
        return {}
    return attempt("civic_subscription_update", _with(token, id=row["id"], **chosen)).errors


def _typed(key: str) -> dict[str, Any]:
    form = tk.request.form
    return {
        "channels": form.getlist(f"channels-{key}"), "tempo": form.get(f"tempo-{key}", ""),
        "every_change": f"every-{key}" in form,
    }


def _with(token: str | None, **data: Any) -> dict[str, Any]:
    return {**data, **({"token": token} if token else {})}


def _here() -> dict[str, str]:
    return {"page": tk.request.args["page"]} if "page" in tk.request.args else {}


def _end(token: str | None, key: str) -> Any:
    rows = answer("civic_subscription_list", token, **paging())["results"]
    title = next((words.name(row["title"], row["kind"]) for row in rows if row["id"] == key), "")
    answer("civic_subscription_delete", token, id=key)
    return done(token, "ended", title, **_here())


@_route("/preferences", methods=["POST"])
@owned
def prefer(token: str | None) -> Any:
    """Save where and when messages come."""
    form = tk.request.form
    chosen: dict[str, Any] = {name: form[name].strip() for name in _PLAIN if name in form}
    chosen["paused"] = "paused" in form
    if "try_email_again" in form:
        chosen["try_email_again"] = True
    if "work_tempo" in form:
        chosen |= {"work_tempo": form["work_tempo"], "work_channels": form.getlist("work_channels")}
    outcome = attempt("civic_notification_preferences_update", _with(token, **chosen))
    if outcome.done:
        return done(token, "saved")
    return _page(token, preferences_typed=chosen, preferences_errors=outcome.errors)


@civic_subscriptions.route("/phone", methods=["POST"])
@owned
def phone(token: str | None) -> Any:
    """Send a code to a number, take the code that was sent, or forget the number."""
    form = tk.request.form
    if "forget" in form:
        outcome = attempt("civic_notification_preferences_update", {"phone": ""}, success=tk._("Saved."))
    else:
        given = {name: form[name].strip() for name in ("number", "code") if form.get(name, "").strip()}
        outcome = attempt("civic_phone_confirm", given)
        if outcome.done and "code" in given:
            tk.h.flash_success(tk._("The number is confirmed."))
        elif outcome.done or "code" in given:
            return _page(token, phone={"number": given.get("number", ""), "sent": True, "errors": outcome.errors})
    if outcome.done:
        return tk.redirect_to(at("civic_subscriptions.index"))
    return _page(token, phone={"number": form.get("number", ""), "errors": outcome.errors})


@civic_subscriptions.route("/push", methods=["POST"])
@owned
def push(token: str | None) -> Any:
    """Keep what the browser says of itself, so that it can be pushed to."""
    form = tk.request.form
    outcome = attempt("civic_push_subscribe", {
        "endpoint": form.get("endpoint", ""), "keys": {"p256dh": form.get("p256dh", ""), "auth": form.get("auth", "")},
        "user_agent": tk.request.user_agent.string,
    }, success=tk._("This browser will show messages of the portal."))
    return _said(outcome)


@civic_subscriptions.route("/push/end", methods=["POST"])
@owned
def push_end(token: str | None) -> Any:
    """Push to a browser no more."""
    form = tk.request.form
    named = {name: form[name] for name in ("id", "endpoint") if form.get(name)}
    return _said(attempt("civic_push_unsubscribe", named, success=tk._("This browser will show no more messages.")))


@civic_subscriptions.route("/from-follows", methods=["POST"])
@owned
def from_follows(token: str | None) -> Any:
    """Take over what the reader follows in CKAN."""
    outcome = attempt("civic_subscription_from_follows", {})
    if outcome.done:
        count = len(outcome.result["added"])
        said = tk.ungettext("{n} subscription was added.", "{n} subscriptions were added.", count)
        tk.h.flash_success(said.format(n=tk.h.civic_number(count)))
    return _said(outcome)


def _said(outcome: Any) -> Any:
    for sentence in outcome.sentences:
        tk.h.flash_error(sentence)
    return tk.redirect_to(at("civic_subscriptions.index"))


@civic_subscriptions.route("/link", methods=["GET", "POST"])
@secret
def link() -> Any:
    """Where who has no account asks for a link to his subscriptions."""
    if tk.request.method == "POST":
        return ask_again()
    return tk.render("civic_subscriptions/old_link.html", {"asked": None, "wanted": True})
