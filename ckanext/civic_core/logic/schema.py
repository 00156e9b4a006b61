"""What each action of civic_core takes."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import Schema

from ckanext.civic_core.logic.flow import page_schema


def event_list() -> Schema:
    get = tk.get_validator
    text = [get("ignore_empty"), get("unicode_safe")]
    return page_schema(
        stream=text, stream_id=text, type=text,
        after=[get("ignore_empty"), get("natural_number_validator")],
    )


def audit_verify() -> Schema:
    return {"stream": [tk.get_validator("ignore_empty"), tk.get_validator("unicode_safe")]}
