"""What agencies, and then keepers, are reminded of: what is owed, until when, and what follows if it does not come."""
from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock, formats
from ckanext.civic_core.domain.news import ADMINS, EDITORS, KEEPERS, Audience, Happened, Said, Target, Told
from ckanext.civic_core.domain.short import around
from ckanext.civic_list import delivery_shown, delivery_words
from ckanext.civic_list.delivery import stood
from ckanext.civic_list.domain.reminders import STEPS, steps
from ckanext.civic_list.model import Obligation
from ckanext.civic_list.telling import named
from ckanext.civic_list.telling.named import DutyNamed

__all__ = ["TYPES", "audiences", "outdated", "say"]

TYPES = ("reminder.due",)
_Key = tuple[str, str, date]


def audiences(session: Session, events: Sequence[Happened]) -> dict[int, Audience]:
    """Those who must act, by the step of the ladder; one statement."""
    duties = named.duties(session, {event.stream_id for event in events})
    return {
        event.id: Audience(_roles(str(event.public.get("step")), duties[event.stream_id].agency), "work")
        for event in events if event.stream_id in duties
    }


def _roles(step: str, agency: str) -> tuple[Target, ...]:
    if step == "missed":
        return Target(ADMINS, agency), Target(KEEPERS)
    return (Target(ADMINS if step == "half_grace" else EDITORS, agency),)


def _key(event: Happened) -> _Key:
    return event.stream_id, str(event.public["key"]), date.fromisoformat(str(event.public["terms_since"]))


def _owed(session: Session, events: Iterable[Happened]) -> dict[_Key, Obligation]:
    keys = {_key(event) for event in events}
    one = Obligation
    rows = session.scalars(
        sa.select(one).where(sa.tuple_(one.duty_id, one.key, one.terms_since).in_(keys))
        .execution_options(populate_existing=True)
    ) if keys else ()
    return {(row.duty_id, row.key, row.terms_since): row for row in rows}


def outdated(session: Session, events: Sequence[Happened]) -> Collection[int]:
    """Those whose obligation waits no more, whose duty rests, or that a later step has overtaken; two statements."""
    today, owed = clock.today(), _owed(session, events)
    standing = stood.of(session, "duty", {event.stream_id for event in events}, today)
    resting = {id_ for id_, one in standing.items() if one["state"] in ("suspended", "not_applicable")}
    return {
        event.id for event in events
        if event.stream_id in resting or _over(owed.get(_key(event)), str(event.public.get("step")), today)
    }


def _over(one: Obligation | None, step: str, today: date) -> bool:
    """Nothing is owed any more, or a later step is the one that holds today: after an outage only the last is told."""
    if one is None or one.state not in ("open", "missed"):
        return True
    reached = [taken.number for taken in steps(one.warn, one.due, one.missed) if taken.day <= today]
    return bool(reached) and max(reached) > STEPS.index(step) + 1


def say(session: Session, told: Sequence[Told]) -> list[Said]:
    """The words; two statements, and one for the calendar."""
    events = [one.happened for one in told]
    owed, duties = _owed(session, events), named.duties(session, {event.stream_id for event in events})
    return [_said(one, owed.get(_key(one.happened)), duties.get(one.happened.stream_id)) for one in told]


def _said(told: Told, one: Obligation | None, duty: DutyNamed | None) -> Said:
    event = told.happened
    step, key, due = str(event.public.get("step")), str(event.public["key"]), event.public.get("due")
    name = duty.name if duty else str(event.public.get("code"))
    pattern = _subject(step).format(day=formats.day(due), name="{name}")
    lines = [
        _what(key, one.kind if one else "period", due),
        *(_ladder(step, one) if one else ()),
        *([tk._("Agency: {name}").format(name=duty.whose)] if duty else ()),
        *([tk._("Upload the data, or ask for relief, at the desk of your agency.")] if told.target.type != KEEPERS
          else []),
    ]
    path = "/desk/list/delivery" if told.target.type == KEEPERS else duty.desk if duty else "/desk"
    return Said(around(pattern, name, 200), around(pattern, name), path, tuple(lines))


def _subject(step: str) -> str:
    if step == "before":
        return tk._("Due on {day}: “{name}”")
    if step == "on":
        return tk._("Due today, {day}: “{name}”")
    if step == "missed":
        return tk._("Deadline missed, due on {day}: “{name}”")
    return tk._("Overdue since {day}: “{name}”")


def _what(key: str, kind: str, due: Any) -> str:
    left = delivery_shown.days_left(due)
    text = tk._("The update {for_period} is due on {due}: {left}.")
    return text.format(for_period=delivery_words.for_period(key, kind), due=formats.day(due), left=left)


def _ladder(step: str, one: Obligation) -> Iterable[str]:
    """What comes next, if nothing does."""
    end = formats.day(one.missed)
    if step in ("before", "on"):
        return [tk._("After that day an update still counts until {day}, as a late one.").format(day=end)]
    if step == "after":
        return [
            tk._("Until {day} an update still counts, as a late one.").format(day=end),
            tk._("If nothing comes, the administrators of the agency are reminded, then the authorised body."),
        ]
    if step == "half_grace":
        return [tk._("Half of the grace is over. After {day} the deadline is missed, and the authorised body is told.")
                .format(day=end)]
    return [tk._("Nothing came until {day}, the end of grace.").format(day=end)]
