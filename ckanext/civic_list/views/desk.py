"""An agency's desk: what it owes, what is without data, what waits for it, its own list."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response

from ckanext.civic_core.pages import attempt, found_or_404, given, paging, signed_in_or_login
from ckanext.civic_core.roles import Roles, roles_of

civic_desk = Blueprint("civic_desk", __name__, url_prefix="/desk")
civic_desk.before_request(signed_in_or_login)


def _roles() -> Roles:
    return roles_of({"user": tk.current_user.name, "auth_user_obj": tk.current_user})


def _agencies() -> list[dict[str, Any]]:
    """The agencies that the reader works for, by name."""
    ids = [id_ for id_, capacity in _roles().agencies if capacity in {"editor", "admin"}]
    return found_or_404("civic_agency_list", ids=ids) if ids else []


def _chosen(agencies: list[dict[str, Any]]) -> dict[str, Any] | None:
    wanted = tk.request.values.get("agency")
    named = [agency for agency in agencies if agency["name"] == wanted]
    return next(iter(named or agencies), None)


@civic_desk.route("")
def index() -> str:
    """What waits for the agency today."""
    agencies = _agencies()
    agency = _chosen(agencies)
    if agency is None:
        return tk.render("civic_list/desk/nobody.html", {"keeper": _roles().keeps_list()})
    name = agency["name"]
    return tk.render("civic_list/desk/index.html", {
        "agency": agency, "agencies": agencies, "keeper": _roles().keeps_list(),
        "filters": given("q", "has_data"),
        "duties": found_or_404("civic_duty_search", agency=name, **given("q", "has_data"), **paging()),
        "without_data": found_or_404("civic_duty_search", agency=name, has_data=False, limit=5),
        "links": found_or_404("civic_duty_link_list", agency=name, state="proposed"),
        "proposals": found_or_404("civic_item_proposal_list", agency=name),
    })


@civic_desk.route("/links/<id>", methods=["POST"])
def decide_link(id: str) -> Response:
    """Confirm or decline that another body's dataset answers a duty of the agency."""
    data = {"id": id, **_form("decision", "reason")}
    outcome = attempt("civic_duty_link_decide", data, success=tk._("Your decision is recorded."))
    for sentence in outcome.sentences:
        tk.h.flash_error(sentence)
    return tk.redirect_to("civic_desk.index", agency=tk.request.form.get("agency"))


@civic_desk.route("/own-list")
def own_list() -> str:
    """The agency's own list: what it would have the next edition say of it."""
    agencies = _agencies()
    agency = _chosen(agencies) or tk.abort(403, tk._("You work for no agency."))
    return _own_list_page(agency, agencies)


def _own_list_page(agency: dict[str, Any], agencies: list[dict[str, Any]], **more: Any) -> str:
    return tk.render("civic_list/desk/own_list.html", {
        "agency": agency, "agencies": agencies, "directs": _roles().directs(agency["id"]),
        "own": found_or_404("civic_agency_list_show", agency=agency["name"]),
        "proposals": found_or_404("civic_item_proposal_list", agency=agency["name"], **paging()),
        "items": found_or_404("civic_duty_search", agency=agency["name"], limit=100),
        "form": {}, "errors": {}, **more,
    })


@civic_desk.route("/own-list/proposals", methods=["POST"])
def propose() -> Any:
    """Put a change into the agency's own list."""
    agencies = _agencies()
    agency = _chosen(agencies) or tk.abort(403, tk._("You work for no agency."))
    data = dict(tk.request.form.items())
    outcome = attempt("civic_item_proposal_create", data, success=tk._("The change is in your list."))
    if outcome.done:
        return tk.redirect_to("civic_desk.own_list", agency=agency["name"])
    return _own_list_page(agency, agencies, form=outcome.data, errors=outcome.errors)


@civic_desk.route("/own-list/approve", methods=["POST"])
def approve_own_list() -> Response:
    """The agency's admin approves the list: its changes go to the draft edition as proposals."""
    data = _form("agency", "act")
    outcome = attempt(
        "civic_agency_list_approve", data,
        success=tk._("Your list is approved and handed to the keeper of the unified list."),
    )
    for sentence in outcome.sentences:
        tk.h.flash_error(sentence)
    return tk.redirect_to("civic_desk.own_list", agency=data.get("agency"))


def _form(*names: str) -> dict[str, str]:
    return {name: tk.request.form[name] for name in names if name in tk.request.form}
