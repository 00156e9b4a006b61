"""Codes of items: given once, never changed, never given again."""
from __future__ import annotations

import re
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_list.domain.items import Owner
from ckanext.civic_list.model import Agency, Item, OwnerGroup

__all__ = ["Codes"]

_NUMBERED = re.compile(r"(.+)-(\d+)")


class Codes:
    """Gives the next code of each owner: ``MZ-006`` after ``MZ-005``.

    The prefix is the owner's key (an agency's ``code``, an owner group's name), else the initials of its name. Two
    people who get the same code at once: the database lets one win.
    """

    def __init__(self, session: Session, owners: Iterable[Owner]) -> None:
        """Ready for these owners; three statements however many."""
        self._last: dict[str, int] = {}
        for code in session.scalars(sa.select(Item.code)):
            if found := _NUMBERED.fullmatch(code):
                self._last[found[1]] = max(self._last.get(found[1], 0), int(found[2]))
        self._prefixes = _prefixes(session, set(owners))

    def next(self, owner: Owner) -> str:
        """A code that no item has had."""
        prefix = self._prefixes[owner]
        self._last[prefix] = self._last.get(prefix, 0) + 1
        return f"{prefix}-{self._last[prefix]:03}"


def _prefixes(session: Session, owners: set[Owner]) -> dict[Owner, str]:
    ids = {kind: [owner.id for owner in owners if owner.kind == kind] for kind in ("agency", "group")}
    agencies = session.execute(sa.select(Agency.id, Agency.name, Agency.code).where(Agency.id.in_(ids["agency"])))
    groups = session.execute(sa.select(OwnerGroup.id, OwnerGroup.name).where(OwnerGroup.id.in_(ids["group"])))
    found = {Owner("agency", row.id): row.code or _initials(row.name) for row in agencies}
    return found | {Owner("group", row.id): row.name.upper() for row in groups}


def _initials(name: str) -> str:
    return "".join(word[:1] for word in re.split(r"\W+", name)).upper()
