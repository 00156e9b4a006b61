"""What is told of a row of the list: a new edition changes, splits or lacks it."""
from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import formats
from ckanext.civic_core.domain.news import Audience, Happened, Said, Target, Told
from ckanext.civic_core.domain.short import around
from ckanext.civic_core.news.datasets_read import in_words
from ckanext.civic_list import editions
from ckanext.civic_list.domain.items import Item as Row
from ckanext.civic_list.model import Edition, Item, ItemVersion

__all__ = ["TYPES", "audiences", "outdated", "say"]

REVISED = "item.revised"
TYPES = (REVISED,)
#: fields whose values fit into a line; of the others only their name is told
_SHORT = ("title", "period", "category")


def audiences(session: Session, events: Sequence[Happened]) -> dict[int, Audience]:
    """Who follows the row; no statement."""
    return {event.id: Audience((Target("item", event.stream_id),), "list") for event in events}


def outdated(session: Session, events: Sequence[Happened]) -> Collection[int]:
    """Those whose edition was revoked since; one statement."""
    numbers = {str(event.public.get("edition")) for event in events}
    revoked = set(session.scalars(
        sa.select(Edition.number).where(Edition.number.in_(numbers), Edition.revoked_on.is_not(None))
    ))
    return {event.id for event in events if event.public.get("edition") in revoked}


def say(session: Session, told: Sequence[Told]) -> list[Said]:
    """The words; two statements."""
    events = [one.happened for one in told]
    versions, days = _versions(session, events), _days(session, events)
    return [_said(event, versions, days) for event in events]


_Versions = Mapping[tuple[str, str], Row]


def _versions(session: Session, events: Iterable[Happened]) -> _Versions:
    """What each edition says of each row, by id of the item and number of the edition."""
    pairs = {
        (event.stream_id, str(event.public.get(name))) for event in events for name in ("edition", "before")
    }
    rows = session.execute(
        sa.select(ItemVersion, Edition.number, Item.code)
        .join(Edition, Edition.id == ItemVersion.edition_id).join(Item, Item.id == ItemVersion.item_id)
        .where(sa.tuple_(ItemVersion.item_id, Edition.number).in_(pairs))
    )
    return {(version.item_id, number): editions.row_of(version, code) for version, number, code in rows}


def _days(session: Session, events: Iterable[Happened]) -> Mapping[str, Any]:
    """From when each edition is in force."""
    query = sa.select(Edition.number, Edition.effective_from).where(
        Edition.number.in_({str(event.public.get("edition")) for event in events})
    )
    return dict(session.execute(query).tuples().all())


def _said(event: Happened, versions: _Versions, days: Mapping[str, Any]) -> Said:
    number, code = str(event.public.get("edition")), str(event.public.get("code"))
    after, before = (versions.get((event.stream_id, str(event.public.get(name)))) for name in ("edition", "before"))
    known = after or before
    name = in_words(known.title) if known else code
    pattern = _subject(str(event.public.get("how")))
    text = tk._("Edition {number} of the unified list, in force from {day}.")
    lines = [text.format(number=number, day=formats.day(days.get(number)) or "—")]
    if before is not None and after is not None:
        lines += [_changed(field, before, after) for field in event.public.get("fields") or ()]
    return Said(around(pattern, name, 200), around(pattern, name), f"/list/item/{code}", tuple(lines))


def _subject(how: str) -> str:
    return {
        "removed": tk._("Not in the new edition: “{name}”"),
        "split": tk._("Divided into several rows: “{name}”"),
    }.get(how, tk._("The row of the list changes: “{name}”"))


def _changed(field: str, before: Row, after: Row) -> str:
    word = tk.h.civic_list_field_word(field)
    if field not in _SHORT:
        return tk._("Changed: {field}.").format(field=word)
    values = (tk.h.civic_list_value(field, getattr(one, field)) for one in (before, after))
    return "{}: {} → {}".format(word, *values)
