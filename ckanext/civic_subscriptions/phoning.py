"""Telephone numbers and the codes that are sent to them. Nothing here commits."""
from __future__ import annotations

import secrets

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ckanext.civic_core import clock, languages
from ckanext.civic_subscriptions import counting, hidden, letters, refusals
from ckanext.civic_subscriptions.model import Phone, Preferences

__all__ = ["KIND", "confirm", "forget", "send_code"]

KIND = "confirm_phone"
_A_DAY = 3
_TRIES = 5
_DIGITS = 6


def send_code(session: Session, recipient: str, number: str) -> None:
    """Send a code to a number, unless the reader or the number had three today."""
    for address in (f"recipient {recipient}", number):
        if not counting.allowed(session, KIND, address, a_day=_A_DAY):
            return
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"
    values = {"code": _digest(recipient, number, code), "tries": 0, "expires": clock.now() + letters.CODE_LASTS}
    statement = insert(Phone.__table__).values(recipient=recipient, number=number, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["recipient", "number"], set_=values))
    language = session.scalar(sa.select(Preferences.language).where(Preferences.recipient == recipient))
    letters.confirm_phone(session, number, code, language or languages.reader())


def confirm(session: Session, recipient: str, number: str, code: str) -> bool:
    """Count one try; use the number, and it alone, where the code is right."""
    row, now = Phone, clock.now()
    known = session.scalar(
        sa.update(row).where(
            row.recipient == recipient, row.number == number, row.code.is_not(None), row.expires > now,
            row.tries < _TRIES,
        ).values(tries=row.tries + 1).returning(row.code)
    )
    if not hidden.same(known, _digest(recipient, number, code.strip())):
        return False
    session.execute(sa.delete(row).where(row.recipient == recipient, row.number != number))
    session.execute(
        sa.update(row).where(row.recipient == recipient, row.number == number)
        .values(confirmed_at=now, code=None, expires=None)
    )
    refusals.forget(session, recipient, "sms")
    return True


def _digest(recipient: str, number: str, code: str) -> str:
    return hidden.digest("phone code", recipient, number, code)


def forget(session: Session) -> None:
    """Forget numbers whose code was not used in time, and codes of numbers that are confirmed already."""
    row, old = Phone, Phone.expires < clock.now()
    session.execute(sa.delete(row).where(old, row.confirmed_at.is_(None)))
    session.execute(sa.update(row).where(old).values(code=None, expires=None))
