"""What is said of news, whichever feature it is of."""
from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import ckan.plugins.toolkit as tk
from flask import has_request_context
from sqlalchemy.orm import Session

from ckanext.civic_core.domain.news import Said, Told
from ckanext.civic_core.news.pending import answering
from ckanext.civic_core.speaking import speaking, spoken

__all__ = ["said"]


def said(session: Session, told: Sequence[Told], language: str) -> list[tuple[Told, Said]]:
    """News with their words in a language, in the order given; what nobody can say any more is left out.

    As many statements as the features that answer need, however much is told.
    """
    plugins = answering()
    own: dict[Any, list[int]] = {}
    for place, one in enumerate(told):
        if one.happened.type in plugins:
            own.setdefault(plugins[one.happened.type], []).append(place)
    words: dict[int, Said] = {}
    with nullcontext() if _is_spoken(language) else speaking(language):
        for plugin, places in own.items():
            found = plugin.say(session, [told[place] for place in places])
            words.update({place: one for place, one in zip(places, found, strict=True) if one is not None})
    return [(told[place], words[place]) for place in sorted(words)]


def _is_spoken(language: str) -> bool:
    """Whether a page in this language is being answered now."""
    return has_request_context() and tk.h.lang() == spoken(language)
