"""How the reader sees the portal: the operator's colours, the accessible version."""
from __future__ import annotations

from collections.abc import Iterable

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response

__all__ = ["civic_look", "colours", "view_classes"]

#: the operator's six; the names of the variables in ``civic.css``
COLOURS = ("accent", "deep", "sky", "gold", "ink", "ground")
COOKIE = "civic_view"
_CHOICES = {"theme": ("bw", "wb"), "size": ("large",), "face": ("serif",)}
_A_YEAR = 365 * 24 * 60 * 60

civic_look = Blueprint("civic_look", __name__)


def colours() -> dict[str, str]:
    """The operator's colours by the names of their variables, those that differ from the shipped ones."""
    given = {name: tk.config.get(f"ckanext.civic_core.colours.{name}") for name in COLOURS}
    return {f"--cv-{name}": colour for name, colour in given.items() if colour}


def view_classes() -> str:
    """The classes of the accessible version that the reader chose; nothing for who never asked."""
    return " ".join(f"cv-{choice}" for choice in _chosen(tk.request.cookies.get(COOKIE, "").split("-")))


def _chosen(words: Iterable[str]) -> list[str]:
    given = set(words)
    found = (next((choice for choice in choices if choice in given), None) for choices in _CHOICES.values())
    return [choice for choice in found if choice]


@civic_look.get("/accessibility")
def accessibility() -> str:
    """The settings of the accessible version, and what the portal does for all."""
    return tk.render("civic/accessibility.html", {"chosen": _chosen(tk.request.cookies.get(COOKIE, "").split("-"))})


@civic_look.post("/accessibility")
def choose() -> Response:
    """Keep the choice in a cookie of its own: only who asks for it gets one."""
    sent = {name: tk.request.form.get(name) for name in _CHOICES}
    chosen = [sent[name] for name, choices in _CHOICES.items() if sent[name] in choices]
    response = tk.redirect_to("civic_look.accessibility")
    if chosen:
        response.set_cookie(COOKIE, "-".join(chosen), max_age=_A_YEAR, samesite="Lax", httponly=True)
    else:
        response.delete_cookie(COOKIE)
    return response


@civic_look.get("/design")
def design() -> str:
    """Every part of the pages once; for who develops the portal."""
    if not tk.config.get("debug"):
        return tk.abort(404)
    return tk.render("civic/design.html")
