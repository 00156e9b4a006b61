"""Browsers, telephones and addresses: how a reader can be reached."""
from __future__ import annotations

from datetime import timedelta
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_core.guard import rate_limit
from ckanext.civic_core.guard.rate_limit import Limit
from ckanext.civic_core.logic import flow
from ckanext.civic_subscriptions import asking, linking, outbox, phoning, pushing, sending, settings
from ckanext.civic_subscriptions.domain import phones
from ckanext.civic_subscriptions.logic import schema
from ckanext.civic_subscriptions.messages import transaction
from ckanext.civic_subscriptions.offered import check_email
from ckanext.civic_subscriptions.who import read_address, signed_in

_STRANGER = Limit(10, timedelta(hours=1))
_CODES = Limit(30, timedelta(hours=1))


@transaction
def civic_push_subscribe(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Let messages be pushed to a browser.

    Whoever is signed in may. A browser belongs to who signed in there last.

    :param endpoint: address of the push service, as the browser's Push API answers it.
    :param keys: ``{"p256dh", "auth"}`` as it answers them.
    :param user_agent: what the browser calls itself; optional.
    :returns: ``{"id"}``
    """
    tk.check_access("civic_push_subscribe", context, data_dict)
    data = flow.checked(data_dict, schema.push_subscribe(), context)
    identifier = pushing.subscribe(flow.session_of(context), signed_in(context), data)
    flow.commit(context)
    return {"id": identifier}


@transaction
def civic_push_unsubscribe(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Let nothing be pushed to a browser any more. Once more is fine.

    Its owner may.

    :param id: as :func:`civic_notification_preferences_show` answers it; or ``endpoint``.
    :returns: ``{"deleted": bool}``
    """
    tk.check_access("civic_push_unsubscribe", context, data_dict)
    data = flow.checked(data_dict, schema.push_unsubscribe(), context)
    deleted = pushing.unsubscribe(flow.session_of(context), signed_in(context), data)
    flow.commit(context)
    return {"deleted": deleted}


@transaction
def civic_phone_confirm(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Give a telephone number: first alone, and a code is sent there; then with the code, and it is used.

    Whoever is signed in may. Three codes a day; a code counts ten minutes and for five tries.

    :param number: as people write it.
    :param code: six digits that were sent to it; optional.
    :returns: without a code always ``{"sent": true}``; with it ``{"confirmed": true}``.
    :raises ValidationError: where the code is wrong, too old, or tried too often: all the same.
    """
    tk.check_access("civic_phone_confirm", context, data_dict)
    data = flow.checked(data_dict, schema.phone_confirm(), context)
    session, recipient = flow.session_of(context), signed_in(context)
    rate_limit.allow("phone_confirm", recipient, _CODES)
    if "sms" not in outbox.channels():
        raise Refused("phone_no_channel", "number")
    number = phones.international(data["number"], settings.phone_country(), settings.phone_trunk())
    if "code" not in data:
        phoning.send_code(session, recipient, number)
        flow.commit(context)
        return {"sent": True}
    right = phoning.confirm(session, recipient, number, data["code"])
    flow.commit(context)
    if not right:
        raise Refused("code_wrong", "code")
    return {"confirmed": True}


@transaction
def civic_subscription_confirm(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Confirm an e-mail address without an account, and so subscribe to what was asked for there. Once more is fine.

    Who has the link that was sent there may: no login.

    :param token: of the link.
    :returns: ``{"confirmed": true, "token"}``: with the token of the link to the address's subscriptions.
    :raises ValidationError: where the link is not ours, or too old.
    """
    tk.check_access("civic_subscription_confirm", context, data_dict)
    data = flow.checked(data_dict, schema.token_only(), context)
    address = read_address(data["token"])
    recipient = asking.confirm(flow.session_of(context), address) if address else None
    if recipient is None:
        raise Refused("link_old", "token")
    flow.commit(context)
    return {"confirmed": True, "token": linking.token_of(recipient)}


@transaction
def civic_subscription_manage_link(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Have the link to one's subscriptions sent to one's e-mail address.

    Anybody may. It is sent only where somebody with this address is known, at most three times a day.

    :param email: the address.
    :param language: of the letter, where its reader chose none; the page's by default.
    :returns: always ``{"sent": true}``.
    """
    tk.check_access("civic_subscription_manage_link", context, data_dict)
    data = flow.checked(data_dict, schema.manage_link(), context)
    rate_limit.allow("subscription_manage_link", rate_limit.who(context), _STRANGER)
    check_email()
    sending.later(flow.session_of(context), linking.KIND, linking.asked(data["email"], data.get("language")))
    flow.commit(context)
    return {"sent": True}
