"""Deciding on a link: the same form stands on the agency's desk and on the keepers'."""
from __future__ import annotations

import ckan.plugins.toolkit as tk

from ckanext.civic_core.pages import attempt
from ckanext.civic_list.views.filled import posted

__all__ = ["decide"]


def decide(link_id: str) -> None:
    """Confirm, decline or dispute a link as the form says; the outcome is told on the next page."""
    data = {"id": link_id, **posted("decision", "reason")}
    outcome = attempt("civic_duty_link_decide", data, success=tk._("Your decision is recorded."))
    for sentence in outcome.sentences:
        tk.h.flash_error(sentence)
