"""The list keeper's desk: what waits, drafts, and the steps of an edition from draft to law."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.civic_core.pages import attempt, found_or_404, given, paging, signed_in_or_login
from ckanext.civic_core.roles import Roles, roles_of
from ckanext.civic_list.views.filled import posted, texts

civic_keeper = Blueprint("civic_keeper", __name__, url_prefix="/desk/list")
civic_keeper.before_request(signed_in_or_login)

_DAYS = ("act_date", "registered_on", "published_on", "effective_from")
_DATA = ("number", "act_number", "registration_number", "act_url", *_DAYS)
_OPEN = {"draft", "submitted"}


def roles() -> Roles:
    """What the reader is."""
    return roles_of({"user": tk.current_user.name, "auth_user_obj": tk.current_user})


@civic_keeper.before_request
def keepers_only() -> None:
    """The desk is the keepers' own."""
    if not roles().keeps_list():
        tk.abort(403, tk._("Only members of the authorised body keep the unified list."))


@civic_keeper.route("")
def index() -> str:
    """Everything that waits for the keepers."""
    return tk.render("civic_list/keeper/index.html", {
        "editions": found_or_404("civic_edition_list", limit=10),
        "proposals": found_or_404("civic_item_proposal_list", state="proposed", limit=5),
        "links": found_or_404("civic_duty_link_list", state="proposed", limit=5),
        "disputed": found_or_404("civic_duty_link_list", state="disputed", limit=1)["count"],
        "groups": found_or_404("civic_owner_group_list", limit=1)["count"],
        "successions": found_or_404("civic_agency_succession_list", limit=1)["count"],
    })


# --- editions ---------------------------------------------------------------------------------------------


@civic_keeper.route("/editions/new")
def new_edition() -> str:
    """The form for a draft, empty or as a copy."""
    return _new_edition_page({"copy_of": tk.request.args.get("copy_of", "")}, {})


@civic_keeper.route("/editions/new", methods=["POST"])
def create_edition() -> Any:
    """Begin a draft."""
    typed = {**posted("copy_of", *_DATA), **texts("title")}
    outcome = attempt("civic_edition_create", typed, success=tk._("The draft is there."))
    if outcome.done:
        return tk.redirect_to("civic_keeper.edition", number=outcome.result["number"])
    return _new_edition_page(typed, outcome.errors)


def _new_edition_page(form: Mapping[str, Any], errors: Mapping[str, Any]) -> str:
    return tk.render("civic_list/keeper/new_edition.html", {
        "editions": found_or_404("civic_edition_list", limit=100)["results"], "form": form, "errors": errors,
    })


@civic_keeper.route("/editions/<number>")
def edition(number: str) -> str:
    """One edition: where it is on its way, and what would change."""
    edition = found_or_404("civic_edition_show", number=number)
    page, impact = paging(), _impact(edition)
    bodies = impact["workload"]["agencies"] if impact else []
    return tk.render("civic_list/keeper/edition.html", {
        "edition": edition, "steps": steps_of(edition), "tab": "overview", "impact": impact,
        "loads": bodies[page["offset"]:page["offset"] + page["limit"]],
        "history": found_or_404("civic_event_list", stream="edition", stream_id=edition["id"], limit=20)["results"],
    })


def _impact(edition: Mapping[str, Any]) -> dict[str, Any] | None:
    return found_or_404("civic_edition_impact", id=edition["id"]) if edition["state"] in _OPEN else None


@civic_keeper.route("/editions/<number>/rows")
def rows(number: str) -> str:
    """The rows of an edition, to be found and changed."""
    filters = given("q", "owner", "category", "period", "sort")
    return tk.render("civic_list/keeper/rows.html", {
        "edition": found_or_404("civic_edition_show", number=number), "tab": "rows", "filters": filters,
        "items": found_or_404("civic_item_search", edition=number, **filters, **paging()),
    })


@civic_keeper.route("/editions/<number>/data")
def edition_data(number: str) -> str:
    """Title, act and days of an edition."""
    edition = found_or_404("civic_edition_show", number=number)
    return _data_page(edition, _as_form(edition), {})


@civic_keeper.route("/editions/<number>/data", methods=["POST"])
def update_edition(number: str) -> Any:
    """Change title, act and days of an edition."""
    edition = found_or_404("civic_edition_show", number=number)
    typed = {**posted(*_DATA), **texts("title")}
    outcome = attempt("civic_edition_update", {**typed, "id": edition["id"]}, success=tk._("Saved."))
    if outcome.done:
        return tk.redirect_to("civic_keeper.edition", number=outcome.result["number"])
    return _data_page(edition, {**_as_form(edition), **typed}, outcome.errors)


def _as_form(edition: Mapping[str, Any]) -> dict[str, Any]:
    return {**edition, **{name: tk.h.civic_date(edition[name]) for name in _DAYS}}


def _data_page(edition: Mapping[str, Any], form: Mapping[str, Any], errors: Mapping[str, Any]) -> str:
    return tk.render("civic_list/keeper/data.html", {
        "edition": edition, "tab": "data", "form": form, "errors": errors,
    })


# --- steps ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """A step of an edition: in which states, by whom, what it asks for and what is said afterwards."""

    action: str
    states: frozenset[str]
    approver: bool
    fields: tuple[str, ...]
    success: Callable[[], str]


STEPS: Mapping[str, Step] = {
    "approve": Step("civic_edition_approve", frozenset({"submitted"}), True,
                    ("act_number", "act_date", "effective_from", "revision"), lambda: tk._("The edition is approved.")),
    "submit": Step("civic_edition_submit", frozenset({"draft"}), False, (),
                   lambda: tk._("The edition waits for approval by a second person.")),
    "set-effective": Step("civic_edition_set_effective", frozenset({"approved"}), True, ("effective_from",),
                          lambda: tk._("The day is set.")),
    "return": Step("civic_edition_return", frozenset({"submitted"}), False, ("reason",),
                   lambda: tk._("The edition is a draft again.")),
    "withdraw": Step("civic_edition_withdraw", frozenset({"draft", "submitted"}), False, ("reason",),
                     lambda: tk._("The draft is withdrawn.")),
    "revoke": Step("civic_edition_revoke", frozenset({"approved", "superseded"}), True, ("act", "day"),
                   lambda: tk._("The edition is revoked.")),
}


def steps_of(edition: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The steps that the edition's state allows: ``{"name", "hindrance"}``; a hindrance says why not this reader."""
    allowed = [(name, step) for name, step in STEPS.items() if edition["state"] in step.states]
    return [
        {"name": name, "hindrance": _hindrance(name, edition)} for name, _ in allowed
        if name != "set-effective" or not edition["effective_from"]
    ]


def _hindrance(name: str, edition: Mapping[str, Any]) -> str:
    if STEPS[name].approver and not roles().approves_list():
        return tk._("Only administrators of the authorised body approve editions.")
    itself = edition["submitted_by"] == tk.current_user.id and tk.config["ckanext.civic_list.two_person_rule"]
    if name == "approve" and itself:
        return tk._("Somebody else must approve: you submitted this edition yourself.")
    if name == "submit" and not edition["rows"]:
        return tk._("The edition has no rows yet: import a list or add items first.")
    return ""


@civic_keeper.route("/editions/<number>/steps/<step>")
def confirm_step(number: str, step: str) -> str:
    """What a step means, and the form that takes it."""
    edition = found_or_404("civic_edition_show", number=number)
    return _step_page(edition, step, _as_form(edition), {})


@civic_keeper.route("/editions/<number>/steps/<step>", methods=["POST"])
def take_step(number: str, step: str) -> Any:
    """Submit, return, approve, set the day, revoke or withdraw."""
    if step not in STEPS:
        return tk.abort(404)
    edition = found_or_404("civic_edition_show", number=number)
    typed = posted(*STEPS[step].fields)
    outcome = attempt(STEPS[step].action, {"id": edition["id"], **typed}, success=STEPS[step].success())
    if outcome.done:
        return tk.redirect_to("civic_keeper.edition", number=number)
    return _step_page(edition, step, {**_as_form(edition), **typed}, outcome.errors)


def _step_page(edition: Mapping[str, Any], step: str, form: Mapping[str, Any], errors: Mapping[str, Any]) -> Any:
    offered = {one["name"]: one for one in steps_of(edition)}
    if step not in STEPS:
        return tk.abort(404)
    return tk.render("civic_list/keeper/step.html", {
        "edition": edition, "step": step, "offered": offered.get(step), "form": form, "errors": errors,
        "impact": _impact(edition) if step in {"submit", "approve"} else None,
    })
