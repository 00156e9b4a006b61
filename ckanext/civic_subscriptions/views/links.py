"""Pages that a signed link opens without a login: kept out of caches, search engines and other sites' logs."""
from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Response, make_response

from ckanext.civic_core.pages import attempt, signed_in_or_login
from ckanext.civic_subscriptions import words
from ckanext.civic_subscriptions.who import who

__all__ = ["answer", "ask_again", "at", "done", "old_link", "owned", "secret"]

View = Callable[..., Any]


def secret(view: View) -> View:
    """The page holds what only its reader may see; where its address holds a token, the token goes nowhere else."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Response:
        response = make_response(view(*args, **kwargs))
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return guarded


def owned(view: View) -> View:
    """The view gets ``token``: that of the address, or nothing for who is signed in; others are sent to log in."""

    @wraps(view)
    def guarded(token: str | None = None, **kwargs: Any) -> Any:
        if token is None and "token" in tk.request.args:
            return tk.redirect_to(tk.url_for("civic_subscriptions.index", token=tk.request.args["token"]))
        login = None if token else signed_in_or_login()
        if login is not None:
            return login
        if token:
            try:
                who({}, {"token": token})
            except tk.NotAuthorized:
                return old_link()
        return view(token=token, **kwargs)

    return secret(guarded)


def answer(action: str, token: str | None, **data: Any) -> Any:
    """What an action answers to who is signed in or has this token."""
    return tk.get_action(action)({}, {**data, **({"token": token} if token else {})})


def at(endpoint: str, token: str | None = None, **values: Any) -> str:
    """The address of a page, for the reader who has this token."""
    return tk.url_for(endpoint, **values, **({"token": token} if token else {}))


def done(token: str | None, what: str, title: str = "", **values: Any) -> Any:
    """Back to the page, which says what was done: to who has no login without a cookie, by its address.

    :param what: ``saved`` or ``ended``.
    :param title: of what was ended.
    """
    if token:
        return tk.redirect_to(at("civic_subscriptions.index", token, done=what, **values))
    tk.h.flash_success(words.done(what, title))
    return tk.redirect_to(at("civic_subscriptions.index", **values))


def old_link() -> tuple[str, int]:
    """What to do with a link that is too old, or not whole."""
    return tk.render("civic_subscriptions/old_link.html", {"asked": None}), 404


def ask_again() -> Any:
    """Send a fresh link to the address in the form; the answer is the same for every address."""
    asked = attempt("civic_subscription_manage_link", {
        "email": tk.request.form.get("email", ""), "language": tk.h.lang(),
    })
    return tk.render("civic_subscriptions/old_link.html", {"asked": asked})
