"""What forms of the list offer to choose from, in the reader's alphabet."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.lib.munge import munge_name

from ckanext.civic_core import clock
from ckanext.civic_list import agencies
from ckanext.civic_list.model import Agency, OwnerGroup

#: web servers refuse an address that is much longer
LONGEST_ADDRESS = 2000

__all__ = ["agencies_named", "living_agencies", "new_dataset_url", "own_duties", "owners"]


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


def own_duties(data: Mapping[str, Any]) -> list[dict[str, str]]:
    """The duties of the agency that a dataset's form is for: ``{"value": "CODE@agency", "label"}``, at most 100."""
    agency = data.get("owner_org") or tk.request.args.get("group")
    try:
        found = tk.get_action("civic_duty_autocomplete")({}, {"agency": agency, "limit": 100}) if agency else []
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return []
    return [{"value": duty["value"], "label": tk.h.civic_text(duty["title"])[0]} for duty in found]


def new_dataset_url(duty: Mapping[str, Any]) -> str:
    """The form of a new dataset that answers a duty: with the duty, its title, category and period filled in.

    Titles that would make the address too long are left out: they are filled in on saving.
    """
    title = {f"title_translated-{lang}": text for lang, text in duty["title"].items() if text}
    code, agency = duty["code"], duty["agency"]
    known = {
        "group": agency["id"], "duties": f"{code}@{agency['name']}", "name": munge_name(f"{code}-{agency['name']}"),
        "category": duty["category"], "update_period": duty["period"],
    }
    address = tk.h.url_for("dataset.new", **known, **title)
    return address if len(address) <= LONGEST_ADDRESS else tk.h.url_for("dataset.new", **known)


def _options(rows: Iterable[Any]) -> list[dict[str, str]]:
    options = []
    for row in rows:
        label, lang = tk.h.civic_text(row.title)
        options.append({"value": row.name, "label": label, "lang": lang})
    return sorted(options, key=lambda option: option["label"].casefold())
