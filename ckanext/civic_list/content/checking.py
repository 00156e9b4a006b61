"""Whether a file holds what a row of the list promises: the parts of its composition among the file's columns.

A part is covered where a column has its telling words, inflected or not. Words that every table has («наименование»,
«количество», «саны») tell something only where they stand alone; a unit of measure tells nothing. A technical name in
Latin letters (``otchetnyi_period``) is read as its Cyrillic spelling too. Between languages nothing is guessed: a part
in Russian is not found in a column in Kazakh; who publishes both has both compared.
"""
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ckanext.civic_list.domain.likeness import near_words, words

__all__ = ["Coverage", "compare"]

#: of the telling words of a part a column must have so many
_ENOUGH = 2 / 3
_UNITS = r"тенге|тг|теңге|га|кв|м2|м3|км|тонн|тонна|т|кг|литр|л|%|ед|шт|чел|адам|дана|процент|пайыз"
_ASIDE = re.compile(rf"\([^)]*\)|,\s*(?:[\w.]+\s+){{0,2}}(?:{_UNITS})\b[\w.\s]*$", re.IGNORECASE)
_COMMON = (
    "наименование название количество число общее общая общий сумма дата номер вид тип данные сведения информация "
    "атауы атау саны жалпы сомасы күні нөмірі түрі деректер мәліметтер name number count total date type kind"
)
_CAMEL = re.compile(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])")
_LATIN = re.compile(r"[a-z]+")
_LETTERS = (
    ("shch", "щ"), ("sch", "щ"), ("yo", "ё"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("ch", "ч"), ("sh", "ш"),
    ("yu", "ю"), ("ju", "ю"), ("iu", "ю"), ("ya", "я"), ("ja", "я"), ("ia", "я"), ("iy", "ий"), ("yi", "ый"),
    ("yy", "ый"), *zip("abvgdezijklmnoprstufhcyqwx", "абвгдезийклмнопрстуфхцыкввк", strict=False),
)
#: a word so long is in each word that begins with it: Kazakh words grow at their end
_ROOT = 4


@dataclass(frozen=True)
class Coverage:
    """The parts of a composition that a file has, and those it lacks, in the order of the row."""

    covered: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Nothing is missing; a row that names no composition misses nothing."""
        return not self.missing


def compare(composition: Sequence[str], columns: Sequence[str]) -> Coverage:
    """Look for each part of a row's composition among the columns of a file.

    >>> compare(["отчетный период", "наименование региона"], ["Отчётный период", "Регион", "Сумма"]).missing
    ()
    """
    spelt = [_spellings(column) for column in columns]
    found = {part: {place for place, column in enumerate(spelt) if _covers(column, part)} for part in composition}
    taken = {place for part, places in found.items() if _tells(part) for place in places}
    covered = [part for part in composition if found[part] and (_tells(part) or found[part] - taken)]
    return Coverage(tuple(covered), tuple(part for part in composition if part not in covered))


def _tells(part: str) -> bool:
    """Whether a part has words of its own: «наименование» has none, and is not the column of «наименование региона»."""
    return len(near_words(_telling(part), _COMMON)) < len(words(_telling(part)))


def _covers(column: Sequence[str], part: str) -> bool:
    needed = _telling(part)
    if not needed:
        return any(part.strip() == spelling for spelling in column)
    return any(_shared(needed, spelling) >= _ENOUGH * len(words(needed)) for spelling in column)


def _shared(needed: str, spelling: str) -> int:
    others = words(spelling)
    near = set(near_words(needed, spelling))
    return sum(
        word in near or (len(word) >= _ROOT and any(other.startswith(word) for other in others))
        for word in words(needed)
    )


def _telling(part: str) -> str:
    """The words of a part that tell it from others; all of them where none does."""
    plain = _plain(_ASIDE.sub(" ", part)) or _plain(part)
    common = set(near_words(plain, _COMMON))
    telling = [word for word in dict.fromkeys(words(plain)) if len(word) >= 3]
    return " ".join([word for word in telling if word not in common] or telling)


def _spellings(column: str) -> list[str]:
    """A heading as it is, and with its Latin letters as Cyrillic ones."""
    plain = _plain(_CAMEL.sub(" ", column)) or column.strip()
    cyrillic = _LATIN.sub(lambda found: _transliterated(found[0]), plain)
    return [plain] if cyrillic == plain else [plain, cyrillic]


def _transliterated(word: str) -> str:
    for latin, letter in _LETTERS:
        word = word.replace(latin, letter)
    return word


def _plain(text: str) -> str:
    return " ".join(words(text.casefold().replace("ё", "е").replace("_", " ")))
