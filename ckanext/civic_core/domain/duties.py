"""How a dataset names the duties it answers: ``CODE@agency`` and what the dataset is to it."""
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from ckanext.civic_core.domain.errors import Refused

#: The code of a list item and the name of an agency's organisation.
_DUTY = re.compile(r"[\w.\-/]{1,60}@[a-z0-9_\-]{2,100}")


@dataclass(frozen=True)
class DutyLink:
    """One duty of a dataset, and the dataset's role for it."""

    duty: str
    role: str


def parse(value: object, roles: Sequence[str]) -> tuple[DutyLink, ...]:
    """The links that a client sent; the first role where none is named.

    :raises Refused: ``duties_not_a_list``, ``duty_malformed`` (``duty``), ``duty_role_unknown`` (``role``, ``roles``)
        or ``duty_twice`` (``duty``).
    """
    if not isinstance(value, list | tuple):
        raise Refused("duties_not_a_list")
    links = tuple(_link(part, roles) for part in cast("list[object]", value))
    seen: set[str] = set()
    for link in links:
        if link.duty in seen:
            raise Refused("duty_twice", duty=link.duty)
        seen.add(link.duty)
    return links


def _link(value: object, roles: Sequence[str]) -> DutyLink:
    row = cast("dict[str, Any]", value) if isinstance(value, dict) else {"duty": value}
    duty, role = row.get("duty"), row.get("role") or roles[0]
    if not isinstance(duty, str) or not _DUTY.fullmatch(duty.strip()):
        raise Refused("duty_malformed", duty=duty)
    if not isinstance(role, str) or role not in roles:
        raise Refused("duty_role_unknown", role=role, roles=", ".join(roles))
    return DutyLink(duty.strip(), role)
