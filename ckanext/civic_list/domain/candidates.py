"""How much a row of a new edition is like an item that is known, and which items are worth asking about.

Likeness is taken from the title in each language that both have, the composition, the category, and the
owner. Another owner counts as the same one as far as other rows with unchanged titles went the same way.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import fsum

from .items import Item, Owner
from .likeness import Vector, Weights, cosine, holds, near_words, runs_of
from .titles import title_key

#: each title is asked for several times
_key = lru_cache(maxsize=65536)(title_key)

TITLE, COMPOSITION, OWNER, CATEGORY = 0.55, 0.25, 0.15, 0.05
#: what is left of a score when neither the owner nor the title is the same: the pharmacies of one city are
#: not those of another
ELSEWHERE = 0.7
#: how many items are compared with a row in full, and how many entries are read to find them
MOST_COMPARED, MOST_READ = 8, 2000
#: known items from which the weights are learnt
MOST_LEARNT = 2000


@dataclass(frozen=True)
class Likeness:
    """``score`` and ``title`` from 0 to 1; ``same_title``: in some language, by key; ``whole``: how much of
    the item's title the row's title still has."""

    row: int
    code: str
    score: float
    title: float
    whole: float
    same_title: bool
    same_owner: bool


@dataclass(frozen=True)
class _Read:
    item: Item
    titles: Mapping[str, Vector]
    composition: Vector
    keys: frozenset[tuple[str, str]]


class Candidates:
    """The items left over, made ready to be looked up by likeness.

    :param rows: those that no item matched
    :param free: by code, the items that no row matched
    :param known: all items, in an order of their own, to learn from what is common
    """

    def __init__(self, rows: Mapping[int, Item], free: Mapping[str, Item], known: Sequence[Item]) -> None:
        step = -(-len(known) // MOST_LEARNT) or 1
        self._weights = Weights(map(_all_runs, (*known[::step], *rows.values())))
        self._compositions: dict[tuple[str, ...], Vector] = {}
        self._items = {code: self._read(item) for code, item in free.items()}
        self._rows = {row: self._read(item) for row, item in rows.items()}
        self._by_run = _postings(self._items)
        self._by_key: dict[tuple[str, str], list[str]] = defaultdict(list)
        for code, read in self._items.items():
            for key in read.keys:
                self._by_key[key].append(code)
        self._flow = self._find_flow()

    def of(self, row: int) -> list[Likeness]:
        """The items most like ``row``, best first; ties by code."""
        found = [self._likeness(row, code) for code in self._worth_comparing(self._rows[row])]
        return sorted(found, key=lambda likeness: (-likeness.score, likeness.code))

    def item(self, code: str) -> Item:
        return self._items[code].item

    def shared_words(self, likeness: Likeness, most: int) -> dict[str, list[str]]:
        """By language, the words of the row's title that the item's title has too, the most telling first."""
        title, other = self._rows[likeness.row].item.title, self.item(likeness.code).title
        found = {language: near_words(text, other.get(language, "")) for language, text in title.items()}
        return {lang: self._weights.telling(shared)[:most] for lang, shared in found.items() if shared}

    def _read(self, item: Item) -> _Read:
        titles = {lang: self._weights.vector(runs_of(text)) for lang, text in item.title.items() if text}
        return _Read(item, titles, self._composition(item.composition), title_keys(item))

    def _composition(self, parts: tuple[str, ...]) -> Vector:
        """Many items have the same parts: each composition is weighed once."""
        if parts not in self._compositions:
            self._compositions[parts] = self._weights.vector(runs_of(" ".join(parts)))
        return self._compositions[parts]

    def _find_flow(self) -> dict[tuple[Owner, Owner], float]:
        """For each (former, new) owner, how sure it is that items go that way: 1/2, 2/3, 3/4, ..."""
        went: Counter[tuple[Owner, Owner]] = Counter()
        for read in self._rows.values():
            went.update({(self.item(code).owner, read.item.owner) for code in self._with_key(read)})
        return {way: times / (times + 1) for way, times in went.items()}

    def _with_key(self, read: _Read) -> set[str]:
        return {code for key in read.keys for code in self._by_key.get(key, ())}

    def _worth_comparing(self, read: _Read) -> list[str]:
        """Those with the same title, and those that share the most weight of runs, the rarest runs first."""
        shared: dict[str, float] = defaultdict(float)
        left = MOST_READ
        weights = _weight_of(read)
        for run in _greatest_first(weights):
            having = self._by_run.get(run, ())
            left -= len(having)
            if left < 0:
                break
            for code in having:
                shared[code] += weights[run]
        best = _greatest_first(shared)[:MOST_COMPARED]
        return sorted({*best, *self._with_key(read)})

    def _likeness(self, row: int, code: str) -> Likeness:
        new, old = self._rows[row], self._items[code]
        same = bool(new.keys & old.keys)
        title = 1.0 if same else _over_languages(new, old, cosine)
        owner = self._same_owner(old.item.owner, new.item.owner)
        parts = [(TITLE, title), (OWNER, owner)]
        parts.append((CATEGORY, float(new.item.category == old.item.category)))
        if new.composition.norm and old.composition.norm:
            parts.append((COMPOSITION, cosine(new.composition, old.composition)))
        score = fsum(weight * value for weight, value in parts) / fsum(weight for weight, _ in parts)
        return Likeness(
            row=row,
            code=code,
            score=score if same else score * (ELSEWHERE + (1 - ELSEWHERE) * owner),
            title=title,
            whole=1.0 if same else _over_languages(new, old, holds),
            same_title=same,
            same_owner=new.item.owner == old.item.owner,
        )

    def _same_owner(self, former: Owner, new: Owner) -> float:
        return 1.0 if former == new else self._flow.get((former, new), 0.0)


def title_keys(item: Item) -> frozenset[tuple[str, str]]:
    """(language, what the title is compared by) for each language that has a title."""
    return frozenset((language, _key(text)) for language, text in item.title.items() if text)


def _all_runs(item: Item) -> frozenset[str]:
    return runs_of(" ".join([*item.title.values(), *item.composition]))


def _weight_of(read: _Read) -> dict[str, float]:
    weights: dict[str, float] = {}
    for vector in (*read.titles.values(), read.composition):
        weights.update(vector.weights)
    return weights


def _greatest_first(values: Mapping[str, float]) -> list[str]:
    return sorted(sorted(values), key=values.__getitem__, reverse=True)


def _postings(items: Mapping[str, _Read]) -> dict[str, list[str]]:
    postings: dict[str, list[str]] = defaultdict(list)
    for code, read in items.items():
        for run in _weight_of(read):
            postings[run].append(code)
    return postings


def _over_languages(new: _Read, old: _Read, measure: Callable[[Vector, Vector], float]) -> float:
    """The mean over the languages in which both have a title; 0 when there is none."""
    both = sorted(new.titles.keys() & old.titles.keys())
    return fsum(measure(new.titles[lang], old.titles[lang]) for lang in both) / len(both) if both else 0.0
