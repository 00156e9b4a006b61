"""What forms of the list offer to choose from, in the reader's alphabet."""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa

from ckanext.civic_core import clock
from ckanext.civic_list import agencies
from ckanext.civic_list.model import Agency, OwnerGroup

__all__ = ["agencies_named", "living_agencies", "owners"]


def living_agencies() -> list[dict[str, str]]:
    """The agencies that exist today, as options of a select: by name in addresses."""
    today = clock.today()
    agencies.sync(model.Session())
    alive = sa.select(Agency).where(sa.or_(Agency.until.is_(None), Agency.until > today))
    return _options(model.Session.scalars(alive))


def owners() -> list[dict[str, str]]:
    """Whom a row can be addressed to: the owner groups first, then the agencies."""
    return [*_options(model.Session.scalars(sa.select(OwnerGroup))), *living_agencies()]


def agencies_named(ids: Iterable[str]) -> list[dict[str, Any]]:
    """Agencies with these ids, by their titles."""
    found = agencies.titles(model.Session(), ids).values()
    return sorted(found, key=lambda agency: tk.h.civic_text(agency["title"])[0].casefold())


def _options(rows: Iterable[Any]) -> list[dict[str, str]]:
    options = []
    for row in rows:
        label, lang = tk.h.civic_text(row.title)
        options.append({"value": row.name, "label": label, "lang": lang})
    return sorted(options, key=lambda option: option["label"].casefold())
