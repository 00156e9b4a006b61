"""What an import must understand, and what the words of a cell mean: a category, a period, a way, a schedule."""
from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, TypeVar

from .headings import Headings
from .items import Owner, Schedule, Unit
from .languages import Language
from .titles import title_key

T = TypeVar("T")
_DATE = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})(?:\s*г\.?)?")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ][\d:.]+)?")
_WORD = re.compile(r"\w+(?:-\w+)*")
_AROUND = " \t\n,;:.–—-"


@dataclass(frozen=True)
class Name:
    """One way in which lists write an owner.

    ``kind`` is ``name`` (with its language), ``short``, ``spelling``, or ``hint``: a wording that suggests the owner
    but is not accepted.
    """

    owner: Owner
    text: str
    kind: str
    language: str = ""


@dataclass(frozen=True)
class Marks:
    """Words that say what a cell holds; all in lower case."""

    placeholders: frozenset[str] = frozenset()
    error_values: frozenset[str] = frozenset()
    between: tuple[str, ...] = ()
    units: frozenset[str] = frozenset()
    personal: frozenset[str] = frozenset()
    #: the state's name as bodies carry it: in short and in full
    state: tuple[str, ...] = ()


@dataclass(frozen=True)
class ScheduleWords:
    """How a schedule is said: words by which it is understood, and how the export writes it."""

    within: tuple[str, ...] = ("within",)
    after: tuple[str, ...] = ("after",)
    units: Mapping[Unit, tuple[str, ...]] = field(default_factory=dict[Unit, tuple[str, ...]])
    names: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Words:
    """Everything that an import must understand. Terms are given by every spelling: :func:`plain` of it -> code.

    ``writings`` are the names of categories exactly as they are written, in all languages.
    """

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
    writings: frozenset[str] = frozenset()
    period_names: Sequence[str] = ()
    way_names: Sequence[str] = ()
    marks: Marks = field(default_factory=Marks)
    schedule: ScheduleWords = field(default_factory=ScheduleWords)
    longest_title: int = 250


@dataclass(frozen=True)
class Meaning(Generic[T]):
    """What a text means; ``code`` says what was wrong or put right, ``rest`` what of it was not understood."""

    value: T | None = None
    code: str = ""
    expected: str = ""
    rest: str = ""


def plain(text: str) -> str:
    """A spelling without case and layout, as vocabularies compare them."""
    return " ".join(text.casefold().replace("ё", "е").split())


def is_small(text: str) -> bool:
    """All in lower case where a name begins with a capital, or all in capitals where it does not go on in them."""
    letters = [one for one in text if one.isalpha()]
    if not letters:
        return False
    begins_small = text.lstrip("«\"(")[:1].islower()
    return begins_small or (len(letters) > 4 and text.upper() == text)


class Terms:
    """Looks categories, periods, ways and schedules up; made once for a file."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._ways = {title_key(text): code for text, code in words.ways.items()}
        self._spans = _by_first_word(words.periods)
        between = "|".join(map(re.escape, words.marks.between))
        self._between = re.compile(rf"[,;/+\n]|\s(?:{between})\s" if between else r"[,;/+\n]")
        self._seen: dict[str, Meaning[str]] = {}

    def category(self, text: str) -> Meaning[str]:
        """A category by its name in any language."""
        key = title_key(text)
        code = self._words.categories.get(key)
        if code is None:
            return self._once(text, lambda: self._no_category(key))
        right = self._words.category_names.get(code, "")
        exact = text in self._words.writings or text == right or (not self._words.writings and not is_small(text))
        return Meaning(code) if exact or not is_small(text) else Meaning(code, "category_case", right)

    def _no_category(self, key: str) -> Meaning[str]:
        near = difflib.get_close_matches(key[:200], list(self._words.categories), n=1, cutoff=0.6)
        names = self._words.category_names
        likely = names.get(self._words.categories[near[0]], "") if near else ""
        return Meaning(code="category_unknown", expected=likely or ", ".join(names.values()))

    def _once(self, text: str, made: Callable[[], Meaning[str]]) -> Meaning[str]:
        """Each unknown text is looked for once, and after very many no more."""
        if text not in self._seen and len(self._seen) < _SEARCHES:
            self._seen[text] = made()
        return self._seen.get(text) or Meaning(code="category_unknown")

    def period(self, text: str) -> Meaning[str]:
        """An update period; words beside it are kept for the note."""
        code = self._words.periods.get(plain(text))
        if code is not None:
            return Meaning(code, "period_case_and_spaces" if is_small(text) else "", text.strip())
        expected = ", ".join(self._words.period_names)
        spans = self._periods_in(text)
        codes = {code for _, _, code in spans}
        if len(codes) > 1:
            return Meaning(code="several_periods", expected=expected)
        rest = _beside(text, spans[0]) if len(spans) == 1 else None
        if rest is None:
            return Meaning(code="period_unknown", expected=expected)
        return Meaning(spans[0][2], "period_with_extra_text", rest=rest)

    def _periods_in(self, text: str) -> list[tuple[int, int, str]]:
        """Where known spellings stand in a text, the longest at each place: start, end, code."""
        words = [(found[0].casefold().replace("ё", "е"), found.start(), found.end()) for found in _WORD.finditer(text)]
        found: list[tuple[int, int, str]] = []
        place = 0
        while place < len(words):
            length, code = self._longest([word for word, _, _ in words[place:]])
            if length:
                found.append((words[place][1], words[place + length - 1][2], code))
            place += length or 1
        return found

    def _longest(self, words: Sequence[str]) -> tuple[int, str]:
        for spelling, code in self._spans.get(words[0], ()):
            if tuple(words[: len(spelling)]) == spelling:
                return len(spelling), code
        return 0, ""

    def way(self, text: str) -> Meaning[str]:
        """How the data come."""
        code = self._words.ways.get(plain(text))
        if code is not None:
            return Meaning(code, "way_case" if _way_is_small(text) else "")
        code = self._ways.get(title_key(text))
        if code is not None:
            return Meaning(code, "latin_lookalikes")
        parts = [title_key(part) for part in self._between.split(text)]
        codes = {self._ways[part] for part in parts if part in self._ways}
        wrong = "several_ways" if len(codes) > 1 else "way_unknown"
        return Meaning(code=wrong, expected=", ".join(self._words.way_names))

    def schedule(self, text: str) -> Meaning[Schedule]:
        """«в течение периода», «20 раб. дн. после периода»."""
        said, known = plain(text), self._words.schedule
        number = re.search(r"\d+", said)
        if any(word in said for word in known.after):
            return Meaning(Schedule("after", int(number[0]), self._unit(said)) if number else Schedule("after"))
        if any(word in said for word in known.within) and number is None:
            return Meaning(Schedule("within"))
        return Meaning(code="schedule_unknown", expected=schedule_text(Schedule("after", 20), known))

    def _unit(self, said: str) -> Unit:
        words = re.findall(r"[^\W\d_]+", said)
        for unit in ("working_day", "month"):
            if any(word.startswith(self._words.schedule.units.get(unit, ())) for word in words):
                return unit
        return "calendar_day"


_SEARCHES = 500


def _by_first_word(spellings: Mapping[str, str]) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for spelling, code in spellings.items():
        words = tuple(_WORD.findall(spelling))
        if words:
            found.setdefault(words[0], []).append((words, code))
    for several in found.values():
        several.sort(key=lambda one: -len(one[0]))
    return found


def _beside(text: str, span: tuple[int, int, str]) -> str | None:
    """The words beside a period; nothing where they stand before it and change what it says («10 раз в год»)."""
    before, after = text[: span[0]], text[span[1] :]
    if before.strip(_AROUND + "(") and not before.rstrip().endswith((",", ";", ":", "–", "—")):
        return None
    kept = [part.strip(_AROUND) for part in (before, after)]
    rest = "; ".join(part.removeprefix("(").removesuffix(")").strip() if _in_brackets(part) else part
                     for part in kept if part)
    return rest or None


def _in_brackets(text: str) -> bool:
    return text.startswith("(") and text.endswith(")") and text.count("(") == 1


def _way_is_small(text: str) -> bool:
    """An abbreviation in other than capitals; of other words as of any name."""
    letters = sum(one.isalpha() for one in text)
    return text != text.upper() if letters <= 4 else is_small(text)


def schedule_text(value: Schedule, words: ScheduleWords) -> str:
    """A schedule as the export writes it, to be understood again."""
    if value.kind == "within":
        return words.names.get("within", "within the period")
    after = words.names.get("after", "after the period")
    if value.days is None:
        return after
    return f"{value.days} {words.names.get(value.unit, value.unit)} {after}"


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
        return Meaning(date(*map(int, parts))) if parts else Meaning(code="date_unknown", expected="31.01.2026")
    except ValueError:
        return Meaning(code="date_unknown", expected="31.01.2026")
