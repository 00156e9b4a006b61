"""What a reader is told about days and deadlines, in the reader's language."""
from __future__ import annotations

import re
from datetime import date

import ckan.plugins.toolkit as tk

from ckanext.civic_core import config, languages
from ckanext.civic_core.domain import texts
from ckanext.civic_core.domain.working_days import Calendar, Reason, Step, Term

__all__ = ["day_reason", "deadline_sentence", "holiday_name", "reason_sentence", "step_sentence", "written"]


def N_(text: str) -> str:
    """Mark a message for the catalogues."""
    return text


#: the names that the ``holidays`` package gives to the holidays of Kazakhstan
HOLIDAYS = (
    N_("Capital Day"), N_("Constitution Day"), N_("Day off"), N_("Defender of the Fatherland Day"),
    N_("Eid al-Adha"), N_("First President Day"), N_("Independence Day"), N_("International Women's Day"),
    N_("Kazakhstan's People Solidarity Holiday"), N_("New Year's Day"), N_("Nowruz Holiday"),
    N_("Orthodox Christmas"), N_("Republic Day"), N_("Victory Day"),
)
_SUBSTITUTED = re.compile(r"^Day off \(substituted from (\d\d)/(\d\d)/(\d{4})\)$")
_MARKED = re.compile(r"^(?P<name>.*?) \((?P<mark>observed|estimated|observed, estimated)\)$")


def written(day: date) -> str:
    """A day as the country writes it: ``dd.MM.yyyy``."""
    return f"{day:%d.%m.%Y}"


def holiday_name(name: str) -> str:
    """The name of a holiday; of two on one day both."""
    return "; ".join(_one_holiday(one) for one in name.split("; "))


def _one_holiday(name: str) -> str:
    if moved := _SUBSTITUTED.match(name):
        month, day, year = map(int, moved.groups())
        return tk._("Day off, moved from {day}").format(day=written(date(year, month, day)))
    marked = _MARKED.match(name)
    if not marked:
        return tk._(name)
    plain = tk._(marked["name"])
    if marked["mark"] == "observed":
        return tk._("{holiday}, moved from the weekend").format(holiday=plain)
    return tk._("{holiday}, the day may still change").format(holiday=plain)


def reason_sentence(reason: Reason) -> str:
    """Why a day is off, or why it is worked."""
    note = texts.pick(reason.note, languages.reader(), config.languages())[0]
    sentences = {
        "weekend": tk._("weekend"),
        "holiday": tk._("public holiday: {name}").format(name=holiday_name(reason.name)),
        "moved_off": tk._("made a day off: {note}").format(note=note) if note else tk._("made a day off"),
        "moved_in": tk._("made a working day: {note}").format(note=note) if note else tk._("made a working day"),
        "rolled": tk._("the next working day"),
    }
    return sentences[reason.kind]


def day_reason(calendar: Calendar, day: date) -> Reason | None:
    """Why the day is off, or why it is worked against expectation."""
    return calendar.why_off(day) or calendar.why_working(day)


def step_sentence(step: Step, term: Term) -> str:
    """One line of an explanation: what this day does to the count."""
    reason = reason_sentence(step.reason) if step.reason else ""
    if not step.counts and step.reason and step.reason.kind == "rolled":
        return tk._("The last day was a day off, so the term ends here")
    if not step.counts:
        return tk._("Does not count: {reason}").format(reason=reason)
    sentence = tk._("Working day {number}") if term.unit == "working_day" else tk._("Day {number}")
    if step.reason and step.reason.kind == "moved_in":
        sentence = tk._("Working day {number}, {reason}") if term.unit == "working_day" else sentence
    return sentence.format(number=step.number, reason=reason)


def deadline_sentence(start: date, term: Term, end: date) -> str:
    """The whole term in one sentence."""
    sentences = {
        "working_day": tk.ungettext(
            "{n} working day after {start}, counted from the next day: until the end of {end}",
            "{n} working days after {start}, counted from the next day: until the end of {end}", term.n,
        ),
        "calendar_day": tk.ungettext(
            "{n} calendar day after {start}, counted from the next day: until the end of {end}",
            "{n} calendar days after {start}, counted from the next day: until the end of {end}", term.n,
        ),
        "month": tk.ungettext(
            "{n} month after {start}, counted from the next day: until the end of {end}",
            "{n} months after {start}, counted from the next day: until the end of {end}", term.n,
        ),
    }
    return sentences[term.unit].format(n=term.n, start=written(start), end=written(end))
