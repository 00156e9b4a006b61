"""Owner groups and successions: whom rows are addressed to, and who follows whom."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.civic_core.pages import attempt, found_or_404, paging
from ckanext.civic_list import choices
from ckanext.civic_list.views.filled import posted, texts
from ckanext.civic_list.views.keeper import civic_keeper

#: empty rows at the end of a form
SPARE = 3


@civic_keeper.route("/owner-groups")
def owner_groups() -> str:
    """Named lists of agencies that rows are addressed to."""
    groups = found_or_404("civic_owner_group_list", **paging())
    return tk.render("civic_list/keeper/owner_groups.html", {"groups": groups})


@civic_keeper.route("/owner-groups/new")
def new_owner_group() -> str:
    """The form for an owner group."""
    return _group_page(None, {"members": []}, {})


@civic_keeper.route("/owner-groups/new", methods=["POST"])
def create_owner_group() -> Any:
    """Make an owner group."""
    typed = {**posted("name"), **_group_typed()}
    return _group_settled(None, "civic_owner_group_create", typed, tk._("The group is there."))


@civic_keeper.route("/owner-groups/<name>")
def owner_group(name: str) -> str:
    """Members of an owner group, from when to when."""
    group = found_or_404("civic_owner_group_show", name=name)
    return _group_page(group, {**group, "members": _current(group)}, {})


@civic_keeper.route("/owner-groups/<name>", methods=["POST"])
def update_owner_group(name: str) -> Any:
    """Change an owner group."""
    group = found_or_404("civic_owner_group_show", name=name)
    return _group_settled(group, "civic_owner_group_update", {"id": group["id"], **_group_typed()}, tk._("Saved."))


def _current(group: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {"agency": one["agency"]["name"], "since": tk.h.civic_date(one["since"]), "until": ""}
        for one in group["members"] if not one["until"]
    ]


def _group_typed() -> dict[str, Any]:
    form = tk.request.form
    rows = zip(form.getlist("member"), form.getlist("since"), form.getlist("until"), strict=False)
    return {
        **texts("title_translated"), "spellings": form.get("spellings", "").splitlines(),
        "members": [{"agency": a, "since": s, "until": u} for a, s, u in rows if a.strip()],
    }


def _group_settled(group: Mapping[str, Any] | None, action: str, typed: Mapping[str, Any], success: str) -> Any:
    outcome = attempt(action, typed, success=success)
    if outcome.done:
        return tk.redirect_to("civic_keeper.owner_group", name=outcome.result["name"])
    return _group_page(group, {**(group or {}), **typed}, outcome.errors)


def _group_page(group: Mapping[str, Any] | None, form: Mapping[str, Any], errors: Mapping[str, Any]) -> str:
    return tk.render("civic_list/keeper/owner_group.html", {
        "group": group, "form": form, "errors": errors, "agencies": choices.living_agencies(), "spare": SPARE,
    })


@civic_keeper.route("/successions")
def successions() -> str:
    """Which body followed which, and from when."""
    return _successions_page({}, {}, None)


@civic_keeper.route("/successions", methods=["POST"])
def create_succession() -> Any:
    """Show what would move; record it when confirmed."""
    typed = posted("from", "to", "day", "act", "kind", "items")
    confirmed = "confirm" in tk.request.form
    outcome = attempt(
        "civic_agency_succession_create", {**typed, "dry_run": not confirmed},
        success=tk._("The succession is recorded.") if confirmed else "",
    )
    if outcome.done and confirmed:
        return tk.redirect_to("civic_keeper.successions")
    return _successions_page(typed, outcome.errors, outcome.result)


def _successions_page(form: Mapping[str, Any], errors: Mapping[str, Any], planned: Any) -> str:
    return tk.render("civic_list/keeper/successions.html", {
        "successions": found_or_404("civic_agency_succession_list", **paging()), "form": form, "errors": errors,
        "planned": planned, "agencies": choices.living_agencies(),
    })
