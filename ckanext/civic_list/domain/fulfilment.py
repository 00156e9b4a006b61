"""Which obligation each release and review fulfils, and how each obligation of a duty stands on a day.

Source of the rules: a release fulfils the period it names if that is open; else for daily and weekly data the
newest open one, else the oldest. N periods need N releases; releases of one day fulfil at most one period on
time; a release too near to the last one corrects it and fulfils nothing, unless it names an earlier period
still open. An obligation is fulfilled when every dataset that answers the duty has a release for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from ckanext.civic_core.domain.working_days import Calendar

from .obligations import Duty, Excuse, Obligation, Suspension, Terms, excuse, renewals
from .periods import Period
from .releases import Release

State = Literal["ahead", "open", "fulfilled", "fulfilled_late", "missed", "excused", "replaced", "lapsed"]
Id = tuple[str, date]


@dataclass(frozen=True)
class Link:
    """A dataset that answers the duty as its main data or a part of them, from ``since`` to before ``until``."""

    dataset: str
    since: date
    until: date | None = None

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Review:
    """A named person of the agency says that the data are still current."""

    at: datetime
    day: date
    by_admin: bool = False
    for_period: str = ""


Act = Release | Review


@dataclass(frozen=True)
class Use:
    """What an act did for one dataset.

    ``outcome``: ``fulfils`` (``obligation``), ``correction``, ``nothing`` (no open period); for a review also
    why it does not stand: ``not_for_period``, ``too_many`` (``most``), ``admin_needed``, ``too_soon``,
    ``nothing_published``.
    """

    act: Act
    dataset: str
    outcome: str
    obligation: Id | None = None
    params: Mapping[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True)
class Settled:
    """How an obligation stands: fulfilled on ``day`` by the act that completed it.

    ``done`` of ``parts`` datasets have their release: those that were linked on the due day, or where there
    were none, at the end of grace.
    """

    obligation: Obligation
    state: State
    day: date | None = None
    by: Act | None = None
    done: int = 0
    parts: int = 0


@dataclass(frozen=True)
class Settlement:
    """Everything a duty owed, owes and will owe next, and what every act did."""

    obligations: tuple[Settled, ...]
    uses: tuple[Use, ...]
    #: the day since which no dataset of the duty is without a release or review; None when one never had any
    refreshed: date | None


def settle(
    duty: Duty,
    obligations: Sequence[Obligation],
    links: Sequence[Link],
    acts: Iterable[Act],
    day: date,
    calendar: Calendar,
    excuses: Sequence[Excuse] = (),
    suspensions: Sequence[Suspension] = (),
) -> Settlement:
    """How the obligations of a duty stand at the end of ``day``.

    :param obligations: what :func:`.obligations.planned` says
    :param links: those that count, with the role of main data or a part
    :param acts: releases of linked datasets and reviews of the duty; what is later than ``day`` is left out
    """
    past = sorted((act for act in acts if act.day <= day), key=_by_time)
    owed = list(obligations)
    if any(terms.period.step == "none" for terms in duty.terms):
        owed += renewals(duty, _refreshings(Ledger(duty.terms, owed, links), past, links, day), calendar, day)
    owed = excuse(owed, excuses, suspensions)
    ledger = Ledger(duty.terms, owed, links)
    uses = [use for act in past for use in ledger.enter(act)]
    settled = [_stand(one, ledger, links, day) for one in sorted(owed, key=_by_due)]
    return Settlement(tuple(settled), tuple(uses), ledger.refreshed(_datasets(links, day)))


def terms_on(terms: Sequence[Terms], day: date) -> Terms:
    """The terms that hold on a day; before all of them, the first."""
    return next((one for one in reversed(terms) if one.since <= day), terms[0])


def _stand(obligation: Obligation, ledger: Ledger, links: Sequence[Link], day: date) -> Settled:
    datasets = _datasets(links, min(obligation.due, day)) or _datasets(links, min(obligation.missed, day))
    found = [ledger.fulfilled(obligation, dataset, links) for dataset in datasets]
    done = [one for one in found if one is not None and one[0] <= obligation.missed]
    if done and len(done) == len(found):
        when, by = max(done, key=lambda one: (one[0], _by_time(one[1])))
        if not obligation.is_closed(when):
            state: State = "fulfilled" if when <= obligation.due else "fulfilled_late"
            return Settled(obligation, state, when, by, len(done), len(found))
    if obligation.closed is not None and obligation.is_closed(day):
        return Settled(obligation, obligation.closed, obligation.closed_on, done=len(done), parts=len(found))
    state = "missed" if obligation.missed < day else "open" if obligation.opens <= day else "ahead"
    return Settled(obligation, state, done=len(done), parts=len(found))


def _refreshings(ledger: Ledger, past: Sequence[Act], links: Sequence[Link], day: date) -> list[date]:
    """The days on which every dataset was released or reviewed anew since the former such day."""
    days: dict[str, list[date]] = {dataset: [] for dataset in _datasets(links, day)}
    for act in past:
        for use in ledger.enter(act):
            if use.dataset in days and use.outcome in ("fulfils", "nothing"):
                days[use.dataset].append(act.day)
    found: list[date] = []
    while days and all(days.values()):
        found.append(max(several[0] for several in days.values()))
        days = {dataset: [one for one in several if one > found[-1]] for dataset, several in days.items()}
    return found


class _Book:
    """What one dataset has done so far."""

    def __init__(self) -> None:
        self.done: dict[Id, Act] = {}
        self.first: Act | None = None
        self.last: date | None = None
        self.last_done: Obligation | None = None
        self.on_time: set[date] = set()


class Ledger:
    """The acts of a duty, entered in the order of time."""

    def __init__(self, terms: Sequence[Terms], owed: Iterable[Obligation], links: Iterable[Link]) -> None:
        self._terms = terms
        self._links = tuple(links)
        asked = [one for one in owed if one.kind != "first"]
        self._ahead = sorted(asked, key=lambda one: one.opens, reverse=True)
        self._open: list[Obligation] = []
        self._books = {link.dataset: _Book() for link in self._links}
        self._reviews_in_a_row = 0

    def enter(self, act: Act) -> list[Use]:
        """Take the next act into account; what it did for each dataset it concerns."""
        self._turn_to(act.day)
        if isinstance(act, Review):
            return self._review(act)
        if act.dataset not in self._books:
            return []
        use = self._use(act, act.dataset)
        if use.outcome != "correction":
            self._reviews_in_a_row = 0
        return [use]

    def fulfilled(
        self, obligation: Obligation, dataset: str, links: Iterable[Link]
    ) -> tuple[date, Act] | None:
        """The day on which, and the act by which, a dataset has what the obligation asks for.

        A first release is there as soon as the dataset has data and is linked.
        """
        book = self._books[dataset]
        if obligation.kind != "first":
            act = book.done.get(obligation.id)
            return (act.day, act) if act else None
        if book.first is None:
            return None
        linked = min(link.since for link in links if link.dataset == dataset)
        return max(book.first.day, linked), book.first

    def refreshed(self, datasets: Sequence[str]) -> date | None:
        """The day since which none of them is without a release or review."""
        days = [self._books[dataset].last for dataset in datasets]
        known = [day for day in days if day is not None]
        return min(known) if known and len(known) == len(days) else None

    def _turn_to(self, day: date) -> None:
        while self._ahead and self._ahead[-1].opens <= day:
            self._open.append(self._ahead.pop())
        self._open = sorted(
            (one for one in self._open if one.missed >= day and not one.is_closed(day)), key=_by_due
        )

    def _review(self, review: Review) -> list[Use]:
        datasets = _datasets(self._links, review.day)
        refusal = self._refusal(review, datasets)
        if refusal is not None:
            return [refusal]
        self._reviews_in_a_row += 1
        return [self._use(review, dataset) for dataset in datasets]

    def _refusal(self, review: Review, datasets: Sequence[str]) -> Use | None:
        limits = self._period(review.day).reviews
        number = self._reviews_in_a_row + 1
        if limits.most == 0:
            return Use(review, "", "not_for_period")
        if self.refreshed(datasets) is None:
            return Use(review, "", "nothing_published")
        if all(self._is_near(dataset, review.day) for dataset in datasets):
            return Use(review, "", "too_soon")
        if limits.most is not None and number > limits.most:
            return Use(review, "", "too_many", params={"most": limits.most})
        if limits.admin_from is not None and number >= limits.admin_from and not review.by_admin:
            return Use(review, "", "admin_needed")
        return None

    def _use(self, act: Act, dataset: str) -> Use:
        book = self._books[dataset]
        corrects = self._corrects(act, dataset)
        chosen = self._named_earlier(act, book) if corrects else self._chosen(act, book)
        if not corrects:
            book.first = book.first or act
            book.last = act.day
        if chosen is None:
            return Use(act, dataset, "correction" if corrects else "nothing")
        book.done[chosen.id] = act
        book.last_done = chosen
        if act.day <= chosen.due:
            book.on_time.add(act.day)
        return Use(act, dataset, "fulfils", chosen.id)

    def _chosen(self, act: Act, book: _Book) -> Obligation | None:
        """The open period a full release is for: the one it names, else by the rule of its rhythm."""
        candidates = self._candidates(act, book)
        for one in candidates:
            if one.key == act.for_period:
                return one
        if not candidates:
            return None
        return candidates[-1 if self._period(act.day).newest_first else 0]

    def _named_earlier(self, act: Act, book: _Book) -> Obligation | None:
        """The open period that a correction names, if it is earlier than the one in turn."""
        for one in self._candidates(act, book):
            in_turn = book.last_done is None or one.window.starts >= book.last_done.window.starts
            if one.key == act.for_period and (one.due < act.day or not in_turn):
                return one
        return None

    def _candidates(self, act: Act, book: _Book) -> list[Obligation]:
        """What the dataset may still fulfil, the oldest first; a second period on one day only late."""
        spent = act.day in book.on_time
        return [one for one in self._open if one.id not in book.done and not (spent and act.day <= one.due)]

    def _corrects(self, act: Act, dataset: str) -> bool:
        marked = isinstance(act, Release) and act.correction
        return marked or self._is_near(dataset, act.day)

    def _is_near(self, dataset: str, day: date) -> bool:
        last = self._books[dataset].last
        return last is not None and (day - last).days < self._period(day).min_gap

    def _period(self, day: date) -> Period:
        return terms_on(self._terms, day).period


def _datasets(links: Iterable[Link], day: date) -> list[str]:
    return sorted({link.dataset for link in links if link.holds(day)})


def _by_time(act: Act) -> tuple[datetime, str]:
    return act.at, act.dataset if isinstance(act, Release) else ""


def _by_due(obligation: Obligation) -> tuple[date, date, date]:
    return obligation.due, obligation.opens, obligation.since
