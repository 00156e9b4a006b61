"""What ends by itself, and until when something may still be done.

Each function answers the last day; what it is about has lapsed, or is not possible any more, from the day after. Days
are in the portal's zone; the terms are those of :class:`Limits`. A decision to move days that was recorded later only
makes the last day later.
"""
from __future__ import annotations

from datetime import date

from ckanext.civic_core.domain.working_days import Calendar

from .facts import Limits

LIMITS = Limits()


def clarify_until(asked_on: date, calendar: Calendar, limits: Limits = LIMITS) -> date:
    """The last day for the answer to an agency's question; then the request is closed without it."""
    return calendar.effective_deadline(asked_on, limits.clarification)


def confirm_until(fulfilled_on: date, calendar: Calendar, limits: Limits = LIMITS) -> date:
    """The last day to say whether the answer solved the matter; then it is closed unconfirmed."""
    return calendar.effective_deadline(fulfilled_on, limits.confirmation)


def reopen_until(closed_on: date, calendar: Calendar, limits: Limits = LIMITS) -> date:
    """The last day to reopen a request that was closed because a question was not answered."""
    return calendar.effective_deadline(closed_on, limits.reopening)


def review_until(decided_on: date, calendar: Calendar, limits: Limits = LIMITS) -> date:
    """The last day to ask for a review of a refusal, or of what was closed as disputed.

    The legal ways have terms of their own, which this one neither opens nor shortens.
    """
    return calendar.effective_deadline(decided_on, limits.review_request)


def decide_until(asked_on: date, calendar: Calendar, limits: Limits = LIMITS) -> date:
    """The last day for the decision of a review."""
    return calendar.effective_deadline(asked_on, limits.review)


def route_until(filed_on: date, calendar: Calendar, limits: Limits = LIMITS) -> date:
    """The last day to find the agency of a request that names none."""
    return calendar.effective_deadline(filed_on, limits.routing)


def transfer_until(received_on: date, calendar: Calendar, limits: Limits = LIMITS) -> date:
    """The last day on which a body may pass a request on, from the day it reached it; the keeper may at any time."""
    return calendar.effective_deadline(received_on, limits.passing_on)


def is_over(last: date, day: date) -> bool:
    """Whether the last day has passed on ``day``."""
    return day > last
