"""«Still current»: a person of the agency stands for its data instead of a new release."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.civic_core.logic import flow
from ckanext.civic_core.roles import roles_of
from ckanext.civic_list import indexing
from ckanext.civic_list.delivery import acting, reviewing, settling
from ckanext.civic_list.logic.action.duty import civic_duty_show
from ckanext.civic_list.logic.schema import acts as schema
from ckanext.civic_list.messages import transaction


@transaction
def civic_duty_confirm_current(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Confirm that the data of a duty are still current; this stands for a release.

    Editors of the agency may. Never for data owed daily or weekly; for monthly and quarterly data at most twice in a
    row; from the third time on only by the agency's admin. Records ``duty.reviewed``, ``obligation.fulfilled``.

    :param duty: ``CODE@agency`` or id of the duty.
    :param note: what was looked at; for the agency and the keepers only; optional.
    :param for_period: key of the open period that it stands for; optional.
    :returns: the duty as :func:`civic_duty_show` answers it, and ``{"obligation": {"id", "key", "kind", "period",
        "starts", "ends", "opens", "due", "missed", "state", "settled_on", "ground"} or null}``, that it fulfils.
    :raises ValidationError: where it would not stand, with the reason; then nothing is written.
    """
    tk.check_access("civic_duty_confirm_current", context, data_dict)
    data = flow.checked(data_dict, schema.confirm_current(), context)
    session, actor = flow.session_of(context), flow.actor_of(context)
    row = acting.held(session, data["duty"])
    review = reviewing.write(
        session, row, by=actor, by_admin=roles_of(context).directs(row.duty.agency_id),
        note=data.get("note") or "", for_period=data.get("for_period") or "",
    )
    changed = settling.settle(session, [row.duty.id], actor=actor)
    fulfilled = reviewing.fulfilled_by(session, review)
    shown = acting.obligation_shown(fulfilled) if fulfilled else None
    flow.commit(context)
    indexing.settle(context, changed)
    return {**civic_duty_show(context, {"id": row.duty.id}), "obligation": shown}
