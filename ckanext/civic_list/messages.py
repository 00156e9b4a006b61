"""What a refusal says to a person: one sentence a rule, in the reader's language."""
from __future__ import annotations

from collections.abc import Callable, Mapping

import ckan.plugins.toolkit as tk

from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_core.logic import flow

__all__ = ["sentence", "transaction"]

#: code of a rule -> its sentence; looked up when it is said, so that it speaks the language of the request
_SENTENCES: Mapping[str, Callable[[], str]] = {
    "edition_step": lambda: tk._("An edition that is {state} cannot take this step."),
    "edition_closed": lambda: tk._("Rows can be changed only while the edition is a draft."),
    "edition_empty": lambda: tk._("The edition has no rows yet: import a list or add items first."),
    "act_missing": lambda: tk._("Give the number and the date of the act before approving."),
    "second_person": lambda: tk._("Somebody else must approve: you submitted this edition yourself."),
    "effective_too_early": lambda: tk._(
        "The edition must come into force after {latest}, when the last approved one does."
    ),
    "effective_before_approval": lambda: tk._(
        "The edition cannot come into force before the day of its approval, {approved}."
    ),
}


def sentence(refusal: Refused) -> str:
    """The sentence for a rule that was broken."""
    return _SENTENCES[refusal.code]().format(**refusal.params)


#: what makes a function an action of this feature; see :func:`ckanext.civic_core.logic.flow.transaction`
transaction = flow.transaction(sentence)
