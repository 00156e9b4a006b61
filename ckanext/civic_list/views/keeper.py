"""The list keeper's desk: drafts, import, proposals, approval, owner groups, successions."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response

from ckanext.civic_core import config
from ckanext.civic_core.pages import Attempt, attempt, found_or_404, given, paging, sentences, signed_in_or_login
from ckanext.civic_core.roles import roles_of

civic_keeper = Blueprint("civic_keeper", __name__, url_prefix="/desk/list")
civic_keeper.before_request(signed_in_or_login)


@civic_keeper.before_request
def keepers_only() -> None:
    """The desk is the keepers' own."""
    if not roles_of({"user": tk.current_user.name, "auth_user_obj": tk.current_user}).keeps_list():
        tk.abort(403, tk._("Only members of the authorised body keep the unified list."))


@civic_keeper.route("")
def index() -> str:
    """Everything that waits for the keepers."""
    return _index_page()


def _index_page(**more: Any) -> str:
    return tk.render("civic_list/keeper/index.html", {
        "editions": found_or_404("civic_edition_list", limit=10),
        "proposals": found_or_404("civic_item_proposal_list", state="proposed", limit=5),
        "links": found_or_404("civic_duty_link_list", state="proposed", limit=5),
        "form": {}, "errors": {}, **more,
    })


# --- editions ---------------------------------------------------------------------------------------------


@civic_keeper.route("/editions", methods=["POST"])
def create_edition() -> Any:
    """Begin a draft, empty or as a copy."""
    outcome = attempt("civic_edition_create", _edition_fields(), success=tk._("The draft is there."))
    if outcome.done:
        return tk.redirect_to("civic_keeper.edition", number=outcome.result["number"])
    return _index_page(form=outcome.data, errors=outcome.errors)


@civic_keeper.route("/editions/<number>")
def edition(number: str) -> str:
    """One edition: its data, its rows, what approval would change, the next steps."""
    return _edition_page(number)


def _edition_page(number: str, **more: Any) -> str:
    edition = found_or_404("civic_edition_show", number=number)
    filters = given("q", "owner", "category", "period")
    return tk.render("civic_list/keeper/edition.html", {
        "edition": edition,
        "items": found_or_404("civic_item_search", edition=number, **filters, **paging()),
        "filters": filters,
        "impact": found_or_404("civic_edition_impact", id=edition["id"]) if edition["state"] in _OPEN else None,
        "form": edition, "errors": {}, **more,
    })


_OPEN = {"draft", "submitted"}


@civic_keeper.route("/editions/<number>", methods=["POST"])
def update_edition(number: str) -> Any:
    """Change title, act and dates of an edition."""
    edition = found_or_404("civic_edition_show", number=number)
    outcome = attempt("civic_edition_update", {**_edition_fields(), "id": edition["id"]}, success=tk._("Saved."))
    if outcome.done:
        return tk.redirect_to("civic_keeper.edition", number=outcome.result["number"])
    return _edition_page(number, form={**edition, **outcome.data}, errors=outcome.errors)


def _edition_fields() -> dict[str, Any]:
    form = tk.request.form
    names = (
        "number", "copy_of", "act_number", "act_date", "registration_number", "registered_on", "published_on",
        "act_url", "effective_from",
    )
    return {**{name: form[name] for name in names if name in form}, **_texts("title")}


def _texts(name: str) -> dict[str, dict[str, str]]:
    """A text in several languages from the fields ``<name>-<language>`` of a form."""
    given_ = {lang: tk.request.form.get(f"{name}-{lang}") for lang in config.languages()}
    texts = {lang: text.strip() for lang, text in given_.items() if text is not None}
    return {name: texts} if texts else {}


#: step -> (action, what is said afterwards)
_STEPS: Mapping[str, tuple[str, Callable[[], str]]] = {
    "submit": ("civic_edition_submit", lambda: tk._("The edition waits for approval by a second person.")),
    "return": ("civic_edition_return", lambda: tk._("The edition is a draft again.")),
    "approve": ("civic_edition_approve", lambda: tk._("The edition is approved.")),
    "set-effective": ("civic_edition_set_effective", lambda: tk._("The day is set.")),
    "revoke": ("civic_edition_revoke", lambda: tk._("The edition is revoked.")),
    "withdraw": ("civic_edition_withdraw", lambda: tk._("The draft is withdrawn.")),
}


@civic_keeper.route("/editions/<number>/steps/<step>", methods=["POST"])
def take_step(number: str, step: str) -> Any:
    """Submit, return, approve, set the day, revoke or withdraw."""
    if step not in _STEPS:
        return tk.abort(404)
    action, success = _STEPS[step]
    edition = found_or_404("civic_edition_show", number=number)
    fields = {k: v for k, v in tk.request.form.items() if k in {"reason", "act", "day", "effective_from", "revision"}}
    outcome = attempt(action, {"id": edition["id"], **fields}, success=success())
    if outcome.done:
        return tk.redirect_to("civic_keeper.edition", number=number)
    return _edition_page(number, step=step, step_errors=outcome.errors, step_form=outcome.data)


# --- import -----------------------------------------------------------------------------------------------


@civic_keeper.route("/editions/<number>/import")
def choose_file(number: str) -> str:
    """The form that takes a workbook."""
    return _import_page(number)


@civic_keeper.route("/editions/<number>/import", methods=["POST"])
def import_file(number: str) -> Any:
    """Check a workbook, or what was staged of it, and show what it would change; write it when asked to."""
    edition = found_or_404("civic_edition_show", number=number)
    write = "apply" in tk.request.form
    data: dict[str, Any] = {"id": edition["id"], "dry_run": not write, "decisions": _decisions()}
    if tk.request.form.get("staged"):
        data["staged"] = tk.request.form["staged"]
    else:
        data["upload"] = tk.request.files.get("upload")
    outcome = attempt("civic_edition_import", data, success=tk._("The rows are in the draft.") if write else "")
    if outcome.done and write:
        return tk.redirect_to("civic_keeper.edition", number=number)
    return _import_page(number, outcome=outcome)


def _import_page(number: str, outcome: Attempt | None = None) -> str:
    preview = outcome.result if outcome and outcome.done else None
    return tk.render("civic_list/keeper/import.html", {
        "edition": found_or_404("civic_edition_show", number=number),
        "preview": preview,
        "decisions": _decisions(),
        "errors": sentences(outcome.errors) if outcome else [],
    })


def _decisions() -> dict[str, dict[str, Any]]:
    """``decide-<row>`` fields: ``same:<code>``, ``split:<code>`` or ``new``."""
    found: dict[str, dict[str, Any]] = {}
    for name, value in tk.request.form.items():
        if name.startswith("decide-"):
            kind, _, code = value.partition(":")
            row = name.removeprefix("decide-")
            found[row] = {"new": True} if kind == "new" else {{"same": "same_as", "split": "split_of"}[kind]: code}
    return found


# --- items of a draft -------------------------------------------------------------------------------------


@civic_keeper.route("/editions/<number>/items/new")
def new_item(number: str) -> str:
    """The form for a row that is added by hand."""
    return _item_page(number, None, {}, {})


@civic_keeper.route("/editions/<number>/items/new", methods=["POST"])
def create_item(number: str) -> Any:
    """Add a row to the draft."""
    outcome = attempt("civic_item_create", {"edition": number, **_item_fields()}, success=tk._("The row is added."))
    if outcome.done:
        return tk.redirect_to("civic_keeper.edition", number=number)
    return _item_page(number, None, outcome.data, outcome.errors)


@civic_keeper.route("/editions/<number>/items/<code>")
def edit_item(number: str, code: str) -> str:
    """The form for one row of a draft."""
    return _item_page(number, code, found_or_404("civic_item_show", code=code, edition=number), {})


@civic_keeper.route("/editions/<number>/items/<code>", methods=["POST"])
def update_item(number: str, code: str) -> Any:
    """Change a row of the draft, or take it out."""
    if "delete" in tk.request.form:
        outcome = attempt("civic_item_delete", {"edition": number, "code": code}, success=tk._("The row is taken out."))
    else:
        data = {"edition": number, "code": code, **_item_fields()}
        outcome = attempt("civic_item_update", data, success=tk._("Saved."))
    if outcome.done:
        return tk.redirect_to("civic_keeper.edition", number=number)
    return _item_page(number, code, outcome.data, outcome.errors)


def _item_page(number: str, code: str | None, form: Mapping[str, Any], errors: Mapping[str, Any]) -> str:
    return tk.render("civic_list/keeper/item.html", {
        "edition": found_or_404("civic_edition_show", number=number), "code": code, "form": form, "errors": errors,
    })


def _item_fields() -> dict[str, Any]:
    form = tk.request.form
    names = ("number", "owner", "category", "period", "composition", "way", "note", "first_due")
    fields: dict[str, Any] = {name: form[name] for name in names if name in form}
    if form.get("schedule_kind"):
        days = form.get("schedule_days")
        fields["schedule"] = {
            "kind": form["schedule_kind"], "days": int(days) if days and days.isdecimal() else days or None,
            "unit": form.get("schedule_unit") or "calendar_day",
        }
    return {**fields, **_texts("title"), **_texts("theme")}


# --- proposals and links that wait ------------------------------------------------------------------------


@civic_keeper.route("/proposals")
def proposals() -> str:
    """What agencies want the next edition to say."""
    filters = {"state": "proposed", **given("state", "agency")}
    return tk.render("civic_list/keeper/proposals.html", {
        "proposals": found_or_404("civic_item_proposal_list", **filters, **paging()),
        "editions": found_or_404("civic_edition_list", state="draft", limit=10),
        "filters": filters,
    })


@civic_keeper.route("/proposals/decide", methods=["POST"])
def decide_proposals() -> Response:
    """Take or decline proposals, one by one or all that are ticked."""
    form = tk.request.form
    decided = 0
    for id_ in form.getlist("id"):
        data = {"id": id_, **{k: form[k] for k in ("decision", "reason", "edition") if form.get(k)}}
        outcome = attempt("civic_item_proposal_decide", data)
        decided += outcome.done
        for sentence in outcome.sentences:
            tk.h.flash_error(sentence)
    if decided:
        text = tk.ungettext("{count} proposal is decided.", "{count} proposals are decided.", decided)
        tk.h.flash_success(text.format(count=decided))
    return tk.redirect_to("civic_keeper.proposals")


@civic_keeper.route("/links")
def links() -> str:
    """Datasets published on behalf of another body that wait for a decision, and disputed ones."""
    return tk.render("civic_list/keeper/links.html", {
        "links": found_or_404("civic_duty_link_list", **{"state": "proposed", **given("state")}, **paging()),
        "filters": given("state"),
    })


@civic_keeper.route("/links/<id>", methods=["POST"])
def decide_link(id: str) -> Response:
    """Confirm, decline or dispute a link."""
    data = {"id": id, **{k: v for k, v in tk.request.form.items() if k in {"decision", "reason"}}}
    outcome = attempt("civic_duty_link_decide", data, success=tk._("Your decision is recorded."))
    for sentence in outcome.sentences:
        tk.h.flash_error(sentence)
    return tk.redirect_to("civic_keeper.links")


# --- owner groups and successions -------------------------------------------------------------------------


@civic_keeper.route("/owner-groups")
def owner_groups() -> str:
    """Named lists of agencies that rows are addressed to."""
    groups = found_or_404("civic_owner_group_list", **paging())
    return tk.render("civic_list/keeper/owner_groups.html", {"groups": groups})


@civic_keeper.route("/owner-groups/new", methods=["GET", "POST"])
def new_owner_group() -> Any:
    """Make an owner group."""
    return _owner_group("civic_owner_group_create", {}, tk._("The group is there."))


@civic_keeper.route("/owner-groups/<name>", methods=["GET", "POST"])
def owner_group(name: str) -> Any:
    """Members of an owner group, from when to when."""
    return _owner_group("civic_owner_group_update", found_or_404("civic_owner_group_show", name=name), tk._("Saved."))


def _owner_group(action: str, group: Mapping[str, Any], success: str) -> Any:
    form, errors = group, {}
    if tk.request.method == "POST":
        outcome = attempt(action, {**_kept(group), **_owner_group_fields()}, success=success)
        if outcome.done:
            return tk.redirect_to("civic_keeper.owner_group", name=outcome.result["name"])
        form, errors = {**group, **outcome.data}, outcome.errors
    return tk.render("civic_list/keeper/owner_group.html", {"group": group, "form": form, "errors": errors})


def _kept(group: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": group["id"]} if group else {}


def _owner_group_fields() -> dict[str, Any]:
    form = tk.request.form
    rows = zip(form.getlist("member"), form.getlist("since"), form.getlist("until"), strict=False)
    return {
        "name": form.get("name", ""), **_texts("title_translated"),
        "spellings": [line.strip() for line in form.get("spellings", "").splitlines() if line.strip()],
        "members": [{"agency": a, "since": s, "until": u} for a, s, u in rows if a.strip()],
    }


@civic_keeper.route("/successions")
def successions() -> str:
    """Which body followed which, and from when."""
    return _successions_page()


@civic_keeper.route("/successions", methods=["POST"])
def create_succession() -> Any:
    """Show what would move; record it when confirmed."""
    confirmed = "confirm" in tk.request.form
    names = {"from", "to", "day", "act", "kind", "items"}
    data = {k: v for k, v in tk.request.form.items() if k in names and v}
    outcome = attempt(
        "civic_agency_succession_create", {**data, "dry_run": not confirmed},
        success=tk._("The succession is recorded.") if confirmed else "",
    )
    if outcome.done and confirmed:
        return tk.redirect_to("civic_keeper.successions")
    return _successions_page(form=data, errors=outcome.errors, moves=outcome.result if outcome.done else None)


def _successions_page(**more: Any) -> str:
    return tk.render("civic_list/keeper/successions.html", {
        "successions": found_or_404("civic_agency_succession_list", **paging()),
        "form": {}, "errors": {}, "moves": None, **more,
    })
