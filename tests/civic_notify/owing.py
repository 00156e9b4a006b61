"""Rows of the outbox, and a feature whose events they are of, for tests of words and pages."""
from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from civic_notify.readers import NOON, BellRung

from ckanext.civic_core.domain.news import Followable, Said, Target, Thing
from ckanext.civic_core.model import EventRow, PendingRow
from ckanext.civic_core.record import record
from ckanext.civic_notify.model import ChannelState, Delivery

BELL, TOWER, SECRET = Target("bell", "a"), Target("bell", "b"), Target("bell", "secret")
NASTY = '<script>alert(1)</script> & "Bells"'


def begin(monkeypatch: Any) -> None:
    """An empty outbox; e-mail and text messages are configured and kept in this process."""
    for name, adapter in (("email", "memory"), ("sms", "memory"), ("web_push", ""), ("app_push", "")):
        monkeypatch.setitem(tk.config, f"ckanext.civic_notify.{name}.adapter", adapter)
    for table in (Delivery, ChannelState, PendingRow):
        model.Session.execute(sa.delete(table))
    model.Session.commit()


def user(name: str) -> str:
    return str(model.User.get(name).id)


def bell() -> int:
    """An event of which somebody may be told; its id."""
    record(model.Session(), BellRung("a"), actor="ringer")
    model.Session.flush()
    return int(model.Session.scalars(sa.select(sa.func.max(EventRow.id))).one())


def owe(kind: str = "event", recipient: str = "", **how: Any) -> int:
    """A delivery in the table; its id."""
    event = {"event_id": bell(), "target_type": "bell", "target_id": "a"} if kind == "event" else {}
    row = {"kind": kind, "recipient": recipient or "somebody", "channel": "email", "due": NOON, "event_at": NOON,
           "created": NOON, **event, **how}
    made = model.Session.execute(sa.insert(Delivery.__table__).values(row).returning(Delivery.__table__.c.id))
    number = int(made.scalar_one())
    model.Session.commit()
    return number


class Bells:
    """A feature whose news are of bells, and whose bells can be followed."""

    name = "bells"

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.subject = "The bell {} was rung"
        self.erased: set[int] = set()

    def say(self, session: Any, told: Any) -> Any:
        self.asked.append(len(told))
        session.execute(sa.select(model.User.id).limit(1))
        spoken = tk.h.lang()
        return [None if one.happened.id in self.erased else Said(
            subject=f"[{spoken}] {self.subject.format(one.target.id)}", short=f"Bell {one.target.id}",
            path=f"/bell/{one.happened.id}", lines=("Rung 3 times.", f"By {NASTY}."),
        ) for one in told]

    def followables(self) -> Any:
        return [Followable("bell", f"bell in {tk.h.lang()}")]

    def followed(self, session: Any, targets: Any) -> Any:
        session.execute(sa.select(model.User.id).limit(1))
        return {
            target: Thing(target, {"ru": f"Колокол {target.id}", "en": f"Bell & {target.id}"}, f"/bell/{target.id}")
            for target in targets if target.type == "bell" and target != SECRET
        }


def ring_for(monkeypatch: Any) -> Bells:
    """Let bells be what news are of and what is followed."""
    from ckanext.civic_core.news import telling
    from ckanext.civic_notify import reasons

    feature = Bells()
    monkeypatch.setattr(telling, "answering", lambda: {"bell.rung": feature})
    monkeypatch.setattr(reasons, "_plugins", lambda: [feature])
    return feature
