"""What the words of a cell mean: an owner, a category, a period, a way, a schedule."""
from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, TypeVar

from .cleaning import as_cyrillic
from .headings import Headings
from .items import Owner, Schedule, Unit
from .titles import title_key

T = TypeVar("T")
_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_BETWEEN = re.compile(r"[,;/\n]| и | және | and ")


@dataclass(frozen=True)
class Name:
    """One way in which lists write an owner: ``kind`` is ``name`` (with its language), ``short`` or ``spelling``."""

    owner: Owner
    text: str
    kind: str
    language: str = ""


@dataclass(frozen=True)
class Language:
    """How texts of a language are told: letters that only it has, words that its titles have, what it is called."""

    code: str
    letters: frozenset[str]
    words: frozenset[str]
    adjective: str


@dataclass(frozen=True)
class Words:
    """Everything that an import must understand. Names of terms are given for every spelling, normalised."""

    owners: Sequence[Name]
    categories: Mapping[str, str]
    periods: Mapping[str, str]
    ways: Mapping[str, str]
    headings: Headings
    languages: Sequence[Language]
    required: Sequence[str]
    total: frozenset[str] = frozenset()
    footnote: frozenset[str] = frozenset()
    category_names: Mapping[str, str] = field(default_factory=dict[str, str])
    period_names: Sequence[str] = ()
    way_names: Sequence[str] = ()
    longest_title: int = 255

    def by_owner_key(self) -> dict[str, Name]:
        return {title_key(name.text): name for name in reversed(self.owners)}


@dataclass(frozen=True)
class Meaning(Generic[T]):
    """What a text means; ``code`` says what was wrong or put right, ``rest`` what of it was not understood."""

    value: T | None = None
    code: str = ""
    expected: str = ""
    rest: str = ""


class Recogniser:
    """Looks texts up; made once for a file."""

    def __init__(self, words: Words, language: str) -> None:
        self._words = words
        self._language = language
        self._owners = words.by_owner_key()
        self._full = sorted(
            {(title_key(name.text), name.owner) for name in words.owners if name.kind == "name"},
            key=lambda pair: -len(pair[0]),
        )
        self._seen: dict[str, Meaning[Owner]] = {}

    def owner(self, text: str) -> Meaning[Owner]:
        """An agency or an owner group."""
        if text not in self._seen:
            self._seen[text] = self._owner(text)
        return self._seen[text]

    def _owner(self, text: str) -> Meaning[Owner]:
        key = title_key(text)
        name = self._owners.get(key)
        if name is None:
            return self._several_or_unknown(key)
        if name.kind == "short":
            return Meaning(name.owner, "agency_short_name", self._official(name.owner))
        if name.kind == "name" and name.language != self._language:
            return Meaning(name.owner, f"agency_name_{name.language}", self._official(name.owner))
        return Meaning(name.owner)

    def _several_or_unknown(self, key: str) -> Meaning[Owner]:
        rest, found = key, set[Owner]()
        for name, owner in self._full:
            if name in rest:
                rest = rest.replace(name, " ")
                found.add(owner)
        parts = [self._owners.get(part.strip()) for part in _BETWEEN.split(key)]
        found |= {part.owner for part in parts if part}
        if len(found) > 1:
            return Meaning(code="several_agencies", expected="; ".join(sorted(map(self._official, found))))
        near = difflib.get_close_matches(key, list(self._owners), n=1, cutoff=0.75)
        if not near and "(" not in key:
            near = self._by_words(key)
        return Meaning(code="agency_unknown", expected=self._official(self._owners[near[0]].owner) if near else "")

    def _by_words(self, key: str) -> list[str]:
        """The name that shares most words by their beginnings: another wording of it."""
        mine = {word[:5] for word in key.split() if len(word) > 3}

        def shared(name: str) -> float:
            words = {word[:5] for word in name.split() if len(word) > 3}
            return len(mine & words) / max(len(words), 1)

        best = max(self._owners, key=shared, default="")
        return [best] if best and shared(best) >= 0.6 else []

    def _official(self, owner: Owner) -> str:
        names = [name for name in self._words.owners if name.owner == owner and name.kind != "short"]
        mine = [name.text for name in names if name.language == self._language]
        return (mine or [name.text for name in names] or [owner.id])[0]

    def category(self, text: str) -> Meaning[str]:
        """A category by its name in any language."""
        code = self._words.categories.get(title_key(text))
        if code is None:
            near = difflib.get_close_matches(title_key(text), list(self._words.categories), n=1, cutoff=0.8)
            return Meaning(code="category_unknown", expected=self._words.category_names.get(
                self._words.categories[near[0]], "") if near else "")
        exact = text in self._words.category_names.values() or not _shouted(text)
        return Meaning(code) if exact else Meaning(code, "category_case", self._words.category_names.get(code, ""))

    def period(self, text: str) -> Meaning[str]:
        """An update period; words after it are kept for the note."""
        known = self._words.periods
        key = _plain(text)
        if key in known:
            untidy = text != text.strip() or _shouted(text.strip())
            return Meaning(known[key], "period_case_and_spaces" if untidy else "")
        parts = [part.strip() for part in _BETWEEN.split(key) if part.strip()]
        codes = {known[part] for part in parts if part in known}
        expected = ", ".join(self._words.period_names)
        if len(codes) > 1:
            return Meaning(code="several_periods", expected=expected)
        if parts and parts[0] in known:
            start = re.split(r"[,;/\n]", text, maxsplit=1)
            return Meaning(known[parts[0]], "period_with_extra_text", rest=start[1].strip() if len(start) > 1 else text)
        return Meaning(code="period_unknown", expected=expected)

    def way(self, text: str) -> Meaning[str]:
        """How the data come."""
        known = self._words.ways
        key = _plain(text)
        if key in known:
            lower = text.strip() == text.strip().lower() and any(_plain(name) != name for name in (text.upper(),))
            name_is_upper = len(text.strip()) <= 4 and lower
            return Meaning(known[key], "way_case" if name_is_upper else "")
        cyrillic = _plain(as_cyrillic(text))
        if cyrillic in known:
            return Meaning(known[cyrillic], "latin_lookalikes")
        parts = [part.strip() for part in _BETWEEN.split(key) if part.strip()]
        codes = {known[part] for part in parts if part in known}
        code = "several_ways" if len(codes) > 1 else "way_unknown"
        return Meaning(code=code, expected=", ".join(self._words.way_names))


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("ё", "е").split())


def _shouted(text: str) -> bool:
    return len(text) > 4 and text == text.upper() and text != text.lower()


_AFTER = ("после", "не позднее", "кейін", "кешіктірмей", "after", "within days")
_WITHIN = ("в течение", "ішінде", "during", "within")
_UNITS: tuple[tuple[Unit, tuple[str, ...]], ...] = (
    ("working_day", ("рабоч", "жұмыс", "working")), ("month", ("месяц", "месяц", "ай ", "айдан", "month")),
)


def schedule(text: str) -> Meaning[Schedule]:
    """«не позднее 20 дней после периода», «в течение периода», "after 20 calendar_day"."""
    key = _plain(text)
    number = re.search(r"\d+", key)
    if number and any(word in key for word in _AFTER):
        unit = next((unit for unit, words in _UNITS if any(word in key for word in words)), "calendar_day")
        return Meaning(Schedule("after", int(number[0]), unit))
    if any(word in key for word in _WITHIN):
        return Meaning(Schedule("within"))
    return Meaning(code="schedule_unknown")


def schedule_text(value: Schedule) -> str:
    """A schedule as the export writes it, to be understood again."""
    unit = {"calendar_day": "calendar days", "working_day": "working days", "month": "months"}[value.unit]
    return "within the period" if value.kind == "within" else f"after {value.days} {unit}"


def day(value: object) -> Meaning[date]:
    """A day: a date cell, ``31.01.2026`` or ``2026-01-31``."""
    if isinstance(value, datetime):
        return Meaning(value.date())
    if isinstance(value, date):
        return Meaning(value)
    text = str(value).strip()
    parts = ((found[3], found[2], found[1]) if (found := _DATE.fullmatch(text)) else
             found.groups() if (found := _ISO.fullmatch(text)) else None)
    try:
        return Meaning(date(*map(int, parts))) if parts else Meaning(code="date_unknown")
    except ValueError:
        return Meaning(code="date_unknown")


def looks_like(text: str, language: Language, others: Sequence[Language]) -> bool:
    """Whether a text is rather in this language than in the others: by its letters, then by its words."""
    words = {word.strip(".,;:()«»\"") for word in text.casefold().split()}
    own = len(words & language.words)
    foreign_letters = any(set(text.casefold()) & other.letters for other in others)
    foreign_words = max((len(words & other.words) for other in others), default=0)
    return own > 0 and own > foreign_words and not foreign_letters


def has_letters_of(text: str, language: Language) -> int:
    """How many words have letters that only this language has."""
    return sum(bool(set(word) & language.letters) for word in text.casefold().split())
