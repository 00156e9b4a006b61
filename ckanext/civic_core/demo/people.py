"""The accounts of the demo: one for each role."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

AUTHORISED_BODY = "ministry-of-culture-and-information"
MODERATORS = "moderators"


@dataclass(frozen=True)
class Person:
    """An account: its name, what it is for, and its capacity in organisations."""

    name: str
    shown: str
    role: str
    sysadmin: bool = False
    agencies: Mapping[str, str] = field(default_factory=dict[str, str])
    moderator: bool = False


PEOPLE = (
    Person("operator", "Оператор портала", "sysadmin", sysadmin=True),
    Person("keeper", "Хранитель перечня", "list keeper", agencies={AUTHORISED_BODY: "editor"}),
    Person("approver", "Утверждающий", "approves editions of the list", agencies={AUTHORISED_BODY: "admin"}),
    Person("moderator", "Модератор", "moderator", moderator=True),
    Person("akmola_admin", "Акмола, администратор", "agency admin", agencies={"akimat-akmola-region": "admin"}),
    Person("akmola_editor", "Акмола, специалист", "agency editor", agencies={"akimat-akmola-region": "editor"}),
    Person("shymkent_editor", "Шымкент, специалист", "editor of another agency",
           agencies={"akimat-shymkent-city": "editor"}),
    Person("health_editor", "Минздрав, специалист", "editor of a ministry",
           agencies={"ministry-of-healthcare": "editor"}),
    Person("citizen", "Пользователь 22", "citizen"),
)


def capacities(organisation: str) -> list[dict[str, str]]:
    """Members of an organisation, as ``organization_create`` takes them."""
    return [
        {"name": person.name, "capacity": person.agencies[organisation]}
        for person in PEOPLE if organisation in person.agencies
    ]
