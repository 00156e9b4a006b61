"""What time brings to the list: safe to do twice, and on two nodes."""
from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_list import agencies, agreement, indexing, linking, successions
from ckanext.civic_list.delivery import ticking as delivery
from ckanext.civic_list.delivery import watching
from ckanext.civic_list.logic.action.edition_life import settle_superseded
from ckanext.civic_list.model import StagedImport

__all__ = ["sync", "tick"]

#: how long a workbook that was looked at and never written waits
_STAGED = timedelta(days=7)
#: datasets put right in one tick
_AT_ONCE = 500


def tick(session: Session, now: datetime) -> list[str]:
    """Do what is due, and say what was done."""
    today = clock.day_of(now)
    superseded = settle_superseded(session, today)
    moved = successions.apply_due_successions(session, today)
    stale = session.execute(sa.delete(StagedImport).where(StagedImport.uploaded_at < now - _STAGED)).rowcount
    session.commit()
    indexing.reindex(moved)
    done = _said((len(superseded), "editions superseded"), (len(moved), "datasets passed on"),
                 (stale, "staged files forgotten"))
    return done + _said(*delivery.tick(session)) + sync(session)


def sync(session: Session) -> list[str]:
    """Take in agencies that were there before the list, and bring datasets in line with their links."""
    taken_in = agencies.sync(session)
    session.commit()
    new = watching.take_in(session, _AT_ONCE)
    session.commit()
    astray = agreement.astray(session, _AT_ONCE)
    linking.write_back(session, astray)
    session.commit()
    indexing.reindex(astray)
    return _said((taken_in, "agencies taken in"), (new, "datasets taken in"),
                 (len(astray), "datasets brought in line with their duties"))


def _said(*counts: tuple[int, str]) -> list[str]:
    return [f"{count} {what}" for count, what in counts if count]
