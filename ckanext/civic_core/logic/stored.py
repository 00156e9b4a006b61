"""What is stored of the dataset, organisation, group or resource that is being validated."""
from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import Context, FlattenDataDict, FlattenKey

__all__ = ["given", "is_given", "keep_stored", "stored_extra", "stored_object", "stored_plain"]


def is_given(value: Any) -> bool:
    """Whether a client sent anything at all under a key, be it empty."""
    return value is not tk.missing and value is not None


def given(data: FlattenDataDict, key: FlattenKey) -> Any:
    """What stands under a key, None where it was not sent."""
    value = data.get(key)
    return value if is_given(value) else None


def stored_object(key: FlattenKey, data: FlattenDataDict, context: Context) -> Any:
    """The stored dataset, group or resource that the key belongs to; None while it is being created."""
    if len(key) > 1:
        identifier = given(data, (*key[:-1], "id"))
        return model.Session.get(model.Resource, identifier) if identifier else None
    for kind in ("package", "group"):
        thing = context.get(kind)
        if thing is not None and given(data, ("id",)) in (thing.id, thing.name):
            return thing
    return None


def stored_extra(thing: Any, name: str) -> Any:
    """An extra field of a stored object, read from its JSON; None where there is none."""
    value = (thing.extras or {}).get(name) if thing is not None else None
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


def stored_plain(thing: Any, name: str) -> str:
    """A plain field of a stored object."""
    return (getattr(thing, name, None) or "") if thing is not None else ""


def keep_stored(names: Sequence[str], data: FlattenDataDict, thing: Any) -> None:
    """Give back the stored extras that were not sent, so that leaving out means leaving unchanged."""
    for name in names:
        value = (thing.extras or {}).get(name) if thing is not None else None
        if value is not None and not is_given(data.get((name,))):
            data[(name,)] = value
