"""What everybody sees: the list, its items and duties, its editions and what changed between them."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response, jsonify

from ckanext.civic_core import clock
from ckanext.civic_core.pages import ROWS, found_or_404, given, paging
from ckanext.civic_list import delivery_shown, differences
from ckanext.civic_list.views import inherited

civic_list = Blueprint("civic_list", __name__, url_prefix="/list")

_MIME = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json; charset=utf-8",
}


def _edition_in_force() -> dict[str, Any] | None:
    try:
        return tk.get_action("civic_edition_show")({}, {"in_force_on": clock.today().isoformat()})
    except tk.ObjectNotFound:
        return None


@civic_list.route("")
def index() -> str:
    """The list in force: duties with their owner, period and data; filters, search, sort."""
    filters = given("q", "agency", "group", "category", "period", "state", "has_data", "sort")
    duties = found_or_404("civic_duty_search", **filters, **paging())
    return tk.render("civic_list/index.html", {
        "edition": _edition_in_force(), "duties": duties, "filters": filters,
    })


@civic_list.route("/item/<code>")
def item(code: str) -> str:
    """One item: what it says now, its numbers and titles in all editions, who owes it."""
    item = found_or_404("civic_item_show", code=code)
    duties = found_or_404("civic_duty_search", q=code, sort="code", facets="false", limit=100)
    owed = {duty["id"]: duty for duty in duties["results"] if duty["code"] == item["code"]}
    return tk.render("civic_list/item.html", {"item": item, "owed": owed})


@civic_list.route("/item/<code>/<agency>")
def duty(code: str, agency: str) -> str:
    """One duty: how its data stand and why, what is owed, what came, and the datasets that answer it."""
    duty = found_or_404("civic_duty_show", code=code, agency=agency)
    events = found_or_404("civic_event_list", stream="duty", stream_id=duty["id"], limit=100)["results"]
    evidence = found_or_404("civic_evidence_list", duty=duty["id"], **paging())
    releases = found_or_404("civic_release_list", duty=duty["id"], limit=ROWS)
    return tk.render("civic_list/duty.html", {
        "duty": duty, "history": tk.h.civic_list_history(duty, [one for one in events if _is_told(one)][:ROWS]),
        "releases": delivery_shown.with_first(releases, [{**one, "duty": duty} for one in duty["obligations"]]),
        "evidence": evidence, "inherited": inherited.of_duty(duty),
        "done": _last_done(duty), "not_counted": _since_counted(evidence["results"]),
    })


def _is_told(event: Mapping[str, Any]) -> bool:
    """Whether it belongs to the history: reminders do not, and how periods went stands in a table of its own."""
    return event["type"] == "obligation.excused" or not event["type"].startswith(("reminder.", "obligation."))


def _last_done(duty: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The obligation that was fulfilled last."""
    done = [one for one in duty["obligations"] if one["state"] in ("fulfilled", "fulfilled_late")]
    return max(done, key=itemgetter("settled_on"), default=None)


def _since_counted(newest_first: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The last change, where it does not count."""
    return newest_first[0] if newest_first and not newest_first[0]["counts"] else None


@civic_list.route("/editions")
def editions() -> str:
    """Every edition that is or was law; a keeper sees drafts too."""
    page = paging()
    found = found_or_404("civic_edition_list", **{**page, "limit": page["limit"] + 1})
    shown = [{**edition, "former": _former(edition, found["results"])} for edition in found["results"]]
    return tk.render("civic_list/editions.html", {"editions": shown[:page["limit"]], "count": found["count"]})


def _former(edition: Mapping[str, Any], newest_first: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The edition before one in a list."""
    pairs = pairwise(newest_first)
    return next((older for newer, older in pairs if newer["id"] == edition["id"]), None)


@civic_list.route("/editions/<number>")
def edition(number: str) -> str:
    """One edition with its rows as the act has them, under their headings."""
    filters = given("q", "owner", "category", "period", "sort")
    edition = found_or_404("civic_edition_show", number=number)
    items = found_or_404("civic_item_search", edition=number, **filters, **paging())
    in_order = filters.get("sort", "number") == "number"
    grouped = groupby(items["results"], key=itemgetter("theme")) if in_order else [({}, items["results"])]
    return tk.render("civic_list/edition.html", {
        "edition": edition, "items": items, "filters": filters,
        "themes": [(theme, list(rows)) for theme, rows in grouped],
        "former": _former(edition, found_or_404("civic_edition_list", limit=100)["results"]),
    })


@civic_list.route("/editions/<number>/export.<format>")
def export(number: str, format: str) -> Response:
    """The rows of an edition as a file: ``xlsx``, ``csv`` or ``json``."""
    if format not in _MIME:
        return tk.abort(404, tk._("The list can be had as XLSX, CSV or JSON."))
    answer = found_or_404("civic_edition_export", id=number, format=format)
    return _file(answer["content"].data, format, answer["filename"])


def _file(content: bytes, format: str, name: str) -> Response:
    response = Response(content, content_type=_MIME[format])
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@civic_list.route("/editions/<before>/diff/<after>")
def difference(before: str, after: str) -> str:
    """What one edition changed against another."""
    return tk.render("civic_list/difference.html", {
        "before": found_or_404("civic_edition_show", number=before),
        "after": found_or_404("civic_edition_show", number=after),
        "difference": found_or_404("civic_edition_diff", **{"from": before, "to": after}),
    })


@civic_list.route("/editions/<before>/diff/<after>/export.csv")
def difference_file(before: str, after: str) -> Response:
    """The same as a table: a line for each difference."""
    found = found_or_404("civic_edition_diff", **{"from": before, "to": after})
    return _file(differences.as_csv(found), "csv", f"unified-list-{before}-{after}.csv")


@civic_list.route("/agency/<name>")
def agency(name: str) -> str:
    """What one agency owes, and its own list."""
    filters = given("q", "category", "period", "state", "has_data", "sort")
    own = found_or_404("civic_agency_list_show", agency=name)
    return tk.render("civic_list/agency.html", {
        "own": own, "filters": filters, "inherited": inherited.of_agency(name),
        "compliance": found_or_404("civic_compliance_show", agency=name, over="month"),
        "duties": found_or_404("civic_duty_search", agency=name, **filters, **paging()),
    })


@civic_list.route("/duties.json")
def autocomplete() -> Response:
    """The duties that the dataset form offers while one types; only to who may publish for an agency."""
    found = found_or_404("civic_duty_autocomplete", **given("q", "agency"))
    return jsonify(found)
