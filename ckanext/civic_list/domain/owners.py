"""Who a cell names: an agency by any of its names, or an owner group; and who is probably meant."""
from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

from .items import Owner
from .recognising import Meaning, Name, Words
from .titles import title_key

_LIKE = 0.72
_SHARED = 0.6
_SEARCHES = 500


class Owners:
    """Looks owners up; made once for a file.

    :param language: of the file's headings: names in it are what is expected.
    """

    def __init__(self, words: Words, language: str) -> None:
        self._language = language
        self._accepted = [name for name in words.owners if name.kind != "hint"]
        self._hints = [(title_key(name.text), name) for name in words.owners if name.kind == "hint"]
        self._by_key = {title_key(name.text): name for name in reversed(self._accepted)}
        self._full = sorted((key for key, name in self._by_key.items() if _is_full(key, name)), key=len, reverse=True)
        self._state = sorted({title_key(text) for text in words.marks.state}, key=len, reverse=True)
        self._by_core = self._cores()
        self._official = self._official_names()
        between = "|".join(map(re.escape, words.marks.between))
        self._between = re.compile(rf"[,;/\n+]|\s(?:{between})\s" if between else r"[,;/\n+]")
        self._seen: dict[str, Meaning[Owner]] = {}

    def __call__(self, text: str) -> Meaning[Owner]:
        """An agency or an owner group; the meaning's ``expected`` is its official name."""
        if text not in self._seen:
            self._seen[text] = self._meaning(text)
        return self._seen[text]

    def _meaning(self, text: str) -> Meaning[Owner]:
        key = title_key(text)
        name = self._by_key.get(key) or self._with_gaps(key)
        if name is not None:
            return self._known(name, text)
        owner = self._by_core.get(self._core(key))
        if owner is not None:
            return Meaning(owner, "agency_short_name", self._official[owner])
        several = self._several(text)
        if len(several) > 1:
            return Meaning(code="several_agencies", expected="; ".join(sorted(self._official[one] for one in several)))
        return Meaning(code="agency_unknown", expected=self._likely(key))

    def _known(self, name: Name, text: str) -> Meaning[Owner]:
        official = self._official[name.owner]
        if name.kind == "short":
            return Meaning(name.owner, "agency_short_name", official)
        if name.kind == "name" and name.language not in {"", self._language} and title_key(official) != title_key(text):
            return Meaning(name.owner, f"agency_name_{name.language}", official)
        other_case = text.casefold() == official.casefold() and text != official
        return Meaning(name.owner, "agency_case" if other_case else "", official)

    # --- names without the state's, in short or in full -----------------------------------------------------

    def _cores(self) -> dict[str, Owner | None]:
        """Names without the name of the state; nothing where several bodies share one."""
        found: dict[str, Owner | None] = {}
        for name in self._accepted:
            core = self._core(title_key(name.text))
            if len(core) > 1:
                found[core] = name.owner if found.get(core, name.owner) == name.owner else None
        return found

    def _core(self, key: str) -> str:
        words = f" {key} "
        for state in self._state:
            words = words.replace(f" {state} ", " ")
        return " ".join(words.split())

    def _with_gaps(self, key: str) -> Name | None:
        """The one name that this is, where an encoding left question marks for some of its letters."""
        if "?" not in key or key.count("?") > len(key) // 2:
            return None
        pattern = re.compile(".".join(map(re.escape, key.split("?"))))
        found = [name for known, name in self._by_key.items() if pattern.fullmatch(known)]
        return found[0] if len({name.owner for name in found}) == 1 else None

    # --- several, and unknown ones --------------------------------------------------------------------------

    def _several(self, text: str) -> set[Owner]:
        """All owners whose names make up the text; names may hold commas and conjunctions themselves."""
        parts = [title_key(part) for part in self._between.split(text)]
        found: set[Owner] = set()
        place = 0
        while place < len(parts):
            length, owner = self._longest(parts[place:])
            if owner is not None:
                found.add(owner)
            place += length
        return found | self._within(title_key(text))

    def _longest(self, parts: Sequence[str]) -> tuple[int, Owner | None]:
        for length in range(min(len(parts), 6), 0, -1):
            for mark in (", ", " "):
                key = mark.join(parts[:length]).strip()
                name = self._by_key.get(key)
                owner = name.owner if name else self._by_core.get(self._core(key))
                if owner is not None:
                    return length, owner
        return 1, None

    def _within(self, key: str) -> set[Owner]:
        """Full names that stand somewhere in the text, the longest first, none within another."""
        found: set[Owner] = set()
        if len(key) > 1_000:
            return found
        for known in self._full:
            if known in key:
                key = key.replace(known, "\n")
                found.add(self._by_key[known].owner)
        return found

    def _likely(self, key: str) -> str:
        """The official name of the owner that is probably meant; nothing where none is near."""
        hinted = [name for hint, name in self._hints if f" {hint} " in f" {key} "]
        if hinted:
            return self._official.get(hinted[0].owner, "")
        if len(self._seen) > _SEARCHES or len(key) > 300:
            return ""
        near = difflib.get_close_matches(key, list(self._by_key), n=1, cutoff=_LIKE) or self._by_words(key)
        return self._official[self._by_key[near[0]].owner] if near else ""

    def _by_words(self, key: str) -> list[str]:
        """The name that shares most words by their beginnings: another wording of it."""
        mine = _beginnings(self._core(key))

        def shared(known: str) -> float:
            theirs = _beginnings(self._core(known))
            return len(mine & theirs) / max(len(mine | theirs), 1)

        best = max(self._by_key, key=shared, default="")
        return [best] if best and shared(best) >= _SHARED else []

    def _official_names(self) -> dict[Owner, str]:
        found: dict[Owner, str] = {}
        for name in [*self._preferred(), *self._accepted]:
            found.setdefault(name.owner, name.text)
        return found

    def _preferred(self) -> Iterable[Name]:
        full = [name for name in self._accepted if name.kind != "short"]
        yield from (name for name in full if name.language == self._language)
        yield from full


def _is_full(key: str, name: Name) -> bool:
    return name.kind != "short" and len(key) > 12


def _beginnings(text: str) -> set[str]:
    return {word[:5] for word in text.split() if len(word) > 3}
