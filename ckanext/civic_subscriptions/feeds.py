"""What there is to tell of a thing, as Atom and RSS, in the reader's language, as far as anybody may see it."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import urlsplit

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import Context
from feedgen.feed import FeedGenerator
from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.domain.news import Happened, Target, Told
from ckanext.civic_core.model import EventRow, NewsRow
from ckanext.civic_core.news import telling
from ckanext.civic_subscriptions.domain.searches import Query, filter_query

__all__ = ["MOST", "Entry", "Format", "address_of", "changed", "found", "news_of", "written"]

Format = Literal["atom", "rss"]
#: entries of a feed
MOST = 50
#: news that is not for everybody
_INNER = ("work", "own", "security")


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece of news.

    :param key: the same for the same news, in whatever feed.
    :param address: absolute, of the page that shows it.
    """

    key: str
    title: str
    lines: tuple[str, ...]
    address: str
    at: datetime


def news_of(session: Session, target: Target) -> list[Entry]:
    """The newest news of a thing, the newest first; one statement, and those of the features that say it."""
    told = [Told(happened, target) for happened in _happened(session, target)]
    return [
        Entry(f"news/{one.happened.id}", words.subject, words.lines, address_of(words.path), one.happened.at)
        for one, words in telling.said(session, told, tk.h.lang())
    ]


def _happened(session: Session, target: Target) -> Iterable[Happened]:
    """The events without what is private of them."""
    one, public = EventRow, model.Package
    shown = sa.exists().where(public.id == NewsRow.about_id, public.state == "active", ~public.private)
    rows = session.execute(
        sa.select(one.id, one.type, one.stream, one.stream_id, one.at, one.public)
        .join(NewsRow, NewsRow.event_id == one.id)
        .where(
            NewsRow.target_type == target.type, NewsRow.target_id == target.id, NewsRow.topic.not_in(_INNER),
            sa.or_(NewsRow.about_type != "dataset", shown),
        )
        .order_by(NewsRow.at.desc(), NewsRow.event_id.desc()).limit(MOST)
    )
    return [Happened(row.id, row.type, row.stream, row.stream_id, row.at, public=row.public or {}) for row in rows]


def address_of(path: str) -> str:
    """Absolute, of a page in the reader's language.

    :param path: from the root of the site, without language.
    """
    return tk.url_for(path, _external=True)


def found(query: Query) -> list[Entry]:
    """The datasets that a search finds, those changed last first, as a visitor sees them; one request to Solr."""
    asked = {
        "q": query["q"] or "*:*", "fq": f"{filter_query(query)} +dataset_type:dataset".strip(), "rows": MOST,
        "sort": "metadata_modified desc", "facet": "false",
    }
    nobody = Context(user="", auth_user_obj=None)
    return [_dataset(one) for one in tk.get_action("package_search")(nobody, asked)["results"]]


def _dataset(one: dict[str, Any]) -> Entry:
    modified = datetime.fromisoformat(one["metadata_modified"]).replace(tzinfo=UTC)
    notes = tk.h.markdown_extract(_text(one, "notes"), 300)
    return Entry(
        f"dataset/{one['id']}/{modified:%Y%m%dT%H%M%S}", _text(one, "title") or one["name"], (notes,) if notes else (),
        tk.url_for("dataset.read", id=one["name"], _external=True), modified,
    )


def _text(one: dict[str, Any], name: str) -> str:
    several = one.get(f"{name}_translated")
    return tk.h.civic_text(several)[0] if several else one.get(name) or ""


def written(kind: Format, title: str, page: str, address: str, entries: Sequence[Entry]) -> bytes:
    """A feed as a reader's program takes it.

    :param page: absolute address of the page that the feed is about.
    :param address: absolute, of the feed itself.
    """
    made = FeedGenerator()
    made.id(address)
    made.title(title)
    made.description(tk._("What is new: {title}").format(title=title))
    made.author(name=tk.config["ckan.site_title"])
    made.link(href=page, rel="alternate")
    made.link(href=address, rel="self", type=f"application/{kind}+xml")
    made.language(tk.h.lang())
    newest = changed(entries)
    made.updated(newest)
    made.lastBuildDate(newest)
    for entry in entries:
        one = _added(made, entry)
        if kind == "atom":
            one.content("\n".join(entry.lines), type="text")
        else:
            one.description(Markup("<br>").join(escape(line) for line in entry.lines))
    return made.atom_str(pretty=True) if kind == "atom" else made.rss_str(pretty=True)


def changed(entries: Sequence[Entry]) -> datetime:
    """When there was something new last; the beginning of this day where there never was."""
    return max((entry.at for entry in entries), default=clock.start_of_day(clock.today()))


def _added(made: Any, entry: Entry) -> Any:
    one = made.add_entry(order="append")
    one.id(f"tag:{_host()},2026:{entry.key}")
    one.guid(f"tag:{_host()},2026:{entry.key}", permalink=False)
    one.title(entry.title)
    one.link(href=entry.address)
    one.updated(entry.at)
    one.published(entry.at)
    return one


def _host() -> str:
    return urlsplit(tk.config["ckan.site_url"]).hostname or "portal"
