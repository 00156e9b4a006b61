"""Which language a title is in, and which of its letters belong to another script or were lost."""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from .titles import LOOKALIKES

_WORD = re.compile(r"[^\W\d_]+")
_WORD_OR_LOST = re.compile(r"[^\W\d_?\ufffd]*[?\ufffd]+[^\W\d_]+[^\W\d_?\ufffd]*|[^\W\d_]+")
_LATIN = re.compile("[A-Za-z\u00c0-\u02af]")
_LOST = re.compile(r"\?[^\W\d_]|[^\W\d_]\?|\ufffd")
#: how many times more must speak for another language than for the one that is expected
_SURE = 2


@dataclass(frozen=True)
class Language:
    """What tells a language.

    ``letters`` are those of its alphabet in lower case, ``words`` and ``endings`` of words those that its titles
    have and those of other languages do not. ``instead`` puts letters right that look like its own; ``adjective`` is
    what codes of findings call it.
    """

    code: str
    adjective: str
    letters: frozenset[str]
    words: frozenset[str] = frozenset()
    endings: tuple[str, ...] = ()
    instead: Mapping[str, str] = field(default_factory=dict[str, str])

    def writes(self, word: str) -> bool:
        """Whether all letters of a word in lower case are its own."""
        return self.letters.issuperset(word)


class Languages:
    """The languages of a list; made once for a file."""

    def __init__(self, languages: Sequence[Language]) -> None:
        self._languages = {language.code: language for language in languages}
        every = [language.letters for language in languages]
        self._own = {
            one.code: one.letters.difference(*(letters for letters in every if letters is not one.letters))
            for one in languages
        }
        self._tables = {one.code: _table(one) for one in languages}
        self._any_script = _merged(self._tables.values())
        self._weight = lru_cache(maxsize=20_000)(self._weight_of)
        self._said = lru_cache(maxsize=64)(self._evidence)

    def get(self, code: str) -> Language | None:
        return self._languages.get(code)

    def own_letters(self, code: str) -> frozenset[str]:
        """The letters that no other of the languages has."""
        return self._own.get(code, frozenset())

    def instead_of(self, text: str, code: str) -> str | None:
        """The language that a text is in, where it is clearly not the expected one.

        Absence of letters that only the expected language has proves nothing: its words, their endings, and the
        letters of other languages must speak for another one, and twice as loud.
        """
        if code not in self._languages:
            return None
        said = self._said(text)
        best = max(said, key=lambda language: said[language])
        return best if said[best] >= 1 and said[best] > _SURE * said[code] else None

    def of(self, text: str) -> str | None:
        """The language that a text is in, where something tells."""
        said = self._said(text)
        best = max(said, key=lambda language: said[language], default=None)
        return best if best is not None and said[best] >= 1 else None

    def _evidence(self, text: str) -> Mapping[str, float]:
        """How much of a text speaks for each language."""
        words = _WORD_OR_LOST.findall(text.casefold())
        return {code: sum(self._weight(word, code) for word in words) for code in self._languages}

    def _weight_of(self, word: str, code: str) -> float:
        language = self._languages[code]
        if "?" in word or "\ufffd" in word:
            letters = set(word) - {"?", "\ufffd"}
            return 0.9 if self._own[code] and letters <= language.letters and not letters & self._own[code] else 0.0
        if not language.writes(word):
            return 0.0
        if self._own[code] & set(word):
            return 2.0 if len(word) > 1 else 0.5
        if word in language.words:
            return 2.0
        return 1.0 if len(word) > 4 and word.endswith(language.endings or ("\0",)) else 0.0

    # --- letters --------------------------------------------------------------------------------------------

    def put_right(self, text: str, code: str | None) -> str:
        """Letters of another script within words made the ones that they look like.

        :param code: the language that the text should be in; nothing where any may stand.
        """
        if text.isascii() or not _LATIN.search(text):
            return text
        language = self._languages.get(code or "")
        table = self._tables.get(code or "", self._any_script)
        cyrillic = language is None or any(_script(letter) == "CYRILLIC" for letter in language.letters)
        return _WORD.sub(lambda found: _word(found[0], table if cyrillic else {}, language), text)


def lost_letters(text: str) -> bool:
    """Marks that a program wrote for letters that its encoding does not have."""
    return _LOST.search(text) is not None


def _word(word: str, table: Mapping[str, str], language: Language | None) -> str:
    scripts = {_script(letter) for letter in word}
    if len(scripts) == 1:
        return _particle(word, table, language) if scripts == {"LATIN"} else word
    return _all_of("CYRILLIC", word, table) or _all_of("LATIN", word, _TO_LATIN) or word


def _all_of(script: str, word: str, table: Mapping[str, str]) -> str:
    """The word in one script; nothing where a letter has no twin there."""
    made = "".join(letter if _script(letter) == script else table.get(letter, " ") for letter in word)
    return "" if " " in made else made


def _particle(word: str, table: Mapping[str, str], language: Language | None) -> str:
    """A word of one or two letters («о», «с») that stands in Latin ones."""
    if language is None or len(word) > 2 or not word.islower() or not all(letter in table for letter in word):
        return word
    made = "".join(table[letter] for letter in word)
    return made if made in language.words else word


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    """``LATIN`` and ``CYRILLIC``; letters of the phonetic alphabet that stand for Kazakh ones count as Latin."""
    return unicodedata.name(letter, "").partition(" ")[0]


def _table(language: Language) -> Mapping[str, str]:
    known = {**LOOKALIKES, **language.instead}
    return {ours: theirs for ours, theirs in known.items() if theirs.casefold() in language.letters}


def _merged(tables: Iterable[Mapping[str, str]]) -> Mapping[str, str]:
    found: dict[str, str] = dict(LOOKALIKES)
    for table in tables:
        for ours, theirs in table.items():
            found.setdefault(ours, theirs)
    return found


_TO_LATIN = {theirs: ours for ours, theirs in reversed(list(LOOKALIKES.items())) if ours.isascii()}
