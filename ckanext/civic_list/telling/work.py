"""What is told to those who work on the list: what waits for their decision, and what was decided for them."""
from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import formats
from ckanext.civic_core.domain.news import EDITORS, KEEPERS, Audience, Happened, Said, Target, Told
from ckanext.civic_core.domain.short import around, shortened
from ckanext.civic_core.news import datasets_read
from ckanext.civic_core.news.datasets_read import Dataset, in_words
from ckanext.civic_list import delivery_words
from ckanext.civic_list.model import Agency, Link, Proposal, Relief
from ckanext.civic_list.telling import named
from ckanext.civic_list.telling.named import DutyNamed

__all__ = ["TYPES", "audiences", "outdated", "say"]

LINKS = ("duty.link_proposed", "duty.linked", "duty.link_declined", "duty.link_disputed")
RELIEFS = ("relief.proposed", "relief.declined", "duty.suspended", "duty.resumed", "obligation.excused")
PROPOSALS = ("proposal.proposed", "proposal.accepted", "proposal.declined")
BODIES = ("agency.list_approved", "agency.succeeded")
TYPES = (*LINKS, *RELIEFS, *PROPOSALS, *BODIES)


@dataclass
class _Known:
    """All that these events are about."""

    duties: Mapping[str, DutyNamed]
    datasets: Mapping[str, Dataset]
    #: the last link of a duty and a dataset
    links: Mapping[tuple[str, str], Link]
    reliefs: Mapping[str, Relief]
    #: obligations that were excused by themselves
    excused: Collection[tuple[str, str, str]]
    proposals: Mapping[str, Proposal]
    agencies: Mapping[str, Agency]

    @classmethod
    def read(cls, session: Session, events: Sequence[Happened]) -> _Known:
        """Six statements, fewer where no event is of a kind."""
        duties = named.duties(session, {event.stream_id for event in events if event.stream == "duty"})
        reliefs = _reliefs(session, duties) if any(event.type in RELIEFS for event in events) else []
        proposals = _proposals(session, {event.stream_id for event in events if event.stream == "proposal"})
        bodies = {event.stream_id for event in events if event.stream == "agency"}
        bodies |= {str(event.public["to"]) for event in events if event.public.get("to")}
        return cls(
            duties, datasets_read.read(session, {_dataset(event) for event in events} - {""}),
            _links(session, events), {one.id: one for one in reliefs},
            {(one.duty_id, one.obligation_key or "", str(one.obligation_since)) for one in reliefs
             if one.kind == "excuse" and one.state == "confirmed"},
            proposals, named.agencies(session, bodies | {one.agency_id for one in proposals.values()}),
        )

    def owner(self, event: Happened) -> str:
        """The agency that publishes the dataset."""
        dataset = self.datasets.get(_dataset(event))
        return dataset.agency if dataset else ""


def _dataset(event: Happened) -> str:
    return str(event.public.get("dataset") or "") if event.type in LINKS else ""


def _links(session: Session, events: Sequence[Happened]) -> dict[tuple[str, str], Link]:
    pairs = {(event.stream_id, _dataset(event)) for event in events if event.type in LINKS}
    rows = session.scalars(
        sa.select(Link).where(sa.tuple_(Link.duty_id, Link.dataset_id).in_(pairs)).order_by(Link.made_at)
        .execution_options(populate_existing=True)
    ) if pairs else ()
    return {(row.duty_id, row.dataset_id): row for row in rows}


def _reliefs(session: Session, duties: Collection[str]) -> list[Relief]:
    return list(session.scalars(
        sa.select(Relief).where(Relief.duty_id.in_(list(duties))).execution_options(populate_existing=True)
    ))


def _proposals(session: Session, ids: Collection[str]) -> dict[str, Proposal]:
    rows = session.scalars(
        sa.select(Proposal).where(Proposal.id.in_(ids)).execution_options(populate_existing=True)
    ) if ids else ()
    return {row.id: row for row in rows}


# -- whom it concerns ------------------------------------------------------------------------------------


def audiences(session: Session, events: Sequence[Happened]) -> dict[int, Audience]:
    """Who decides, or for whom was decided; six statements at most."""
    known = _Known.read(session, events)
    found: dict[int, Audience] = {}
    for event in events:
        targets = tuple(target for target in _targets(event, known) if target.type == KEEPERS or target.id)
        if targets:
            dataset = _dataset(event)
            about = Target("dataset", dataset) if dataset in known.datasets else None
            found[event.id] = Audience(targets, "list" if event.type == "agency.succeeded" else "work", about)
    return found


def _targets(event: Happened, known: _Known) -> tuple[Target, ...]:
    if event.type in LINKS:
        return _of_link(event, known)
    if event.type in RELIEFS:
        return _of_relief(event, known)
    if event.type in PROPOSALS:
        return _of_proposal(event, known)
    if event.type == "agency.list_approved":
        return (Target(KEEPERS),)
    to = str(event.public.get("to") or "")
    return Target("agency", event.stream_id), Target(EDITORS, to), Target(EDITORS, event.stream_id), Target(KEEPERS)


def _of_link(event: Happened, known: _Known) -> tuple[Target, ...]:
    """A proposal goes to who owes the data, the decision to who publishes them: where both are one there is none."""
    duty, owner = known.duties.get(event.stream_id), known.owner(event)
    if duty is None:
        return ()
    if event.type == "duty.link_proposed":
        return (Target(EDITORS, duty.agency),)
    if event.type == "duty.link_disputed":
        return Target(EDITORS, duty.agency), Target(EDITORS, owner)
    link = known.links.get((event.stream_id, _dataset(event)))
    decided = link is not None and link.decided_at is not None
    return (Target(EDITORS, owner),) if decided and owner != duty.agency else ()


def _of_relief(event: Happened, known: _Known) -> tuple[Target, ...]:
    duty = known.duties.get(event.stream_id)
    if duty is None:
        return ()
    if event.type == "relief.proposed":
        return (Target(KEEPERS),)
    key = (event.stream_id, str(event.public.get("key")), str(event.public.get("terms_since")))
    if event.type == "obligation.excused" and key not in known.excused:
        return ()
    return (Target(EDITORS, duty.agency),)


def _of_proposal(event: Happened, known: _Known) -> tuple[Target, ...]:
    """What an agency's own list proposes is told once, when the list is approved."""
    proposal = known.proposals.get(event.stream_id)
    if proposal is None:
        return ()
    if event.type == "proposal.proposed":
        return (Target(KEEPERS),) if proposal.kind == "period" else ()
    return (Target(EDITORS, proposal.agency_id),)


def outdated(session: Session, events: Sequence[Happened]) -> Collection[int]:
    """What waited for a decision and is decided by now; six statements at most."""
    known = _Known.read(session, events)
    return {event.id for event in events if _decided(event, known)}


def _decided(event: Happened, known: _Known) -> bool:
    waiting: Any = {
        "duty.link_proposed": known.links.get((event.stream_id, _dataset(event))),
        "duty.link_disputed": known.links.get((event.stream_id, _dataset(event))),
        "relief.proposed": known.reliefs.get(str(event.private.get("relief"))),
        "proposal.proposed": known.proposals.get(event.stream_id),
    }.get(event.type)
    as_it_was = {"duty.link_disputed": "disputed"}.get(event.type, "proposed")
    asks = event.type in ("duty.link_proposed", "duty.link_disputed", "relief.proposed", "proposal.proposed")
    return asks and (waiting is None or waiting.state != as_it_was)


# -- what is said ----------------------------------------------------------------------------------------


def say(session: Session, told: Sequence[Told]) -> list[Said]:
    """The words; six statements at most."""
    known = _Known.read(session, [one.happened for one in told])
    return [_said(one, known) for one in told]


def _said(told: Told, known: _Known) -> Said:
    event = told.happened
    for kinds, say_one in _SAY:
        if event.type in kinds:
            return say_one(told, known)
    raise KeyError(event.type)


def _duty(told: Told, known: _Known) -> tuple[str, str, list[str]]:
    """Name and page of the duty that an event is about, and whose it is."""
    duty = known.duties.get(told.happened.stream_id)
    if duty is None:
        return str(told.happened.public.get("code")), "/desk", []
    return duty.name, duty.desk, [tk._("Agency: {name}").format(name=duty.whose)]


def _link(told: Told, known: _Known) -> Said:
    name, path, whose = _duty(told, known)
    dataset = known.datasets.get(_dataset(told.happened))
    title = (in_words(dataset.title) or dataset.name) if dataset else ""
    patterns = {
        "duty.link_proposed": tk._("A dataset is proposed for your duty “{name}”"),
        "duty.linked": tk._("Your dataset answers the duty “{name}”"),
        "duty.link_declined": tk._("Your dataset was declined for the duty “{name}”"),
        "duty.link_disputed": tk._("It is disputed that a dataset answers the duty “{name}”"),
    }
    asks = {
        "duty.link_proposed": tk._("Confirm or decline it at the desk of your agency."),
        "duty.link_disputed": tk._("Until it is settled the dataset does not count for the duty."),
    }
    lines = [tk._("Dataset: {name}").format(name=title)] if title else []
    lines += [*whose, *([asks[told.happened.type]] if told.happened.type in asks else [])]
    pattern = patterns[told.happened.type]
    if dataset is not None and told.happened.type != "duty.link_proposed":
        path = dataset.path
    return Said(around(pattern, name, 200), around(pattern, name), path, tuple(lines))


def _relief(told: Told, known: _Known) -> Said:
    event = told.happened
    name, path, lines = _duty(told, known)
    relief = known.reliefs.get(str(event.public.get("relief") or event.private.get("relief") or ""))
    patterns = {
        "relief.proposed": tk._("Relief is asked for: “{name}”"),
        "relief.declined": tk._("Relief was declined: “{name}”"),
        "duty.suspended": tk._("The duty is suspended: “{name}”"),
        "duty.resumed": tk._("The duty is owed again: “{name}”"),
        "obligation.excused": tk._("An update is excused: “{name}”"),
    }
    pattern = patterns[event.type]
    if told.target.type == KEEPERS:
        path = "/desk/list/delivery"
        lines.append(tk._("It waits for a second person of the keepers."))
    return Said(around(pattern, name, 200), around(pattern, name), path, (*_of_what(event, relief), *lines))


def _of_what(event: Happened, relief: Relief | None) -> list[str]:
    """The days or the period that it is about, and the ground."""
    said: list[str] = []
    if event.type == "obligation.excused":
        text = tk._("Nothing is owed {for_period}.")
        said.append(text.format(for_period=delivery_words.for_period(str(event.public.get("key")))))
    elif relief is not None and relief.until is not None:
        text = tk._("From {since} to before {until}.")
        said.append(text.format(since=formats.day(relief.since), until=formats.day(relief.until)))
    elif relief is not None and relief.obligation_key:
        text = tk._("The update {for_period}.")
        said.append(text.format(for_period=delivery_words.for_period(relief.obligation_key)))
    code = str(event.public.get("ground") or (relief.ground if relief else ""))
    if delivery_words.ground(code):
        said.append(tk._("Ground: {ground}.").format(ground=delivery_words.ground(code)))
    return said


def _proposal(told: Told, known: _Known) -> Said:
    proposal = known.proposals.get(told.happened.stream_id)
    agency = known.agencies.get(proposal.agency_id) if proposal else None
    name = in_words(agency.title) if agency else ""
    patterns = {
        "proposal.proposed": tk._("A longer update period is proposed: {name}"),
        "proposal.accepted": tk._("The keepers accepted a proposal of your agency"),
        "proposal.declined": tk._("The keepers declined a proposal of your agency"),
    }
    pattern = patterns[told.happened.type]
    keepers = told.target.type == KEEPERS
    titles = (proposal.fields or {}).get("title") if proposal else None
    lines = [tk._("Row: {name}").format(name=in_words(titles))] if isinstance(titles, dict) else []
    if told.happened.type == "proposal.declined":
        lines.append(tk._("The reason stands in the list of your agency."))
    return Said(around(pattern, name, 200), around(pattern, name),
                "/desk/list/proposals" if keepers else "/desk/own-list", tuple(lines))


def _body(told: Told, known: _Known) -> Said:
    event = told.happened
    name = _title(known, event.stream_id)
    if event.type == "agency.list_approved":
        pattern = tk._("An agency sent its own list: {name}")
        lines = (tk._("Proposals that wait: {n}.").format(n=event.public.get("proposals") or 0),)
        return Said(around(pattern, name, 200), around(pattern, name), "/desk/list/proposals", lines)
    to = _title(known, str(event.public.get("to") or ""))
    text = tk._("{old} is followed by {new}") if to else tk._("{old} is liquidated")
    subject = text.format(old=name, new=to)
    line = (
        tk._("Its duties, datasets and subscriptions pass on from {day}.") if to
        else tk._("From {day} on it owes nothing more.")
    )
    known_to = known.agencies.get(str(event.public.get("to") or event.stream_id))
    path = f"/list/agency/{known_to.name}" if known_to else "/list"
    return Said(shortened(subject, 200), shortened(subject), path, (line.format(day=formats.day(event.public["day"])),))


def _title(known: _Known, id_: str) -> str:
    agency = known.agencies.get(id_)
    return (in_words(agency.title) or agency.name) if agency else ""


_SAY: tuple[tuple[tuple[str, ...], Callable[[Told, _Known], Said]], ...] = (
    (LINKS, _link), (RELIEFS, _relief), (PROPOSALS, _proposal), (BODIES, _body),
)
