"""What a refusal says to a person: one sentence a rule, in the reader's language."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import ckan.plugins.toolkit as tk

from ckanext.civic_core import formats
from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_core.logic import flow
from ckanext.civic_list import messages_delivery

__all__ = ["sentence", "transaction"]

#: code of a rule -> its sentence; looked up when it is said, so that it speaks the language of the request
_SENTENCES: Mapping[str, Callable[[], str]] = {
    **messages_delivery.SENTENCES,
    "edition_step": lambda: tk._("The state of the edition does not allow this step: {state}."),
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
    "edition_number_taken": lambda: tk._("There is an edition {number} already."),
    "edition_approved": lambda: tk._("An approved edition is never changed. A correction is a new edition."),
    "edition_not_approved": lambda: tk._("The edition is not approved."),
    "effective_set_already": lambda: tk._("The day is set already: {day}."),
    "day_passed": lambda: tk._("This day has passed."),
    "category_unknown": lambda: tk._("There is no category {category}."),
    "owner_unknown": lambda: tk._("There is no agency and no owner group {owner}."),
    "number_taken": lambda: tk._("Number {number} stands in another row already."),
    "code_taken": lambda: tk._("The item {code} stands in row {number} already."),
    "title_taken": lambda: tk._("The owner has this title already, in row {number}."),
    "proposal_decided": lambda: tk._("This proposal is decided already."),
    "proposal_prepared": lambda: tk._("The agency has not approved its list yet."),
    "proposal_needs_code": lambda: tk._("Say which row is meant: give its code."),
    "proposal_needs_fields": lambda: tk._("A new row needs a title, a category and an update period."),
    "no_draft": lambda: tk._("There is no draft edition that could take this."),
    "several_drafts": lambda: tk._("There are several drafts: say which edition takes this."),
    "reason_missing": lambda: tk._("Give the reason."),
    "nothing_to_approve": lambda: tk._("There is nothing in your list that waits for approval."),
    "duty_not_owed": lambda: tk._("{agency} does not owe {code}."),
    "duty_unknown": lambda: tk._("There is no duty {duty} now. Choose one of your agency's duties."),
    "link_closed": lambda: tk._("This link is decided already."),
    "owner_group_taken": lambda: tk._("There is an owner group {name} already."),
    "agency_unknown": lambda: tk._("There is no agency {agency}."),
    "member_twice": lambda: tk._("An agency stands among the members twice."),
    "member_days": lambda: tk._("The last day lies before the first"),
    "agency_owes": lambda: tk._(
        "The agency still owes data by the unified list. Record first who follows it, or that it is liquidated."
    ),
    "successor_missing": lambda: tk._("Name the successor."),
    "successor_of_liquidated": lambda: tk._("A body that is liquidated has no successor."),
    "successor_itself": lambda: tk._("A body does not follow itself."),
    "split_needs_items": lambda: tk._("Say which items go to this successor: give their codes."),
    "staged_gone": lambda: tk._("The file is no longer there: upload it again."),
    "file_missing": lambda: tk._("Choose a file."),
    "url_not_allowed": lambda: tk._("This portal takes files only by upload."),
    "url_refused": lambda: tk._("Nothing can be taken from this address: give a public https address of a file."),
}


def sentence(refusal: Refused) -> str:
    """The sentence for a rule that was broken."""
    params = dict(refusal.params)
    if "state" in params:
        params["state"] = tk.h.civic_list_state_word(params["state"])
    params |= {name: formats.day(value) for name, value in params.items() if isinstance(value, date)}
    return _SENTENCES[refusal.code]().format(**params)


#: what makes a function an action of this feature; see :func:`ckanext.civic_core.logic.flow.transaction`
transaction = flow.transaction(sentence)
