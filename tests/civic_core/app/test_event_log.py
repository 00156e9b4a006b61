"""The event log: whole when untouched, honest about what was changed, erasable part by part."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import ckan.model as model
import pytest
import sqlalchemy as sa
from ckan.tests import factories
from ckan.tests.helpers import call_action, call_auth
from sqlalchemy.exc import IntegrityError

from ckanext.civic_core import audit
from ckanext.civic_core.domain.events import PRIVATE, Event
from ckanext.civic_core.model.event import EventRow
from ckanext.civic_core.record import record, record_all

pytestmark = pytest.mark.usefixtures("clean_db")


@dataclass(frozen=True)
class LampLit(Event):
    type: ClassVar[str] = "lamp.lit"
    stream: ClassVar[str] = "lamp"
    colour: str = "white"
    by_phone: str = field(default="", metadata=PRIVATE)


def _lit(*ids: str) -> None:
    record_all(model.Session, [LampLit(one, by_phone="+7") for one in ids], actor="someone")
    model.Session.commit()


def _faults() -> list[tuple[str, int, str]]:
    model.Session.expire_all()
    return [(f.stream_id, f.sequence, f.what) for f in audit.verify(model.Session)]


def test_events_of_a_stream_are_numbered_in_order_even_within_one_batch():
    _lit("a", "b", "a")
    _lit("a")
    rows = model.Session.execute(
        sa.select(EventRow.stream_id, EventRow.sequence).order_by(EventRow.id)
    ).all()
    assert rows == [("a", 1), ("b", 1), ("a", 2), ("a", 3)]
    assert _faults() == []


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"public": {"colour": "red"}}, "public"),
        ({"actor": "nobody"}, "actor"),
        ({"private": {"by_phone": "0"}}, "private"),
        ({"type": "lamp.broken"}, "hash"),
        ({"at": sa.text("at - interval '1 day'")}, "hash"),
        ({"hash": b"x" * 32}, "hash"),
        ({"public_digest": b"x" * 32}, "public"),
    ],
)
def test_verify_names_the_event_that_was_changed(change, what):
    _lit("a", "a", "a")
    model.Session.execute(sa.update(EventRow).where(EventRow.sequence == 2).values(**change))
    model.Session.commit()
    assert ("a", 2, what) in _faults()


def test_verify_sees_an_event_that_was_taken_out():
    _lit("a", "a", "a")
    model.Session.execute(sa.delete(EventRow).where(EventRow.sequence == 2))
    model.Session.commit()
    assert ("a", 3, "gap") in _faults()


@pytest.mark.parametrize("part", ["actor", "public", "private"])
def test_an_erased_part_is_gone_and_the_chain_still_holds(part):
    _lit("a", "a")
    row = model.Session.scalars(sa.select(EventRow).where(EventRow.sequence == 1)).one()
    audit.redact(model.Session, row, part, ground="erasure_request", actor="keeper")
    model.Session.commit()
    assert _faults() == []
    kept = model.Session.scalars(sa.select(EventRow).order_by(EventRow.sequence)).all()
    assert getattr(kept[0], part) is None
    assert getattr(kept[0], f"{part}_salt") is None
    assert (kept[-1].type, kept[-1].stream) == ("event.redacted", "lamp")
    assert kept[-1].public == {"of": "lamp", "sequence": 1, "part": part, "ground": "erasure_request"}


def test_the_second_of_two_writers_of_a_stream_loses():
    _lit("a")
    other = model.Session.session_factory()
    record(other, LampLit("a"), actor="first")
    other.commit()
    rival = dict(model.Session.execute(sa.select(EventRow.__table__)).mappings().all()[-1])
    rival.pop("id")
    with pytest.raises(IntegrityError):
        model.Session.execute(sa.insert(EventRow).values(**rival))
    model.Session.rollback()
    other.close()


def test_writing_a_thousand_events_takes_two_statements(statements):
    statements.clear()
    record_all(model.Session, [LampLit(str(n)) for n in range(1000)], actor="someone")
    assert len(statements) == 2


def test_event_list_keeps_actor_and_private_part_from_the_public():
    _lit("a")
    visitor = call_action("civic_event_list", {"user": "", "ignore_auth": False}, stream="lamp")
    assert visitor["count"] == 1
    assert visitor["results"][0]["public"] == {"colour": "white"}
    assert not {"actor", "private"} & set(visitor["results"][0])
    sysadmin = factories.Sysadmin()
    full = call_action("civic_event_list", {"user": sysadmin["name"]}, stream="lamp")
    assert full["results"][0]["private"] == {"by_phone": "+7"}


def test_only_a_sysadmin_may_verify_through_the_api():
    import ckan.plugins.toolkit as tk

    user = factories.User()
    with pytest.raises(tk.NotAuthorized):
        call_auth("civic_audit_verify", {"user": user["name"], "model": model})
    assert call_action("civic_audit_verify") == {"whole": True, "faults": []}
