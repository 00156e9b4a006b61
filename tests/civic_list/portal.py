"""A portal with the sample's agencies, categories and an account for each role, loaded in a second."""
from __future__ import annotations

import csv
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
from ckan.model.types import make_uuid
from database import delete_from
from werkzeug.datastructures import FileStorage

from ckanext.civic_list.model import Agency, OwnerGroup, OwnerGroupMember

FIXTURES = Path(__file__).parent.parent / "fixtures"
BODY = "ministry-of-culture-and-information"
AKMOLA, SHYMKENT, HEALTH = "akimat-akmola-region", "akimat-shymkent-city", "ministry-of-healthcare"
ALL_AKIMATS = {
    "kk": "Жергілікті атқарушы органдар (барлығы)",
    "ru": "Местные исполнительные органы (все)",
    "en": "Local executive bodies (all)",
}
#: account -> its capacity in organisations
PEOPLE: Mapping[str, Mapping[str, str]] = {
    "keeper": {BODY: "editor"}, "second_keeper": {BODY: "editor"}, "approver": {BODY: "admin"},
    "second_approver": {BODY: "admin"}, "akmola_admin": {AKMOLA: "admin"}, "akmola_editor": {AKMOLA: "editor"},
    "health_admin": {HEALTH: "admin"}, "health_editor": {HEALTH: "editor"}, "citizen": {}, "operator": {},
}
_OF_LIST = "civic_list_"
#: what happened, and what is told of it
_OF_EVENTS = ("civic_core_event", "civic_core_pending", "civic_core_news", "civic_notify_delivery")
#: what a test of editions does not change
_REGISTER = {"civic_list_agency", "civic_list_agency_name", "civic_list_owner_group", "civic_list_owner_group_member"}


def table(name: str) -> list[dict[str, str]]:
    """The records of a sample table."""
    with (FIXTURES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load() -> None:
    """Agencies, categories, the group of all akimats and the accounts, in an empty database."""
    ids = {row["name"]: _agency(row) for row in table("agencies.csv")}
    for row in table("categories.csv"):
        category = model.Group(name=row["code"], title=row["name_ru"], type="group")
        category.extras = {"title_translated": json.dumps(_texts(row, "name"))}
        model.Session.add(category)
    akimats = [ids[row["name"]] for row in table("agencies.csv") if row["group"] == "MIO"]
    group = OwnerGroup(id=make_uuid(), name="mio", title=ALL_AKIMATS, spellings=list(ALL_AKIMATS.values()))
    model.Session.add(group)
    model.Session.flush()
    for agency_id in akimats:
        model.Session.add(OwnerGroupMember(group_id=group.id, agency_id=agency_id, since=date(2020, 1, 1)))
    for name, capacities in PEOPLE.items():
        _account(name, {ids[body]: capacity for body, capacity in capacities.items()})
    model.Session.commit()


def _agency(row: Mapping[str, str]) -> str:
    organisation = model.Group(name=row["name"], title=row["name_ru"], type="organization", is_organization=True)
    model.Session.add(organisation)
    model.Session.flush()
    model.Session.add(Agency(
        id=organisation.id, name=row["name"], code=row["code"], title=_texts(row, "name"),
        short_title=_texts(row, "short"), body_group=row["group"],
    ))
    return organisation.id


def _texts(row: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {lang: row[f"{prefix}_{lang}"] for lang in ("kk", "ru", "en") if row[f"{prefix}_{lang}"]}


def _account(name: str, capacities: Mapping[str, str]) -> None:
    user = model.User(
        name=name, email=f"{name}@portal.example", sysadmin=name == "operator", created=datetime(2020, 1, 1),
    )
    model.Session.add(user)
    model.Session.flush()
    for body, capacity in capacities.items():
        group = model.Group.get(body)
        model.Session.add(model.Member(group=group, table_name="user", table_id=user.id, capacity=capacity))


def forget_lists() -> None:
    """No editions, items, duties, proposals; agencies and accounts stay."""
    delete_from(lambda name: name.startswith((_OF_LIST, *_OF_EVENTS)) and name not in _REGISTER)


def act(user: str, action: str, /, **data: Any) -> Any:
    """Call an action as this account, with every check."""
    return tk.get_action(action)({"user": user, "model": model, "session": model.Session}, data)


def refusal(user: str, action: str, /, **data: Any) -> dict[str, list[str]]:
    """The sentences, by field, with which an action refuses."""
    with pytest.raises(tk.ValidationError) as caught:
        act(user, action, **data)
    return caught.value.error_dict


def sheet(name: str) -> FileStorage:
    """A sample workbook, as a form uploads it."""
    return FileStorage((FIXTURES / name).open("rb"), filename=name)


def draft(number: str = "2025", **data: Any) -> dict[str, Any]:
    """A new draft with its act."""
    return act("keeper", "civic_edition_create", number=number, act_number=f"№ {number}", act_date="2025-01-20", **data)


def row(edition: str, number: int = 1, **data: Any) -> dict[str, Any]:
    """Add a row to a draft."""
    title = {"kk": f"Мектептер {number}", "ru": f"Школы {number}", "en": f"Schools {number}"}
    given = {"title": title, "owner": HEALTH, "category": "health", "period": "MONTHLY", "number": number, **data}
    return act("keeper", "civic_item_create", edition=edition, **given)


def make_law(number: str, effective_from: str) -> dict[str, Any]:
    """Submit a draft and let the second person approve it."""
    act("keeper", "civic_edition_submit", id=number)
    return act("approver", "civic_edition_approve", id=number, effective_from=effective_from)


def events(**where: Any) -> list[dict[str, Any]]:
    """Events, the oldest first, as a sysadmin reads them."""
    answer = act("operator", "civic_event_list", **where, limit=100)
    return list(reversed(answer["results"]))


def race(
    monkeypatch: Any, place: tuple[Any, str], first: Callable[[], Any], second: Callable[[], Any]
) -> list[Any]:
    """Two people act at once, each in a thread and a connection of their own.

    The first stops at ``place`` (a module and the name of a function of it), in the middle of the transaction, until
    the second has come to an end.

    :returns: what each got: an answer or an exception.
    """
    inside, over = threading.Event(), threading.Event()
    module, name = place
    real, owner = getattr(module, name), []

    def stopping(*args: Any, **kwargs: Any) -> Any:
        if not owner:
            owner.append(threading.get_ident())
            inside.set()
            assert over.wait(60), "the second never ended"
        return real(*args, **kwargs)

    monkeypatch.setattr(module, name, stopping)
    model.Session.remove()
    got: list[Any] = [None, None]

    def run(place: int, action: Callable[[], Any]) -> None:
        try:
            got[place] = action()
        except Exception as error:
            got[place] = error
        finally:
            model.Session.remove()

    threads = [threading.Thread(target=run, args=(0, first)), threading.Thread(target=run, args=(1, second))]
    threads[0].start()
    assert inside.wait(60), f"the first never came to {name}: {got[0]!r}"
    threads[1].start()
    threads[1].join(60)
    over.set()
    threads[0].join(60)
    return got


def each(answer: Mapping[str, Any], field: str) -> Iterator[Any]:
    """One field of each result of a list."""
    return (one[field] for one in answer["results"])
