"""Editions of the unified list and what each says of its items."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.civic_list.domain.editions import STATES
from ckanext.civic_list.model.columns import (
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

SCHEDULES = ("within", "after")
UNITS = ("calendar_day", "working_day", "month")
WAYS = ("workstation", "integration")


class Edition(tk.BaseModel):
    """One version of the whole list. Once approved its rows never change."""

    __tablename__ = "civic_list_edition"
    __table_args__ = (
        one_of("state", STATES, "civic_list_edition_state"),
        sa.Index(
            "civic_list_edition_one_in_force_a_day", "effective_from", unique=True,
            postgresql_where=sa.text("approved_at is not null and revoked_on is null"),
        ),
        sa.CheckConstraint(
            "approved_at is null or (act_number <> '' and act_date is not null)", name="civic_list_edition_has_act"
        ),
    )

    id: Mapped[Id]
    number: Mapped[Text] = mapped_column(unique=True)
    title: Mapped[Texts]
    act_number: Mapped[Text] = mapped_column(default="")
    act_date: Mapped[MaybeDay]
    registration_number: Mapped[Text] = mapped_column(default="")
    registered_on: Mapped[MaybeDay]
    published_on: Mapped[MaybeDay]
    act_url: Mapped[Text] = mapped_column(default="")
    effective_from: Mapped[MaybeDay]
    state: Mapped[Text] = mapped_column(default="draft")
    copied_from: Mapped[MaybeText] = mapped_column(sa.ForeignKey("civic_list_edition.id"))
    #: counts changes of its rows: what was looked at is what is approved
    revision: Mapped[int] = mapped_column(default=0)
    made_by: Mapped[Text]
    made_at: Mapped[Instant]
    submitted_by: Mapped[MaybeText]
    submitted_at: Mapped[MaybeInstant]
    approved_by: Mapped[MaybeText]
    approved_at: Mapped[MaybeInstant]
    #: why it was last returned, withdrawn or revoked
    reason: Mapped[Text] = mapped_column(default="")
    revoked_on: Mapped[MaybeDay]
    revoked_act: Mapped[Text] = mapped_column(default="")
    source_name: Mapped[Text] = mapped_column(default="")
    source_sha256: Mapped[Text] = mapped_column(default="")
    annex_sha256: Mapped[Text] = mapped_column(default="")


class Item(tk.BaseModel):
    """The identity that a row of the list keeps across editions."""

    __tablename__ = "civic_list_item"

    id: Mapped[Id]
    code: Mapped[Text] = mapped_column(unique=True)
    #: the item that this one is a part of, where an item was split
    split_from: Mapped[MaybeText] = mapped_column(sa.ForeignKey("civic_list_item.id"), index=True)


class ItemVersion(tk.BaseModel):
    """What an item says in one edition."""

    __tablename__ = "civic_list_item_version"
    __table_args__ = (
        sa.UniqueConstraint("edition_id", "number", name="civic_list_item_version_number"),
        sa.UniqueConstraint("edition_id", "item_id", name="civic_list_item_version_item"),
        sa.Index(
            "civic_list_item_version_title", "edition_id", sa.text("coalesce(agency_id, owner_group_id)"),
            "title_key", unique=True,
        ),
        sa.Index(
            "civic_list_item_version_search", "search", postgresql_using="gin",
            postgresql_ops={"search": "gin_trgm_ops"},
        ),
        sa.CheckConstraint(
            "(agency_id is null) <> (owner_group_id is null)", name="civic_list_item_version_one_owner"
        ),
        one_of("way", WAYS, "civic_list_item_version_way"),
        one_of("schedule_kind", SCHEDULES, "civic_list_item_version_schedule"),
        one_of("schedule_unit", UNITS, "civic_list_item_version_unit"),
    )

    id: Mapped[Id]
    edition_id: Mapped[Text] = mapped_column(sa.ForeignKey("civic_list_edition.id", ondelete="CASCADE"))
    item_id: Mapped[Text] = mapped_column(sa.ForeignKey("civic_list_item.id"), index=True)
    number: Mapped[int]
    theme: Mapped[Texts]
    title: Mapped[Texts]
    title_key: Mapped[Text]
    #: its titles in all languages and its code in lower case
    search: Mapped[Text]
    composition: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), default=list)
    agency_id: Mapped[MaybeText] = mapped_column(sa.ForeignKey("civic_list_agency.id"))
    owner_group_id: Mapped[MaybeText] = mapped_column(sa.ForeignKey("civic_list_owner_group.id"))
    #: name of a CKAN group
    category: Mapped[Text]
    period: Mapped[Text]
    schedule_kind: Mapped[MaybeText]
    schedule_days: Mapped[int | None]
    schedule_unit: Mapped[MaybeText]
    first_due: Mapped[MaybeDay]
    way: Mapped[MaybeText]
    note: Mapped[Text] = mapped_column(default="")


class StagedImport(tk.BaseModel):
    """A workbook that a keeper has uploaded and looks at; nothing of it is in the list yet."""

    __tablename__ = "civic_list_staged_import"

    id: Mapped[Id]
    edition_id: Mapped[Text] = mapped_column(sa.ForeignKey("civic_list_edition.id", ondelete="CASCADE"), index=True)
    filename: Mapped[Text]
    sha256: Mapped[Text]
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
    uploaded_by: Mapped[Text]
    uploaded_at: Mapped[Instant]


class Proposal(tk.BaseModel):
    """What an agency wants its part of the next edition to say."""

    __tablename__ = "civic_list_proposal"
    __table_args__ = (
        one_of("kind", ("add", "change", "remove", "period"), "civic_list_proposal_kind"),
        one_of("state", ("prepared", "proposed", "accepted", "declined"), "civic_list_proposal_state"),
        sa.Index("civic_list_proposal_by_agency", "agency_id", "state"),
        sa.Index("civic_list_proposal_waiting", "edition_id", "state"),
    )

    id: Mapped[Id]
    agency_id: Mapped[Text] = mapped_column(sa.ForeignKey("civic_list_agency.id"))
    edition_id: Mapped[MaybeText] = mapped_column(sa.ForeignKey("civic_list_edition.id", ondelete="SET NULL"))
    item_id: Mapped[MaybeText] = mapped_column(sa.ForeignKey("civic_list_item.id"))
    agency_list_id: Mapped[MaybeText] = mapped_column(sa.ForeignKey("civic_list_agency_list.id"))
    kind: Mapped[Text]
    #: the fields of the item as the agency would have them
    fields: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    reason: Mapped[Text] = mapped_column(default="")
    state: Mapped[Text] = mapped_column(default="prepared")
    made_by: Mapped[Text]
    made_at: Mapped[Instant]
    decided_by: Mapped[MaybeText]
    decided_at: Mapped[MaybeInstant]
    decision_reason: Mapped[Text] = mapped_column(default="")


class AgencyList(tk.BaseModel):
    """An agency's own list as its admin approved it on a day."""

    __tablename__ = "civic_list_agency_list"

    id: Mapped[Id]
    agency_id: Mapped[Text] = mapped_column(sa.ForeignKey("civic_list_agency.id"), index=True)
    act: Mapped[Text] = mapped_column(default="")
    approved_on: Mapped[Day]
    approved_by: Mapped[Text]
    approved_at: Mapped[Instant]
