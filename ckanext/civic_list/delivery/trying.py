"""What a file would do if it were published now, told by the rules that would judge it. Nothing here writes."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from ckanext.civic_core import calendar, clock
from ckanext.civic_list.content.seen import Seen
from ckanext.civic_list.delivery import computing, judging
from ckanext.civic_list.delivery.facts import DutyFacts
from ckanext.civic_list.domain import releases as rules
from ckanext.civic_list.domain.fulfilment import Link, Settlement
from ckanext.civic_list.domain.obligations import Obligation

__all__ = ["Outcome", "Trial", "judge"]

#: the dataset that a file would be published as, where the duty has none yet
NEW = "-"


@dataclass(frozen=True)
class Trial:
    """A file for a dataset of a duty, as its maker describes it; ``dataset`` is empty where there is none yet."""

    known: DutyFacts
    dataset: str
    seen: Seen
    by: str
    for_period: str = ""
    correction: bool = False


@dataclass(frozen=True)
class Outcome:
    """What would come of it.

    :param verdict: whether it counts, and if not why.
    :param outcome: ``fulfils``, ``correction`` or ``nothing``; empty where it does not count.
    :param fulfilled: the obligations that it would fulfil, the first release among them.
    :param choices: the open periods that it could be for, if it named them, the oldest first.
    """

    verdict: rules.Verdict
    outcome: str = ""
    fulfilled: tuple[Obligation, ...] = ()
    choices: tuple[Obligation, ...] = ()


def judge(session: Session, trial: Trial) -> Outcome:
    """Ask the rules; two statements at most."""
    release, verdict = _release(session, trial)
    if release is None:
        return Outcome(verdict)
    day = clock.today()
    settlement = _settled_with(trial, release, day)
    return Outcome(
        verdict, _outcome(settlement, release), tuple(_fulfilled(settlement, release)),
        tuple(_choices(trial, release, day)),
    )


def _release(session: Session, trial: Trial) -> tuple[rules.Release | None, rules.Verdict]:
    seen, now = trial.seen, clock.now()
    public, _ = trial.known.now.get(trial.dataset, (True, False))
    evidence = rules.Evidence(
        trial.dataset or NEW, now, clock.day_of(now), "upload", seen.content, seen.bytes, trial.by, public, seen.rows,
        seen.fault, trial.for_period, trial.correction,
    )
    reader = judging.reader_of(session, trial.dataset) if trial.dataset else rules.Reader(known=_known(trial))
    verdict = reader.judge(evidence)
    found = reader.releases()
    return (found[0] if found and verdict.counts else None), verdict


def _known(trial: Trial) -> dict[str, rules.Known]:
    """For a dataset that is not there yet: what was released for the duty by others."""
    known: dict[str, rules.Known] = {}
    for _, release in trial.known.releases:
        for content in release.contents:
            known.setdefault(content, rules.Known(release.dataset, release.number, release.day))
    return known


def _settled_with(trial: Trial, release: rules.Release, day: date) -> Settlement:
    known = trial.known
    kept = [one for one in known.releases if (one[1].dataset, one[1].number) != (release.dataset, release.number)]
    links, now = known.links, known.now
    if release.dataset not in {link.dataset for link in links}:
        links, now = [*links, Link(release.dataset, day)], {**now, release.dataset: (True, True)}
    with_it = replace(known, releases=[*kept, (0, release)], links=links, now=now)
    return computing.of_duty(with_it, day, calendar.current()).settlement


def _outcome(settlement: Settlement, release: rules.Release) -> str:
    return next((use.outcome for use in settlement.uses if use.act is release), "nothing")


def _fulfilled(settlement: Settlement, release: rules.Release) -> Iterator[Obligation]:
    ids = {use.obligation for use in settlement.uses if use.act is release}
    for one in settlement.obligations:
        if one.obligation.id in ids or (one.by is release and one.state.startswith("fulfilled")):
            yield one.obligation


def _choices(trial: Trial, release: rules.Release, day: date) -> Iterator[Obligation]:
    """The rules are asked once more for each period that is open."""
    before = computing.of_duty(trial.known, day, calendar.current()).settlement
    for one in before.obligations:
        if one.state != "open" or one.obligation.kind == "first":
            continue
        named = replace(release, for_period=one.obligation.key)
        uses = _settled_with(trial, named, day).uses
        if any(use.act is named and use.obligation == one.obligation.id for use in uses):
            yield one.obligation
