"""Duties as answers show them, with the datasets that the reader may see."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ckan.model as core
import sqlalchemy as sa
from ckan.types import Context
from sqlalchemy.orm import Session

from ckanext.civic_core import config
from ckanext.civic_core.roles import roles_of
from ckanext.civic_list import agencies
from ckanext.civic_list.delivery import stood
from ckanext.civic_list.duties import Row
from ckanext.civic_list.model import Link
from ckanext.civic_list.model.duty import LINK_OPEN

__all__ = ["Reader", "links", "reader_of", "shown"]


@dataclass(frozen=True)
class Reader:
    """Whose private datasets may be seen."""

    everything: bool
    agencies: frozenset[str]

    def sees(self, private: bool, owner: str | None) -> bool:
        """Whether a dataset is shown."""
        return not private or self.everything or owner in self.agencies


def reader_of(context: Context) -> Reader:
    """What the caller may see of private datasets: those of the organisations that he is a member of."""
    roles = roles_of(context)
    return Reader(roles.sysadmin, frozenset(id_ for id_, _ in roles.agencies))


def shown(session: Session, rows: Sequence[Row], reader: Reader, day: date) -> list[dict[str, Any]]:
    """Duties as answers show them, with their state at the end of a day; two statements however many."""
    ids = [row.duty.id for row in rows]
    linked, standing = links(session, ids, reader), stood.of(session, "duty", ids, day)
    return [
        {**_shown(row, linked.get(row.duty.id, [])), **standing.get(row.duty.id, stood.UNKNOWN)} for row in rows
    ]


def _shown(row: Row, linked: Sequence[dict[str, Any]]) -> dict[str, Any]:
    duty, version = row.duty, row.version
    source = duty if duty.schedule_kind else version
    confirmed = [
        link["dataset"] | {"role": link["role"], "state": link["state"]} for link in linked
        if link["state"] == "confirmed"
    ]
    return {
        "id": duty.id, "code": row.code, "number": version.number, "title": version.title,
        "agency": agencies.shown(row.agency), "category": version.category, "period": row.period,
        "schedule": {"kind": source.schedule_kind, "days": source.schedule_days, "unit": source.schedule_unit}
        if source.schedule_kind else None,
        "way": version.way, "responsible_unit": duty.responsible_unit, "datasets": confirmed,
        "has_data": any(one["public"] for one in confirmed),
    }


def links(session: Session, duty_ids: Iterable[str], reader: Reader) -> dict[str, list[dict[str, Any]]]:
    """Open links of duties with their datasets, without private ones of others; one statement."""
    package = core.Package
    rows = session.execute(
        sa.select(
            Link, package.id, package.name, package.title, package.extras["title_translated"].astext,
            package.private, package.owner_org,
        )
        .join(package, package.id == Link.dataset_id)
        .where(Link.duty_id.in_(list(duty_ids)), Link.state.in_(LINK_OPEN), package.state == "active")
        .order_by(Link.role, package.name)
    )
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for link, id_, name, title, several, private, owner in rows:
        if reader.sees(private, owner):
            texts = agencies.texts(several) or {config.home_language(): title or name}
            dataset = {"id": id_, "name": name, "title": texts, "public": not private}
            found[link.duty_id].append({
                "id": link.id, "role": link.role, "state": link.state, "since": link.since.isoformat(),
                "dataset": dataset,
            })
    return found
