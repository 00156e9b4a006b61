"""What the outbox refuses, in sentences for a person."""
from __future__ import annotations

from collections.abc import Callable, Mapping

import ckan.plugins.toolkit as tk

from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_core.logic import flow

__all__ = ["transaction"]

_SENTENCES: Mapping[str, Callable[[], str]] = {
    "delivery_not_dead": lambda: tk._("Only a message that failed or is out of date can be sent again."),
    "delivery_in_digest": lambda: tk._("This is news of a digest: send the digest again."),
    "letter_erased": lambda: tk._("The words of this letter are erased. Whoever needs it must ask for it again."),
}


def _sentence(refusal: Refused) -> str:
    return _SENTENCES[refusal.code]().format(**refusal.params)


#: what makes a function an action of this feature; see :func:`ckanext.civic_core.logic.flow.transaction`
transaction = flow.transaction(_sentence)
