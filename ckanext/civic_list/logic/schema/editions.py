"""What the actions on editions, items and proposals take."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import Schema

from ckanext.civic_core.logic.flow import page_schema
from ckanext.civic_list.domain.items import is_code
from ckanext.civic_list.logic.schema.fields import (
    clearable,
    composition,
    day,
    flag,
    given,
    maybe,
    needed,
    number,
    one_of,
    schedule,
    term,
    text,
    texts,
    title,
)

KINDS = ("add", "change", "remove", "period")


def which() -> Schema:
    return {"id": maybe(text), "number": maybe(text), "in_force_on": maybe(day)}


def one() -> Schema:
    return {"id": needed(text)}


def reasoned() -> Schema:
    return {"id": needed(text), "reason": needed(text)}


def _data() -> Schema:
    return {
        "title": given(texts), "act_number": given(text), "act_date": given(day), "registration_number": given(text),
        "registered_on": given(day), "published_on": given(day),
        "act_url": maybe(text, tk.get_validator("url_validator")), "effective_from": given(day),
    }


def create() -> Schema:
    return {"number": needed(text, edition_number), "copy_of": maybe(text), **_data()}


def update() -> Schema:
    return {"id": needed(text), "number": maybe(text, edition_number), **_data()}


def edition_number(value: str) -> str:
    """What stands in the address of an edition: letters, digits, dot and dash."""
    if len(value) > 30 or not all(c.isalnum() or c in ".-_" for c in value):
        raise tk.Invalid(tk._("Use up to 30 letters, digits, dots and dashes, such as 2026 or 2026-2"))
    return value


def listing() -> Schema:
    return page_schema(state=maybe(text))


def approve() -> Schema:
    return {
        "id": needed(text), "act_number": maybe(text), "act_date": maybe(day), "effective_from": maybe(day),
        "revision": given(tk.get_validator("int_validator")),
    }


def set_effective() -> Schema:
    return {"id": needed(text), "effective_from": needed(day)}


def revoke() -> Schema:
    return {"id": needed(text), "act": needed(text), "day": needed(day)}


def diff() -> Schema:
    return {"from": needed(text), "to": needed(text)}


def export() -> Schema:
    return {"id": needed(text), "format": [tk.get_validator("default")("xlsx"), one_of(("xlsx", "csv", "json"))]}


def import_() -> Schema:
    return {
        "id": needed(text), "upload": [tk.get_validator("ignore_missing")], "url": maybe(text), "staged": maybe(text),
        "dry_run": [tk.get_validator("default")(True), flag],
        "accept_suggestions": [tk.get_validator("default")(False), flag],
        "decisions": maybe(decisions), "revision": given(tk.get_validator("int_validator")),
    }


def decisions(value: object) -> object:
    """``{row: {"same_as": code} | {"new": true} | {"split_of": code}}``, or its JSON."""
    found = tk.get_validator("convert_to_json_if_string")(value, {}) if isinstance(value, str) else value
    sentence = tk._("Give for each row either same_as, split_of or new")
    if not isinstance(found, dict):
        raise tk.Invalid(sentence)
    for row, decided in found.items():
        if not str(row).isdecimal() or not isinstance(decided, dict) or len(decided) != 1:
            raise tk.Invalid(sentence)
        if not set(decided) <= {"same_as", "split_of", "new"}:
            raise tk.Invalid(sentence)
    return {int(row): decided for row, decided in found.items()}


def item_show() -> Schema:
    return {"code": maybe(text), "id": maybe(text), "edition": maybe(text)}


def item_search() -> Schema:
    return page_schema(
        q=maybe(text), owner=maybe(text), category=maybe(text), period=maybe(term("periods")), edition=maybe(text),
        sort=[tk.get_validator("default")("number"), one_of(("number", "title", "code"))],
        facets=[tk.get_validator("default")(True), flag],
    )


def _item() -> Schema:
    return {
        "number": given(number), "title": maybe(title), "owner": maybe(text), "category": maybe(text),
        "period": maybe(term("periods")), "composition": given(composition),
        "way": clearable(term("ways_of_publication")), "note": given(text), "theme": given(texts),
        "schedule": clearable(schedule), "first_due": given(day),
    }


def item_create() -> Schema:
    wanted = {name: needed(*_item()[name][1:]) for name in ("title", "owner", "category", "period")}
    return {"edition": needed(text), "code": maybe(text, item_code), **_item(), **wanted}


def item_code(value: str) -> str:
    """A code as it stands in addresses and in ``CODE@agency``."""
    if not is_code(value):
        raise tk.Invalid(tk._("Use up to 40 letters, digits, dots and dashes, such as MZ-006"))
    return value


def item_update() -> Schema:
    return {"edition": needed(text), "code": needed(text), **_item()}


def item_delete() -> Schema:
    return {"edition": needed(text), "code": needed(text)}


def proposal_create() -> Schema:
    return {
        "agency": needed(text), "kind": needed(one_of(KINDS)), "code": maybe(text), "reason": given(text), **_item(),
    }


def proposal_list() -> Schema:
    return page_schema(agency=maybe(text), state=maybe(text), edition=maybe(text), kind=maybe(one_of(KINDS)))


def proposal_decide() -> Schema:
    return {
        "id": needed(text), "decision": needed(one_of(("accept", "decline"))), "edition": maybe(text),
        "reason": given(text),
    }


def agency_list_show() -> Schema:
    return {"agency": needed(text)}


def agency_list_approve() -> Schema:
    return {"agency": needed(text), "act": given(text)}
