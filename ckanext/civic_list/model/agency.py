"""The agency register: who can owe data, under which names, from when to when."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.civic_list.model.columns import Day, Id, Instant, MaybeDay, MaybeInstant, MaybeText, Text, Texts, one_of

SUCCESSION_KINDS = ("renamed", "merged", "split", "liquidated")


class Agency(tk.BaseModel):
    """A CKAN organisation as the list knows it; ``id`` is the organisation's own.

    Kept beside the organisation so that a list of a thousand duties shows names without asking for organisations,
    and so that a body keeps its name in the list after it is gone from the portal.
    """

    __tablename__ = "civic_list_agency"

    id: Mapped[Id]
    name: Mapped[Text] = mapped_column(unique=True)
    code: Mapped[MaybeText]
    title: Mapped[Texts]
    short_title: Mapped[Texts]
    body_group: Mapped[MaybeText]
    #: first and last day of its life; nothing where it is not known, or has not ended
    since: Mapped[MaybeDay]
    until: Mapped[MaybeDay]


class AgencyName(tk.BaseModel):
    """What a body was called, and which statistics group it was in, from a day on."""

    __tablename__ = "civic_list_agency_name"
    __table_args__ = (sa.UniqueConstraint("agency_id", "since", name="civic_list_agency_name_one_a_day"),)

    id: Mapped[Id]
    agency_id: Mapped[Text] = mapped_column(sa.ForeignKey("civic_list_agency.id", ondelete="CASCADE"))
    since: Mapped[Day]
    title: Mapped[Texts]
    short_title: Mapped[Texts]
    body_group: Mapped[MaybeText]
    recorded_at: Mapped[Instant]


class OwnerGroup(tk.BaseModel):
    """A named list of agencies that a row of the list can be addressed to, such as all akimats."""

    __tablename__ = "civic_list_owner_group"

    id: Mapped[Id]
    name: Mapped[Text] = mapped_column(unique=True)
    title: Mapped[Texts]
    #: how lists write it
    spellings: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), default=list)


class OwnerGroupMember(tk.BaseModel):
    """An agency in an owner group, from a day, until the day on which it no longer is."""

    __tablename__ = "civic_list_owner_group_member"
    __table_args__ = (
        sa.UniqueConstraint("group_id", "agency_id", "since", name="civic_list_owner_group_member_once"),
        sa.Index(
            "civic_list_owner_group_member_now", "group_id", "agency_id", unique=True,
            postgresql_where=sa.text("until is null"),
        ),
        sa.CheckConstraint("until is null or until > since", name="civic_list_owner_group_member_order"),
    )

    id: Mapped[Id]
    group_id: Mapped[Text] = mapped_column(sa.ForeignKey("civic_list_owner_group.id", ondelete="CASCADE"))
    agency_id: Mapped[Text] = mapped_column(sa.ForeignKey("civic_list_agency.id"), index=True)
    since: Mapped[Day]
    until: Mapped[MaybeDay]


class Succession(tk.BaseModel):
    """One body follows another: what it owed passes on that day."""

    __tablename__ = "civic_list_succession"
    __table_args__ = (
        one_of("kind", SUCCESSION_KINDS, "civic_list_succession_kind"),
        sa.CheckConstraint("(kind = 'liquidated') = (to_id is null)", name="civic_list_succession_successor"),
        sa.CheckConstraint("from_id <> to_id", name="civic_list_succession_two_bodies"),
        sa.Index("civic_list_succession_waiting", "day", postgresql_where=sa.text("applied_at is null")),
        sa.Index(
            "civic_list_succession_once", "from_id", sa.text("coalesce(to_id, '')"), "day", unique=True
        ),
    )

    id: Mapped[Id]
    from_id: Mapped[Text] = mapped_column(sa.ForeignKey("civic_list_agency.id"))
    to_id: Mapped[MaybeText] = mapped_column(sa.ForeignKey("civic_list_agency.id"))
    day: Mapped[Day]
    act: Mapped[Text]
    kind: Mapped[Text]
    #: codes of the items that pass to this successor; nothing means all of them
    items: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    recorded_by: Mapped[Text]
    recorded_at: Mapped[Instant]
    applied_at: Mapped[MaybeInstant]
