"""What is told of datasets as the catalogue shows them: that one is there, that its files changed, that it is gone."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ckan.model as model
import ckan.plugins as p
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core.domain.news import Audience, Happened, Said, Target, Told
from ckanext.civic_core.domain.short import around, first_few
from ckanext.civic_core.interfaces import IDataWatch
from ckanext.civic_core.news import datasets_read
from ckanext.civic_core.news.datasets_read import Dataset, in_words, of_group

__all__ = ["TYPES", "audiences", "listed", "outdated", "say"]

PUBLISHED, UPDATED, WITHDRAWN = "dataset.published", "dataset.updated", "dataset.withdrawn"
TYPES = (PUBLISHED, UPDATED, WITHDRAWN)


def audiences(session: Session, events: Sequence[Happened]) -> dict[int, Audience]:
    """Whom each event concerns; one statement.

    That files changed is told by who looks into the data, where somebody does.
    """
    known = datasets_read.read(session, {event.stream_id for event in events})
    found = {event.id: _audience(event, known.get(event.stream_id)) for event in events}
    return {id_: one for id_, one in found.items() if one is not None}


def _audience(event: Happened, dataset: Dataset | None) -> Audience | None:
    itself = Target("dataset", event.stream_id)
    if event.type == WITHDRAWN:
        kept = datasets_read.places(event.public.get("agency") or "", event.public.get("categories") or ())
        return Audience((itself, *kept), "catalogue")
    if dataset is None or not dataset.public:
        return None
    if event.type == PUBLISHED:
        return Audience(dataset.places(), "catalogue", itself) if dataset.places() else None
    if not event.public.get("files") or any(p.PluginImplementations(IDataWatch)):
        return None
    return Audience((itself, *dataset.places()), "data", itself)


def outdated(session: Session, events: Sequence[Happened]) -> set[int]:
    """What was withdrawn is there again, what was published is gone; one statement."""
    known = datasets_read.read(session, {event.stream_id for event in events})
    public = {id_ for id_, dataset in known.items() if dataset.public}
    return {event.id for event in events if (event.stream_id in public) == (event.type == WITHDRAWN)}


def say(session: Session, told: Sequence[Told]) -> list[Said]:
    """The words; two statements, and one for the names of agencies and categories."""
    known = datasets_read.read(session, {one.happened.stream_id for one in told})
    files = _files(session, {id_ for one in told for id_ in one.happened.public.get("files") or ()})
    return [_said(one.happened, known.get(one.happened.stream_id), files) for one in told]


def _files(session: Session, ids: set[str]) -> Mapping[str, Any]:
    """Name and state of resources by id."""
    one = model.Resource
    rows = session.execute(sa.select(one.id, one.name, one.url, one.state).where(one.id.in_(ids))) if ids else ()
    return {row.id: row for row in rows}


def _said(event: Happened, dataset: Dataset | None, files: Mapping[str, Any]) -> Said:
    if event.type == WITHDRAWN:
        return _withdrawn(event, dataset)
    shown = dataset or Dataset(event.stream_id, event.stream_id)
    title = in_words(shown.title) or shown.name
    if event.type == PUBLISHED:
        pattern = tk._("New dataset “{name}”")
        return Said(around(pattern, title, 200), around(pattern, title), shown.path, tuple(_whose(shown)))
    pattern = tk._("Files of the dataset “{name}” changed")
    chosen = [files[id_] for id_ in event.public.get("files") or () if id_ in files]
    return Said(around(pattern, title, 200), around(pattern, title), shown.path, tuple(_of_files(chosen)))


def _whose(dataset: Dataset) -> list[str]:
    lines = [tk._("Agency: {name}").format(name=of_group(dataset.agency))] if of_group(dataset.agency) else []
    names = [name for name in map(of_group, dataset.categories) if name]
    return lines + ([tk._("Category: {name}").format(name=", ".join(names))] if names else [])


def _of_files(rows: Sequence[Any]) -> list[str]:
    there = [row.name or row.url for row in rows if row.state == "active"]
    gone = [row.name or row.url for row in rows if row.state != "active"]
    lines = [(tk._("New or replaced: {names}"), there), (tk._("Removed: {names}"), gone)]
    return [text.format(names=listed(names)) for text, names in lines if names]


def listed(names: Sequence[str]) -> str:
    """The first of the names, and how many more."""
    shown, more = first_few(names)
    said = ", ".join(shown)
    return tk._("{names} and {n} more").format(names=said, n=more) if more else said


def _withdrawn(event: Happened, dataset: Dataset | None) -> Said:
    """What was public of it may be said: the title of one that is deleted, nothing of one that is hidden now."""
    if event.public.get("how") == "deleted" and dataset is not None and not (dataset.active or dataset.private):
        pattern, name = tk._("The dataset “{name}” was removed"), in_words(dataset.title) or dataset.name
        lines = (tk._("It is no longer on the portal."),)
        return Said(around(pattern, name, 200), around(pattern, name), "/dataset/", lines)
    text = (
        tk._("A dataset that you follow was removed") if event.public.get("how") == "deleted"
        else tk._("A dataset that you follow is no longer public")
    )
    return Said(text, text, "/dataset/")
