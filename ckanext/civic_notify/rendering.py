"""From deliveries to messages: the words of the news, in the reader's language, on the portal's paper.

What a thousand readers of one event have in common is written once; only why each of them gets it, and his own
links, are put in for each. A fixed number of statements for each language, however many items there are.
"""
from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import ckan.plugins.toolkit as tk
from jinja2 import Template
from markupsafe import Markup
from sqlalchemy.orm import Session

from ckanext.civic_core.domain.news import Endpoint, Links, Said, Target, Told
from ckanext.civic_core.news import telling
from ckanext.civic_core.speaking import speaking, spoken
from ckanext.civic_notify import reasons
from ckanext.civic_notify.channels import registry
from ckanext.civic_notify.channels.base import Message, address_of
from ckanext.civic_notify.items import Item
from ckanext.civic_notify.recipients import known
from ckanext.civic_notify.stationery import MARKS, Paper, Sheet, clean, fill, letterhead, sheet, write

__all__ = ["BARE", "MOST", "Desk", "Unwritable", "desk", "render"]

log = logging.getLogger(__name__)
#: news shown in one digest; of the others their number is said
MOST = 50
#: kind of a letter whose words are complete: they get no frame
BARE = "core"

_Key = tuple[int, Target]
News = tuple[Told, Said]


class Unwritable(Exception):
    """Some messages could not be written: a feature or a template fails on them.

    :param messages: those that could, by id.
    :param failed: ids of those that could not.
    """

    def __init__(self, messages: dict[int, Message], failed: Sequence[int]) -> None:
        super().__init__(f"{len(failed)} messages could not be written")
        self.messages, self.failed = messages, failed


def render(session: Session, items: Sequence[Item]) -> dict[int, Message]:
    """The messages of these items by id; what nobody can say any more is left out.

    :param items: of any channels and languages.
    :raises Unwritable: where some could not be written, and the transaction was rolled back. One that fails does not
        keep the others from being written.
    """
    try:
        return _render(session, items)
    except Exception:
        log.exception("messages could not be written together; they are written one by one")
        session.rollback()
    return _one_by_one(session, items)


def _one_by_one(session: Session, items: Sequence[Item]) -> dict[int, Message]:
    messages: dict[int, Message] = {}
    failed: list[int] = []
    for item in items:
        try:
            messages.update(_render(session, [item]))
        except Exception:
            log.exception("a message could not be written", extra={"delivery": item.id})
            session.rollback()
            failed.append(item.id)
    if failed:
        raise Unwritable(messages, failed)
    return messages


def _render(session: Session, items: Sequence[Item]) -> dict[int, Message]:
    names = reasons.read(session, {told.target for item in items for told in item.told})
    by_language: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_language[spoken(item.reach.language)].append(item)
    messages: dict[int, Message] = {}
    for language, several in by_language.items():
        with speaking(language):
            messages.update(_in_language(session, desk(language, names), several))
    return messages


def _in_language(session: Session, here: Desk, items: Sequence[Item]) -> Iterable[tuple[int, Message]]:
    told = {_key(one): one for item in items for one in item.told}
    said = {_key(one): words for one, words in telling.said(session, list(told.values()), here.sheet.language)}
    for item in items:
        message = here.letter(item) if item.kind == "letter" else here.news(item, _news(item, said))
        if message is not None:
            yield item.id, message


def _key(told: Told) -> _Key:
    return told.happened.id, told.target


def _news(item: Item, said: Mapping[_Key, Said]) -> list[News]:
    """What is said in an item, the newest first."""
    found = [(told, said[_key(told)]) for told in item.told if _key(told) in said]
    return sorted(found, key=lambda one: (one[0].happened.at, one[0].happened.id), reverse=True)


def _stop(recipient: str, target: Target) -> str:
    plugin = known()
    links = plugin.links(recipient, target) if plugin else Links("")
    return links.stop or ""


def desk(language: str, names: reasons.Names, stop: Callable[[str, Target], str] = _stop) -> Desk:
    """Where messages in a language are written; to be used within ``speaking(language)``.

    :param stop: the address that ends what a reader hears of a target.
    """
    kinds = {kind: sheet(kind, language) for kind in ("event", "digest", "letter")}
    return Desk(letterhead(language), reasons.Reasons(language, names), kinds, stop)


@dataclass
class Desk:
    """Writes messages in one language."""

    sheet: Sheet
    reasons: reasons.Reasons
    papers: Mapping[str, Paper]
    stop: Callable[[str, Target], str]

    def news(self, item: Item, news: Sequence[News]) -> Message | None:
        """The message of an event or a digest; None where nothing is left to say."""
        if not news:
            return None
        return self._digest(item, news) if item.kind == "digest" else self._event(item, *news[0])

    def _event(self, item: Item, told: Told, said: Said) -> Message:
        url, why = self.sheet.address(said.path), self.reasons.why(told.target)
        manage, stop = item.links.manage, item.links.stop or ""

        def page(template: Template, html: bool) -> str:
            common = _common(template, self.sheet, said, url, bool(manage), bool(stop))
            return fill(common, why, manage, stop, html=html)

        return self._message(item, clean(said.subject), clean(said.short), url, page)

    def _digest(self, item: Item, news: Sequence[News]) -> Message:
        subject, short = _digest_words(item.tempo, len(news))
        own = tk.h.url_for("civic_messages.mine", digest=item.id, qualified=True)
        url = own if item.reach.user_id else item.links.manage
        values = {
            "site": self.sheet, "subject": subject, "tempo": item.tempo, "groups": self._groups(item, news[:MOST]),
            "more": max(len(news) - MOST, 0), "more_url": url, "links": item.links,
        }
        return self._message(item, subject, short, url, lambda template, _html: write(template, values))

    def _groups(self, item: Item, news: Sequence[News]) -> list[dict[str, Any]]:
        """News by what is followed: the thing with the newest first, the newest of each first."""
        groups: dict[Target, list[dict[str, Any]]] = defaultdict(list)
        for told, said in news:
            groups[told.target].append({
                "subject": clean(said.subject), "lines": [clean(line) for line in said.lines],
                "url": self.sheet.address(said.path), "at": told.happened.at,
            })
        return [self._group(item, target, several) for target, several in groups.items()]

    def _group(self, item: Item, target: Target, news: list[dict[str, Any]]) -> dict[str, Any]:
        path, label = self.reasons.path(target), self.reasons.label(target)
        return {
            "label": label[:1].upper() + label[1:], "why": self.reasons.why(target), "news": news,
            "url": self.sheet.address(path) if path else "", "stop": self.stop(item.reach.recipient, target),
        }

    def letter(self, item: Item) -> Message:
        """The message of a letter: its words are given."""
        given = item.letter or {}
        subject, text = clean(given["subject"]), given["text"]
        short = given.get("short") or ""
        if given.get("kind") == BARE:
            return self._addressed(item, subject, text, given.get("html") or "", short, "")
        values = {
            "site": self.sheet, "subject": subject, "text": text.strip(), "html": Markup(given.get("html") or ""),  # noqa: S704
        }
        return self._message(item, subject, short, "", lambda template, _html: write(template, values))

    def _message(
        self, item: Item, subject: str, short: str, url: str, page: Callable[[Template, bool], str]
    ) -> Message:
        paper, capabilities = self.papers[item.kind], registry.capabilities(item.channel)
        html = page(paper.html, True) if capabilities.html else ""
        short = f"{short} {url}".strip() if capabilities.address == "phone" else short
        return self._addressed(item, subject, page(paper.text, False), html, short, url)

    def _addressed(self, item: Item, subject: str, text: str, html: str, short: str, url: str) -> Message:
        given = item.letter or {}
        to = given.get("address") or address_of(item.reach, registry.capabilities(item.channel)) or ""
        endpoints: tuple[Endpoint, ...] = () if isinstance(to, str) else to
        return Message(
            key=item.key, recipient=item.reach.recipient, to=to if isinstance(to, str) else "",
            language=self.sheet.language, subject=subject, text=text, html=html, short=short, url=url,
            stop=item.links.stop, endpoints=endpoints, headers=given.get("headers") or {},
        )


@lru_cache(maxsize=256)
def _common(template: Template, site: Sheet, said: Said, url: str, manage: bool, stop: bool) -> str:
    """What all readers of one event have in common, with marks where their own words come."""
    links = Links(MARKS.manage if manage else "", MARKS.stop if stop else None)
    return write(template, {
        "site": site, "subject": clean(said.subject), "lines": [clean(line) for line in said.lines], "url": url,
        "why": MARKS.why, "links": links,
    })


def _digest_words(tempo: str, count: int) -> tuple[str, str]:
    """The subject, and the words of a text message."""
    subject = tk.ungettext("{count} piece of news of the day", "{count} pieces of news of the day", count)
    if tempo == "weekly":
        subject = tk.ungettext("{count} piece of news of the week", "{count} pieces of news of the week", count)
    short = tk.ungettext("{count} piece of news on the portal", "{count} pieces of news on the portal", count)
    return subject.format(count=count), short.format(count=count)
