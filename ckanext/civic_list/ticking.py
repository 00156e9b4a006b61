"""What time brings to the list: safe to do twice, and on two nodes."""
from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_list import agencies, agreement, indexing, linking, successions
from ckanext.civic_list.logic.action.edition_life import settle_superseded
from ckanext.civic_list.model import StagedImport

__all__ = ["tick"]

#: how long a workbook that was looked at and never written waits
_STAGED = timedelta(days=7)
#: datasets put right in one tick
_AT_ONCE = 500


def tick(session: Session, now: datetime) -> list[str]:
    """Do what is due, and say what was done."""
    today = clock.day_of(now)
    taken_in = agencies.sync(session)
    superseded = settle_superseded(session, today)
    moved = successions.apply_due_successions(session, today)
    stale = session.execute(sa.delete(StagedImport).where(StagedImport.uploaded_at < now - _STAGED)).rowcount
    session.commit()
    astray = agreement.astray(session, _AT_ONCE)
    linking.write_back(session, astray)
    session.commit()
    indexing.reindex({*moved, *astray})
    return [
        f"{count} {what}" for count, what in (
            (taken_in, "agencies taken in"), (len(superseded), "editions superseded"),
            (len(moved), "datasets passed on"), (stale, "staged files forgotten"),
            (len(astray), "datasets brought in line with their duties"),
        ) if count
    ]
