"""What everybody sees of delivery: what is missing, what was excused, the figures with their rows, what is due."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from flask import Blueprint, Response, stream_with_context

from ckanext.civic_core import clock
from ckanext.civic_core.pages import ROWS, found_or_404, given, paging
from ckanext.civic_list import (
    compliance,
    delivery_dates,
    delivery_feeds,
    delivery_shown,
    duties_shown,
    figures_csv,
)
from ckanext.civic_list.delivery import behind

civic_delivery = Blueprint("civic_delivery", __name__)

#: states of what is not there as it should be, the gravest first
LACKING = ("missing", "delinquent", "overdue")
_FEED = ("agency", "dataset", "category")
_OF_DUTIES = ("agency", "group", "category", "period")
_SCOPE = ("agency", "group", "category", "as_of", "known_now")


@civic_delivery.route("/list/missing")
def missing() -> str:
    """Duties whose data are missing, missed or overdue, and since when."""
    filters = given(*_OF_DUTIES)
    chosen = tk.request.args.get("state", "")
    state = chosen if chosen in LACKING else LACKING[0]
    duties = found_or_404("civic_duty_search", state=state, sort="due", **filters, **paging())
    return tk.render("civic_list/missing.html", {
        "duties": duties, "filters": filters, "state": state, "lacking": LACKING,
    })


@civic_delivery.route("/list/excused")
def excused() -> str:
    """What was excused and what is suspended: on which ground, from when, until when."""
    filters = given("agency", "kind", "ground")
    shown = "ended" if tk.request.args.get("state") == "ended" else "confirmed"
    relief = found_or_404("civic_relief_list", state=shown, **filters, **paging())
    return tk.render("civic_list/excused.html", {"relief": relief, "filters": filters, "state": shown})


@civic_delivery.route("/list/figures")
def figures() -> str:
    """Counters and figures of the portal, a group, an agency or a category on a day; ``rows``: those behind one."""
    filters, rows = given(*_SCOPE), tk.request.args.get("rows", "")
    more: dict[str, Any] = {"rows": rows} if rows else {"over": "month"}
    shown = found_or_404("civic_compliance_show", **filters, **more, **paging())
    return tk.render("civic_list/figures.html", {"shown": shown, "filters": filters, "rows": rows})


@civic_delivery.route("/list/figures.csv")
def figures_file() -> Response:
    """The rows behind a number, or those that lack data in one way, as a table."""
    rows = tk.request.args.get("rows", "listed")
    found = _lacking(rows) if rows in LACKING else _behind(rows)
    response = Response(stream_with_context(figures_csv.lines(found)), content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=f"{rows}-{clock.today()}.csv")
    return response


def _behind(rows: str) -> Iterator[Mapping[str, Any]]:
    """All that a counter counts; the action says whether it may be asked for."""
    filters = given(*_SCOPE)
    day = found_or_404("civic_compliance_show", **filters, rows=rows, limit=1)["day"]
    what = compliance.ask(model.Session(), {**filters, "as_of": date.fromisoformat(day)})
    return behind.every(model.Session(), rows, what.scope, _reader())


def _reader() -> duties_shown.Reader:
    return duties_shown.reader_of({"user": tk.current_user.name, "auth_user_obj": tk.current_user})


def _lacking(state: str) -> Iterator[Mapping[str, Any]]:
    filters = given(*_OF_DUTIES)
    return figures_csv.pages(lambda limit, offset: found_or_404(
        "civic_duty_search", **filters, state=state, sort="due", facets="false", limit=limit, offset=offset))


@civic_delivery.route("/list/calendar.ics")
def calendar() -> Response:
    """Due days of the next twelve months as iCalendar; ``agency``, ``dataset`` and ``category`` narrow it."""
    found = delivery_dates.due(model.Session(), clock.today(), given(*_FEED))
    response = Response(delivery_feeds.calendar(found), content_type="text/calendar; charset=utf-8")
    response.headers.set("Content-Disposition", "inline", filename="calendar.ics")
    return _unless_known(response)


@civic_delivery.route("/list.rss")
def news() -> Response:
    """What became overdue, was missed or fulfilled lately, as RSS; narrowed in the same way."""
    filters = given(*_FEED)
    found = delivery_dates.lately(model.Session(), clock.today(), filters)
    address = tk.url_for("civic_delivery.news", _external=True, **filters)
    return _unless_known(
        Response(delivery_feeds.news(found, address), content_type="application/rss+xml; charset=utf-8")
    )


def _unless_known(response: Response) -> Response:
    """Nothing but «not modified» for a reader that comes again before something changed."""
    response.add_etag()
    return response.make_conditional(tk.request)  # type: ignore[arg-type]


@civic_delivery.route("/dataset/<name>/updates")
def updates(name: str) -> str:
    """The history of a dataset's data: releases, what was seen and whether it counts, state and next update."""
    dataset = found_or_404("package_show", id=name)
    releases = found_or_404("civic_release_list", dataset=dataset["id"], limit=ROWS)
    owed = found_or_404("civic_obligation_list", dataset=dataset["id"], limit=100)["results"]
    return tk.render("civic_list/updates.html", {
        "pkg_dict": dataset, "pkg": dataset, "dataset_type": dataset["type"],
        "standing": tk.h.civic_list_standing(dataset),
        "releases": delivery_shown.with_first(releases, owed),
        "evidence": found_or_404("civic_evidence_list", dataset=dataset["id"], **paging()),
    })
