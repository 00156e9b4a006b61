"""What happened, and the digests that make the record of it tamper-evident.

An event has three parts: who acted, what everybody may know, what only some may know. Each part enters
the chain as a digest under a salt of its own, so that a part can be erased (with its salt) without
breaking the chain. The construction follows the "redactable" hash lists of Certificate Transparency
(RFC 6962) and salted commitments as in SD-JWT (RFC 9901).
"""
from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, ClassVar, cast

DIGEST_SIZE = 32
GENESIS = bytes(DIGEST_SIZE)


@dataclass(frozen=True)
class Event:
    """Something that happened to one object.

    A subclass is a frozen dataclass that names its ``type`` (``edition.approved``: object and past
    participle) and its ``stream`` (the kind of object whose history it belongs to). Its fields hold ids,
    codes and days, never free text; a field declared with ``PRIVATE`` goes into the private part.
    """

    type: ClassVar[str]
    stream: ClassVar[str]

    stream_id: str

    def public(self) -> dict[str, Any]:
        """What everybody may know."""
        return self._part(private=False)

    def private(self) -> dict[str, Any]:
        """What only those who act may know."""
        return self._part(private=True)

    def _part(self, *, private: bool) -> dict[str, Any]:
        chosen = [f.name for f in fields(self) if bool(f.metadata.get("private")) is private]
        return {name: plain(getattr(self, name)) for name in chosen if name != "stream_id"}


#: ``field(metadata=PRIVATE)`` keeps a field of an event out of public answers.
PRIVATE: Mapping[str, bool] = {"private": True}


def plain(value: Any) -> Any:
    """A value as JSON keeps it: days and instants in ISO 8601."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, tuple | list | frozenset):
        return [plain(one) for one in cast("Iterable[Any]", value)]
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in cast("Mapping[Any, Any]", value).items()}
    return value


def canonical(value: Any) -> bytes:
    """JSON with one spelling only (after RFC 8785): sorted keys, no white space, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def part_digest(salt: bytes, part: Any) -> bytes:
    """Digest of one part of an event under its own random salt."""
    return hashlib.sha256(salt + canonical(part)).digest()


@dataclass(frozen=True)
class Link:
    """What one event contributes to the chain of its stream."""

    stream: str
    stream_id: str
    sequence: int
    type: str
    at: datetime
    recorded_at: datetime
    actor: bytes
    public: bytes
    private: bytes


def chain_hash(previous: bytes, link: Link) -> bytes:
    """Hash of an event: covers the one before it, so that none can be changed, left out or put between."""
    body = canonical([
        link.stream, link.stream_id, link.sequence, link.type, link.at.isoformat(), link.recorded_at.isoformat(),
        link.actor.hex(), link.public.hex(), link.private.hex(),
    ])
    return hashlib.sha256(previous + body).digest()
