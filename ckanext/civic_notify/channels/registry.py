"""The channels that are configured, and their adapters.

``ckanext.civic_notify.<channel>.adapter`` names the adapter of a channel; where it is empty there is no such channel,
and it is shown nowhere.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.exceptions import CkanConfigurationException

from ckanext.civic_notify.channels import configured
from ckanext.civic_notify.channels.base import Capabilities, Channel
from ckanext.civic_notify.channels.console import Console
from ckanext.civic_notify.channels.kinds import KINDS
from ckanext.civic_notify.channels.memory import Memory

__all__ = ["build", "cap", "capabilities", "check", "described", "names"]

_EVERYWHERE: Mapping[str, Callable[[str], Channel]] = {"console": Console, "memory": Memory}
_REAL: Mapping[str, Mapping[str, Callable[[], Channel]]] = {
    "email": {"smtp": configured.smtp},
    "sms": {"kannel": configured.kannel},
    "web_push": {"vapid": configured.web_push},
    "app_push": {"webhook": configured.webhook},
}


def names() -> list[str]:
    """The channels that are configured, in the order in which they are offered."""
    return [name for name in KINDS if configured.text(name, "adapter")]


def build(name: str) -> Channel:
    """A channel's adapter, as the settings say.

    :raises ckan.exceptions.CkanConfigurationException: where a setting is wrong; the message names its key.
    """
    adapter = configured.text(name, "adapter")
    if adapter in _EVERYWHERE:
        return _EVERYWHERE[adapter](name)
    if adapter not in _REAL[name]:
        allowed = ", ".join([*_REAL[name], *_EVERYWHERE])
        raise CkanConfigurationException(f"{configured.key(name, 'adapter')}: {adapter!r} is none of {allowed}")
    return _REAL[name][adapter]()


def check() -> None:
    """Stop the start where a channel's settings are wrong.

    :raises ckan.exceptions.CkanConfigurationException: with a message that names the key.
    """
    for name in KINDS:
        configured.number(name, "rate")
    configured.check_receipts()
    for name in names():
        build(name).close()


def capabilities(name: str) -> Capabilities:
    """What a channel can do."""
    return KINDS[name]


def cap(name: str) -> int:
    """Messages that one reader gets through a channel on one day; 0: no bound."""
    return configured.number(name, "cap") if name == "sms" else 0


def described() -> Mapping[str, Mapping[str, Any]]:
    """The configured channels: code -> ``{"label"}`` in the reader's language, web push with its ``public_key``."""
    return {name: {"label": _label(name), **_public(name)} for name in names()}


def _label(name: str) -> str:
    labels: Mapping[str, str] = {
        "email": tk._("E-mail"),
        "sms": tk._("SMS"),
        "web_push": tk._("Notifications in this browser"),
        "app_push": configured.text("app_push", "label") or tk._("Mobile app"),
    }
    return labels[name]


def _public(name: str) -> Mapping[str, str]:
    return {"public_key": configured.public_key()} if name == "web_push" else {}
