"""An agency's desk: what it owes, what is without data, what waits for it, its own list."""
from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from flask import Blueprint, Response

from ckanext.civic_core import clock
from ckanext.civic_core.pages import attempt, found_or_404, given, paging, signed_in_or_login
from ckanext.civic_core.roles import Roles, roles_of
from ckanext.civic_list import choices, desk_rows, news
from ckanext.civic_list.views.deciding import decide
from ckanext.civic_list.views.filled import errors_by_field, item_fields, item_form, item_typed, posted

civic_desk = Blueprint("civic_desk", __name__, url_prefix="/desk")
civic_desk.before_request(signed_in_or_login)

KINDS = ("add", "change", "remove", "period")
#: so long, and so many, uploads that do not count are told of
_LATELY, _TOLD = timedelta(days=30), 5
_NO_NEWS = ("metadata_only", "removed", "not_public")


def _roles() -> Roles:
    return roles_of({"user": tk.current_user.name, "auth_user_obj": tk.current_user})


def _agencies() -> list[dict[str, Any]]:
    """The agencies that the reader works for, by name."""
    return choices.agencies_named(id_ for id_, capacity in _roles().agencies if capacity in {"editor", "admin"})


def _chosen(own: list[dict[str, Any]]) -> dict[str, Any] | None:
    wanted = tk.request.values.get("agency")
    named = [agency for agency in own if agency["name"] == wanted]
    return next(iter(named or own), None)


def _mine() -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The agency that the reader chose, and all that are his."""
    agencies = _agencies()
    return _chosen(agencies) or tk.abort(403, tk._("You work for no agency.")), agencies


@civic_desk.route("")
def index() -> str:
    """What waits for the agency today."""
    agencies = _agencies()
    agency = _chosen(agencies)
    if agency is None:
        return tk.render("civic_list/desk/nobody.html", {"keeper": _roles().keeps_list()})
    return tk.render("civic_list/desk/index.html", _day(agency, agencies))


def _day(agency: dict[str, Any], agencies: list[dict[str, Any]]) -> dict[str, Any]:
    name, page = agency["name"], paging()
    filters = given("q", "period", "state", "section", "has_data")
    return {
        "agency": agency, "agencies": agencies, "keeper": _roles().keeps_list(), "filters": filters,
        "desk": desk_rows.desk(model.Session(), agency["id"], clock.today(), _roles(), filters, **page),
        "uncounted": _uncounted(name),
        "links": found_or_404("civic_duty_link_list", agency=name, state="proposed", limit=100),
        "news": news.for_agency(model.Session(), agency["id"]),
        "proposals": found_or_404("civic_item_proposal_list", agency=name, limit=5),
        "asked": found_or_404("civic_relief_list", agency=name, state="proposed", limit=5),
    }


def _uncounted(agency: str) -> list[dict[str, Any]]:
    """What came lately and does not count; that only a description changed is no news."""
    since = (clock.today() - _LATELY).isoformat()
    found = found_or_404("civic_evidence_list", agency=agency, counts="false", limit=50, **{"from": since})
    return [one for one in found["results"] if one["reason"] not in _NO_NEWS][:_TOLD]


@civic_desk.route("/links/<id>", methods=["POST"])
def decide_link(id: str) -> Response:
    """Confirm or decline that another body's dataset answers a duty of the agency."""
    decide(id)
    return tk.redirect_to("civic_desk.index", agency=tk.request.form.get("agency"))


# --- the agency's own list --------------------------------------------------------------------------------


@civic_desk.route("/own-list")
def own_list() -> str:
    """The agency's own list: what it would have the next edition say of it."""
    agency, agencies = _mine()
    return _own_list_page(agency, agencies, {}, {})


def _own_list_page(agency: Mapping[str, Any], agencies: Any, form: Any, errors: Mapping[str, Any]) -> str:
    name = agency["name"]
    return tk.render("civic_list/desk/own_list.html", {
        "agency": agency, "agencies": agencies, "directs": _roles().directs(agency["id"]),
        "own": found_or_404("civic_agency_list_show", agency=name), "form": form, "errors": errors,
        "prepared": found_or_404("civic_item_proposal_list", agency=name, state="prepared", limit=100),
        "proposals": found_or_404("civic_item_proposal_list", agency=name, limit=20),
        "duties": found_or_404("civic_duty_search", agency=name, facets="false", **given("q"), **paging()),
        "filters": given("q"),
    })


@civic_desk.route("/own-list/propose")
def new_proposal() -> str:
    """The form for a new row, other words, a looser period, or no row any more."""
    agency, _ = _mine()
    kind, code = tk.request.args.get("kind", "add"), tk.request.args.get("code", "")
    item = _item(agency, kind, code)
    return _proposal_page(agency, kind, item, item_form(item) if item else {}, {})


def _item(agency: Mapping[str, Any], kind: str, code: str) -> dict[str, Any] | None:
    if kind not in KINDS:
        return tk.abort(404)
    return found_or_404("civic_duty_show", code=code, agency=agency["name"]) if kind != "add" else None


def _proposal_page(
    agency: Mapping[str, Any], kind: str, item: Mapping[str, Any] | None, form: Mapping[str, Any],
    errors: Mapping[str, Any],
) -> str:
    return tk.render("civic_list/desk/proposal.html", {
        "agency": agency, "kind": kind, "item": item, "form": form, "errors": errors_by_field(errors),
    })


@civic_desk.route("/own-list/propose", methods=["POST"])
def propose() -> Any:
    """Put a change into the agency's own list."""
    agency, _ = _mine()
    kind, code = tk.request.form.get("kind", "add"), tk.request.form.get("code", "")
    item = _item(agency, kind, code)
    fields = _changed(item, item_fields()) if kind == "change" and item else item_fields()
    if kind == "change" and not fields:
        typed = {**item_typed(), **posted("reason")}
        return _proposal_page(agency, kind, item, typed, {"title": [tk._("Nothing differs from the list yet.")]})
    data = {"agency": agency["name"], "kind": kind, "code": code, **posted("reason"), **fields}
    outcome = attempt("civic_item_proposal_create", data, success=tk._("The change is in your list."))
    if outcome.done:
        return tk.redirect_to("civic_desk.own_list", agency=agency["name"])
    return _proposal_page(agency, kind, item, {**item_typed(), **posted("reason")}, outcome.errors)


def _changed(item: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that the form says otherwise than the list."""
    before, after = item_form(item), item_typed()
    parts = {"schedule": ("schedule_kind", "schedule_days", "schedule_unit")}
    return {
        name: value for name, value in fields.items()
        if any(_plain(before.get(part)) != _plain(after.get(part)) for part in parts.get(name, (name,)))
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(text) for key, text in value.items() if text}
    return "\n".join(line.strip() for line in str(value or "").replace(";", "\n").splitlines() if line.strip())


@civic_desk.route("/own-list/approve", methods=["POST"])
def approve_own_list() -> Any:
    """The agency's admin approves the list: its changes go to the draft edition as proposals."""
    agency, agencies = _mine()
    data = {"agency": agency["name"], **posted("act")}
    outcome = attempt(
        "civic_agency_list_approve", data,
        success=tk._("Your list is approved and handed to the keeper of the unified list."),
    )
    if outcome.done:
        return tk.redirect_to("civic_desk.own_list", agency=agency["name"])
    return _own_list_page(agency, agencies, data, outcome.errors)
