"""The one place that reads the time.

Instants are aware and in UTC; days are days in the portal's zone (``ckanext.civic_core.timezone``).
"""
from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import ckan.plugins.toolkit as tk

__all__ = ["day_of", "end_of_day", "now", "start_of_day", "stopped_at", "today", "zone"]


def _system() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system
_zone = lru_cache(ZoneInfo)


def now() -> datetime:
    """The present instant, in UTC."""
    return _source()


def zone() -> ZoneInfo:
    """The zone that the portal's days are counted in."""
    return _zone(tk.config.get("ckanext.civic_core.timezone") or "UTC")


def today() -> date:
    """The present day in the portal's zone."""
    return day_of(now())


def day_of(instant: datetime) -> date:
    """The day in the portal's zone that holds this instant."""
    return instant.astimezone(zone()).date()


def start_of_day(day: date) -> datetime:
    """The first instant of a day of the portal's zone, in UTC."""
    return datetime.combine(day, time(), tzinfo=zone()).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """The first instant after a day of the portal's zone, in UTC."""
    return start_of_day(day + timedelta(days=1))


@contextmanager
def stopped_at(instant: datetime) -> Iterator[None]:
    """Let the clock stand still at an instant: for tests and for the demo's simulated year."""
    global _source
    former, _source = _source, lambda: instant
    try:
        yield
    finally:
        _source = former
