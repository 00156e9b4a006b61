"""Loads the demo through the same actions that people use, so that it can show nothing they could not do."""
from __future__ import annotations

import csv
import json
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ckan.model as model
import ckan.plugins as p
import ckan.plugins.toolkit as tk
from werkzeug.datastructures import FileStorage

from ckanext.civic_core import clock
from ckanext.civic_core.demo import year
from ckanext.civic_core.demo.people import AUTHORISED_BODY, MODERATORS, PEOPLE, capacities

DATA = Path(__file__).parent / "data"
Say = Callable[[str], None]

#: the list came into force long ago: its acts are dated as the sample workbooks say
SUBMITTED_2025 = datetime(2025, 1, 17, 6, tzinfo=UTC)
APPROVED_2025 = datetime(2025, 1, 20, 6, tzinfo=UTC)
ALL_AKIMATS = {
    "kk": "Жергілікті атқарушы органдар (барлығы)",
    "ru": "Местные исполнительные органы (все)",
    "en": "Local executive bodies (all)",
}


_MARK = "civic.demo"


def loaded() -> bool:
    """Whether the whole demo is in the database."""
    return model.get_system_info(_MARK) is not None


def broken() -> bool:
    """Whether loading was cut off: some of the demo is there, and more of it cannot be put on top."""
    return not loaded() and model.User.get(PEOPLE[0].name) is not None


def load(password: str, say: Say) -> None:
    """Load everything once.

    :param password: of all demo accounts.
    :param say: is told each step.
    """
    steps: tuple[tuple[str, Callable[[], None]], ...] = (
        ("accounts", lambda: _accounts(password)),
        ("agencies", _agencies),
        ("categories and moderators", _categories),
        ("the unified list of 2025, approved", _edition_2025),
        ("the unified list of 2026, a draft", _edition_2026),
        ("datasets with their files", _datasets),
        ("a year of updates, in time, late and never", year.live_through),
        ("what the citizen follows", _subscriptions),
    )
    for what, step in steps:
        say(what)
        step()
    model.set_system_info(_MARK, clock.now().isoformat())


def new_password() -> str:
    """A password for the demo accounts of one portal."""
    return secrets.token_urlsafe(9)


def _as(user: str, action: str, **data: Any) -> Any:
    return tk.get_action(action)({"user": user, "model": model, "session": model.Session}, data)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _texts(row: dict[str, str], name: str) -> dict[str, str]:
    prefix = f"{name}_"
    return {key.removeprefix(prefix): text for key, text in row.items() if key.startswith(prefix) and text}


def _accounts(password: str) -> None:
    context = {"ignore_auth": True, "model": model, "session": model.Session}
    for person in PEOPLE:
        made = tk.get_action("user_create")({**context}, {
            "name": person.name, "fullname": person.shown, "password": password,
            "email": f"{person.name}@portal.example",
        })
        if person.sysadmin:
            model.User.get(made["id"]).sysadmin = True
    model.Session.commit()


def _agencies() -> None:
    for row in _rows("agencies.csv"):
        _as(
            "operator", "organization_create", name=row["name"], code=row["code"], body_group=row["group"],
            title_translated=_texts(row, "name"), short_title_translated=_texts(row, "short"), site=row["site"],
            users=capacities(row["name"]),
        )


def _categories() -> None:
    for row in _rows("categories.csv"):
        _as("operator", "group_create", name=row["code"], title_translated=_texts(row, "name"), icon=row["icon"])
    members = [{"name": person.name, "capacity": "editor"} for person in PEOPLE if person.moderator]
    _as("operator", "group_create", name=MODERATORS, type="civic_team", title="Moderators", users=members)


def _edition_2025() -> None:
    members = [{"agency": row["name"], "since": "2025-01-01"} for row in _rows("agencies.csv") if row["group"] == "MIO"]
    with clock.stopped_at(SUBMITTED_2025):
        _as("keeper", "civic_owner_group_create", name="mio", title_translated=ALL_AKIMATS,
            spellings=list(ALL_AKIMATS.values()), members=members)
        edition = _as(
            "keeper", "civic_edition_create", number="2025", act_number="№ 00-НҚ (образец)", act_date="2025-01-20",
            title={"kk": "2025 жылғы бірыңғай тізбе", "ru": "Единый перечень 2025 года", "en": "Unified list of 2025"},
        )
        _import(edition["id"], "unified-list-2025.xlsx")
        _as("keeper", "civic_edition_submit", id=edition["id"])
    with clock.stopped_at(APPROVED_2025):
        _as("approver", "civic_edition_approve", id=edition["id"], effective_from="2025-02-01")


def _edition_2026() -> None:
    edition = _as(
        "keeper", "civic_edition_create", number="2026", copy_of="2025",
        title={"kk": "2026 жылғы бірыңғай тізбе", "ru": "Единый перечень 2026 года", "en": "Unified list of 2026"},
    )
    _import(edition["id"], "unified-list-2026.xlsx", accept_suggestions=True)


def _import(edition_id: str, name: str, **options: Any) -> None:
    with (DATA / name).open("rb") as stream:
        upload = FileStorage(stream, filename=name)
        _as("keeper", "civic_edition_import", id=edition_id, upload=upload, dry_run=False, **options)


def _datasets() -> None:
    for path in sorted((DATA / "datasets").glob("*.json")):
        described = json.loads(path.read_text(encoding="utf-8"))
        with clock.stopped_at(datetime(2025, 2, 3, 6, tzinfo=UTC)):
            dataset = _as("operator", "package_create", **_dataset(described))
            for resource in described["resources"]:
                _resource(dataset["id"], resource)


def _dataset(described: dict[str, Any]) -> dict[str, Any]:
    unit = described["responsible_unit"]
    item = described["list_item"]
    duties = [f"{item['code']}@{described['organization']}"] if item else []
    return {
        "name": described["name"], "owner_org": described["organization"], "category": described["category"],
        "title_translated": described["title"], "notes_translated": described["notes"],
        "tags_translated": described["keywords"], "update_period": described["update_period"], "duties": duties,
        "responsible_unit_translated": unit["title"], "license_id": "cc-by",
        "contact": [{"name": unit["title"]["ru"], "email": unit["email"], "phone": unit["phone"]}],
    }


def _resource(dataset_id: str, described: dict[str, Any]) -> None:
    path = DATA / "datasets" / described["file"]
    with path.open("rb") as stream:
        _as(
            "operator", "resource_create", package_id=dataset_id, name_translated=described["title"],
            format=described["format"], upload=FileStorage(stream, filename=path.name),
        )


#: kind of thing, its name, how often
FOLLOWED = (
    ("dataset", "almaty-pharmacies", "at_once"), ("dataset", "astana-kindergartens", "daily"),
    ("category", "ecology", "weekly"), ("agency", "akimat-akmola-region", "daily"), ("editions", "", "at_once"),
)


def _subscriptions() -> None:
    """Nothing where the portal is put together without subscriptions."""
    if not p.plugin_loaded("civic_subscriptions"):
        return
    for kind, name, tempo in FOLLOWED:
        _as("citizen", "civic_subscription_create", target_type=kind, target_id=name, tempo=tempo)


def accounts_table(password: str) -> str:
    """The accounts as lines for the screen."""
    lines = [f"  {person.name:<16} {person.role}" for person in PEOPLE]
    return "\n".join([f"Demo accounts, password {password}", *lines])


__all__ = ["AUTHORISED_BODY", "accounts_table", "broken", "load", "loaded", "new_password"]
