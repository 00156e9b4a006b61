"""What the actions that read delivery take."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Schema

from ckanext.civic_core.logic.flow import page_schema
from ckanext.civic_list.delivery.behind import ROWS
from ckanext.civic_list.logic.schema.fields import day, flag, flag_or_nothing, given, maybe, one_of, term, text

OBLIGATION_STATES = ("ahead", "open", "overdue", "fulfilled", "fulfilled_late", "missed", "excused", "replaced")


def compliance_show() -> Schema:
    return page_schema(
        agency=maybe(text), group=maybe(term("body_groups")), category=maybe(text), as_of=maybe(day),
        known_now=_no_unless(flag), rows=maybe(one_of(ROWS)), over=maybe(one_of(("month",))),
    )


def obligation_list() -> Schema:
    return page_schema(
        duty=maybe(text), dataset=maybe(text), agency=maybe(text), state=maybe(one_of(OBLIGATION_STATES)),
        due_from=maybe(day), due_until=maybe(day),
    )


def evidence_list() -> Schema:
    fields = {"from": maybe(day), "until": maybe(day), "counts": given(flag_or_nothing)}
    return page_schema(dataset=maybe(text), duty=maybe(text), agency=maybe(text), **fields)


def release_list() -> Schema:
    fields = {"from": maybe(day), "until": maybe(day)}
    return page_schema(dataset=maybe(text), duty=maybe(text), agency=maybe(text), **fields)


def _no_unless(validator: Any) -> list[Any]:
    return [tk.get_validator("default")(False), validator]
