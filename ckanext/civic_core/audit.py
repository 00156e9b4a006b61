"""Proof that the event log is whole, and the one way a part of it may be erased."""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import ClassVar, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core.domain.events import GENESIS, Event, chain_hash, part_digest
from ckanext.civic_core.model.event import EventRow
from ckanext.civic_core.record import record

__all__ = ["Fault", "Part", "redact", "verify"]

Part = Literal["actor", "public", "private"]
_PARTS: tuple[Part, ...] = ("actor", "public", "private")


@dataclass(frozen=True)
class Fault:
    """Something in the log that cannot have been written by the portal."""

    event: int
    stream: str
    stream_id: str
    sequence: int
    what: Literal["gap", "previous", "hash", "actor", "public", "private"]


@dataclass(frozen=True)
class EventRedacted(Event):
    """A part of an earlier event of the same object was erased; ``ground`` says why, as a code."""

    type: ClassVar[str] = "event.redacted"

    of: str
    sequence: int
    part: str
    ground: str

    @property
    def stream(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The stream of the event that lost a part."""
        return self.of


def verify(session: Session, stream: str | None = None) -> Iterator[Fault]:
    """Recompute every chain and yield what does not fit. Reads in batches: memory is bounded."""
    query = sa.select(EventRow).order_by(EventRow.stream, EventRow.stream_id, EventRow.sequence)
    if stream:
        query = query.where(EventRow.stream == stream)
    rows = session.scalars(query.execution_options(yield_per=1000))
    yield from _check(rows)


def _check(rows: Iterable[EventRow]) -> Iterator[Fault]:
    key: tuple[str, str] | None = None
    sequence, previous = 0, GENESIS
    for row in rows:
        if (row.stream, row.stream_id) != key:
            key, sequence, previous = (row.stream, row.stream_id), 0, GENESIS
        if row.sequence != sequence + 1:
            yield _fault(row, "gap")
        elif row.previous != previous:
            yield _fault(row, "previous")
        yield from _check_one(row)
        sequence, previous = row.sequence, row.hash


def _check_one(row: EventRow) -> Iterator[Fault]:
    link = row.link()
    for part in _PARTS:
        salt = getattr(row, f"{part}_salt")
        if salt is not None and part_digest(salt, getattr(row, part)) != getattr(link, part):
            yield _fault(row, part)
        if salt is None and getattr(row, part) is not None:
            yield _fault(row, part)
    utc = {"at": link.at.astimezone(UTC), "recorded_at": link.recorded_at.astimezone(UTC)}
    if chain_hash(row.previous, type(link)(**{**vars(link), **utc})) != row.hash:
        yield _fault(row, "hash")


def _fault(row: EventRow, what: Literal["gap", "previous", "hash", "actor", "public", "private"]) -> Fault:
    return Fault(row.id, row.stream, row.stream_id, row.sequence, what)


def redact(session: Session, row: EventRow, part: Part, *, ground: str, actor: str) -> None:
    """Erase one part of one event with its salt. Its digest stays, so the chain still proves the rest.

    Records ``event.redacted`` in the same stream. Commits nothing.
    """
    setattr(row, part, None)
    setattr(row, f"{part}_salt", None)
    record(session, EventRedacted(row.stream_id, row.stream, row.sequence, part, ground), actor=actor)
