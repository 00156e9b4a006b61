"""The DataStore's own actions, with what the list must know of them looked after."""
from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.types import Action, Context

from ckanext.civic_list.delivery import stored
from ckanext.civic_list.logic import action as own


@tk.chained_action
def datastore_create(next_action: Action, context: Context, data_dict: dict[str, Any]) -> Any:
    """The DataStore's ``datastore_create``; afterwards the data are looked at.

    :returns: what the DataStore's action answers.
    """
    tk.check_access("datastore_create", context, dict(data_dict))
    given = data_dict.get("resource_id")
    with stored.writing(context, given):
        answer = next_action(context, data_dict)
    if not given and answer:
        stored.loaded(context, answer.get("resource_id"))
    return answer


@tk.chained_action
def datastore_upsert(next_action: Action, context: Context, data_dict: dict[str, Any]) -> Any:
    """The DataStore's ``datastore_upsert``; afterwards the data are looked at.

    :returns: what the DataStore's action answers.
    """
    tk.check_access("datastore_upsert", context, dict(data_dict))
    if data_dict.get("dry_run"):
        return next_action(context, data_dict)
    with stored.writing(context, data_dict.get("resource_id")):
        return next_action(context, data_dict)


@tk.chained_action
def datastore_delete(next_action: Action, context: Context, data_dict: dict[str, Any]) -> Any:
    """The DataStore's ``datastore_delete``, by which ``datastore_records_delete`` works too; afterwards the data are
    looked at.

    :returns: what the DataStore's action answers.
    """
    tk.check_access("datastore_delete", context, dict(data_dict))
    with stored.writing(context, data_dict.get("resource_id")):
        return next_action(context, data_dict)


def actions() -> dict[str, Action]:
    """The actions of this plugin; those around the DataStore's only on a portal that has one."""
    offered = {name: getattr(own, name) for name in own.__all__}
    if p.plugin_loaded("datastore"):
        offered |= {one.__name__: one for one in (datastore_create, datastore_upsert, datastore_delete)}
    return offered
