"""What each action of civic_notify takes."""
from __future__ import annotations

from datetime import datetime
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Schema

from ckanext.civic_core.logic.flow import page_schema
from ckanext.civic_notify.domain.states import STATES
from ckanext.civic_notify.model.delivery import KINDS

__all__ = ["delivery_list", "delivery_resend", "nothing"]

_LARGEST = 2**63 - 1


def delivery_list() -> Schema:
    get = tk.get_validator
    text = [get("ignore_empty"), get("unicode_safe")]
    number = [get("ignore_empty"), get("natural_number_validator"), _number]
    return page_schema(
        channel=text, reason=text, event=number, digest=number, since=[get("ignore_empty"), _instant],
        state=[get("ignore_empty"), get("one_of")(list(STATES))],
        kind=[get("ignore_empty"), get("one_of")(list(KINDS))],
        mine=[get("default")(False), get("boolean_validator")],
    )


def delivery_resend() -> Schema:
    get = tk.get_validator
    text = [get("ignore_empty"), get("unicode_safe")]
    return {
        "id": [get("ignore_empty"), get("natural_number_validator"), _number], "channel": text, "reason": text,
        "__before": [_one_or_many],
    }


def nothing() -> Schema:
    return {}


def _instant(value: Any) -> datetime:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise tk.Invalid(tk._("Give day, time and zone, such as 2026-03-02T09:00:00+00:00."))
    return found


def _number(value: Any) -> Any:
    """An id that the table can hold; what is no number was refused before."""
    if isinstance(value, int) and value > _LARGEST:
        raise tk.Invalid(tk._("There is no such number."))
    return value


def _one_or_many(_key: Any, data: Any, errors: Any, _context: Any) -> None:
    given = {name[0] for name, value in data.items() if value}
    if "id" not in given and not {"channel", "reason"} <= given:
        errors[("id",)] = [tk._("Name one message by its id, or a channel and a reason.")]
