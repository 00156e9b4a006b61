"""Settings of the outbox, read through typed functions; defaults stand in ``config_declaration.yaml`` only."""
from __future__ import annotations

from datetime import timedelta

import ckan.plugins.toolkit as tk

__all__ = ["letter_lasts", "news_age", "rate", "reset_lasts", "retention", "retry_hours"]

_PREFIX = "ckanext.civic_notify."


def retry_hours() -> int:
    """Hours for which a message that could not be handed over is tried again."""
    return int(tk.config[_PREFIX + "retries.hours"])


def news_age() -> timedelta:
    """Age from which news is not told any more."""
    return timedelta(days=int(tk.config[_PREFIX + "news.days"]))


def retention() -> timedelta:
    """For how long it is kept to whom a message went."""
    return timedelta(days=int(tk.config[_PREFIX + "retention.days"]))


def letter_lasts() -> timedelta:
    """For how long a letter of CKAN's own may still be sent."""
    return timedelta(hours=int(tk.config[_PREFIX + "letters.hours"]))


def reset_lasts() -> timedelta:
    """For how long a letter with a link for a new password may still be sent."""
    return timedelta(minutes=int(tk.config[_PREFIX + "letters.reset.minutes"]))


def rate(channel: str) -> int:
    """Messages a minute through this channel; 0: no bound."""
    return int(tk.config.get(f"{_PREFIX}{channel}.rate") or 0)
