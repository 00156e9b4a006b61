"""The events of requests: one name each, and nothing that anybody wrote."""
from __future__ import annotations

import inspect
import re
from dataclasses import fields

import pytest

from ckanext.civic_requests.domain import events
from ckanext.civic_requests.domain.events import RequestEvent, RequestMoved, made
from ckanext.civic_requests.domain.states import MOVES

CLASSES = [
    one for _, one in inspect.getmembers(events, inspect.isclass)
    if issubclass(one, RequestEvent) and "type" in vars(one)
]
TEXTS = {"reason", "text", "answer", "question", "decision", "missing", "link", "comment", "name", "email", "phone"}
PEOPLE = {"author", "assignee", "participant", "opinion", "note"}


@pytest.mark.parametrize("kind", CLASSES, ids=lambda one: one.type)
def test_an_event_keeps_no_text_and_names_nobody_in_public(kind):
    names = {one.name for one in fields(kind)}
    assert not names & TEXTS
    public = {one.name for one in fields(kind) if not one.metadata.get("private")}
    assert not public & PEOPLE


@pytest.mark.parametrize("kind", CLASSES, ids=lambda one: one.type)
def test_an_event_is_named_object_and_past_participle(kind):
    assert re.fullmatch(r"update_request\.[a-z_]+", kind.type)
    assert kind.stream == "update_request"


def test_no_two_events_have_one_name():
    assert len({one.type for one in CLASSES}) == len(CLASSES)


def test_every_step_has_an_event_and_every_event_of_a_step_has_one():
    moved = {one for one in CLASSES if issubclass(one, RequestMoved)}
    assert {step.event for step in MOVES.values()} | {events.RequestSubmitted} == moved


def test_a_transition_and_its_event_have_one_name_each():
    named = {}
    for (_, transition), step in MOVES.items():
        assert named.setdefault(transition, step.event) == step.event
    assert len(set(named.values())) == len(named)


def test_an_event_takes_of_the_details_what_it_keeps():
    details = {"before": "submitted", "state": "refused", "ground": "secret", "text": "Because", "deadline": None}
    assert made(events.RequestRefused, "id", "UR-2026-000001", details) == events.RequestRefused(
        "id", "UR-2026-000001", "submitted", "refused", ground="secret"
    )
