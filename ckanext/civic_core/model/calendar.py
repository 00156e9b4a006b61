"""Overrides of the working calendar: what the government moved, in the order the portal came to know it."""
from __future__ import annotations

from datetime import date, datetime

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column


class CalendarOverrideRow(tk.BaseModel):
    """One decision about one day. Rows are only added: a deadline is judged by what was known at the time."""

    __tablename__ = "civic_core_calendar_override"
    __table_args__ = (
        sa.CheckConstraint("kind in ('holiday', 'working', 'regular')", name="civic_core_calendar_override_kind"),
        sa.Index("civic_core_calendar_override_by_day", "day", "id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    day: Mapped[date] = mapped_column(sa.Date, nullable=False)
    kind: Mapped[str] = mapped_column(sa.Text, nullable=False)
    note: Mapped[dict[str, str]] = mapped_column(JSONB, nullable=False)
    recorded_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), nullable=False)
    recorded_by: Mapped[str] = mapped_column(sa.Text, nullable=False)
