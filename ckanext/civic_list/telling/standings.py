"""What is told of states: the data that a duty, or a dataset on no list, owes are overdue, missed, or not there."""
from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import ckan.plugins.toolkit as tk
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.domain.news import Audience, Happened, Said, Target, Told
from ckanext.civic_core.domain.short import around
from ckanext.civic_core.news import datasets_read
from ckanext.civic_core.news.datasets_read import Dataset, in_words
from ckanext.civic_list import delivery_words
from ckanext.civic_list.delivery import stood
from ckanext.civic_list.telling import named
from ckanext.civic_list.telling.named import DutyNamed

__all__ = ["TYPES", "audiences", "outdated", "say"]

OF_DUTY, OF_DATASET = "duty.state_changed", "dataset.state_changed"
TYPES = (OF_DUTY, OF_DATASET)
#: that data are there again is told by the release that brought them
WORSE = ("overdue", "delinquent", "missing")
_OVERDUE = Target("overdue")


def _ids(events: Sequence[Happened], kind: str) -> set[str]:
    return {event.stream_id for event in events if event.type == kind}


def audiences(session: Session, events: Sequence[Happened]) -> dict[int, Audience]:
    """Whom each event concerns; three statements."""
    told = [event for event in events if event.public.get("after") in WORSE]
    duties = named.duties(session, _ids(told, OF_DUTY))
    linked = named.linked_datasets(session, duties)
    datasets = datasets_read.read(session, _ids(told, OF_DATASET))
    found: dict[int, Audience] = {}
    for event in told:
        if event.type == OF_DUTY and event.stream_id in duties:
            found[event.id] = _of_duty(event, duties[event.stream_id], linked.get(event.stream_id, ()))
        elif event.type == OF_DATASET and (dataset := datasets.get(event.stream_id)) and dataset.public:
            itself = Target("dataset", dataset.id)
            found[event.id] = Audience((itself, *_agency(dataset.agency), _OVERDUE), "state", itself)
    return found


def _of_duty(event: Happened, duty: DutyNamed, datasets: Sequence[str]) -> Audience:
    """Who follows the agency hears of data that were withdrawn as of a dataset that is gone."""
    withdrawn = event.public.get("reason") == "withdrawn"
    agency = () if withdrawn else _agency(duty.agency)
    return Audience((*(Target("dataset", id_) for id_ in datasets), *duty.targets(), *agency, _OVERDUE), "state")


def _agency(id_: str) -> tuple[Target, ...]:
    return (Target("agency", id_),) if id_ else ()


def outdated(session: Session, events: Sequence[Happened]) -> Collection[int]:
    """Those whose duty or dataset stands otherwise today; two statements."""
    today = clock.today()
    standing = {
        kind: stood.of(session, subject, _ids(events, kind), today)
        for kind, subject in ((OF_DUTY, "duty"), (OF_DATASET, "dataset"))
    }
    return {
        event.id for event in events
        if standing[event.type].get(event.stream_id, stood.UNKNOWN)["state"] != event.public.get("after")
    }


def say(session: Session, told: Sequence[Told]) -> list[Said]:
    """The words; four statements."""
    events = [one.happened for one in told]
    duties = named.duties(session, _ids(events, OF_DUTY))
    datasets = datasets_read.read(session, _ids(events, OF_DATASET))
    today = clock.today()
    standing = {
        **stood.of(session, "duty", duties, today), **stood.of(session, "dataset", datasets, today),
    }
    return [
        _said(event, duties.get(event.stream_id) or datasets.get(event.stream_id), standing.get(event.stream_id, {}))
        for event in events
    ]


def _said(event: Happened, subject: DutyNamed | Dataset | None, standing: Mapping[str, Any]) -> Said:
    after = str(event.public.get("after"))
    if isinstance(subject, DutyNamed):
        lines = [tk._("Agency: {name}").format(name=subject.whose)]
        name, path = subject.name, subject.path
    else:
        lines = []
        name = in_words(subject.title) or subject.name if subject else event.stream_id
        path = f"{subject.path}/updates" if subject else "/list/missing"
    pattern = _subjects()[after]
    same = standing.get("state") == after
    why = delivery_words.why(standing["reason"]) if same else ""
    return Said(around(pattern, name, 200), around(pattern, name), path, (*([why] if why else ()), *lines))


def _subjects() -> Mapping[str, str]:
    return {
        "overdue": tk._("Overdue: “{name}”"),
        "delinquent": tk._("Deadline missed: “{name}”"),
        "missing": tk._("No data: “{name}”"),
    }
