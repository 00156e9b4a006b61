"""A town of readers: what the outbox needs of the plugins around it, as small as can be, on real tables.

``Readers`` stands for the plugin that knows who follows what, ``Bells`` for a feature whose events are news. Everything
between them is the real thing.
"""
from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, ClassVar

import ckan.model as model
import sqlalchemy as sa

from ckanext.civic_core import clock
from ckanext.civic_core.domain.events import Event
from ckanext.civic_core.domain.news import Audience, Links, Reach, Said, Target
from ckanext.civic_core.news import spreading
from ckanext.civic_core.record import record_all
from ckanext.civic_notify import claiming, outbox, sending
from ckanext.civic_notify.channels import memory
from ckanext.civic_notify.model import ChannelState, Delivery

#: 14:00 of a Monday in the portal's zone
NOON = datetime(2026, 3, 2, 9, tzinfo=UTC)
_FOLLOWER = sa.table(
    "civic_test_follower", *(sa.column(name) for name in ("target_type", "target_id", "recipient", "channel", "tempo",
                                                          "every_change", "since")),
)
MAKE = """
    create table if not exists civic_test_follower (
        target_type text, target_id text, recipient text, channel text, tempo text, every_change boolean,
        since timestamptz, primary key (target_type, target_id, recipient, channel)
    )
"""


@dataclass(frozen=True)
class BellRung(Event):
    """A bell of the town was rung; ``why`` says what kind of news that is."""

    type: ClassVar[str] = "bell.rung"
    stream: ClassVar[str] = "bell"
    why: str = "data"


class Bells:
    """A feature: who follows a bell, or the town, hears that it was rung."""

    name = "bells"

    def __init__(self) -> None:
        self.silent: set[str] = set()

    def audiences(self, session: Any, events: Any) -> Any:
        return {
            event.id: Audience(
                (Target("bell", event.stream_id), Target("town")), event.public["why"],
                about=Target("bell", event.stream_id), urgent=event.public["why"] == "security",
            )
            for event in events
        }

    def outdated(self, session: Any, events: Any) -> Any:
        return [event.id for event in events if event.stream_id in self.silent]

    def say(self, session: Any, told: Any) -> Any:
        return [
            Said(f"Bell {one.happened.stream_id} was rung", f"Bell {one.happened.stream_id}", "/bell",
                 (f"because of {one.target.type}",))
            for one in told
        ]


class Readers:
    """Who follows what, and how each is reached."""

    name = "readers"

    def __init__(self) -> None:
        self.reached: dict[str, Reach] = {}
        self.gone: list[tuple[str, str, str]] = []

    def subscribers(self) -> Any:
        return sa.select(*_FOLLOWER.c)

    def reach(self, session: Any, recipients: Any) -> Any:
        return {name: self.reached[name] for name in recipients if name in self.reached}

    def links(self, recipient: str, target: Target | None) -> Links:
        stop = f"/stop/{recipient}/{target.type}" if target else None
        return Links(manage=f"/manage/{recipient}", stop=stop)

    def unreachable(self, session: Any, recipient: str, channel: str, address: str) -> None:
        self.gone.append((recipient, channel, address))
        self.reached[recipient] = replace(self.reached[recipient], **{channel: None})

    # for tests

    def follow(self, recipient: str, bell: str = "a", **how: Any) -> None:
        """Let somebody follow a bell; he is reached by e-mail and telephone."""
        self.reached.setdefault(recipient, Reach(
            recipient, "en", email=f"{recipient}@mail.example", phone="+77000000000",
        ))
        row = {"target_type": "bell", "target_id": bell, "recipient": recipient, "channel": "email",
               "tempo": "at_once", "every_change": True, "since": clock.now(), **how}
        model.Session.execute(sa.insert(_FOLLOWER).values(row))
        model.Session.commit()

    def leave(self, recipient: str) -> None:
        """Let somebody follow nothing any more."""
        model.Session.execute(sa.delete(_FOLLOWER).where(_FOLLOWER.c.recipient == recipient))
        model.Session.commit()

    def change(self, recipient: str, **how: Any) -> None:
        """Let somebody be reached otherwise."""
        self.reached[recipient] = replace(self.reached[recipient], **how)


@dataclass
class Town:
    """Bells and readers, and the outbox between them."""

    bells: Bells
    readers: Readers

    def ring(self, *bells: str, actor: str = "ringer", **fields: Any) -> None:
        """Ring bells and let the news spread."""
        record_all(model.Session(), [BellRung(bell, **fields) for bell in bells], actor=actor)
        model.Session.commit()
        while spreading.spread(model.Session()):
            pass

    def work(self) -> int:
        """Work until nothing is left that is due now."""
        done = 0
        while count := outbox.work(model.Session()):
            done += count
        return done


def sent(channel: str = "email") -> list[str]:
    """Whom messages went to, in order."""
    return [message.recipient for message in memory.box(channel).sent]


def rows(*columns: str, **where: Any) -> list[Any]:
    """Deliveries, by id: one column as it is, several as tuples."""
    table = Delivery.__table__
    query = sa.select(*(table.c[name] for name in columns or ("state",))).order_by(table.c.id)
    for name, value in where.items():
        query = query.where(table.c[name] == value)
    found = [tuple(row) for row in model.Session.execute(query)]
    model.Session.rollback()
    return [row[0] for row in found] if len(columns) < 2 else found


def channel(name: str = "email") -> ChannelState:
    """How a channel is doing."""
    state = model.Session.get(ChannelState, name, populate_existing=True)
    model.Session.rollback()
    return state


def name() -> str:
    """A name that nobody has yet."""
    return uuid.uuid4().hex


@contextmanager
def later(instant: datetime) -> Iterator[None]:
    """The clock stands at another instant."""
    with clock.stopped_at(instant):
        yield


LEASE, AT_ONCE, OPEN = claiming.LEASE, claiming.AT_ONCE, sending._open
