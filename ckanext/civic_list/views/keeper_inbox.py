"""What others brought to the keepers: proposals of agencies, and datasets published for another body."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Response

from ckanext.civic_core.pages import attempt, found_or_404, given, paging
from ckanext.civic_list.views.deciding import decide
from ckanext.civic_list.views.filled import posted
from ckanext.civic_list.views.keeper import civic_keeper


@civic_keeper.route("/proposals")
def proposals() -> str:
    """What agencies want the next edition to say."""
    return _proposals_page({}, [])


@civic_keeper.route("/proposals", methods=["POST"])
def decide_proposals() -> Any:
    """Take or decline the proposals that are ticked."""
    form, ids = tk.request.form, tk.request.form.getlist("id")
    data = {name: value for name, value in posted("decision", "reason", "edition").items() if value}
    outcomes = {id_: attempt("civic_item_proposal_decide", {"id": id_, **data}) for id_ in ids}
    decided = sum(outcome.done for outcome in outcomes.values())
    if decided:
        text = tk.ungettext("{count} proposal is decided.", "{count} proposals are decided.", decided)
        tk.h.flash_success(text.format(count=decided))
    failed = {id_: outcome.sentences for id_, outcome in outcomes.items() if not outcome.done}
    errors = _first_errors(failed) if ids else {"id": [tk._("Tick the proposals that you decide on.")]}
    return _proposals_page(errors, list(failed), form) if errors else tk.redirect_to("civic_keeper.proposals")


def _first_errors(failed: dict[str, list[str]]) -> dict[str, list[str]]:
    return {"reason": sorted({sentence for found in failed.values() for sentence in found})} if failed else {}


def _proposals_page(errors: Any, ticked: list[str], form: Any = None) -> str:
    filters = {"state": "proposed", **given("state", "agency", "kind")}
    drafts = found_or_404("civic_edition_list", state="draft", limit=100)["results"]
    return tk.render("civic_list/keeper/proposals.html", {
        "proposals": found_or_404("civic_item_proposal_list", **filters, **paging()), "filters": filters,
        "drafts": drafts, "errors": errors, "ticked": ticked, "form": form or {},
    })


@civic_keeper.route("/links")
def links() -> str:
    """Datasets published on behalf of another body that wait for a decision, and disputed ones."""
    filters = {"state": "proposed", **given("state")}
    return tk.render("civic_list/keeper/links.html", {
        "links": found_or_404("civic_duty_link_list", **filters, **paging()), "filters": filters,
    })


@civic_keeper.route("/links/<id>", methods=["POST"])
def decide_link(id: str) -> Response:
    """Confirm, decline or dispute a link."""
    decide(id)
    return tk.redirect_to("civic_keeper.links", state=tk.request.form.get("state") or "proposed")
