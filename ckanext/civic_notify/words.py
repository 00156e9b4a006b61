"""What is said to people of a delivery: its state, and why it came to it."""
from __future__ import annotations

from collections.abc import Callable, Mapping

import ckan.plugins.toolkit as tk

from ckanext.civic_core.domain.news import CHANNELS
from ckanext.civic_notify.channels import registry

__all__ = ["REASONS", "channel_name", "kind_name", "letter_name", "mark_of", "reason", "state_name", "state_sentence"]


def state_name(state: str) -> str:
    """A state in a word or two."""
    words = {
        "queued": tk._("waiting"), "claimed": tk._("being sent"), "sent": tk._("sent"),
        "delivered": tk._("delivered"), "failed_temporary": tk._("will be tried again"),
        "failed_permanent": tk._("failed"), "expired": tk._("out of date"), "suppressed": tk._("not sent"),
    }
    return words.get(state, state)


def state_sentence(state: str) -> str:
    """What a state means."""
    words = {
        "queued": tk._("The message waits for its time."),
        "claimed": tk._("The message is being handed over."),
        "sent": tk._("The message was handed over; whether it arrived is not known."),
        "delivered": tk._("The message arrived."),
        "failed_temporary": tk._("The message could not be handed over; it is tried again by itself."),
        "failed_permanent": tk._("The message could not be delivered."),
        "expired": tk._("The message was too late to be of use, so it was not sent."),
        "suppressed": tk._("The message was not sent, on purpose."),
    }
    return words.get(state, "")


def mark_of(state: str) -> str:
    """The colour and shape that go with a state."""
    return _MARKS.get(state, "not_applicable")


_MARKS: Mapping[str, str] = {
    "queued": "not_started", "claimed": "due", "sent": "fresh", "delivered": "fresh", "failed_temporary": "overdue",
    "failed_permanent": "delinquent", "expired": "missing", "suppressed": "not_applicable",
}

#: code -> the sentence that explains it
REASONS: Mapping[str, Callable[[], str]] = {
    "unsubscribed": lambda: tk._("The subscription was ended before the message went."),
    "paused": lambda: tk._("All messages were paused."),
    "no_address": lambda: tk._("There is no confirmed address for this way of sending."),
    "account_gone": lambda: tk._("The account or the address is there no more."),
    "may_not_read": lambda: tk._("The reader may not see what the message is about, or not any more."),
    "channel_off": lambda: tk._("This way of sending is switched off on the portal."),
    "cap_reached": lambda: tk._("The most messages of one day were sent through this channel already."),
    "no_longer_true": lambda: tk._("The news was no longer true when its turn came."),
    "too_old": lambda: tk._("The news was too old to be told."),
    "refused_for_good": lambda: tk._("The address is refused for good; nothing more is sent to it."),
    "nothing_left": lambda: tk._("Nothing of what the digest was to tell was left."),
    "refused": lambda: tk._("The provider refused the message for good."),
    "gave_up": lambda: tk._("It was tried for as long as is allowed, without success."),
    "too_late": lambda: tk._("The letter came to its turn after it had lost its use."),
    "not_delivered": lambda: tk._("The provider took the message, and said later that it did not arrive."),
}


def reason(code: str) -> str:
    """Why a delivery was not sent or failed; nothing where there is nothing to explain."""
    said = REASONS.get(code)
    return said() if said else code


def kind_name(kind: str) -> str:
    """A kind of message."""
    words = {"event": tk._("news"), "digest": tk._("digest"), "letter": tk._("letter")}
    return words.get(kind, kind)


def letter_name(kind: str) -> str:
    """What a letter is for."""
    words = {
        "confirm_address": tk._("confirmation of an address"), "confirm_phone": tk._("confirmation of a phone"),
        "manage_link": tk._("link to one's subscriptions"), "core": tk._("message of CKAN"),
        "request_password_reset": tk._("new password"), "user_invited": tk._("invitation"),
    }
    return words.get(kind, kind)


def channel_name(channel: str) -> str:
    """A channel, also one that is not configured any more."""
    described = registry.described().get(channel)
    if described is not None:
        return str(described["label"])
    words = {
        "email": tk._("E-mail"), "sms": tk._("SMS"), "web_push": tk._("Notifications in this browser"),
        "app_push": tk._("Mobile app"),
    }
    return words[channel] if channel in CHANNELS else channel
