"""CKAN's own followers, as subscriptions."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.civic_core.logic import flow
from ckanext.civic_subscriptions import follows
from ckanext.civic_subscriptions.messages import transaction
from ckanext.civic_subscriptions.who import signed_in


@transaction
def civic_subscription_from_follows(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Subscribe to what the caller follows in CKAN already: datasets, agencies, categories.

    Whoever is signed in may, once: the second time nothing is added. What is subscribed to already stays as it is.

    :returns: ``{"added": [{"target_type", "target_id", "title"}]}``
    """
    tk.check_access("civic_subscription_from_follows", context, data_dict)
    added = follows.take(flow.session_of(context), signed_in(context))
    flow.commit(context)
    return {"added": added}
