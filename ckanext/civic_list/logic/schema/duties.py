"""What the actions on agencies, owner groups, duties and links take."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import Schema

from ckanext.civic_core.logic.flow import page_schema
from ckanext.civic_list.logic.schema.fields import (
    day,
    flag,
    flag_or_nothing,
    given,
    maybe,
    needed,
    one_of,
    rows,
    schedule,
    term,
    text,
    texts,
    words,
)
from ckanext.civic_list.model.delivery import CODES

ROLES = ("main", "part", "additional")
SORTS = ("number", "title", "agency", "code", "due")


def _owner_group() -> Schema:
    return {
        "title_translated": maybe(texts), "spellings": given(words),
        "members": given(rows(agency=needed(text), since=maybe(day), until=maybe(day))),
    }


def owner_group_create() -> Schema:
    name = tk.get_validator("name_validator")
    return {"name": needed(text, name), **_owner_group(), "title_translated": needed(texts)}


def owner_group_update() -> Schema:
    return {"id": needed(text), **_owner_group()}


def owner_group_show() -> Schema:
    return {"id": maybe(text), "name": maybe(text)}


def listing() -> Schema:
    return page_schema()


def succession_create() -> Schema:
    return {
        "from": needed(text), "to": maybe(text), "day": needed(day), "act": needed(text),
        "kind": needed(term("succession_kinds")), "items": maybe(words),
        "dry_run": [tk.get_validator("default")(False), flag],
    }


def duty_show() -> Schema:
    return {"code": maybe(text), "agency": maybe(text), "id": maybe(text), "as_of": maybe(day)}


def duty_search() -> Schema:
    return page_schema(
        q=maybe(text), agency=maybe(text), group=maybe(term("body_groups")), category=maybe(text),
        period=maybe(term("periods")), has_data=given(flag_or_nothing), state=maybe(one_of(CODES)), as_of=maybe(day),
        sort=[tk.get_validator("default")("number"), one_of(SORTS)],
        facets=[tk.get_validator("default")(True), flag],
    )


def duty_autocomplete() -> Schema:
    schema = page_schema(q=maybe(text), agency=maybe(text))
    return {**schema, "limit": [tk.get_validator("default")(10), *schema["limit"][1:]]}


def agency_list() -> Schema:
    return page_schema(ids=maybe(words), q=maybe(text), group=maybe(term("body_groups")))


def duty_update() -> Schema:
    return {
        "id": maybe(text), "code": maybe(text), "agency": maybe(text), "responsible_unit": given(texts),
        "note": given(text), "period": maybe(term("periods")), "schedule": maybe(schedule), "reason": given(text),
    }


def link() -> Schema:
    return {
        "duty": needed(text), "dataset": needed(text),
        "role": [tk.get_validator("default")("main"), one_of(ROLES)],
    }


def unlink() -> Schema:
    return {"duty": needed(text), "dataset": needed(text)}


def link_decide() -> Schema:
    return {
        "id": needed(text), "decision": needed(one_of(("confirm", "decline", "dispute"))), "reason": given(text),
    }


def link_list() -> Schema:
    return page_schema(
        state=maybe(one_of(("proposed", "confirmed", "disputed", "declined", "ended"))), agency=maybe(text),
        dataset=maybe(text),
    )
