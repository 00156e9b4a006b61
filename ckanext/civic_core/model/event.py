"""The event log: one row for everything that happened, never changed but for erasures."""
from __future__ import annotations

from datetime import datetime
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.civic_core.domain.events import Link


class EventRow(tk.BaseModel):
    """One event. An erased part is ``NULL`` together with its salt; its digest stays."""

    __tablename__ = "civic_core_event"
    __table_args__ = (
        sa.UniqueConstraint("stream", "stream_id", "sequence", name="civic_core_event_one_per_sequence"),
        sa.Index("civic_core_event_by_type", "type", "id"),
        sa.CheckConstraint("sequence > 0", name="civic_core_event_sequence_positive"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    stream: Mapped[str] = mapped_column(sa.Text, nullable=False)
    stream_id: Mapped[str] = mapped_column(sa.Text, nullable=False)
    sequence: Mapped[int] = mapped_column(sa.Integer, nullable=False)
    type: Mapped[str] = mapped_column(sa.Text, nullable=False)
    #: when it became true
    at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), nullable=False)
    #: when the portal wrote it down
    recorded_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), nullable=False)
    actor: Mapped[str | None] = mapped_column(sa.Text)
    actor_salt: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    actor_digest: Mapped[bytes] = mapped_column(sa.LargeBinary, nullable=False)
    public: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    public_salt: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    public_digest: Mapped[bytes] = mapped_column(sa.LargeBinary, nullable=False)
    private: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    private_salt: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    private_digest: Mapped[bytes] = mapped_column(sa.LargeBinary, nullable=False)
    previous: Mapped[bytes] = mapped_column(sa.LargeBinary, nullable=False)
    hash: Mapped[bytes] = mapped_column(sa.LargeBinary, nullable=False)

    def link(self) -> Link:
        """What this row contributes to its chain."""
        return Link(
            stream=self.stream, stream_id=self.stream_id, sequence=self.sequence, type=self.type,
            at=self.at, recorded_at=self.recorded_at,
            actor=self.actor_digest, public=self.public_digest, private=self.private_digest,
        )
