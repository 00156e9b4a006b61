"""How much one text is like another, whatever the language.

Words meet through the runs of three letters they share, so inflected and compound words meet without a
dictionary or a list of endings. A run that many texts have («перечень», «по регионам») weighs little, a
rare one much (inverse document frequency); likeness is the cosine between the weighted runs.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import fsum, log, sqrt

WORD = re.compile(r"\w+")
RUN = 3
#: share of runs from which two words with the same first letter are one word inflected
NEAR = 0.55


@dataclass(frozen=True)
class Vector:
    """The weighted runs of one text."""

    weights: Mapping[str, float]
    norm: float


def words(text: str) -> list[str]:
    return WORD.findall(text.casefold())


@lru_cache(maxsize=65536)
def runs(word: str) -> frozenset[str]:
    """The runs of letters of a word, with marks of its beginning and end.

    >>> sorted(runs("дом"))
    ['^до', 'дом', 'ом$']
    """
    marked = f"^{word}$"
    return frozenset(marked[i : i + RUN] for i in range(max(1, len(marked) - RUN + 1)))


def runs_of(text: str) -> frozenset[str]:
    return frozenset(run for word in words(text) for run in runs(word))


class Weights:
    """How much a run of letters tells, learnt from the texts among which it is looked for."""

    def __init__(self, texts: Iterable[frozenset[str]]) -> None:
        self._count = 0
        self._having: Counter[str] = Counter()
        for found in texts:
            self._count += 1
            self._having.update(found)
        self._of = {run: self._weigh(having) for run, having in self._having.items()}
        self._of_unseen = self._weigh(0)

    def of(self, run: str) -> float:
        return self._of.get(run, self._of_unseen)

    def _weigh(self, having: int) -> float:
        return log((1 + self._count) / (0.5 + having))

    def telling(self, found: list[str]) -> list[str]:
        """Words in the order of how much they tell: the mean weight of their runs."""
        return sorted(found, key=lambda word: -fsum(map(self.of, runs(word))) / len(runs(word)))

    def vector(self, found: Iterable[str]) -> Vector:
        weights = {run: self.of(run) for run in found}
        return Vector(weights, sqrt(fsum(weight * weight for weight in weights.values())))


def cosine(a: Vector, b: Vector) -> float:
    """0 for texts with nothing in common, 1 for the same words in any order."""
    if not (a.norm and b.norm):
        return 0.0
    return 1.0 if a is b else _shared(a, b) / (a.norm * b.norm)


def holds(whole: Vector, part: Vector) -> float:
    """How much of ``part`` is found in ``whole``, from 0 to 1."""
    return _shared(whole, part) / part.norm**2 if part.norm else 0.0


def near_words(a: str, b: str) -> list[str]:
    """The words of ``a`` that ``b`` has too, inflected or not, in the order of ``a``."""
    others: dict[str, list[str]] = defaultdict(list)
    for word in words(b):
        others[word[0]].append(word)
    mine = [word for word in dict.fromkeys(words(a)) if len(word) >= RUN]
    return [word for word in mine if any(_near(word, other) for other in others.get(word[0], ()))]


def _near(a: str, b: str) -> bool:
    return a == b or 2 * len(runs(a) & runs(b)) > NEAR * (len(runs(a)) + len(runs(b)))


def _shared(a: Vector, b: Vector) -> float:
    weights, others = a.weights, b.weights
    return fsum(weights[run] * others[run] for run in weights.keys() & others.keys())
