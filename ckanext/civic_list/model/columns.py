"""Column types that the tables of the list share."""
from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import sqlalchemy as sa
from ckan.model.types import make_uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import mapped_column

Id = Annotated[str, mapped_column(sa.Text, primary_key=True, default=make_uuid)]
#: the running number of a row of which there are millions
Number = Annotated[int, mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)]
Text = Annotated[str, mapped_column(sa.Text)]
MaybeText = Annotated[str | None, mapped_column(sa.Text)]
#: a text per language: ``{"kk": ..., "ru": ..., "en": ...}``
Texts = Annotated[dict[str, str], mapped_column(JSONB, default=dict)]
Day = Annotated[date, mapped_column(sa.Date)]
MaybeDay = Annotated[date | None, mapped_column(sa.Date)]
Instant = Annotated[datetime, mapped_column(sa.DateTime(timezone=True))]
MaybeInstant = Annotated[datetime | None, mapped_column(sa.DateTime(timezone=True))]

#: the day of what must be done without waiting for one
AT_ONCE = date.min


def one_of(column: str, values: tuple[str, ...], name: str) -> sa.CheckConstraint:
    """A column that holds one of these words (or nothing)."""
    words = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} in ({words})", name=name)
