"""Duties: one item owed by one agency, and the datasets that answer it."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.civic_list.model.columns import (
    AT_ONCE,
    Day,
    Id,
    Instant,
    MaybeDay,
    MaybeInstant,
    MaybeText,
    Text,
    Texts,
    one_of,
)
from ckanext.civic_list.model.edition import SCHEDULES, UNITS

ROLES = ("main", "part", "additional")
#: an open link counts, or waits to be confirmed; the others are history
LINK_OPEN = ("proposed", "confirmed", "disputed")
LINK_STATES = (*LINK_OPEN, "declined", "ended")


class Duty(tk.BaseModel):
    """One item x one agency. It outlives editions; when it is owed is said by its terms."""

    __tablename__ = "civic_list_duty"
    __table_args__ = (
        sa.UniqueConstraint("item_id", "agency_id", name="civic_list_duty_once"),
        one_of("schedule_kind", SCHEDULES, "civic_list_duty_schedule"),
        one_of("schedule_unit", UNITS, "civic_list_duty_unit"),
        sa.Index("civic_list_duty_to_settle", "settle_on"),
    )

    id: Mapped[Id]
    item_id: Mapped[Text] = mapped_column(sa.ForeignKey("civic_list_item.id"))
    agency_id: Mapped[Text] = mapped_column(sa.ForeignKey("civic_list_agency.id"), index=True)
    responsible_unit: Mapped[Texts]
    note: Mapped[Text] = mapped_column(default="")
    #: the agency's own terms where they differ from the item's
    period: Mapped[MaybeText]
    schedule_kind: Mapped[MaybeText]
    schedule_days: Mapped[int | None]
    schedule_unit: Mapped[MaybeText]
    #: since when it has been owed without a break, and whether there were public data then
    run_since: Mapped[MaybeDay]
    run_published: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    #: the day on which its last public data went
    withdrawn_on: Mapped[MaybeDay]
    #: the day on which its state must be worked out anew
    settle_on: Mapped[Day] = mapped_column(default=AT_ONCE, server_default=str(AT_ONCE))


class DutyTerm(tk.BaseModel):
    """The days on which a duty is owed as one edition says: ``since`` to the day before ``until``.

    Both ends remember when they were written down, so that the answer for a past day can be given as it was known
    on that day.
    """

    __tablename__ = "civic_list_duty_term"
    __table_args__ = (
        sa.UniqueConstraint("duty_id", "edition_id", "since", name="civic_list_duty_term_once"),
        sa.Index("civic_list_duty_term_by_edition", "edition_id", "agency_id", "since"),
        sa.Index("civic_list_duty_term_by_number", "edition_id", "number"),
        sa.Index("civic_list_duty_term_by_version", "version_id"),
        sa.CheckConstraint("until is null or until >= since", name="civic_list_duty_term_order"),
    )

    id: Mapped[Id]
    duty_id: Mapped[Text] = mapped_column(sa.ForeignKey("civic_list_duty.id", ondelete="CASCADE"))
    edition_id: Mapped[Text] = mapped_column(sa.ForeignKey("civic_list_edition.id"))
    version_id: Mapped[Text] = mapped_column(sa.ForeignKey("civic_list_item_version.id"))
    #: what lists are sorted, narrowed and counted by, here as well so that a hundred thousand rows need no other table;
    #: the period is the agency's own, else the item's
    agency_id: Mapped[Text] = mapped_column(sa.ForeignKey("civic_list_agency.id"))
    number: Mapped[int]
    category: Mapped[Text]
    period: Mapped[Text]
    since: Mapped[Day]
    recorded_at: Mapped[Instant]
    until: Mapped[MaybeDay]
    until_recorded_at: Mapped[MaybeInstant]


class Link(tk.BaseModel):
    """A dataset that answers a duty, wholly, in part or in addition."""

    __tablename__ = "civic_list_link"
    __table_args__ = (
        one_of("role", ROLES, "civic_list_link_role"),
        one_of("state", LINK_STATES, "civic_list_link_state"),
        sa.Index(
            "civic_list_link_once", "duty_id", "dataset_id", unique=True,
            postgresql_where=sa.text("state in ('proposed', 'confirmed', 'disputed')"),
        ),
        sa.Index("civic_list_link_by_dataset", "dataset_id"),
        sa.Index(
            "civic_list_link_with_data", "duty_id", postgresql_where=sa.text("state = 'confirmed' and public"),
        ),
        sa.Index("civic_list_link_waiting", "state", postgresql_where=sa.text("state = 'proposed'")),
    )

    id: Mapped[Id]
    duty_id: Mapped[Text] = mapped_column(sa.ForeignKey("civic_list_duty.id", ondelete="CASCADE"))
    #: id of a CKAN package; its title is kept for when the package is gone
    dataset_id: Mapped[Text]
    dataset_title: Mapped[Texts]
    role: Mapped[Text] = mapped_column(default="main")
    state: Mapped[Text]
    #: whether everybody may see the dataset; follows it, so that counting duties with data does not read datasets
    public: Mapped[bool] = mapped_column(default=False)
    since: Mapped[Day]
    until: Mapped[MaybeDay]
    made_by: Mapped[Text]
    made_at: Mapped[Instant]
    decided_by: Mapped[MaybeText]
    decided_at: Mapped[MaybeInstant]
    reason: Mapped[Text] = mapped_column(default="")
    ended_at: Mapped[MaybeInstant]
    #: whether the keeper ever disputed it and nobody has settled that; an agency cannot link the pair anew by itself
    contested: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
