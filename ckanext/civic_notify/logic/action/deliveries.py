"""The outbox, read and mended through the Action API."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.civic_core import working
from ckanext.civic_core.logic import flow
from ckanext.civic_core.record import record
from ckanext.civic_core.roles import roles_of
from ckanext.civic_notify import deliveries, figures
from ckanext.civic_notify.domain.events import DeliveriesResent
from ckanext.civic_notify.logic import schema
from ckanext.civic_notify.messages import transaction

_FILTERS = {
    "channel": "channel", "state": "state", "reason": "reason", "kind": "kind", "event": "event_id",
    "digest": "digest_id", "since": "since",
}


@tk.side_effect_free
def civic_delivery_list(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """What became of messages, the newest first.

    Whoever has an account sees his own, a sysadmin everybody's. To whom a message went, and its words, are never
    answered. News that a digest carries is not listed apart from it, unless an event or a digest is asked for.

    :param channel: ``email``, ``sms``, ``web_push`` or ``app_push``; optional.
    :param state: ``queued``, ``claimed``, ``sent``, ``delivered``, ``failed_temporary``, ``failed_permanent``,
        ``expired`` or ``suppressed``; optional.
    :param reason: code of the reason for a state, such as ``unsubscribed``; optional.
    :param kind: ``event``, ``digest`` or ``letter``; optional.
    :param event: id of an event; optional.
    :param digest: id of a digest, whose news are meant; optional.
    :param since: instant (ISO 8601); what came to an end then or later; optional.
    :param mine: a sysadmin's own ones only; false by default.
    :param limit: 20 by default, at most 100.
    :param offset: 0 by default.
    :returns: ``{"count", "results": [{"id", "kind", "channel", "state", "reason", "target": {"type", "id"}, "event":
        {"id", "type"}, "topic", "tempo", "digest", "due", "created", "attempts", "settled_at", "parts"}]}``; to a
        sysadmin also ``answer``, what the provider said. ``target`` is because of what it is sent; ``topic`` of a
        letter is what the letter is for.
    """
    tk.check_access("civic_delivery_list", context, data_dict)
    data = flow.checked(data_dict, schema.delivery_list(), context)
    roles = roles_of(context)
    own = roles.user_id if data["mine"] or not roles.sysadmin else None
    filters = {column: data[name] for name, column in _FILTERS.items() if data.get(name) is not None}
    return deliveries.found(
        flow.session_of(context), own, filters, data["limit"], data["offset"], full=roles.sysadmin,
    )


@transaction
def civic_delivery_resend(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Put messages that failed for good, or are out of date, back into the queue.

    Sysadmins may. Whether each is still wanted, allowed and true is looked at once more before it goes. A letter whose
    words are erased cannot be sent again. Records ``delivery.resent``.

    :param id: of one message; or
    :param channel: with
    :param reason: all that failed in this channel for this reason, the oldest first, at most 1,000 at a time.
    :returns: ``{"resent": n}``
    :raises ObjectNotFound: where there is no such message.
    :raises ValidationError: where the message cannot be sent again.
    """
    tk.check_access("civic_delivery_resend", context, data_dict)
    data = flow.checked(data_dict, schema.delivery_resend(), context)
    session = flow.session_of(context)
    rows = deliveries.to_resend(session, data)
    if rows:
        ids = tuple(row.id for row in rows)
        deliveries.resend(session, ids)
        reason = "" if data.get("id") is not None else data["reason"]
        record(session, DeliveriesResent(rows[0].channel, ids, reason), actor=flow.actor_of(context))
        working.after_commit(session)
    flow.commit(context)
    return {"resent": len(rows)}


@tk.side_effect_free
def civic_outbox_show(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """How the outbox is doing.

    Sysadmins may. Figures only: nobody's name or address.

    :returns: ``{"at", "since", "pending": {"count", "oldest", "lag"}, "digests": {"news", "readers"}, "channels":
        [{"name", "configured", "queued", "retrying", "claimed", "due", "oldest_due", "lag", "sent", "failed":
        [{"reason", "count"}], "breaker": {"rests", "closed_until", "failures", "last_failure", "failed_at",
        "sent_at"}}],
        "suppressed": [{"reason", "count"}], "doubts", "prompt": [{"day", "sent", "prompt"}]}``. ``pending``: events
        that nobody was told of yet; ``lag``: seconds for which the oldest has been due; ``sent``, ``failed``,
        ``suppressed`` and ``doubts`` (sent again although it may have gone): ``since`` 24 hours; ``prompt``: handed
        over within 10 seconds, of the last 7 days, today first.
    """
    tk.check_access("civic_outbox_show", context, data_dict)
    flow.checked(data_dict, schema.nothing(), context)
    return figures.outbox(flow.session_of(context))
