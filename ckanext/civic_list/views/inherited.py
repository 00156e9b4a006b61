"""What the bodies before an agency had missed: shown beside its duties, in none of its figures."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.civic_core.pages import ROWS, found_or_404

__all__ = ["of_agency", "of_duty"]


def of_agency(name: str) -> list[dict[str, Any]]:
    """How many periods each body that an agency followed had missed, the bodies that missed none left out.

    There are hardly ever more than two.
    """
    missed = [(body, found_or_404("civic_obligation_list", agency=body["name"], state="missed", limit=1))
              for body in _former(name)]
    return [{"agency": body, "count": found["count"]} for body, found in missed if found["count"]]


def of_duty(duty: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The same of one duty: the periods that were missed while another body owed it, the latest first."""
    missed = [(body, _missed(f"{duty['code']}@{body['name']}")) for body in _former(duty["agency"]["name"])]
    return [{"agency": body, "missed": found} for body, found in missed if found]


def _former(name: str) -> list[dict[str, Any]]:
    known = found_or_404("civic_agency_succession_list", limit=100)["results"]
    passed = [one for one in known if one["applied"] and one["to"] and one["to"]["name"] == name]
    return list({one["from"]["name"]: one["from"] for one in passed}.values())


def _missed(key: str) -> list[dict[str, Any]]:
    """Nothing where that body never owed it."""
    try:
        return tk.get_action("civic_obligation_list")({}, {"duty": key, "state": "missed", "limit": ROWS})["results"]
    except tk.ObjectNotFound:
        return []
