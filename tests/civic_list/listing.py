"""A small list in force, its agencies and datasets, for tests of what is owed and linked."""
from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import Any

import ckan.model as model
import sqlalchemy as sa
from civic_list.portal import act, draft, make_law, row

from ckanext.civic_core import clock
from ckanext.civic_list.model import Agency, Duty, DutyTerm, Item, Link
from ckanext.civic_list.model.duty import LINK_OPEN


def on(day: str) -> AbstractContextManager[None]:
    """The clock stands at noon of a day."""
    return clock.stopped_at(datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).replace(hour=7))


def begin_list(number: str = "2025", effective_from: str = "2025-02-01", rows: int = 2) -> list[str]:
    """An edition in law: rows owed by the ministry of healthcare, the last by all akimats; their codes."""
    draft(number)
    codes = [row(number, place)["code"] for place in range(1, rows)]
    codes.append(row(number, rows, owner="mio", category="education", period="QUARTERLY")["code"])
    make_law(number, effective_from)
    return codes


def next_list(number: str, effective_from: str, **changed: Any) -> None:
    """The next edition, a copy; ``changed`` says what is different in the row of each code."""
    draft(number, copy_of="2025")
    for code, values in changed.items():
        act("keeper", "civic_item_update", edition=number, code=code.replace("_", "-"), **values)
    make_law(number, effective_from)


def terms(code: str, agency: str) -> list[tuple[str, str, str | None]]:
    """Edition, first and last day (exclusive) of each stretch of a duty that ever held, in order."""
    from ckanext.civic_list.model import Edition

    model.Session.expire_all()
    rows = model.Session.execute(
        sa.select(Edition.number, DutyTerm.since, DutyTerm.until)
        .join(Edition, Edition.id == DutyTerm.edition_id).join(Duty, Duty.id == DutyTerm.duty_id)
        .join(Item, Item.id == Duty.item_id).join(Agency, Agency.id == Duty.agency_id)
        .where(Item.code == code, Agency.name == agency)
        .where(sa.or_(DutyTerm.until.is_(None), DutyTerm.until > DutyTerm.since))
        .order_by(DutyTerm.since)
    )
    return [(number, since.isoformat(), until.isoformat() if until else None) for number, since, until in rows]


def dataset(user: str, agency: str, *duties: Any, name: str = "schools", **more: Any) -> dict[str, Any]:
    """A public dataset of an agency that answers these duties."""
    described = {
        "name": name, "owner_org": agency, "category": "health", "private": False,
        "title_translated": {"kk": "Мектептер", "ru": "Школы", "en": "Schools"},
        "notes_translated": {"ru": "Все школы"}, "tags_translated": {"ru": ["школа"]}, "license_id": "cc-by",
        "contact": [{"name": "Бөлім", "email": "office@agency.example"}], "duties": list(duties), **more,
    }
    if not duties:
        described.setdefault("update_period", "YEARLY")
    return act(user, "package_create", **described)


def open_links(dataset_id: str) -> list[tuple[str, str, str]]:
    """``CODE@agency``, role and state of each open link of a dataset."""
    model.Session.expire_all()
    rows = model.Session.execute(
        sa.select(Item.code, Agency.name, Link.role, Link.state)
        .join(Duty, Duty.id == Link.duty_id).join(Item, Item.id == Duty.item_id)
        .join(Agency, Agency.id == Duty.agency_id)
        .where(Link.dataset_id == dataset_id, Link.state.in_(LINK_OPEN))
        .order_by(Item.code, Agency.name)
    )
    return [(f"{code}@{agency}", role, state) for code, agency, role, state in rows]


def assert_field_and_links_agree(dataset_id: str) -> None:
    """What the dataset says of its duties is what its open links say, in the database and in CKAN's answer."""
    linked = sorted((key, role) for key, role, _ in open_links(dataset_id))
    shown = act("operator", "package_show", id=dataset_id).get("duties") or []
    assert sorted((one["duty"], one["role"]) for one in shown) == linked
    model.Session.expire_all()
    stored = (model.Package.get(dataset_id).extras or {}).get("duties") or "[]"
    import json

    assert sorted((one["duty"], one["role"]) for one in json.loads(stored)) == linked
