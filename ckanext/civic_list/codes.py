"""Codes of items: given once, never changed, never given again."""
from __future__ import annotations

import re

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

    def __init__(self, session: Session) -> None:
        self._session = session
        self._last: dict[str, int] = {}
        for code in session.scalars(sa.select(Item.code)):
            if found := _NUMBERED.fullmatch(code):
                self._last[found[1]] = max(self._last.get(found[1], 0), int(found[2]))
        self._prefixes: dict[Owner, str] = {}

    def next(self, owner: Owner) -> str:
        """A code that no item has had."""
        if owner not in self._prefixes:
            self._prefixes[owner] = self._prefix(owner)
        prefix = self._prefixes[owner]
        self._last[prefix] = self._last.get(prefix, 0) + 1
        return f"{prefix}-{self._last[prefix]:03}"

    def _prefix(self, owner: Owner) -> str:
        if owner.kind == "group":
            return (self._session.scalar(sa.select(OwnerGroup.name).where(OwnerGroup.id == owner.id)) or "").upper()
        agency = self._session.get(Agency, owner.id)
        if agency is None:
            return "X"
        return agency.code or "".join(word[:1] for word in re.split(r"\W+", agency.name)).upper() or "X"
