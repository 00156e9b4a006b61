"""Texts that are kept in several languages."""
from __future__ import annotations

from collections.abc import Mapping, Sequence


def pick(texts: Mapping[str, str], wanted: str, order: Sequence[str]) -> tuple[str, str]:
    """The text in the wanted language, else in the first of the order that has one: ``(text, language)``."""
    for language in (wanted, *order, *texts):
        if texts.get(language):
            return texts[language], language
    return "", wanted
