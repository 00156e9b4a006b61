"""Deliveries as pages show them: in words, with what they were about."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core.domain.news import Target, Told
from ckanext.civic_core.model import EventRow
from ckanext.civic_core.news import reading, telling
from ckanext.civic_core.news.spreading import as_happened
from ckanext.civic_notify import reasons, words
from ckanext.civic_notify.channels import registry
from ckanext.civic_notify.domain import states
from ckanext.civic_notify.model import Delivery
from ckanext.civic_notify.model.delivery import KINDS

__all__ = ["options", "outbox", "own", "rows"]

#: the reader has the words of these already
_TOLD = (states.SENT, states.DELIVERED)


# -- for operators ---------------------------------------------------------------------------------------


def outbox(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The page of the outbox from what ``civic_outbox_show`` answers."""
    channels = [
        {**one, "label": words.channel_name(one["name"]), "lag_words": duration(one["lag"]), "health": health(one)}
        for one in figures["channels"]
    ]
    failed = [
        {**fault, "channel": one["name"], "label": one["label"], "sentence": words.reason(fault["reason"]),
         "mendable": fault["reason"] != "too_late"}
        for one in channels for fault in one["failed"]
    ]
    suppressed = [{**one, "sentence": words.reason(one["reason"])} for one in figures["suppressed"]]
    return {
        "figures": figures, "channels": channels, "failed": failed, "suppressed": suppressed,
        "lag": duration(max([figures["pending"]["lag"], *(one["lag"] for one in channels)])),
        "since": figures["since"],
        "due": sum(one["due"] for one in channels), "sent": sum(one["sent"] for one in channels),
    }


def health(channel: Mapping[str, Any]) -> dict[str, str]:
    """How a channel is doing: a colour and shape, a word, and a sentence where something is wrong."""
    breaker = channel["breaker"]
    said = {"code": breaker["last_failure"], "count": tk.h.civic_number(breaker["failures"]),
            "until": tk.h.civic_moment(breaker["closed_until"])}
    if not channel["configured"]:
        return {"mark": "not_applicable", "word": tk._("switched off"), "sentence": ""}
    if breaker["rests"]:
        text = tk._("The provider failed; failures in a row: {count}; the last one: {code}. Tried again at {until}.")
        return {"mark": "delinquent", "word": tk._("rests"), "sentence": text.format(**said)}
    if breaker["failures"]:
        text = tk._("Failures in a row: {count}; the last one: {code}.")
        return {"mark": "overdue", "word": tk._("in doubt"), "sentence": text.format(**said)}
    return {"mark": "fresh", "word": tk._("works"), "sentence": ""}


def duration(seconds: int) -> str:
    """How long something has been waiting, in its largest unit."""
    for size, text in ((86400, tk._("{count} d")), (3600, tk._("{count} h")), (60, tk._("{count} min"))):
        if seconds >= size:
            return text.format(count=tk.h.civic_number(seconds // size))
    return tk._("{count} s").format(count=seconds)


def options() -> dict[str, list[dict[str, str]]]:
    """What the list can be narrowed by."""
    return {
        "channel": [{"value": name, "label": words.channel_name(name)} for name in registry.names()],
        "state": [{"value": state, "label": words.state_name(state)} for state in states.STATES],
        "kind": [{"value": kind, "label": words.kind_name(kind)} for kind in KINDS],
        "reason": [{"value": code, "label": said()} for code, said in words.REASONS.items()],
    }


def rows(results: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Messages as operators see them: nothing of their words, nobody's name."""
    return [{
        **_in_words(one), "what": _kind(one), "answer": one.get("answer") or "",
        "dead": states.after(one["state"], "resend") is not None and one["kind"] != "letter" and not one["digest"],
    } for one in results]


def _kind(one: Mapping[str, Any]) -> str:
    kind = words.kind_name(one["kind"])
    of = one["event"]["type"] if one["event"] else words.letter_name(one["topic"]) if one["kind"] == "letter" else ""
    return f"{kind}: {of}" if of else kind


def _in_words(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **one, "anchor": f"message-{one['id']}", "word": words.state_name(one["state"]),
        "mark": words.mark_of(one["state"]), "sentence": words.reason(one["reason"]),
        "meaning": words.state_sentence(one["state"]), "by": words.channel_name(one["channel"]),
        "at": one["settled_at"] or one["due"],
    }


# -- for the reader himself ------------------------------------------------------------------------------


def own(session: Session, results: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A reader's own messages; of what he was told already its words, as far as he may still read it.

    A fixed number of statements and those of the features that are asked.
    """
    about = _about(session, [one["id"] for one in results])
    subjects = _subjects(session, [one for one in results if one["state"] in _TOLD], about)
    targets = {_target(one) for one in results if one["target"] and one["id"] not in subjects}
    named = reasons.Reasons(tk.h.lang(), reasons.read(session, targets))
    return [{**_in_words(one), **_what(one, subjects.get(one["id"]), named)} for one in results]


def _what(one: Mapping[str, Any], said: Any, named: reasons.Reasons) -> dict[str, str]:
    if one["kind"] == "digest":
        return {"what": tk._("Digest of the week") if one["tempo"] == "weekly" else tk._("Digest of the day"),
                "url": tk.h.url_for("civic_messages.mine", digest=one["id"])}
    if said is not None:
        return {"what": said.subject, "url": tk.h.url_for("home.index").rstrip("/") + said.path}
    label = named.label(_target(one)) if one["target"] else ""
    return {"what": tk._("News: {what}").format(what=label) if label else tk._("News"), "url": ""}


def _target(one: Mapping[str, Any]) -> Target:
    return Target(one["target"]["type"], one["target"]["id"])


def _about(session: Session, ids: Sequence[int]) -> dict[int, Any]:
    """The events of these deliveries, and what they are about."""
    if not ids:
        return {}
    event = EventRow
    found = session.execute(
        sa.select(
            Delivery.id, Delivery.recipient, Delivery.about_type, Delivery.about_id, event.id.label("event"),
            event.type, event.stream, event.stream_id, event.at, event.actor, event.public, event.private,
        ).join(event, event.id == Delivery.event_id).where(Delivery.id.in_(ids))
    )
    return {row.id: row for row in found}


def _subjects(session: Session, told: Iterable[Mapping[str, Any]], about: Mapping[int, Any]) -> dict[int, Any]:
    """What is said of the news of these deliveries, by their id."""
    asked = [(one, about[one["id"]]) for one in told if one["id"] in about and one["target"]]
    datasets = {(row.recipient, row.about_id) for _, row in asked if row.about_type == "dataset"}
    readable = reading.may_read(session, datasets) if datasets else set()
    news = {
        one["id"]: Told(as_happened(row.event, row), _target(one)) for one, row in asked
        if row.about_type != "dataset" or (row.recipient, row.about_id) in readable
    }
    said = telling.said(session, list(news.values()), tk.h.lang())
    words_of = {id(one): words_said for one, words_said in said}
    return {number: words_of[id(one)] for number, one in news.items() if id(one) in words_of}
