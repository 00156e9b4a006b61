"""What the acts of delivery take: confirmations, excuses, suspensions, checks of a file."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import Schema

from ckanext.civic_core.logic.flow import page_schema
from ckanext.civic_list.logic.schema.fields import day, flag, given, maybe, needed, number, one_of, term, text

KINDS = ("excuse", "suspension")
STATES = ("proposed", "confirmed", "declined", "ended")


def confirm_current() -> Schema:
    return {"duty": needed(text), "note": given(text), "for_period": given(text)}


def suspend() -> Schema:
    return {
        "duty": needed(text), "since": needed(day), "until": needed(day), "ground": needed(term("grounds")),
        "reason": needed(text),
    }


def excuse() -> Schema:
    return {
        "id": maybe(_id), "duty": maybe(text), "key": maybe(text), "ground": needed(term("grounds")),
        "reason": needed(text),
    }


def _id(value: object) -> int:
    """The number that a row is known by."""
    found = tk.get_validator("natural_number_validator")(value, {})  # type: ignore[call-arg]
    if found >= 1 << 63:
        raise tk.Invalid(tk._("Give a whole number from 1"))
    return found


def relief_decide() -> Schema:
    return {"id": needed(text), "decision": needed(one_of(("confirm", "decline"))), "reason": given(text)}


def relief_end() -> Schema:
    return {"id": needed(text)}


def relief_list() -> Schema:
    return page_schema(**{
        "state": maybe(one_of(STATES)), "kind": maybe(one_of(KINDS)), "agency": maybe(text), "duty": maybe(text),
        "ground": maybe(term("grounds")), "from": maybe(day), "until": maybe(day),
    })


def release_check() -> Schema:
    return {
        "duty": needed(text), "upload": [tk.get_validator("ignore_missing")], "dataset": maybe(text),
        "format": maybe(text), "for_period": given(text),
        "correction": [tk.get_validator("default")(False), flag],
    }


def duty_template() -> Schema:
    return {"duty": needed(text), "rows": maybe(number)}
