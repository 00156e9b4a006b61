"""What is written down once says of every later day what asking anew on that day would say."""
from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from owed import AFTER, DAY, EVER, WITHIN, day, duty, release

from ckanext.civic_list.domain.course import course, on
from ckanext.civic_list.domain.fulfilment import Link, Review, settle
from ckanext.civic_list.domain.items import Schedule
from ckanext.civic_list.domain.obligations import Duty, Excuse, Suspension, Terms, planned
from ckanext.civic_list.domain.states import Facts

STEPS = ("DAILY", "WEEKLY", "MONTHLY", "QUARTERLY", "HALF_YEAR", "YEARLY", "AS_NEEDED")
BEGINS, JOINED, PARTED = date(2025, 1, 1), date(2025, 3, 1), date(2025, 9, 1)
#: how far ahead a course is written; it is written anew at half of that
HORIZON = 200 * DAY


def test_the_course_of_a_duty_that_nobody_keeps(kz, periods):
    owing = duty(periods["QUARTERLY"], AFTER, "01.04.2025")
    when = day("03.07.2025")
    settlement = settle(owing, planned(owing, day("31.12.2025"), kz), [Link("d", EVER)], [release(when)], when, kz)
    found = course(Facts(settlement, published=True), when, day("31.12.2025"), kz)
    assert [(one.since, one.code, one.next_due) for one in found] == [
        (when, "fresh", day("20.10.2025")),
        (day("06.10.2025"), "due", day("20.10.2025")),
        (day("21.10.2025"), "overdue", day("20.10.2025")),
        (day("12.11.2025"), "delinquent", day("20.01.2026")),
    ]


def test_what_is_to_begin_later_shows_on_its_day(kz, periods):
    """A stricter period from April and a rest in May are known in February; until then nothing of them shows."""
    terms = (Terms(BEGINS, periods["QUARTERLY"], WITHIN), Terms(day("01.04.2025"), periods["MONTHLY"], WITHIN))
    owing, when = Duty(BEGINS, terms, published=True), day("10.02.2025")
    rest = Suspension(day("05.05.2025"), day("20.05.2025"), "system_replaced")
    obligations = planned(owing, day("30.06.2025"), kz)
    settlement = settle(owing, obligations, [Link("d", EVER)], [release(when)], when, kz, suspensions=[rest])
    found = course(Facts(settlement, published=True, suspensions=[rest]), when, day("30.06.2025"), kz)
    assert on(found, day("31.03.2025")).next_due == day("30.06.2025")
    assert on(found, day("01.04.2025")).next_due == day("30.04.2025")
    assert [one.code for one in found if one.since >= day("05.05.2025")][:2] == ["suspended", "delinquent"]


class Case:
    """A duty with everything that may happen to it, by chance."""

    def __init__(self, seed: int, periods) -> None:
        self.chance = chance = random.Random(seed)
        self.asked_on = BEGINS + timedelta(days=chance.randrange(400))
        self.duty = Duty(
            BEGINS, self._terms(periods), published=chance.random() < 0.7,
            until=self._later() if chance.random() < 0.2 else None,
        )
        self.acts = sorted(self._acts(), key=lambda act: act.at)
        self.suspensions = [self._suspension()] if chance.random() < 0.3 else []
        self.published = chance.random() < 0.9

    def _later(self) -> date:
        return self.asked_on + timedelta(days=self.chance.randrange(-60, 200))

    def _terms(self, periods) -> tuple[Terms, ...]:
        def one(since: date) -> Terms:
            kind = self.chance.choice([WITHIN, AFTER, Schedule("after", 5)])
            return Terms(since, periods[self.chance.choice(STEPS)], kind)

        changed = self._later()
        again = [one(changed)] if changed > BEGINS and self.chance.random() < 0.4 else []
        return (one(BEGINS), *again)

    def _acts(self):
        for _ in range(self.chance.randrange(12)):
            when = BEGINS + timedelta(days=self.chance.randrange(400))
            if when <= self.asked_on:
                yield self.chance.choice([release(when, "a"), release(when, "b"), Review(release(when).at, when)])

    def _suspension(self) -> Suspension:
        since = self._later()
        return Suspension(since, since + timedelta(days=self.chance.randrange(1, 90)), "system_replaced")

    def facts(self, obligations, when: date, kz) -> Facts:
        excuses = [Excuse("2025-02", BEGINS, "force_majeure", self.asked_on)]
        second = Link("b", min(self.asked_on, JOINED), PARTED if self.asked_on >= PARTED else None)
        settlement = settle(self.duty, obligations, [Link("a", EVER), second], self.acts, when, kz, excuses,
                            self.suspensions)
        return Facts(settlement, self.published, ended=self.duty.until, suspensions=self.suspensions)


@pytest.mark.parametrize("part", range(5))
def test_live_is_nightly_on_ten_thousand_random_cases(kz, periods, part):
    """Five parts of 200 duties, each asked on ten later days: what was written down is what is found anew."""
    for seed in range(part * 200, part * 200 + 200):
        case = Case(seed, periods)
        upto = case.asked_on + HORIZON
        written = course(case.facts(planned(case.duty, upto, kz), case.asked_on, kz), case.asked_on, upto, kz)
        for _ in range(10):
            later = case.asked_on + timedelta(days=case.chance.randrange(HORIZON.days // 2))
            anew = case.facts(planned(case.duty, later + HORIZON, kz), later, kz)
            live = course(anew, later, later, kz)[0]
            found = on(written, later)
            assert found is not None
            assert (found.code, found.next_due, found.reason) == (live.code, live.next_due, live.reason), (seed, later)
