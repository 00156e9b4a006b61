"""The outbox for operators, and everybody's own messages."""
from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from flask import Blueprint, Response

from ckanext.civic_core.pages import attempt, found_or_404, given, paging, signed_in_or_login
from ckanext.civic_core.speaking import spoken
from ckanext.civic_notify import samples, shown

__all__ = ["civic_messages"]

civic_messages = Blueprint("civic_messages", __name__)
civic_messages.before_request(signed_in_or_login)


def _operators_only() -> None:
    try:
        tk.check_access("civic_outbox_show", {"user": tk.current_user.name, "auth_user_obj": tk.current_user})
    except tk.NotAuthorized:
        tk.abort(403, tk._("You may not see this page."))


@civic_messages.route("/desk/messages")
def index() -> str:
    """How the outbox is doing: what waits, what failed and why."""
    return tk.render("civic_notify/desk/outbox.html", shown.outbox(found_or_404("civic_outbox_show")))


@civic_messages.route("/desk/messages/list")
def messages() -> str:
    """Messages by channel, state and reason."""
    _operators_only()
    filters = given("channel", "state", "reason", "kind", "since")
    found = found_or_404("civic_delivery_list", **filters, **paging())
    return tk.render("civic_notify/desk/list.html", {
        "found": found, "rows": shown.rows(found["results"]), "filters": filters, "options": shown.options(),
    })


@civic_messages.route("/desk/messages/resend", methods=["POST"])
def resend() -> Response:
    """Send one dead letter, or all of a channel and a reason, again."""
    form = tk.request.form
    outcome = attempt("civic_delivery_resend", {name: form[name] for name in _NAMES if form.get(name)})
    if outcome.done:
        count = outcome.result["resent"]
        text = tk.ungettext("{count} message waits to be sent again.", "{count} messages wait to be sent again.", count)
        tk.h.flash_success(text.format(count=tk.h.civic_number(count)))
    for sentence in outcome.sentences:
        tk.h.flash_error(sentence)
    back = {name: form[f"back-{name}"] for name in _BACK if form.get(f"back-{name}")}
    return tk.redirect_to("civic_messages.messages" if back else "civic_messages.index", **back)


_NAMES, _BACK = ("id", "channel", "reason"), ("channel", "state", "reason", "kind", "since", "page")


@civic_messages.route("/desk/messages/templates")
def templates() -> str:
    """Every kind of message as it looks, with sample news."""
    _operators_only()
    asked = given("kind", "language")
    kind = asked["kind"] if asked.get("kind") in samples.KINDS else samples.KINDS[0]
    language = spoken(asked.get("language") or tk.h.lang())
    return tk.render("civic_notify/desk/templates.html", {
        "kind": kind, "kinds": samples.names(), "language": language, "languages": tk.h.civic_languages(),
        "preview": samples.preview(kind, language),
    })


@civic_messages.route("/subscriptions/messages")
def mine() -> str:
    """What became of the reader's own messages; with ``digest`` the news that one of them told."""
    asked = given("digest")
    found: dict[str, Any] = found_or_404("civic_delivery_list", mine=True, **asked, **paging())
    return tk.render("civic_notify/mine.html", {
        "found": found, "rows": shown.own(model.Session(), found["results"]), "digest": asked.get("digest"),
    })
