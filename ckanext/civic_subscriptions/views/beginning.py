"""Begin to follow something: by account, or by an e-mail address that its owner confirms."""
from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import Context
from flask import Blueprint

from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_core.domain.news import Thing
from ckanext.civic_core.pages import Attempt, attempt, given
from ckanext.civic_subscriptions import searches, things
from ckanext.civic_subscriptions.domain import defaults
from ckanext.civic_subscriptions.domain import searches as rules
from ckanext.civic_subscriptions.domain.searches import id_of
from ckanext.civic_subscriptions.views.links import old_link, secret
from ckanext.civic_subscriptions.who import read_address

__all__ = ["civic_subscriptions_begin"]

civic_subscriptions_begin = Blueprint("civic_subscriptions_begin", __name__, url_prefix="/subscriptions")


@civic_subscriptions_begin.route("/new", methods=["GET"])
def new() -> Any:
    """What one will hear of a thing, and how; where it is followed already, the row that says so."""
    asked = given("type", "id", "query")
    thing = _thing(asked)
    if thing is None:
        return tk.abort(404, tk._("There is no such page, or it is not public."))
    if known := tk.h.civic_subscriptions_followed(*thing.target):
        return tk.redirect_to(tk.url_for("civic_subscriptions.index", _anchor=f"s-{known}"))
    return _form(asked, thing)


def _thing(asked: dict[str, str]) -> Thing | None:
    kind = asked.get("type", "")
    if kind == searches.KIND and "query" in asked:
        return search_of(asked["query"])
    target = things.find(reader(), kind, asked.get("id", ""))
    return things.named(model.Session(), [target]).get(target) if target else None


def reader() -> Context:
    """Who asks for the page."""
    return Context(session=model.Session(), user=tk.current_user.name, auth_user_obj=tk.current_user)


def search_of(query_string: str) -> Thing | None:
    """A search that is kept, or would be if somebody followed it."""
    try:
        query = searches.parse(query_string)
    except Refused:
        return None
    target = things.Target(searches.KIND, id_of(query))
    return Thing(target, searches.title(query), searches.path(query)) if rules.pairs(query) else None


def _form(asked: dict[str, str], thing: Thing, outcome: Attempt | None = None) -> str:
    kind = thing.target.type
    options = tk.get_action("civic_subscription_options")({}, {})
    configured = [channel["code"] for channel in options["channels"]]
    return tk.render("civic_subscriptions/new.html", {
        "asked": asked, "thing": thing, "kind": things.kinds().get(kind), "options": options,
        "typed": outcome.data if outcome else {
            "tempo": defaults.tempo(kind), "channels": defaults.channels(configured),
        },
        "errors": outcome.errors if outcome else {},
        "here": _address(asked),
    })


def _address(asked: dict[str, str]) -> str:
    return f"{tk.url_for('civic_subscriptions_begin.new')}?{urlencode(asked)}"


@civic_subscriptions_begin.route("/new", methods=["POST"])
def create() -> Any:
    """Follow it, or send a letter to the visitor's address."""
    form = tk.request.form
    asked = {name: form[name] for name in ("type", "id", "query") if form.get(name)}
    thing = _thing(asked)
    if thing is None:
        return tk.abort(404, tk._("There is no such page, or it is not public."))
    if not tk.current_user.is_authenticated and "email" not in form:
        return tk.redirect_to("user.login", came_from=_address(asked))
    outcome = _create(asked, _chosen())
    if not outcome.done:
        return _form(asked, thing, outcome)
    if "asked" in outcome.result:
        return tk.render("civic_subscriptions/asked.html", {
            "thing": thing, "kind": things.kinds()[thing.target.type],
        })
    return tk.redirect_to(tk.url_for("civic_subscriptions.index", made=outcome.result["id"]))


def _chosen() -> dict[str, Any]:
    form = tk.request.form
    if not tk.current_user.is_authenticated:
        return {"tempo": form.get("tempo", ""), "email": form.get("email", "").strip(), "language": tk.h.lang()}
    return {
        "tempo": form.get("tempo", ""), "channels": form.getlist("channels"), "every_change": "every_change" in form,
    }


def _create(asked: dict[str, str], chosen: dict[str, Any]) -> Attempt:
    if chosen.get("channels") == []:
        return Attempt(done=False, data=chosen, errors={"channels": [tk._("Choose at least one way.")]})
    if chosen.get("email") == "":
        return Attempt(done=False, data=chosen, errors={"email": [tk._("Write your e-mail address.")]})
    target = {"query": asked["query"]} if "query" in asked else {"target_id": asked.get("id", "")}
    return attempt("civic_subscription_create", {"target_type": asked.get("type", ""), **target, **chosen})


@civic_subscriptions_begin.route("/confirm/<token>", methods=["GET"])
@secret
def confirm(token: str) -> Any:
    """The button by which an address says that it wants the messages; nothing is changed yet."""
    if read_address(token) is None:
        return old_link()
    return tk.render("civic_subscriptions/confirm.html", {"token": token, "done": None})


@civic_subscriptions_begin.route("/confirm/<token>", methods=["POST"])
@secret
def confirmed(token: str) -> Any:
    """Confirm it."""
    try:
        done = tk.get_action("civic_subscription_confirm")({}, {"token": token})
    except (tk.NotAuthorized, tk.ObjectNotFound, tk.ValidationError):
        return old_link()
    return tk.render("civic_subscriptions/confirm.html", {"token": token, "done": done})
