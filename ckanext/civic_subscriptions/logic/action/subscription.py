"""Subscriptions: make, change, end and list them."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import Context
from sqlalchemy.orm import Session

from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_core.domain.news import Target, Thing
from ckanext.civic_core.guard import rate_limit
from ckanext.civic_core.guard.rate_limit import Limit
from ckanext.civic_core.logic import flow
from ckanext.civic_subscriptions import asking, keeping, searches, sending, things
from ckanext.civic_subscriptions.keeping import Wanted
from ckanext.civic_subscriptions.logic import schema
from ckanext.civic_subscriptions.messages import transaction
from ckanext.civic_subscriptions.model import Subscription
from ckanext.civic_subscriptions.offered import check_channels, check_email
from ckanext.civic_subscriptions.stopping import stop
from ckanext.civic_subscriptions.who import read_stop, signed_in, who

_HOW = ("tempo", "channels", "every_change")
_OWN = Limit(200, timedelta(hours=1))
_STRANGER = Limit(10, timedelta(hours=1))


@transaction
def civic_subscription_create(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Follow something: be told when there is news of it.

    Whoever is signed in may; a visitor with his e-mail address, where the operator allows it. Who follows it already
    goes on following it, changed only in what is given.

    :param target_type: kind of thing, as :func:`civic_subscription_options` names them.
    :param target_id: id, name or code of the thing; left out where there is only one of its kind.
    :param query: of kind ``search`` instead: the query string of the search page, or its parts as a mapping.
    :param tempo: ``at_once``, ``daily`` or ``weekly``; by default daily for agencies, categories and searches, at once
        for other things.
    :param channels: list of ``email``, ``sms``, ``web_push``, ``app_push``; e-mail by default.
    :param every_change: also told at once of a second change of data on the same day; false by default.
    :param email: of a visitor: where the link is sent by which he confirms.
    :param language: of the messages to a visitor; the page's by default.
    :returns: the subscription as :func:`civic_subscription_list` answers each; to a visitor always ``{"asked": true}``.
    :raises ValidationError: where there is nothing of that kind and name, or no such channel.
    """
    tk.check_access("civic_subscription_create", context, data_dict)
    if data_dict.get("email"):
        return _asked(context, data_dict)
    data = flow.checked(data_dict, schema.create(), context)
    check_channels(data.get("channels"))
    recipient, session = signed_in(context), flow.session_of(context)
    rate_limit.allow("subscription_create", recipient, _OWN)
    wanted = _wanted(context, data)
    keeping.follow(session, recipient, [wanted], change=[name for name in _HOW if name in data])
    row = keeping.mine(session, recipient, {"target_type": wanted.target.type, "target_id": wanted.target.id})
    shown = _shown(session, [row] if row else [])[0]
    flow.commit(context)
    return shown


def _asked(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    data = flow.checked(data_dict, schema.create_without_account(), context)
    rate_limit.allow("subscription_ask", rate_limit.who(context), _STRANGER)
    check_email()
    asked = asking.asked(data["email"], data.get("language"), _wanted(context, data))
    sending.later(flow.session_of(context), asking.KIND, asked)
    flow.commit(context)
    return {"asked": True}


def _wanted(context: Context, data: Mapping[str, Any]) -> Wanted:
    session, kind = flow.session_of(context), data["target_type"]
    kinds = things.kinds()
    if kind not in kinds:
        raise Refused("kind_unknown", "target_type", kinds=", ".join(kinds))
    if kind == searches.KIND and "query" in data:
        target: Target | None = searches.keep(session, data["query"])
    else:
        target = things.find(context, kind, data.get("target_id") or "")
    thing = things.named(session, [target]).get(target) if target else None
    if thing is None:
        raise Refused("thing_unknown", "target_id")
    return Wanted(thing.target, thing.title, *(data.get(name) or None for name in _HOW))


@transaction
def civic_subscription_update(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Change how one is told of something.

    Its owner may, signed in or by ``token``.

    :param id: of the subscription; or ``target_type`` and ``target_id`` of what it follows.
    :param tempo, channels, every_change: as in :func:`civic_subscription_create`; what is left out stays.
    :param token: of a signed link, instead of a login.
    :returns: the subscription as :func:`civic_subscription_list` answers each.
    :raises ObjectNotFound: where the caller has no such subscription.
    """
    tk.check_access("civic_subscription_update", context, data_dict)
    data = flow.checked(data_dict, schema.update(), context)
    check_channels(data.get("channels"))
    session = flow.session_of(context)
    row = keeping.mine(session, who(context, data), data, lock=True)
    if row is None:
        raise tk.ObjectNotFound(tk._("You have no such subscription"))
    row.tempo = data.get("tempo", row.tempo)
    row.channels = data.get("channels") or row.channels
    row.every_change = data.get("every_change", row.every_change)
    shown = _shown(session, [row])[0]
    flow.commit(context)
    return shown


@transaction
def civic_subscription_delete(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Follow something no more. Once more is fine.

    Its owner may, signed in or by ``token``.

    :param id: of the subscription; or ``target_type`` and ``target_id`` of what it follows.
    :param token: of a signed link, instead of a login.
    :returns: ``{"deleted": bool}``: false where there was nothing to delete.
    """
    tk.check_access("civic_subscription_delete", context, data_dict)
    data = flow.checked(data_dict, schema.delete(), context)
    session = flow.session_of(context)
    row = keeping.mine(session, who(context, data), data)
    if row is not None:
        keeping.unfollow(session, row.recipient, Target(row.target_type, row.target_id))
    flow.commit(context)
    return {"deleted": row is not None}


@tk.side_effect_free
@transaction
def civic_subscription_list(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """What the caller follows, the newest first.

    Only his own, signed in or by ``token``.

    :param target_type, target_id: only this kind, or this thing; optional.
    :param token: of a signed link, instead of a login.
    :param limit: 20 by default, at most 100.
    :param offset: 0 by default.
    :returns: ``{"count", "results": [{"id", "target_type", "target_id", "kind", "title", "path", "gone", "tempo",
        "channels", "every_change", "since", "created"}]}``: ``kind`` in the reader's language, ``title`` a text per
        language; of what is ``gone``, or not public any more, the last known title, and no path.
    """
    tk.check_access("civic_subscription_list", context, data_dict)
    data = flow.checked(data_dict, schema.listing(), context)
    session, one = flow.session_of(context), Subscription
    query = sa.select(one).where(one.recipient == who(context, data))
    for name in ("target_type", "target_id"):
        if name in data:
            query = query.where(getattr(one, name) == data[name])
    count = session.scalar(sa.select(sa.func.count()).select_from(query.subquery()))
    newest = query.order_by(one.created.desc(), one.id).limit(data["limit"]).offset(data["offset"])
    return {"count": count, "results": _shown(session, session.scalars(newest).all())}


def _shown(session: Session, rows: Sequence[Subscription]) -> list[dict[str, Any]]:
    kinds = things.kinds()
    known = things.named(session, [Target(row.target_type, row.target_id) for row in rows])
    labels = {kind: one.label for kind, one in kinds.items()}
    return [_one(row, known.get(Target(row.target_type, row.target_id)), labels) for row in rows]


def _one(row: Subscription, thing: Thing | None, labels: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": row.id, "target_type": row.target_type, "target_id": row.target_id,
        "kind": labels.get(row.target_type, row.target_type), "title": dict(thing.title if thing else row.label),
        "path": thing.path if thing else None, "gone": thing is None, "tempo": row.tempo,
        "channels": list(row.channels), "every_change": row.every_change, "since": row.since.isoformat(),
        "created": row.created.isoformat(),
    }


@transaction
def civic_subscription_stop(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """End what a message came of, by the link in it. Once more is fine.

    Who has the link may: no login.

    :param token: of the link. That of a digest stands for everything: all messages are paused.
    :returns: ``{"stopped": "subscription"}``, ``"work"`` (no more news of one's work by e-mail) or ``"all"``.
    :raises NotAuthorized: where the link is not ours or older than a year.
    """
    tk.check_access("civic_subscription_stop", context, data_dict)
    data = flow.checked(data_dict, schema.token_only(), context)
    said = read_stop(data["token"])
    if said is None:
        raise Refused("link_old", "token")
    stopped = stop(flow.session_of(context), *said)
    flow.commit(context)
    return {"stopped": stopped}
