"""Settings of subscriptions, read through typed functions; defaults stand in ``config_declaration.yaml`` only."""
from __future__ import annotations

from datetime import timedelta

import ckan.plugins.toolkit as tk

__all__ = ["match_after", "phone_country", "phone_trunk", "unconfirmed", "without_account"]

_PREFIX = "ckanext.civic_subscriptions."


def without_account() -> bool:
    """Whether one may subscribe by e-mail address alone."""
    return bool(tk.config[_PREFIX + "without_account"])


def unconfirmed() -> timedelta:
    """For how long an address is kept that nobody confirms."""
    return timedelta(days=int(tk.config[_PREFIX + "unconfirmed.days"]))


def match_after() -> timedelta:
    """How long an event waits for the search index before it is matched with searches."""
    return timedelta(seconds=int(tk.config[_PREFIX + "searches.wait"]))


def phone_country() -> str:
    """Code of the country that telephone numbers without one belong to."""
    return str(tk.config[_PREFIX + "phone.country"])


def phone_trunk() -> str:
    """Digit that is dialled before a number within the country."""
    return str(tk.config[_PREFIX + "phone.trunk"] or "")
