"""The rows of a draft, one by one."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.civic_core.pages import attempt, found_or_404
from ckanext.civic_list import choices
from ckanext.civic_list.views.filled import errors_by_field, item_fields, item_form, item_typed
from ckanext.civic_list.views.keeper import civic_keeper


@civic_keeper.route("/editions/<number>/items/new")
def new_item(number: str) -> str:
    """The form for a row that is added by hand."""
    return _page(number, None, {}, {})


@civic_keeper.route("/editions/<number>/items/new", methods=["POST"])
def create_item(number: str) -> Any:
    """Add a row to the draft."""
    outcome = attempt("civic_item_create", {"edition": number, **item_fields()}, success=tk._("The row is added."))
    if outcome.done:
        return tk.redirect_to("civic_keeper.rows", number=number)
    return _page(number, None, item_typed(), outcome.errors)


@civic_keeper.route("/editions/<number>/items/<code>")
def edit_item(number: str, code: str) -> str:
    """The form for one row of a draft."""
    return _page(number, code, item_form(found_or_404("civic_item_show", code=code, edition=number)), {})


@civic_keeper.route("/editions/<number>/items/<code>", methods=["POST"])
def update_item(number: str, code: str) -> Any:
    """Change a row of the draft."""
    data = {"edition": number, "code": code, **item_fields()}
    outcome = attempt("civic_item_update", data, success=tk._("Saved."))
    if outcome.done:
        return tk.redirect_to("civic_keeper.rows", number=number)
    return _page(number, code, item_typed(), outcome.errors)


@civic_keeper.route("/editions/<number>/items/<code>/delete", methods=["POST"])
def delete_item(number: str, code: str) -> Any:
    """Take a row out of the draft."""
    data = {"edition": number, "code": code}
    outcome = attempt("civic_item_delete", data, success=tk._("The row is taken out."))
    if outcome.done:
        return tk.redirect_to("civic_keeper.rows", number=number)
    return _page(number, code, item_form(found_or_404("civic_item_show", code=code, edition=number)), outcome.errors)


def _page(number: str, code: str | None, form: Mapping[str, Any], errors: Mapping[str, Any]) -> str:
    return tk.render("civic_list/keeper/item.html", {
        "edition": found_or_404("civic_edition_show", number=number), "code": code, "tab": "rows",
        "form": form, "errors": errors_by_field(errors), "owners": choices.owners(),
    })
