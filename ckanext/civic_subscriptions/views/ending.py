"""End what a message came of, by the link in it: without a login, a cookie or JavaScript (RFC 8058)."""
from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.civic_core.domain.news import ROLES, Target
from ckanext.civic_subscriptions import keeping, things, words
from ckanext.civic_subscriptions.views.links import old_link, secret
from ckanext.civic_subscriptions.who import ADDRESS, read_stop

__all__ = ["civic_subscriptions_end"]

civic_subscriptions_end = Blueprint("civic_subscriptions_end", __name__, url_prefix="/subscriptions")


@civic_subscriptions_end.route("/stop/<token>", methods=["GET"])
@secret
def stop(token: str) -> Any:
    """What stops, and the button; nothing is changed yet."""
    said = read_stop(token)
    return _page(token, *said) if said else old_link()


@civic_subscriptions_end.route("/stop/<token>", methods=["POST"])
@secret
def stopped(token: str) -> Any:
    """Stop it; once more is fine."""
    said = read_stop(token)
    if said is None:
        return old_link()
    title = _title(*said)
    try:
        tk.get_action("civic_subscription_stop")({}, {"token": token})
    except (tk.NotAuthorized, tk.ObjectNotFound, tk.ValidationError):
        return old_link()
    return _page(token, *said, title=title, done=True)


def _page(token: str, recipient: str, target: Target | None, **shown: Any) -> str:
    return tk.render("civic_subscriptions/stop.html", {
        "token": token, "by_address": recipient.startswith(ADDRESS), "kind": _kind(target), "done": False,
        "title": _title(recipient, target), **shown,
    })


def _kind(target: Target | None) -> str:
    if target is None:
        return "all"
    return "work" if target.type in ROLES else "thing"


def _title(recipient: str, target: Target | None) -> dict[str, str]:
    """What it is called now, or was called when its follower saw it last."""
    if target is None or target.type in ROLES:
        return {}
    thing = things.named(model.Session(), [target]).get(target)
    if thing is not None:
        kind = things.kinds()[target.type].label
        return dict(thing.title) or {tk.h.lang(): words.name({}, kind)}
    row = keeping.mine(model.Session(), recipient, {"target_type": target.type, "target_id": target.id})
    return dict(row.label) if row else {}
