"""What is told of the list's events: each kind is answered for by a module of its own."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from sqlalchemy.orm import Session

from ckanext.civic_core.domain.news import Audience, Happened, Said, Told
from ckanext.civic_list.telling import data, editions, reminders, rows, standings, work

__all__ = ["TYPES", "audiences", "outdated", "say"]


class Speaker(Protocol):
    """What each of the modules has."""

    @property
    def TYPES(self) -> tuple[str, ...]: ...

    def audiences(self, session: Session, events: Sequence[Happened], /) -> Mapping[int, Audience]: ...

    def outdated(self, session: Session, events: Sequence[Happened], /) -> Collection[int]: ...

    def say(self, session: Session, told: Sequence[Told], /) -> Sequence[Said]: ...


_SPEAKERS: tuple[Speaker, ...] = (data, standings, reminders, editions, rows, work)
_BY_TYPE: Mapping[str, Speaker] = {kind: speaker for speaker in _SPEAKERS for kind in speaker.TYPES}
TYPES: tuple[str, ...] = tuple(_BY_TYPE)


def _sorted(events: Iterable[Happened]) -> Iterable[tuple[Speaker, list[Happened]]]:
    for speaker in _SPEAKERS:
        own = [event for event in events if event.type in speaker.TYPES]
        if own:
            yield speaker, own


def audiences(session: Session, events: Sequence[Happened]) -> dict[int, Audience]:
    """Whom each event concerns; a fixed number of statements for each kind that is among them."""
    return {id_: one for speaker, own in _sorted(events) for id_, one in speaker.audiences(session, own).items()}


def outdated(session: Session, events: Sequence[Happened]) -> set[int]:
    """Ids of those that are true no more."""
    return {id_ for speaker, own in _sorted(events) for id_ in speaker.outdated(session, own)}


def say(session: Session, told: Sequence[Told]) -> list[Said]:
    """The words for each, in the order given."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(told):
        places[_BY_TYPE[one.happened.type].TYPES[0]].append(place)
    words: dict[int, Said] = {}
    for kind, own in places.items():
        found = _BY_TYPE[kind].say(session, [told[place] for place in own])
        words.update(zip(own, found, strict=True))
    return [words[place] for place in range(len(told))]
