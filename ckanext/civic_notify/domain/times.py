"""When a digest is due, and until when a reader wants to be left in peace. Hours are of the portal's zone."""
from __future__ import annotations

from datetime import datetime, time, timedelta, tzinfo

_DAY = timedelta(days=1)


def digest_due(after: datetime, tempo: str, hour: int, zone: tzinfo) -> datetime:
    """The first digest after an instant: each day at the hour, or each Monday at it."""
    local = after.astimezone(zone)
    day = local.date()
    while True:
        due = datetime.combine(day, time(hour), tzinfo=zone)
        if due > local and (tempo == "daily" or day.weekday() == 0):
            return due
        day += _DAY


def quiet_until(now: datetime, quiet: tuple[time, time] | None, zone: tzinfo) -> datetime | None:
    """The end of the quiet hours that an instant lies in; None where it lies in none.

    Hours that end before they begin pass midnight; hours that end as they begin are none.
    """
    if quiet is None or quiet[0] == quiet[1]:
        return None
    begins, ends = quiet
    local = now.astimezone(zone)
    if begins < ends:
        within, ends_on = begins <= local.time() < ends, local.date()
    else:
        within = local.time() >= begins or local.time() < ends
        ends_on = local.date() + (_DAY if local.time() >= begins else timedelta())
    return datetime.combine(ends_on, ends, tzinfo=zone) if within else None


def stamp(due: datetime, tempo: str, zone: tzinfo) -> str:
    """What tells one digest of a reader from the next: ``daily 2026-11-24``."""
    return f"{tempo} {due.astimezone(zone).date().isoformat()}"
