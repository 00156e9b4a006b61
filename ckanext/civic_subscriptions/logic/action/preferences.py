"""What one reader chose for everything that he is sent."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.civic_core.logic import flow
from ckanext.civic_subscriptions import offered, preferring
from ckanext.civic_subscriptions.logic import schema
from ckanext.civic_subscriptions.messages import transaction
from ckanext.civic_subscriptions.who import who


@tk.side_effect_free
@transaction
def civic_subscription_options(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """What can be followed on this portal, and how one can be told of it. Anybody may.

    :returns: ``{"kinds": [{"type", "label", "single", "path"}], "channels": [{"code", "label", "public_key"}],
        "tempos", "without_account"}``: labels in the reader's language; ``path`` of the page where things of the kind
        are found; ``public_key`` is what a browser needs to be pushed to.
    """
    tk.check_access("civic_subscription_options", context, data_dict)
    return offered.options()


@tk.side_effect_free
@transaction
def civic_notification_preferences_show(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """What the caller chose for everything that he is sent.

    Only his own, signed in or by ``token``.

    :param token: of a signed link, instead of a login: addresses are then partly covered.
    :returns: ``{"language", "paused", "paused_since", "quiet_from", "quiet_until", "digest_hour", "work_tempo",
        "work_channels", "account", "email", "email_refused", "phone", "app_id", "endpoints": [{"id", "user_agent",
        "created"}], "follows_taken"}``: times of the day in the portal's zone; ``phone`` only where it is confirmed.
    """
    tk.check_access("civic_notification_preferences_show", context, data_dict)
    recipient = who(context, data_dict)
    return preferring.shown(flow.session_of(context), recipient, whole=not data_dict.get("token"))


@transaction
def civic_notification_preferences_update(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Choose language, pauses, quiet hours and the like for everything that the caller is sent.

    Only one's own, signed in or by ``token``. What is left out stays.

    :param language: of messages; empty: the portal's own.
    :param paused: true: nothing is sent until it is false again.
    :param quiet_from, quiet_until: times such as ``22:00`` and ``07:00``, in the portal's zone, between which only
        what is urgent is sent; both empty: none.
    :param digest_hour: 0 to 23: when daily and weekly messages are sent; 9 by default.
    :param work_tempo, work_channels: how one hears of one's work and one's own requests; no channels: not at all.
    :param app_id: the caller's id in the application that takes messages; only signed in.
    :param phone: empty: the telephone number is forgotten; see :func:`civic_phone_confirm`.
    :param try_email_again: true: an address that refused messages is used again.
    :param token: of a signed link, instead of a login.
    :returns: as :func:`civic_notification_preferences_show`.
    """
    tk.check_access("civic_notification_preferences_update", context, data_dict)
    data = flow.checked(data_dict, schema.preferences_update(), context)
    session, recipient, whole = flow.session_of(context), who(context, data), "token" not in data
    preferring.change(session, recipient, data, whole=whole)
    shown = preferring.shown(session, recipient, whole=whole)
    flow.commit(context)
    return shown
