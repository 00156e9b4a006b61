"""CKAN's own actions that change a dataset without asking anybody, with the event looked after."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Action, Context

from ckanext.civic_core import catalogue
from ckanext.civic_core.logic import flow


@tk.chained_action
def dataset_purge(next_action: Action, context: Context, data_dict: dict[str, Any]) -> Any:
    """CKAN's ``dataset_purge``. Records ``dataset.withdrawn`` of a public dataset, in the same transaction.

    :returns: what CKAN's action answers.
    """
    tk.check_access("dataset_purge", context, data_dict)
    catalogue.deleted(context, tk.get_or_bust(data_dict, "id"))
    return next_action(context, data_dict)


@tk.chained_action
def package_owner_org_update(next_action: Action, context: Context, data_dict: dict[str, Any]) -> Any:
    """CKAN's ``package_owner_org_update``. Records ``dataset.updated`` of a public dataset, in the same transaction;
    where it is a step of saving the dataset, that does.

    :returns: what CKAN's action answers.
    """
    if context.get("defer_commit"):
        return next_action(context, data_dict)
    tk.check_access("package_owner_org_update", context, data_dict)
    answer = next_action({**context, "defer_commit": True}, data_dict)  # type: ignore[arg-type]
    catalogue.updated(context, tk.get_or_bust(data_dict, "id"))
    flow.commit(context)
    return answer
