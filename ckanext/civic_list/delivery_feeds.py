"""What is due as iCalendar, and what became of it as RSS, in the reader's language."""
from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
from feedgen.feed import FeedGenerator
from icalendar import Calendar, Event, vText

from ckanext.civic_core import clock, formats
from ckanext.civic_list import delivery_words as words
from ckanext.civic_list.delivery_dates import Dated

__all__ = ["calendar", "news"]


def calendar(found: Iterable[Dated]) -> bytes:
    """Due days as events of a whole day."""
    made = Calendar()
    made.add("prodid", f"-//{_host()}//ckanext-civic//{tk.h.lang().upper()}")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("x-wr-calname", tk._("Data that are due"))
    made.add("x-published-ttl", "PT12H")
    for one in found:
        made.add_component(_event(one))
    return made.to_ical()


def _event(one: Dated) -> Event:
    event = Event()
    event.add("uid", f"{one.uid}@{_host()}")
    event.add("dtstamp", clock.start_of_day(clock.today()))
    event.add("dtstart", one.on)
    event.add("dtend", one.on + timedelta(days=1))
    event["summary"] = vText(f"{_text(one.title)} — {_period(one)}")
    event["description"] = vText(tk._("{agency}, {code}. A late update counts until {day}.").format(
        agency=_text(one.agency.title), code=one.code, day=formats.day(one.obligation.missed)))
    event.add("url", _address(one))
    event.add("transp", "TRANSPARENT")
    return event


def news(found: Iterable[Dated], address: str) -> bytes:
    """What became overdue, was missed or fulfilled, the newest first.

    :param address: of this feed.
    """
    made = FeedGenerator()
    made.title(tk._("Unified list: what came and what did not"))
    made.description(tk._("What became overdue, was missed or fulfilled in the last 30 days"))
    made.link(href=tk.url_for("civic_list.index", _external=True), rel="alternate")
    made.link(href=address, rel="self", type="application/rss+xml")
    made.language(tk.h.lang())
    made.lastBuildDate(clock.start_of_day(clock.today()))
    for one in found:
        _entry(made, one)
    return made.rss_str(pretty=True)


def _entry(made: Any, one: Dated) -> None:
    entry = made.add_entry(order="append")
    said = _became(one)
    entry.title(f"{said}: {_text(one.title)}")
    entry.description(tk._("{agency}, {code}: {period}. {said}, {day}.").format(
        agency=_text(one.agency.title), code=one.code, period=_period(one), said=said, day=formats.day(one.on)))
    entry.guid(f"{one.uid}-{one.state}", permalink=False)
    entry.link(href=_address(one))
    entry.pubDate(clock.start_of_day(one.on))


def _became(one: Dated) -> str:
    said = {
        "overdue": tk._("Overdue, in grace"), "missed": tk._("Deadline missed"), "fulfilled": tk._("Fulfilled in time"),
        "fulfilled_late": tk._("Fulfilled late"),
    }
    return said[one.state]


def _period(one: Dated) -> str:
    return words.period_label(one.obligation.key, one.obligation.kind)


def _address(one: Dated) -> str:
    return tk.url_for("civic_list.duty", code=one.code, agency=one.agency.name, _external=True)


def _text(several: Any) -> str:
    return tk.h.civic_text(several)[0]


def _host() -> str:
    return urlsplit(tk.config["ckan.site_url"]).hostname or "portal"
