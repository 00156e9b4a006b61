"""What the portal offers: kinds of things, channels, tempos."""
from __future__ import annotations

from collections.abc import Collection
from typing import Any

import ckan.plugins.toolkit as tk
from werkzeug.routing import BuildError

from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_core.domain.news import TEMPOS, Followable
from ckanext.civic_subscriptions import outbox, settings, things

__all__ = ["check_channels", "check_email", "options"]


def check_channels(given: Collection[str] | None, field: str = "channels") -> None:
    """Whether these channels are there.

    :raises Refused: ``channel_unknown``.
    """
    known = outbox.channels()
    for channel in given or ():
        if channel not in known:
            raise Refused("channel_unknown", field, channel=channel, channels=", ".join(known))


def check_email() -> None:
    """Whether letters can be sent.

    :raises Refused: ``email_no_channel``.
    """
    if "email" not in outbox.channels():
        raise Refused("email_no_channel", "email")


def options() -> dict[str, Any]:
    """What can be followed and how, as :func:`civic_subscription_options` answers it."""
    channels = outbox.channels()
    return {
        "kinds": [_kind(one) for one in things.kinds().values()],
        "channels": [{"code": code, **said} for code, said in channels.items()],
        "tempos": list(TEMPOS),
        "without_account": settings.without_account() and "email" in channels,
    }


def _kind(one: Followable) -> dict[str, Any]:
    return {"type": one.type, "label": one.label, "single": one.single, "path": _path(one.endpoint)}


def _path(endpoint: str | None) -> str | None:
    try:
        return tk.url_for(endpoint) if endpoint else None
    except BuildError:
        return None
