"""What news of the list need of duties and agencies: what they are called, whose they are, what is linked to them."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import ckan.model as core
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.domain.news import Target
from ckanext.civic_core.news.datasets_read import in_words
from ckanext.civic_list.model import Agency, Duty, DutyTerm, Item, ItemVersion, LinkSpell

__all__ = ["DutyNamed", "agencies", "duties", "linked_datasets", "linked_duties"]


@dataclass(frozen=True, slots=True)
class DutyNamed:
    """A duty: ``item`` and ``agency`` are ids, ``agency_name`` is the name in addresses."""

    id: str
    item: str
    code: str
    title: Mapping[str, str]
    category: str
    agency: str
    agency_name: str
    agency_title: Mapping[str, str]

    @property
    def path(self) -> str:
        return f"/list/item/{self.code}/{self.agency_name}"

    @property
    def desk(self) -> str:
        """Where its agency works on it."""
        return f"/desk/duties/{self.code}?agency={self.agency_name}"

    @property
    def name(self) -> str:
        """The title of its row in the language that is spoken now."""
        return in_words(self.title) or self.code

    @property
    def whose(self) -> str:
        """Its agency in that language."""
        return in_words(self.agency_title) or self.agency_name

    def targets(self) -> tuple[Target, ...]:
        """The duty itself and the row of the list that it belongs to."""
        return Target("duty", self.id), Target("item", self.item)


def duties(session: Session, ids: Collection[str]) -> dict[str, DutyNamed]:
    """Duties by id, as the row that stands today names them, else the last one; one statement."""
    stands = sa.case((DutyTerm.since <= clock.today(), 1), else_=0)
    rows = session.execute(
        sa.select(Duty.id, Item.id, Item.code, ItemVersion.title, DutyTerm.category, Agency.id, Agency.name,
                  Agency.title)
        .join(Item, Item.id == Duty.item_id)
        .join(Agency, Agency.id == Duty.agency_id)
        .join(DutyTerm, DutyTerm.duty_id == Duty.id)
        .join(ItemVersion, ItemVersion.id == DutyTerm.version_id)
        .where(Duty.id.in_(set(ids)))
        .distinct(Duty.id).order_by(Duty.id, stands.desc(), DutyTerm.since.desc())
    ) if ids else ()
    return {row[0]: DutyNamed(*row) for row in rows}


def linked_duties(session: Session, datasets: Collection[str]) -> dict[str, list[str]]:
    """The duties that datasets answer now, by dataset; one statement."""
    return _pairs(
        session,
        sa.select(LinkSpell.dataset_id, LinkSpell.duty_id)
        .where(LinkSpell.dataset_id.in_(set(datasets)), LinkSpell.until.is_(None)),
    )


def linked_datasets(session: Session, duty_ids: Collection[str]) -> dict[str, list[str]]:
    """The public datasets that answer duties now, by duty; one statement."""
    package = core.Package
    return _pairs(
        session,
        sa.select(LinkSpell.duty_id, LinkSpell.dataset_id)
        .join(package, package.id == LinkSpell.dataset_id)
        .where(LinkSpell.duty_id.in_(set(duty_ids)), LinkSpell.until.is_(None), package.state == "active",
               ~package.private),
    )


def _pairs(session: Session, query: sa.Select[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for one, other in session.execute(query.distinct().order_by(*query.selected_columns)):
        found[one].append(other)
    return found


def agencies(session: Session, ids_or_names: Collection[str]) -> dict[str, Agency]:
    """Agencies by id and by name, also those that are gone; one statement."""
    wanted = set(ids_or_names)
    query = sa.select(Agency).where(sa.or_(Agency.id.in_(wanted), Agency.name.in_(wanted)))
    return {key: row for row in session.scalars(query) for key in (row.id, row.name)} if wanted else {}
