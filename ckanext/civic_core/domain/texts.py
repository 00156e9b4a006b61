"""Texts that are kept in several languages.

A text is a mapping of language codes to what is said in them; keywords are a mapping of language codes to
tuples of words. No rule here knows which languages there are: they are arguments, in their fall-back order.
"""
from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar, cast

from ckanext.civic_core.domain.errors import Refused

Texts = Mapping[str, str]
Keywords = Mapping[str, tuple[str, ...]]
T = TypeVar("T", str, tuple[str, ...])

_LAYOUT = "\n\t"


def pick(texts: Mapping[str, T], wanted: str, order: Sequence[str]) -> tuple[T, str] | tuple[str, str]:
    """The text in the wanted language, else in the first of the order that has one: ``(text, language)``.

    Where there is no text at all the answer is ``("", wanted)``.
    """
    for language in (wanted, *order, *texts):
        if texts.get(language):
            return texts[language], language
    return "", wanted


def missing(texts: Mapping[str, T], languages: Iterable[str]) -> tuple[str, ...]:
    """The languages that have no text yet."""
    return tuple(language for language in languages if not texts.get(language))


def complete(texts: Mapping[str, T], languages: Iterable[str]) -> bool:
    """Whether there is a text in each of the languages."""
    return not missing(texts, languages)


def clean(text: str) -> str:
    """One spelling of the same text: composed letters, no control characters, no space around it."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return "".join(c for c in composed if c in _LAYOUT or unicodedata.category(c) != "Cc").strip()


def parse(value: object, languages: Sequence[str]) -> dict[str, str]:
    """Texts from outside, cleaned, without empty ones, in the order of the languages.

    :raises Refused: ``texts_not_a_mapping``, ``texts_unknown_language`` (``language``) or
        ``texts_not_text`` (``language``).
    """
    return _parsed(value, languages, _text)


def parse_keywords(value: object, languages: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Keywords from outside: a list of words, or words between commas, for each language; none twice.

    :raises Refused: as :func:`parse`.
    """
    return _parsed(value, languages, _words)


def reconcile(
    sent: Mapping[str, T] | None, plain: T | None,
    stored: Mapping[str, T], stored_plain: T, language: str,
) -> dict[str, T]:
    """What the texts become when a client sends texts, a plain text, or both.

    Who knows only the plain text changes it alone, and sends the texts back as they were, or not at all: then the
    plain text stands in ``language`` and the other languages stay. In all other cases the texts that were sent count.
    """
    kept = dict(stored if sent is None else sent)
    if plain is None or plain == stored_plain or (sent is not None and dict(sent) != dict(stored)):
        return kept
    return replaced(kept, language, plain)


def replaced(texts: Mapping[str, T], language: str, text: T) -> dict[str, T]:
    """The texts with another one in this language; without the language where it is empty."""
    rest = {code: said for code, said in texts.items() if code != language}
    return {**rest, language: text} if text else rest


def _parsed(value: object, languages: Sequence[str], convert: Callable[[object, str], T]) -> dict[str, T]:
    if not isinstance(value, Mapping):
        raise Refused("texts_not_a_mapping")
    given: dict[str, T] = {}
    for language, said in cast("Mapping[Any, object]", value).items():
        if language not in languages:
            raise Refused("texts_unknown_language", language=str(language))
        given[language] = convert(said, language)
    return {language: given[language] for language in languages if given.get(language)}


def _text(value: object, language: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Refused("texts_not_text", language=language)
    return clean(value)


def _words(value: object, language: str) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.split(",")
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise Refused("texts_not_text", language=language)
    words = [_text(word, language) for word in cast("list[object]", value)]
    return tuple(dict.fromkeys(word for word in words if word))
