"""A year of a town, day by day: at the end of each, what was sent, suppressed, failed and waits is what is owed."""
from __future__ import annotations

import random
from collections import Counter
from datetime import time, timedelta

import ckan.model as model
import pytest
import sqlalchemy as sa
from civic_notify.readers import NOON, later

from ckanext.civic_notify.channels import memory
from ckanext.civic_notify.channels.base import Outcome
from ckanext.civic_notify.model import Delivery

READERS = [f"reader {number}" for number in range(5)]
BELLS = ("a", "b", "c")
DAYS = 365
ENDS = {"sent": "sent", "delivered": "sent", "failed_permanent": "failed", "suppressed": "suppressed"}


class Year:
    """What happens to the town, and what it ought to be owed, reckoned apart from the outbox."""

    def __init__(self, town, seed):
        self.town, self.chance = town, random.Random(seed)
        self.follows: dict[tuple[str, str], str] = {}
        self.owed = 0
        self.provider_down = self.workers_away = 0
        memory.box("email").answer = self.answer

    def day(self, day):
        morning = NOON.replace(hour=1) + timedelta(days=day)
        for hour in (0, 8, 15):
            with later(morning + timedelta(hours=hour)):
                self.people()
                self.bells()
                if not self.workers_away:
                    self.town.work()
        self.provider_down = max(self.provider_down - 1, 0) or (self.chance.random() < 0.03) * 2
        self.workers_away = max(self.workers_away - 1, 0) or (self.chance.random() < 0.03) * 3

    def people(self):
        who, bell = self.chance.choice(READERS), self.chance.choice(BELLS)
        act = self.chance.choice(["follow", "follow", "leave", "pause", "wake", "quiet", "language", "delete", "none"])
        readers = self.town.readers
        if act == "follow" and (who, bell) not in self.follows:
            tempo = self.chance.choice(["at_once", "daily", "weekly"])
            readers.follow(who, bell=bell, tempo=tempo, every_change=self.chance.random() < 0.5)
            self.follows[who, bell] = tempo
        if act == "leave" or (act == "delete" and self.chance.random() < 0.2):
            readers.leave(who)
            self.follows = {key: tempo for key, tempo in self.follows.items() if key[0] != who}
            if act == "delete":
                readers.reached.pop(who, None)
        changes = {"pause": {"paused": True}, "wake": {"paused": False}, "quiet": {"quiet": (time(20), time(9))},
                   "language": {"language": self.chance.choice(["kk", "ru", "en"])}}
        if act in changes and who in readers.reached:
            readers.change(who, **changes[act])

    def bells(self):
        if self.chance.random() < 0.5:
            bell = self.chance.choice(BELLS)
            actor = self.chance.choice([*READERS, "ringer"])
            self.owed += sum(1 for who, followed in self.follows if followed == bell and who != actor)
            self.town.ring(bell, actor=actor)
            if self.chance.random() < 0.05:
                self.town.bells.silent ^= {bell}

    def answer(self, message):
        if self.provider_down:
            return Outcome("provider_down", "connection refused")
        draw = self.chance.random()
        if draw < 0.01:
            return Outcome("permanent", "550")
        return Outcome("temporary", "451") if draw < 0.05 else None


def account():
    """The rows with an event, by what became of them."""
    counts = model.Session.execute(
        sa.select(Delivery.state, Delivery.reason, sa.func.count()).where(Delivery.event_id.is_not(None))
        .group_by(Delivery.state, Delivery.reason)
    ).all()
    carriers = model.Session.scalar(
        sa.select(sa.func.count()).select_from(Delivery).where(
            Delivery.state == "sent", Delivery.digest_id.is_(None),
        )
    )
    model.Session.rollback()
    found = Counter()
    for state, reason, count in counts:
        end = ENDS.get(state, "waiting")
        assert (end == "suppressed") <= bool(reason), (state, reason)
        found[end] += count
    return found, carriers


@pytest.mark.parametrize("seed", [1])
def test_every_day_of_a_year_adds_up(town, seed):
    year = Year(town, seed)
    for day in range(DAYS):
        year.day(day)
        found, carriers = account()
        assert sum(found.values()) == year.owed, f"day {day}: {found}"
        assert len(memory.box("email").sent) == carriers, f"day {day}"
    assert len({message.key for message in memory.box("email").sent}) == len(memory.box("email").sent)
    assert min(found["sent"], found["suppressed"], found["failed"]) > 0


def test_when_nothing_more_happens_nothing_waits(town):
    year = Year(town, 2)
    for day in range(30):
        year.day(day)
    year.provider_down = 0
    memory.box("email").answer = None
    for day in range(31, 45):
        for hour in (0, 8):
            with later(NOON.replace(hour=1) + timedelta(days=day, hours=hour)):
                town.work()
    found, _ = account()
    assert found["waiting"] == 0
    assert sum(found.values()) == year.owed
