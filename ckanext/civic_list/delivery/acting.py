"""What every act about a duty begins with: the duty held, the obligation found. Nothing here writes."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_list import duties
from ckanext.civic_list.domain.errors import check
from ckanext.civic_list.domain.windows import ONE_DAY
from ckanext.civic_list.model import Obligation

__all__ = ["held", "obligation_shown", "the_obligation"]

#: so long one waits for somebody else's act on the same duty, in milliseconds
PATIENCE = 3000


def held(session: Session, key: str, *, standing: bool = True) -> duties.Row:
    """The duty of this id or ``CODE@agency``, held until the commit, as it stands today.

    :param standing: whether it must be owed today; else it may be as it last stood.
    :raises ckan.plugins.toolkit.ObjectNotFound: where there is none.
    :raises Refused: where it is not owed today.
    """
    session.execute(sa.select(sa.func.set_config("lock_timeout", str(PATIENCE), True)))
    duty = duties.need(session, {"id": key}, lock=True)
    row, stands = duties.row_on(session, duty, clock.today())
    check(stands or not standing, "duty_unknown", "duty", duty=key)
    return row


def the_obligation(session: Session, data: Mapping[str, Any]) -> Obligation:
    """The obligation of this ``id``, or of ``duty`` and ``key``: of the terms that asked last.

    :raises ckan.plugins.toolkit.ObjectNotFound: where there is none.
    """
    query = sa.select(Obligation).execution_options(populate_existing=True)
    if data.get("id"):
        query = query.where(Obligation.id == data["id"])
    else:
        duty = duties.need(session, {"id": data.get("duty")})
        query = query.where(Obligation.duty_id == duty.id, Obligation.key == data.get("key"))
    found = session.scalars(query.order_by(Obligation.terms_since.desc()).limit(1)).first()
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such obligation"))
    return found


def obligation_shown(row: Obligation) -> dict[str, Any]:
    """An obligation as the answers of acts show it, with the state that it has today."""
    days = {name: getattr(row, name).isoformat() for name in ("starts", "ends", "opens", "due", "missed")}
    return {
        "id": row.id, "key": row.key, "kind": row.kind, "period": row.period, **days, "state": _state(row),
        "settled_on": row.settled_on.isoformat() if row.settled_on else None, "ground": row.ground,
    }


def _state(row: Obligation) -> str:
    today = clock.today()
    if row.state != "open":
        return row.state
    if row.missed + ONE_DAY <= today:
        return "missed"
    return "overdue" if row.due < today else "open" if row.opens <= today else "ahead"
