"""The one way an event is written: in the transaction of the change it tells of."""
from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.domain.events import GENESIS, Event, Link, chain_hash, part_digest
from ckanext.civic_core.model.event import EventRow
from ckanext.civic_core.news import pending

__all__ = ["SYSTEM", "record", "record_all", "record_dated"]

#: the actor of what the portal does by itself when time has come
SYSTEM = "system"
_BATCH = 1000
_Key = tuple[str, str]


def record(session: Session, event: Event, *, actor: str, at: datetime | None = None) -> None:
    """Write one event. It is committed, or rolled back, together with the change itself.

    :param actor: user id of who acted, or :data:`SYSTEM`.
    :param at: the instant it became true; the present one by default.
    :raises sqlalchemy.exc.IntegrityError: when somebody else wrote to the same stream at the same time.
    """
    record_all(session, [event], actor=actor, at=at)


def record_all(session: Session, events: Iterable[Event], *, actor: str, at: datetime | None = None) -> None:
    """Write many events in order: two statements for each thousand, however many streams they belong to,
    and one more where somebody may have to be told of them."""
    now = clock.now()
    record_dated(session, ((event, at or now) for event in events), actor=actor)


def record_dated(session: Session, events: Iterable[tuple[Event, datetime]], *, actor: str) -> None:
    """The same where each event became true at a moment of its own."""
    session.flush()
    recorded_at = clock.now().astimezone(UTC)
    for batch in _batched(events, _BATCH):
        _write(session, batch, actor, recorded_at)


def _batched(events: Iterable[tuple[Event, datetime]], most: int) -> Iterator[list[tuple[Event, datetime]]]:
    """As many at a time."""
    left = iter(events)
    while batch := list(islice(left, most)):
        yield batch


def _write(
    session: Session, batch: Sequence[tuple[Event, datetime]], actor: str, recorded_at: datetime
) -> None:
    heads = _heads(session, {(event.stream, event.stream_id) for event, _ in batch})
    rows: list[dict[str, Any]] = []
    for event, at in batch:
        key = (event.stream, event.stream_id)
        sequence, previous = heads.get(key, (0, GENESIS))
        row = _row(event, sequence + 1, previous, actor, at, recorded_at)
        heads[key] = (row["sequence"], row["hash"])
        rows.append(row)
    session.execute(sa.insert(EventRow.__table__), rows)
    pending.note(session, rows, recorded_at)


def _heads(session: Session, keys: set[_Key]) -> dict[_Key, tuple[int, bytes]]:
    """Sequence and hash of the last event of each stream: one look into the index for each, in one statement."""
    streams, ids = zip(*sorted(keys), strict=True)
    rows = session.execute(_HEADS, {"streams": list(streams), "ids": list(ids)})
    return {(row.stream, row.stream_id): (row.sequence, bytes(row.hash)) for row in rows}


_HEADS = sa.text("""
    select key.stream, key.stream_id, head.sequence, head.hash
    from unnest(cast(:streams as text[]), cast(:ids as text[])) as key (stream, stream_id)
    cross join lateral (
        select e.sequence, e.hash from civic_core_event e
        where e.stream = key.stream and e.stream_id = key.stream_id order by e.sequence desc limit 1
    ) head
""")


def _row(
    event: Event, sequence: int, previous: bytes, actor: str, at: datetime, recorded_at: datetime
) -> dict[str, Any]:
    parts = {"actor": actor, "public": event.public(), "private": event.private()}
    salts = {name: secrets.token_bytes(16) for name in parts}
    digests = {name: part_digest(salts[name], part) for name, part in parts.items()}
    link = Link(
        stream=event.stream, stream_id=event.stream_id, sequence=sequence, type=event.type,
        at=at.astimezone(UTC), recorded_at=recorded_at, **digests,
    )
    return {
        "stream": link.stream, "stream_id": link.stream_id, "sequence": sequence, "type": link.type,
        "at": link.at, "recorded_at": recorded_at, "previous": previous, "hash": chain_hash(previous, link),
        **parts,
        **{f"{name}_salt": salt for name, salt in salts.items()},
        **{f"{name}_digest": digest for name, digest in digests.items()},
    }


