"""What is known of duties, read in bulk: the same few statements for one as for hundreds."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_list import model as tables
from ckanext.civic_list.content.checking import compare
from ckanext.civic_list.delivery import rules
from ckanext.civic_list.delivery.stretches import Stretch, run_on, terms_of
from ckanext.civic_list.domain import fulfilment, obligations, releases
from ckanext.civic_list.domain.windows import Window

__all__ = ["DutyFacts", "load", "releases_of"]

Releases = Mapping[str, Sequence[tuple[int, releases.Release]]]


@dataclass
class DutyFacts:
    """One duty with everything that decides how it stands."""

    row: tables.Duty
    code: str
    agency: str
    #: the stretch of the list that holds the day, else the last one
    stretch: Stretch
    duty: obligations.Duty
    links: list[fulfilment.Link] = field(default_factory=list)
    #: datasets that count now, whether everybody may see them, and whether their data could be opened
    now: dict[str, tuple[bool, bool]] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)
    releases: list[tuple[int, releases.Release]] = field(default_factory=list)
    reviews: list[tuple[str, fulfilment.Review]] = field(default_factory=list)
    excuses: list[obligations.Excuse] = field(default_factory=list)
    suspensions: list[obligations.Suspension] = field(default_factory=list)

    @property
    def acts(self) -> list[fulfilment.Act]:
        """Releases with a content that is new to the duty, and reviews."""
        new = releases.new_to_duty(release for _, release in self.releases)
        return [*new, *(review for _, review in self.reviews)]

    @property
    def published(self) -> bool:
        """Whether a public dataset is linked now."""
        return any(public for public, _ in self.now.values())

    @property
    def has_data(self) -> bool:
        """Whether one of them could be opened and has a row."""
        return any(public and opened for public, opened in self.now.values())

    @property
    def covered(self) -> bool:
        """Whether their columns cover what the row of the list asks for."""
        return self.has_data and _covers(self.stretch.composition, tuple(self.columns))


@lru_cache(maxsize=4096)
def _covers(composition: tuple[str, ...], columns: tuple[str, ...]) -> bool:
    return compare(composition, columns).whole


def load(session: Session, duty_ids: Collection[str], day: date) -> dict[str, DutyFacts]:
    """The facts of duties that stand on a day, stood before, or will; nine statements however many."""
    ids = list(duty_ids)
    own = _grouped(session, sa.select(tables.OwnTerms).where(tables.OwnTerms.duty_id.in_(ids)))
    stretches = _stretches(session, ids)
    inherited = _inherited(session, ids)
    found: dict[str, DutyFacts] = {}
    for row, code, agency in session.execute(_duties(ids)):
        run = run_on(stretches.get(row.id, []), day)
        if run:
            found[row.id] = _begin(row, code, agency, run, own.get(row.id, []), inherited.get(row.id, []), day)
    _add_links(session, found)
    _add_acts(session, found)
    _add_reliefs(session, found)
    return found


def _duties(ids: Sequence[str]) -> Any:
    return (
        sa.select(tables.Duty, tables.Item.code, tables.Agency.name)
        .join(tables.Item, tables.Item.id == tables.Duty.item_id)
        .join(tables.Agency, tables.Agency.id == tables.Duty.agency_id)
        .where(tables.Duty.id.in_(ids))
    )


def _begin(
    row: tables.Duty, code: str, agency: str, run: Sequence[Stretch], own: Sequence[tables.OwnTerms],
    inherited: Sequence[obligations.Obligation], day: date,
) -> DutyFacts:
    begins = run[0].since
    duty = obligations.Duty(
        begins=begins, terms=terms_of(run, own), until=run[-1].until,
        published=row.run_published and row.run_since == begins,
        first_due=run[0].first_due, inherited=tuple(inherited),
    )
    at = next((one for one in reversed(run) if one.since <= day), run[0])
    return DutyFacts(row, code, agency, at, duty)


def _grouped(session: Session, query: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in session.scalars(query):
        found[row.duty_id].append(row)
    return found


def _stretches(session: Session, ids: Sequence[str]) -> dict[str, list[Stretch]]:
    term, version = tables.DutyTerm, tables.ItemVersion
    rows = session.execute(
        sa.select(
            term.duty_id, term.since, term.until, term.agency_id, term.category, version.period,
            version.schedule_kind, version.schedule_days, version.schedule_unit, version.first_due,
            version.composition,
        )
        .join(version, version.id == term.version_id)
        .where(term.duty_id.in_(ids), sa.or_(term.until.is_(None), term.until > term.since))
        .order_by(term.since)
    )
    found: dict[str, list[Stretch]] = defaultdict(list)
    for row in rows:
        schedule = rules.schedule_of(row) or rules.usual_schedule(row.composition)
        found[row.duty_id].append(Stretch(
            row.since, row.until, row.agency_id, row.category, row.period, schedule, row.first_due,
            tuple(row.composition),
        ))
    return found


def _inherited(session: Session, ids: Sequence[str]) -> dict[str, list[obligations.Obligation]]:
    """Obligations that came from another duty with their days."""
    owed, known = tables.Obligation, rules.periods()
    rows = session.scalars(sa.select(owed).where(owed.duty_id.in_(ids), owed.inherited_from.is_not(None)))
    found: dict[str, list[obligations.Obligation]] = defaultdict(list)
    for row in rows:
        if row.period in known:
            window = Window(row.key, (), row.starts, row.ends, row.opens, row.due, row.missed)
            found[row.duty_id].append(
                obligations.Obligation(row.key, row.kind, known[row.period], row.terms_since, window)  # type: ignore[arg-type]
            )
    return found


def _add_links(session: Session, found: Mapping[str, DutyFacts]) -> None:
    spell, link, dataset = tables.LinkSpell, tables.Link, tables.WatchedDataset
    rows = session.execute(
        sa.select(spell.duty_id, spell.dataset_id, spell.since, spell.until, link.public, dataset.opened,
                  dataset.columns)
        .join(link, link.id == spell.link_id)
        .outerjoin(dataset, dataset.dataset_id == spell.dataset_id)
        .where(spell.duty_id.in_(list(found)), sa.or_(spell.until.is_(None), spell.until > spell.since))
        .order_by(spell.since, spell.dataset_id)
    )
    for duty_id, dataset_id, since, until, public, opened, columns in rows:
        facts = found[duty_id]
        facts.links.append(fulfilment.Link(dataset_id, since, until))
        if until is None:
            facts.now[dataset_id] = (public, bool(opened))
            facts.columns += columns or ()


def _add_acts(session: Session, found: Mapping[str, DutyFacts]) -> None:
    several = releases_of(session, {link.dataset for facts in found.values() for link in facts.links})
    for facts in found.values():
        for dataset in {link.dataset for link in facts.links}:
            facts.releases += several.get(dataset, ())
    review = tables.Review
    for row in session.scalars(sa.select(review).where(review.duty_id.in_(list(found))).order_by(review.at)):
        act = fulfilment.Review(row.at, row.day, row.by_admin, row.for_period)
        found[row.duty_id].reviews.append((row.id, act))


def releases_of(session: Session, datasets: Iterable[str]) -> Releases:
    """All releases of datasets in the order of time, each with the id of its row; one statement."""
    release = tables.Release
    rows = session.scalars(
        sa.select(release).where(release.dataset_id.in_(list(datasets))).order_by(release.at, release.number)
    )
    found: dict[str, list[tuple[int, releases.Release]]] = defaultdict(list)
    for row in rows:
        found[row.dataset_id].append((row.id, as_release(row)))
    return found


def as_release(row: tables.Release) -> releases.Release:
    """A stored release as the rules know it."""
    return releases.Release(
        row.dataset_id, row.number, row.at, row.day, row.by, tuple(row.contents), tuple(row.ways),  # type: ignore[arg-type]
        row.for_period, row.correction,
    )


def _add_reliefs(session: Session, found: Mapping[str, DutyFacts]) -> None:
    relief = tables.Relief
    rows = session.scalars(
        sa.select(relief).where(relief.duty_id.in_(list(found)), relief.state.in_(("confirmed", "ended")))
        .order_by(relief.since)
    )
    for row in rows:
        facts = found[row.duty_id]
        if row.kind == "suspension" and row.until and row.until > row.since:
            facts.suspensions.append(obligations.Suspension(row.since, row.until, row.ground))
        elif row.kind == "excuse" and row.obligation_key and row.obligation_since:
            facts.excuses.append(
                obligations.Excuse(row.obligation_key, row.obligation_since, row.ground, row.since)
            )
