"""The keepers' view of delivery: who is late, what was missed, and what waits for their decision."""
from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from flask import Response

from ckanext.civic_core import clock
from ckanext.civic_core.pages import attempt, found_or_404, given, paging
from ckanext.civic_list import choices, overview
from ckanext.civic_list.views.filled import posted
from ckanext.civic_list.views.keeper import civic_keeper

#: so long a missed obligation is told of
_LATELY = timedelta(days=60)
_FEW, _MOST = 5, 100


@civic_keeper.route("/delivery")
def delivery() -> str:
    """Who is late, what was missed lately, what is asked for, and what rests."""
    return _page({}, "")


def _page(errors: Mapping[str, Any], decided: str) -> str:
    filters = given("group", "late")
    bodies = overview.by_agency(model.Session(), clock.today())
    states = sum((one["states"] for one in bodies), Counter[str]())
    found = [one for one in bodies if _matches(one, filters)]
    page = paging()
    return tk.render("civic_list/keeper/delivery.html", {
        "filters": filters, "count": len(found), "bodies": found[page["offset"]:page["offset"] + page["limit"]],
        "states": states, "late_bodies": sum(bool(one["late"]) for one in bodies),
        "missed": _missed(), "errors": errors, "decided": decided, "form": tk.request.form,
        "asked": found_or_404("civic_relief_list", state="proposed", limit=_MOST),
        "resting": found_or_404(
            "civic_relief_list", state="confirmed", kind="suspension", limit=_MOST,
            **{"from": clock.today().isoformat()},
        ),
    })


def _matches(one: Mapping[str, Any], filters: Mapping[str, str]) -> bool:
    in_group = filters.get("group") in (None, one["agency"]["body_group"])
    return in_group and (filters.get("late") != "true" or bool(one["late"]))


def _missed(**more: Any) -> dict[str, Any]:
    since = (clock.today() - _LATELY).isoformat()
    return found_or_404("civic_obligation_list", state="missed", due_from=since, **{"limit": _FEW, **more})


@civic_keeper.route("/delivery/missed")
def missed() -> str:
    """Everything that was missed lately, of all agencies or of one."""
    filters = given("agency")
    return tk.render("civic_list/keeper/missed.html", {
        "filters": filters, "missed": _missed(**filters, **paging()), "agencies": choices.living_agencies(),
    })


@civic_keeper.route("/delivery/relief/<id>", methods=["POST"])
def decide_relief(id: str) -> Any:
    """Confirm or decline an excuse or a suspension that is asked for."""
    outcome = attempt(
        "civic_relief_decide", {"id": id, **posted("decision", "reason")},
        success=tk._("Your decision is recorded."),
    )
    return tk.redirect_to("civic_keeper.delivery") if outcome.done else _page(outcome.errors, id)


@civic_keeper.route("/delivery/relief/<id>/end", methods=["POST"])
def end_relief(id: str) -> Response:
    """End a suspension before its day."""
    outcome = attempt("civic_relief_end", {"id": id}, success=tk._("The suspension is over: the duty is owed again."))
    for sentence in outcome.sentences:
        tk.h.flash_error(sentence)
    return tk.redirect_to("civic_keeper.delivery")
