"""What is owed and how it stands: obligations, and the days on which a duty or a dataset has which state."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.civic_list.model.columns import (
    Day,
    Id,
    Instant,
    MaybeDay,
    MaybeInstant,
    MaybeText,
    Number,
    Text,
    one_of,
)
from ckanext.civic_list.model.edition import SCHEDULES, UNITS

OBLIGATION_KINDS = ("first", "period", "renewal")
#: ``open`` waits, whether its window opened or not; the others are final, but for an excuse
OBLIGATION_STATES = ("open", "fulfilled", "fulfilled_late", "missed", "excused", "replaced")
RELIEF_KINDS = ("excuse", "suspension")
RELIEF_STATES = ("proposed", "confirmed", "declined", "ended")
STANDING_KINDS = ("duty", "dataset")
CODES = ("not_applicable", "suspended", "missing", "delinquent", "overdue", "not_started", "due", "fresh")
OUTCOMES = ("on_time", "late", "unmet", "reviewed")

Params = dict[str, Any]



class OwnTerms(tk.BaseModel):
    """What an agency asks of itself for a duty from a day on; nothing of its own: the list's terms again."""

    __tablename__ = "civic_list_own_terms"
    __table_args__ = (
        sa.UniqueConstraint("duty_id", "since", name="civic_list_own_terms_one_a_day"),
        one_of("schedule_kind", SCHEDULES, "civic_list_own_terms_schedule"),
        one_of("schedule_unit", UNITS, "civic_list_own_terms_unit"),
        sa.Index("civic_list_own_terms_waiting", "since", postgresql_where=sa.text("applied_at is null")),
    )

    id: Mapped[Id]
    duty_id: Mapped[Text] = mapped_column(sa.ForeignKey("civic_list_duty.id", ondelete="CASCADE"))
    since: Mapped[Day]
    period: Mapped[MaybeText]
    schedule_kind: Mapped[MaybeText]
    schedule_days: Mapped[int | None]
    schedule_unit: Mapped[MaybeText]
    recorded_at: Mapped[Instant]
    #: when the duty itself took them over
    applied_at: Mapped[MaybeInstant]


class LinkSpell(tk.BaseModel):
    """The days on which a link counted: confirmed, not disputed, as main data or a part of them."""

    __tablename__ = "civic_list_link_spell"
    __table_args__ = (
        sa.Index("civic_list_link_spell_by_duty", "duty_id"),
        sa.Index("civic_list_link_spell_by_dataset", "dataset_id"),
        sa.Index("civic_list_link_spell_now", "link_id", unique=True, postgresql_where=sa.text("until is null")),
        sa.CheckConstraint("until is null or until >= since", name="civic_list_link_spell_order"),
    )

    id: Mapped[Id]
    link_id: Mapped[Text] = mapped_column(sa.ForeignKey("civic_list_link.id", ondelete="CASCADE"))
    duty_id: Mapped[Text] = mapped_column(sa.ForeignKey("civic_list_duty.id", ondelete="CASCADE"))
    dataset_id: Mapped[Text]
    since: Mapped[Day]
    until: Mapped[MaybeDay]


class Relief(tk.BaseModel):
    """An excuse of one obligation, or the rest of a whole duty; granted by a second person."""

    __tablename__ = "civic_list_relief"
    __table_args__ = (
        one_of("kind", RELIEF_KINDS, "civic_list_relief_kind"),
        one_of("state", RELIEF_STATES, "civic_list_relief_state"),
        sa.CheckConstraint("until is null or until >= since", name="civic_list_relief_order"),
        sa.CheckConstraint("(kind = 'suspension') = (until is not null)", name="civic_list_relief_days"),
        sa.Index("civic_list_relief_by_duty", "duty_id"),
        sa.Index("civic_list_relief_waiting", "state", "made_at"),
        sa.Index(
            "civic_list_relief_once", "duty_id", "obligation_key", "obligation_since", unique=True,
            postgresql_where=sa.text("kind = 'excuse' and state in ('proposed', 'confirmed')"),
        ),
    )

    id: Mapped[Id]
    kind: Mapped[Text]
    duty_id: Mapped[Text] = mapped_column(sa.ForeignKey("civic_list_duty.id", ondelete="CASCADE"))
    obligation_key: Mapped[MaybeText]
    obligation_since: Mapped[MaybeDay]
    since: Mapped[Day]
    until: Mapped[MaybeDay]
    ground: Mapped[Text]
    reason: Mapped[Text]
    state: Mapped[Text]
    made_by: Mapped[Text]
    made_at: Mapped[Instant]
    decided_by: Mapped[MaybeText]
    decided_at: Mapped[MaybeInstant]
    decision_reason: Mapped[Text] = mapped_column(default="")


class Review(tk.BaseModel):
    """A named person of the agency says that the data are still current."""

    __tablename__ = "civic_list_review"
    __table_args__ = (sa.Index("civic_list_review_by_duty", "duty_id", "at"),)

    id: Mapped[Id]
    duty_id: Mapped[Text] = mapped_column(sa.ForeignKey("civic_list_duty.id", ondelete="CASCADE"))
    at: Mapped[Instant]
    day: Mapped[Day]
    by: Mapped[Text]
    by_admin: Mapped[bool]
    for_period: Mapped[Text] = mapped_column(default="")
    note: Mapped[Text] = mapped_column(default="")


class Obligation(tk.BaseModel):
    """One release owed by a duty. ``key`` with the day of the terms names it; ``missed`` is the last day of grace."""

    __tablename__ = "civic_list_obligation"
    __table_args__ = (
        one_of("kind", OBLIGATION_KINDS, "civic_list_obligation_kind"),
        one_of("state", OBLIGATION_STATES, "civic_list_obligation_state"),
        sa.UniqueConstraint("duty_id", "key", "terms_since", name="civic_list_obligation_once"),
        sa.CheckConstraint("opens <= due and due <= missed", name="civic_list_obligation_order"),
        sa.Index("civic_list_obligation_by_agency", "agency_id", "due"),
        sa.Index("civic_list_obligation_waiting", "missed", postgresql_where=sa.text("state = 'open'")),
        sa.Index("civic_list_obligation_to_remind", "remind_on", postgresql_where=sa.text("remind_on is not null")),
        sa.Index("civic_list_obligation_by_state", "state", "due"),
        sa.Index(
            "civic_list_obligation_settled", "settled_on", postgresql_where=sa.text("settled_on is not null"),
        ),
        sa.Index("civic_list_obligation_by_due", "due", postgresql_where=sa.text("state = 'open'")),
    )

    id: Mapped[Number]
    duty_id: Mapped[Text] = mapped_column(sa.ForeignKey("civic_list_duty.id", ondelete="CASCADE"))
    agency_id: Mapped[Text]
    category: Mapped[Text]
    key: Mapped[Text]
    terms_since: Mapped[Day]
    kind: Mapped[Text]
    period: Mapped[Text]
    starts: Mapped[Day]
    ends: Mapped[Day]
    opens: Mapped[Day]
    warn: Mapped[Day]
    due: Mapped[Day]
    missed: Mapped[Day]
    state: Mapped[Text]
    #: the day on which it was fulfilled or closed
    settled_on: Mapped[MaybeDay]
    by_release: Mapped[int | None] = mapped_column(sa.BigInteger)
    by_review: Mapped[MaybeText]
    ground: Mapped[Text] = mapped_column(default="")
    done: Mapped[int] = mapped_column(default=0)
    parts: Mapped[int] = mapped_column(default=0)
    #: the obligation of another duty that it came from with its days
    inherited_from: Mapped[int | None] = mapped_column(sa.BigInteger)
    #: the next day on which somebody is reminded, and of what
    remind_on: Mapped[MaybeDay]
    reminded: Mapped[int] = mapped_column(sa.SmallInteger, default=0)


class Use(tk.BaseModel):
    """What a release or a review did for a duty: the obligation that it fulfils, or why none."""

    __tablename__ = "civic_list_use"
    __table_args__ = (
        sa.Index("civic_list_use_by_release", "release_id"),
        sa.CheckConstraint("(release_id is null) <> (review_id is null)", name="civic_list_use_of_one_act"),
        sa.Index(
            "civic_list_use_once", "duty_id", sa.text("coalesce(release_id::text, review_id)"), "dataset_id",
            unique=True,
        ),
    )

    id: Mapped[Number]
    duty_id: Mapped[Text] = mapped_column(sa.ForeignKey("civic_list_duty.id", ondelete="CASCADE"))
    dataset_id: Mapped[Text]
    release_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    review_id: Mapped[MaybeText]
    outcome: Mapped[Text]
    key: Mapped[MaybeText]
    terms_since: Mapped[MaybeDay]
    params: Mapped[Params] = mapped_column(JSONB, default=dict)


class Standing(tk.BaseModel):
    """The state of a duty or a dataset from ``since`` to the day before ``until``, written ahead of time.

    Days that are over are never changed: the answer for a past day stays what it was.
    """

    __tablename__ = "civic_list_standing"
    __table_args__ = (
        one_of("kind", STANDING_KINDS, "civic_list_standing_kind"),
        one_of("code", CODES, "civic_list_standing_code"),
        sa.UniqueConstraint("subject_id", "kind", "since", name="civic_list_standing_once"),
        sa.CheckConstraint("until is null or until > since", name="civic_list_standing_order"),
        # all that counting and searching reads of a day: a state that ended is never read again, whatever the years
        sa.Index(
            "civic_list_standing_days", "kind", sa.text("coalesce(until, 'infinity'::date)"), "since",
            postgresql_include=[
                "subject_id", "agency_id", "category", "code", "next_due", "published", "covered", "until",
            ],
        ),
        sa.Index(
            "civic_list_standing_to_announce", "since", postgresql_where=sa.text("turn and announced_at is null"),
        ),
    )

    id: Mapped[Number]
    kind: Mapped[Text]
    subject_id: Mapped[Text]
    agency_id: Mapped[Text]
    category: Mapped[Text]
    since: Mapped[Day]
    until: Mapped[MaybeDay]
    code: Mapped[Text]
    before: Mapped[MaybeText]
    reason: Mapped[Text]
    params: Mapped[Params] = mapped_column(JSONB, default=dict)
    next_due: Mapped[MaybeDay]
    #: whether there are public data that could be opened and have a row
    published: Mapped[bool]
    #: whether their columns cover what the row of the list asks for
    covered: Mapped[bool] = mapped_column(default=False)
    #: whether the code is another than before
    turn: Mapped[bool]
    announced_at: Mapped[MaybeInstant]


class Tally(tk.BaseModel):
    """How many obligations of an agency and category ended their grace on a day, and how; kept by the database."""

    __tablename__ = "civic_list_tally"
    __table_args__ = (
        one_of("outcome", OUTCOMES, "civic_list_tally_outcome"),
        sa.PrimaryKeyConstraint("missed", "agency_id", "category", "outcome"),
    )

    missed: Mapped[Day]
    agency_id: Mapped[Text]
    category: Mapped[Text]
    outcome: Mapped[Text]
    count: Mapped[int]


class Figure(tk.BaseModel):
    """The counters of an agency and category at the end of a day that is over."""

    __tablename__ = "civic_list_figure"
    __table_args__ = (
        sa.PrimaryKeyConstraint("day", "agency_id", "category"),
        sa.Index("civic_list_figure_by_agency", "agency_id", "day"),
    )

    day: Mapped[Day]
    agency_id: Mapped[Text]
    category: Mapped[Text]
    listed: Mapped[int]
    published: Mapped[int]
    actual: Mapped[int]
    covered: Mapped[int]
    all: Mapped[int]
    all_actual: Mapped[int]
    suspended: Mapped[int]
    not_applicable: Mapped[int]
    on_time: Mapped[int]
    late: Mapped[int]
    missed: Mapped[int]
    reviewed: Mapped[int]
