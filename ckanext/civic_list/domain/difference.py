"""What changed between two editions of the unified list.

Source of the rules: an item keeps its code across editions; numbers are given anew by each edition and are
never an identity; a change of wording that means the same is no change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .items import Item
from .titles import title_key

FIELDS = ("category", "period", "schedule", "first_due", "composition", "way", "theme", "note")


@dataclass(frozen=True)
class Pair:
    """One item as two editions have it."""

    before: Item
    after: Item

    @property
    def code(self) -> str:
        return code_of(self.after)


@dataclass(frozen=True)
class Split:
    """One item of the earlier edition and those of the later one that came out of it."""

    origin: Item
    into: tuple[Item, ...]


@dataclass(frozen=True)
class Change:
    """A field of one item whose value differs; a title here was worded anew without being renamed."""

    code: str
    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Difference:
    """The whole difference. An item may be renamed, moved, changed and renumbered at once.

    ``added``, ``removed``, ``split`` and the survivors (``unchanged`` and all others) exclude each other.
    ``unchanged`` holds what is the same in all but its number. Everything is in the order of the later
    edition, ``removed`` and ``split`` in that of the earlier.
    """

    added: tuple[Item, ...] = ()
    removed: tuple[Item, ...] = ()
    renamed: tuple[Pair, ...] = ()
    moved: tuple[Pair, ...] = ()
    split: tuple[Split, ...] = ()
    changed: tuple[Change, ...] = ()
    renumbered: tuple[Pair, ...] = ()
    unchanged: tuple[Pair, ...] = ()

    def is_empty(self) -> bool:
        return not (self.added or self.removed or self.split or self.renumbered) and not (
            self.renamed or self.moved or self.changed
        )


def compare(a: Sequence[Item], b: Sequence[Item], splits: Mapping[str, str] | None = None) -> Difference:
    """The difference from edition ``a`` to edition ``b``, in linear time.

    :param a: rows of the earlier edition, each with its code
    :param b: rows of the later edition, each with its code
    :param splits: for the code of each part, the code of the item it came out of, of any edition
    :raises ValueError: for a row without code, or a code that one edition has twice
    """
    old, new = _by_code(a), _by_code(b)
    into = _parts(old, new, splits or {})
    pairs = [Pair(old[code], item) for code, item in new.items() if code in old]
    changes = [change for pair in pairs for change in _changes(pair)]
    renamed = [pair for pair in pairs if is_renamed(pair.before, pair.after)]
    moved = [pair for pair in pairs if pair.before.owner != pair.after.owner]
    touched = {change.code for change in changes} | {pair.code for pair in (*renamed, *moved)}
    born = {code_of(part) for parts in into.values() for part in parts}
    return Difference(
        added=tuple(item for code, item in new.items() if code not in old and code not in born),
        removed=tuple(item for code, item in old.items() if code not in new and code not in into),
        renamed=tuple(renamed),
        moved=tuple(moved),
        split=tuple(Split(item, tuple(into[code])) for code, item in old.items() if code in into),
        changed=tuple(changes),
        renumbered=tuple(pair for pair in pairs if pair.before.number != pair.after.number),
        unchanged=tuple(pair for pair in pairs if pair.code not in touched),
    )


def is_renamed(before: Item, after: Item) -> bool:
    """Whether a title that both have in some language is another one.

    A translation that was added or left out, another case or punctuation mark do not rename an item.
    """
    return any(
        after.title.get(language) and title_key(text) != title_key(after.title[language])
        for language, text in before.title.items()
        if text and text != after.title.get(language)
    )


def code_of(item: Item) -> str:
    """The code of an item that must have one."""
    if not item.code:
        raise ValueError(f"row {item.number} has no code")
    return item.code


def _by_code(items: Sequence[Item]) -> dict[str, Item]:
    known: dict[str, Item] = {}
    for item in sorted(items, key=lambda item: item.number):
        if known.setdefault(code_of(item), item) is not item:
            raise ValueError(f"code {item.code} occurs twice")
    return known


def _parts(
    old: Mapping[str, Item], new: Mapping[str, Item], splits: Mapping[str, str]
) -> dict[str, list[Item]]:
    parts: dict[str, list[Item]] = {}
    for code, item in new.items():
        origin = None if code in old else _origin(code, old, splits)
        if origin is not None and origin not in new:
            parts.setdefault(origin, []).append(item)
    return parts


def _origin(code: str, old: Mapping[str, Item], splits: Mapping[str, str]) -> str | None:
    """The nearest item of the earlier edition that ``code`` came out of, through later splits too."""
    seen: set[str] = set()
    while code not in old:
        if code in seen or code not in splits:
            return None
        seen.add(code)
        code = splits[code]
    return code


def _changes(pair: Pair) -> Iterator[Change]:
    before, after = _texts(pair.before.title), _texts(pair.after.title)
    if before != after and not is_renamed(pair.before, pair.after):
        yield Change(pair.code, "title", before, after)
    for field in FIELDS:
        before, after = _value(pair.before, field), _value(pair.after, field)
        if before != after and not (field == "theme" and _without_numbers(before) == _without_numbers(after)):
            yield Change(pair.code, field, before, after)


def _value(item: Item, field: str) -> Any:
    value = getattr(item, field)
    return _texts(value) if field == "theme" else value


def _without_numbers(theme: Mapping[str, str]) -> dict[str, str]:
    """Editions number their themes anew too: a theme is told by its words."""
    return {language: title_key(re.sub(r"\d+", "", text)) for language, text in theme.items()}


def _texts(texts: Mapping[str, str]) -> dict[str, str]:
    return {language: text for language, text in texts.items() if text}
