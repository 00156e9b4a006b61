"""What the portal saw of the data: resources as last looked at, changes, and the releases that they make."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.civic_list.model.columns import AT_ONCE, Day, Id, Instant, MaybeInstant, Number, Text, one_of

HOW = ("upload", "datastore", "harvest", "checksum", "http_header", "published", "removed")

Words = list[str]
Params = dict[str, Any]



class WatchedDataset(tk.BaseModel):
    """A dataset as the figures need it, and when its state must be worked out anew."""

    __tablename__ = "civic_list_dataset"
    __table_args__ = (
        sa.Index("civic_list_dataset_to_settle", "settle_on"),
        sa.Index("civic_list_dataset_to_index", "to_index", postgresql_where=sa.text("to_index is not null")),
        sa.Index("civic_list_dataset_by_agency", "agency_id"),
    )

    dataset_id: Mapped[Text] = mapped_column(primary_key=True)
    agency_id: Mapped[Text]
    category: Mapped[Text]
    period: Mapped[Text]
    public: Mapped[bool]
    #: whether the data could be opened at the last look and have at least one row
    opened: Mapped[bool] = mapped_column(default=False)
    columns: Mapped[Words] = mapped_column(ARRAY(sa.Text), default=list)
    #: the first day after the portal came to know it
    since: Mapped[Day]
    #: the day on which its state must be worked out anew
    settle_on: Mapped[Day] = mapped_column(default=AT_ONCE, server_default=str(AT_ONCE))
    #: since when the search index does not know how it will stand
    to_index: Mapped[MaybeInstant]


class SeenResource(tk.BaseModel):
    """What the portal last saw of a resource."""

    __tablename__ = "civic_list_resource"
    __table_args__ = (
        sa.Index("civic_list_resource_by_dataset", "dataset_id"),
        sa.Index("civic_list_resource_to_check", "check_on", postgresql_where=sa.text("check_on is not null")),
    )

    resource_id: Mapped[Text] = mapped_column(primary_key=True)
    dataset_id: Mapped[Text]
    #: what CKAN says of it; a change means that the data must be looked at
    signature: Mapped[Text]
    content: Mapped[Text] = mapped_column(default="")
    bytes: Mapped[Text] = mapped_column(default="")
    size: Mapped[int | None] = mapped_column(sa.BigInteger)
    rows: Mapped[int | None] = mapped_column(sa.BigInteger)
    columns: Mapped[Words] = mapped_column(ARRAY(sa.Text), default=list)
    sketch: Mapped[bytes] = mapped_column(sa.LargeBinary, default=b"")
    etag: Mapped[Text] = mapped_column(default="")
    last_modified: Mapped[Text] = mapped_column(default="")
    method: Mapped[Text] = mapped_column(default="")
    opened: Mapped[bool] = mapped_column(default=False)
    fault: Mapped[Text] = mapped_column(default="")
    looked_at: Mapped[MaybeInstant]
    #: when a file elsewhere is asked again
    check_on: Mapped[MaybeInstant]


class Sighting(tk.BaseModel):
    """A change of a resource that still has to be looked at; the worker may be killed at any line."""

    __tablename__ = "civic_list_sighting"
    __table_args__ = (
        one_of("how", HOW, "civic_list_sighting_how"),
        sa.Index("civic_list_sighting_by_dataset", "dataset_id"),
        sa.Index("civic_list_sighting_by_time", "at"),
    )

    id: Mapped[Id]
    dataset_id: Mapped[Text]
    resource_id: Mapped[Text]
    at: Mapped[Instant]
    how: Mapped[Text]
    by: Mapped[Text]
    public: Mapped[bool]
    for_period: Mapped[Text] = mapped_column(default="")
    correction: Mapped[bool] = mapped_column(default=False)
    tries: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    #: a worker has it until then
    claimed_until: Mapped[MaybeInstant]


class Evidence(tk.BaseModel):
    """A change seen at a dataset, whether it counts, and if not why. The same on one day is one row with a count."""

    __tablename__ = "civic_list_evidence"
    __table_args__ = (
        one_of("how", HOW, "civic_list_evidence_how"),
        sa.UniqueConstraint(
            "dataset_id", "day", "how", "resource_id", "content", "reason", "by", name="civic_list_evidence_once"
        ),
        sa.Index("civic_list_evidence_by_dataset", "dataset_id", "at"),
        sa.Index("civic_list_evidence_by_time", "at"),
        sa.Index("civic_list_evidence_by_content", "content", postgresql_where=sa.text("release is not null")),
        sa.CheckConstraint("(release is null) = (reason <> '')", name="civic_list_evidence_counts_or_why"),
    )

    id: Mapped[Number]
    dataset_id: Mapped[Text]
    resource_id: Mapped[Text]
    day: Mapped[Day]
    at: Mapped[Instant]
    last_at: Mapped[Instant]
    times: Mapped[int] = mapped_column(default=1)
    how: Mapped[Text]
    method: Mapped[Text] = mapped_column(default="")
    by: Mapped[Text]
    public: Mapped[bool]
    content_before: Mapped[Text] = mapped_column(default="")
    content: Mapped[Text] = mapped_column(default="")
    bytes: Mapped[Text] = mapped_column(default="")
    rows_before: Mapped[int | None] = mapped_column(sa.BigInteger)
    rows_after: Mapped[int | None] = mapped_column(sa.BigInteger)
    #: of all rows, before or after, the share that only one of both has
    share_changed: Mapped[float | None]
    #: of ``domain.changes.Changes``, as it is stored
    changes: Mapped[Params] = mapped_column(JSONB, default=dict, server_default=sa.text("'{}'"))
    #: number of the release that it belongs to
    release: Mapped[int | None]
    reason: Mapped[Text] = mapped_column(default="")
    params: Mapped[Params] = mapped_column(JSONB, default=dict)
    recorded_at: Mapped[Instant]


class Release(tk.BaseModel):
    """A numbered release of a dataset: all counted evidence of one content, and what one maker wrote in an hour."""

    __tablename__ = "civic_list_release"
    __table_args__ = (
        sa.UniqueConstraint("dataset_id", "number", name="civic_list_release_number"),
        sa.Index("civic_list_release_by_time", "dataset_id", "at"),
        sa.Index("civic_list_release_latest", "at"),
    )

    id: Mapped[Number]
    dataset_id: Mapped[Text]
    number: Mapped[int]
    at: Mapped[Instant]
    day: Mapped[Day]
    by: Mapped[Text]
    contents: Mapped[Words] = mapped_column(ARRAY(sa.Text))
    ways: Mapped[Words] = mapped_column(ARRAY(sa.Text))
    for_period: Mapped[Text] = mapped_column(default="")
    correction: Mapped[bool] = mapped_column(default=False)
