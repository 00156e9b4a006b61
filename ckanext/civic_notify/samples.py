"""Messages with sample news, as operators look at them before they go to anybody."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.civic_core import clock
from ckanext.civic_core.domain.news import Endpoint, Happened, Links, Reach, Said, Target, Thing, Told
from ckanext.civic_core.speaking import speaking
from ckanext.civic_notify import outgoing, rendering, words
from ckanext.civic_notify.channels.base import Message
from ckanext.civic_notify.domain import text_parts
from ckanext.civic_notify.items import Item
from ckanext.civic_notify.reasons import Names

__all__ = ["KINDS", "Preview", "names", "preview"]

_TOPICS = ("request_password_reset", "user_invited")
KINDS = ("event", "digest", "letter", *_TOPICS)

_PHARMACIES, _HEALTH = Target("dataset", "sample"), Target("category", "sample")
_THINGS: Mapping[Target, Thing] = {
    _PHARMACIES: Thing(_PHARMACIES, {
        "kk": "Алматы қаласының дәріханалары", "ru": "Аптеки города Алматы", "en": "Pharmacies of Almaty",
    }, "/dataset"),
    _HEALTH: Thing(_HEALTH, {"kk": "Денсаулық сақтау", "ru": "Здравоохранение", "en": "Healthcare"}, "/group"),
}


@dataclass(frozen=True)
class Preview:
    """One message, as the channels would send it.

    :param template: the files that it was written from.
    :param sms: text of the text message; empty where there is none of this kind.
    :param parts: of it, and in which letters it is sent.
    """

    email: Message
    template: tuple[str, str]
    sms: str
    parts: int
    coding: str


def names() -> dict[str, str]:
    """The kinds of messages that can be looked at."""
    said = {"event": tk._("One piece of news"), "digest": tk._("Digest"), "letter": tk._("Letter")}
    letters = {topic: words.letter_name(topic) for topic in _TOPICS}
    return {**said, **{topic: name[:1].upper() + name[1:] for topic, name in letters.items()}}


def preview(kind: str, language: str) -> Preview:
    """A sample message of a kind in a language; no statement but those of names."""
    with speaking(language):
        here = rendering.desk(language, Names(_THINGS, {}), stop=lambda *_: tk.h.url_for("home.index", qualified=True))
        write = _WRITERS.get(kind, _topic(kind))
        email, sms = write(here, _item("email", language)), write(here, _item("sms", language))
        paper = here.papers[kind if kind in here.papers else "letter"]
    cost = text_parts.cost_of(sms.short)
    template = (str(paper.html.name), str(paper.text.name))
    return Preview(email, template, sms.short, cost.parts if sms.short else 0, cost.coding)


def _item(channel: str, language: str) -> Item:
    home = tk.h.url_for("home.index", qualified=True)
    reach = Reach("sample", language, user_id="sample", email="reader@example.org", phone="+70000000000",
                  endpoints=(Endpoint("sample", "https://example.org", "", ""),))
    return Item(0, "event", channel, "0.sample", "daily", reach, Links(home, home))


def _event(here: rendering.Desk, item: Item) -> Message:
    return _sure(here.news(item, [(_told(_PHARMACIES, 0), _updated())]))


def _digest(here: rendering.Desk, item: Item) -> Message:
    news = [(_told(_PHARMACIES, 1), _updated()), (_told(_HEALTH, 5), _published()), (_told(_PHARMACIES, 20), _late())]
    return _sure(here.news(replace(item, kind="digest"), news))


def _letter(here: rendering.Desk, item: Item) -> Message:
    link = tk.h.url_for("home.index", qualified=True)
    given = {
        "subject": tk._("Confirm your address"),
        "text": tk._("Somebody gave this address to get news of the portal.") + "\n\n"
        + tk._("Confirm it on this page:") + "\n" + link,
    }
    return here.letter(_with_letter(item, given))


def _topic(kind: str) -> Callable[[rendering.Desk, Item], Message]:
    def write(here: rendering.Desk, item: Item) -> Message:
        user: Any = SimpleNamespace(id="sample", name="aigerim", email="reader@example.org", reset_key="sample")
        group = {"id": "sample", "title": "", "title_translated": _THINGS[_HEALTH].title}
        letter = outgoing.written(kind, user, {"group": group, "role": "editor"})
        return here.letter(_with_letter(item, {**asdict(letter), "headers": {}}))

    return write


_WRITERS: Mapping[str, Callable[[rendering.Desk, Item], Message]] = {
    "event": _event, "digest": _digest, "letter": _letter,
}


def _with_letter(item: Item, given: Mapping[str, Any]) -> Item:
    return replace(item, kind="letter", letter=given, links=Links(""))


def _sure(message: Message | None) -> Message:
    assert message is not None  # noqa: S101  there is news in every sample
    return message


def _told(target: Target, hours: int) -> Told:
    return Told(Happened(-hours, "sample", "sample", "sample", clock.now() - timedelta(hours=hours)), target)


def _title(target: Target) -> str:
    return tk.h.civic_text(_THINGS[target].title)[0]


def _updated() -> Said:
    title = _title(_PHARMACIES)
    return Said(
        subject=tk._("Sample: “{title}” was updated").format(title=title),
        short=tk._("Sample: “{title}” was updated").format(title=title), path="/dataset",
        lines=(tk._("Rows: 12 added, 3 removed, 5 changed."), tk._("A new column: opening hours.")),
    )


def _published() -> Said:
    subject = tk._("Sample: something new in “{title}”").format(title=_title(_HEALTH))
    return Said(subject, subject, "/group", (tk._("A dataset was published in this category."),))


def _late() -> Said:
    subject = tk._("Sample: “{title}” is overdue").format(title=_title(_PHARMACIES))
    return Said(subject, subject, "/dataset", (tk._("The update for October did not come in time."),))
