"""CKAN's own actions on datasets, with what the list knows filled in first or looked after."""
from __future__ import annotations

from typing import Any

import ckan.model as core
import ckan.plugins.toolkit as tk
from ckan.types import Action, Context

from ckanext.civic_list import datasets


@tk.chained_action
def package_create(next_action: Action, context: Context, data_dict: dict[str, Any]) -> Any:
    """CKAN's ``package_create``; title and category left empty, and the period, come from the dataset's duties.

    :returns: what CKAN's action answers.
    """
    datasets.fill_in(context, data_dict)
    return next_action(context, data_dict)


@tk.chained_action
def package_update(next_action: Action, context: Context, data_dict: dict[str, Any]) -> Any:
    """CKAN's ``package_update``; title and category left empty, and the period, come from the dataset's duties.

    :returns: what CKAN's action answers.
    """
    datasets.fill_in(context, data_dict)
    return next_action(context, data_dict)


@tk.chained_action
def dataset_purge(next_action: Action, context: Context, data_dict: dict[str, Any]) -> Any:
    """CKAN's ``dataset_purge``; the dataset's links end, in the same transaction. Records ``duty.unlinked``.

    :returns: what CKAN's action answers.
    """
    tk.check_access("dataset_purge", context, data_dict)
    package = core.Package.get(data_dict.get("id"))
    if package is not None:
        datasets.forget(context, package.id)
    return next_action(context, data_dict)
