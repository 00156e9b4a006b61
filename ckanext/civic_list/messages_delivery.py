"""What a refusal of an act of delivery says to a person; see :mod:`.messages`."""
from __future__ import annotations

from collections.abc import Callable, Mapping

import ckan.plugins.toolkit as tk

__all__ = ["SENTENCES"]

SENTENCES: Mapping[str, Callable[[], str]] = {
    "review_not_for_period": lambda: tk._(
        "Data owed daily or weekly cannot be confirmed as current: they need a new release."
    ),
    "review_too_many": lambda: tk._(
        "The data were confirmed as often in a row as is allowed ({most}): now they need a new release."
    ),
    "review_admin_needed": lambda: tk._(
        "From the third time in a row on, an administrator of the agency confirms that the data are current."
    ),
    "review_too_soon": lambda: tk._(
        "The last release or confirmation is too recent: there is nothing to confirm yet."
    ),
    "review_nothing_published": lambda: tk._(
        "Nothing is published for this duty yet: there are no data that could be confirmed as current."
    ),
    "review_nothing_open": lambda: tk._("No period is open now that a confirmation could stand for."),
    "review_period_not_open": lambda: tk._(
        "A confirmation cannot stand for the period {key}: it is not open, or another one comes first."
    ),
    "known_now_of_whom": lambda: tk._("Name the agency whose day is to be shown as it is known now."),
    "known_now_of_today": lambda: tk._("Only a day that is over can be shown as it is known now."),
    "until_before_since": lambda: tk._("The duty must rest for at least a day: give a later day."),
    "suspension_too_long": lambda: tk._(
        "The suspension is too long. The longest time allowed, in months: {most}."
    ),
    "suspension_overlaps": lambda: tk._(
        "The duty is suspended already, or that is proposed, from {since} to before {until}."
    ),
    "suspension_over": lambda: tk._("The days of this suspension are over."),
    "suspension_not_running": lambda: tk._("Only a confirmed suspension can be ended."),
    "obligation_ahead": lambda: tk._("This obligation is not open yet. For a time to come, suspend the duty."),
    "obligation_settled": lambda: tk._("Only an obligation that is open or missed can be excused."),
    "obligation_unnamed": lambda: tk._("Say which obligation is meant: its id, or the duty and the period."),
    "relief_exists": lambda: tk._("This obligation is excused already, or that is proposed."),
    "relief_decided": lambda: tk._("This is decided already."),
    "second_person_relief": lambda: tk._("Somebody else must confirm: you proposed this yourself."),
    "dataset_not_of_duty": lambda: tk._("This dataset does not answer the duty."),
    "dataset_needed": lambda: tk._("Several datasets answer the duty: say which one the file is for."),
    "file_over_limit": lambda: tk._("The file is larger than {most} MB."),
    "format_unknown": lambda: tk._("The format of the file is not known: give a CSV, XLSX, JSON or XML file."),
}
