"""What the pages of subscriptions say in the reader's language."""
from __future__ import annotations

from collections.abc import Callable, Mapping

import ckan.plugins.toolkit as tk

__all__ = ["begun", "done", "feed", "followed", "hears", "name", "subscribe", "tempo", "unreached"]


def subscribe(kind: str) -> str:
    """The words on the button."""
    return tk._("Follow this search") if kind == "search" else tk._("Subscribe")


def followed() -> str:
    """The words on the button of who follows it."""
    return tk._("You follow this")


def feed(form: str) -> str:
    """What a feed of news is called."""
    return tk._("News, Atom") if form == "atom" else tk._("News, RSS")


def begun(text: str) -> str:
    """As it stands at the beginning of a line."""
    return text[:1].upper() + text[1:]


def name(title: Mapping[str, str], kind: str) -> str:
    """What a thing is called: where there is only one of its kind, the kind says all."""
    return tk.h.civic_text(title)[0] or begun(kind)


def tempo(code: str) -> str:
    """How often somebody is told."""
    said = {"at_once": tk._("at once"), "daily": tk._("once a day"), "weekly": tk._("once a week")}
    return said.get(code, code)


def done(what: str, title: str = "") -> str:
    """What was done just now; nothing for what is not known."""
    if what == "ended" and title:
        return tk._("You no longer follow “{title}”.").format(title=title)
    return {"saved": tk._("Saved."), "ended": tk._("You no longer follow it.")}.get(what, "")


def unreached(channel: str) -> str:
    """What is missing before anything can come by a channel."""
    said = {
        "email": tk._("E-mail: your profile has no address."), "sms": tk._("SMS: no number is confirmed."),
        "web_push": tk._("Messages in the browser: they are not allowed in any browser of yours."),
        "app_push": tk._("Application: your number in it is not given."),
    }
    return said.get(channel, channel)


#: what a kind of the standard's things tells its followers; a kind that is not here tells what changes of it
_HEARS: Mapping[str, Callable[[], list[str]]] = {
    "dataset": lambda: [
        tk._("new data: how many rows and columns came, went and changed"), _late(),
        tk._("the dataset was withdrawn"),
    ],
    "duty": lambda: [tk._("the data came: how many rows and columns came, went and changed"), _late()],
    "item": lambda: [
        tk._("an agency published its data for this row"), tk._("an agency is late with them"),
        tk._("a new edition changes the row"),
    ],
    "agency": lambda: [
        tk._("new datasets of the agency, and those it withdrew"), tk._("new data in its datasets"),
        tk._("where the agency is late"),
    ],
    "category": lambda: [
        tk._("new datasets in this category, and those withdrawn"), tk._("new data in the datasets of the category"),
    ],
    "search": lambda: [
        tk._("new datasets that this search finds"), tk._("new data in the datasets that it finds"),
    ],
    "editions": lambda: [tk._("a new edition of the list is approved, comes into force or is revoked")],
    "overdue": lambda: [tk._("data of any agency became overdue, or a deadline of the list was missed")],
}


def _late() -> str:
    return tk._("the update is overdue, or the deadline was missed")


def hears(kind: str) -> list[str]:
    """What who follows a thing of this kind hears of."""
    said = _HEARS.get(kind)
    return said() if said else [tk._("what changes of it")]
