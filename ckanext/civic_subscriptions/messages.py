"""What a refusal says to a person: one sentence a rule, in the reader's language."""
from __future__ import annotations

from collections.abc import Callable, Mapping

import ckan.plugins.toolkit as tk

from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_core.logic import flow

__all__ = ["sentence", "transaction"]

_SENTENCES: Mapping[str, Callable[[], str]] = {
    "kind_unknown": lambda: tk._("This cannot be followed. Choose one of: {kinds}"),
    "thing_unknown": lambda: tk._("There is no such thing, or it is not public."),
    "channel_unknown": lambda: tk._("There is no way “{channel}” to be told on this portal. Choose one of: {channels}"),
    "search_missing": lambda: tk._("Give the search: its words or its filters."),
    "search_long": lambda: tk._("This search is too long to be followed."),
    "search_wrong": lambda: tk._("This search cannot be read. Try it on the search page first."),
    "phone_wrong": lambda: tk._("Write a telephone number such as +7 701 123 45 67."),
    "phone_no_channel": lambda: tk._("This portal sends no text messages."),
    "code_wrong": lambda: tk._("The code is wrong or no longer counts. Ask for a new one."),
    "email_no_channel": lambda: tk._("This portal sends no e-mail at present."),
    "link_old": lambda: tk._("This link no longer counts. Ask for a new one."),
    "quiet_half": lambda: tk._("Give both ends of the quiet hours, or none."),
    "language_unknown": lambda: tk._("This portal does not speak that language. Choose one of: {languages}"),
    "endpoint_wrong": lambda: tk._("This is not what a browser answers that may be pushed to."),
    "only_signed_in": lambda: tk._("This can be changed only by who is signed in."),
}


def sentence(refusal: Refused) -> str:
    """The sentence for a rule that was broken."""
    return _SENTENCES[refusal.code]().format(**refusal.params)


#: what makes a function an action of this feature; see :func:`ckanext.civic_core.logic.flow.transaction`
transaction = flow.transaction(sentence)
