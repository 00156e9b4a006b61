"""Which item of the unified list each row of a new edition is.

A row is matched to a known item by code, else by owner and title in any language, never by number. What
stays over gets suggestions: the same item under another title or with another owner, or a part of an item
that was split. A person decides; :mod:`.decisions` holds what they decided against what is possible.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from .candidates import Candidates, Likeness, title_keys
from .difference import code_of
from .items import Item, Owner

T = TypeVar("T")
Kind = Literal["same_as", "split_of"]
Params = Mapping[str, object]
#: a row that has so much of an item's title has it all
WHOLE = 0.95
#: words shown as the reason of a suggestion
MOST_WORDS = 4


@dataclass(frozen=True)
class Tuning:
    """Where likeness ends. Measured on two editions of 150 rows, see the tests.

    :param threshold: from here on a suggestion may be accepted unseen
    :param floor: below this a suggestion is not worth showing
    :param most: suggestions a row
    :param second_best: how much less like its item than another one a row may be and still get it
    :param alike: how much less like the whole than the best one a part of a split may be
    :param taken: what is left of a score when another row is the better match for the item
    """

    threshold: float = 0.45
    floor: float = 0.3
    most: int = 3
    second_best: float = 0.8
    alike: float = 0.75
    taken: float = 0.55


@dataclass(frozen=True)
class Reason:
    """Why something is suggested: ``renamed``, ``moved``, ``moved_and_renamed``, ``split``, with params."""

    code: str
    params: Params = field(default_factory=dict[str, object])


@dataclass(frozen=True)
class Suggestion:
    """Row ``row`` is probably the item ``code``, or a part of it; ``score`` from 0 to 1."""

    row: int
    kind: Kind
    code: str
    score: float
    why: Reason


@dataclass(frozen=True)
class Problem:
    """What stands in the way: a code, the row it concerns, params."""

    code: str
    row: int
    params: Params = field(default_factory=dict[str, object])


@dataclass(frozen=True)
class Matching:
    """Rows are named by their index in the sequence that was matched.

    ``suggestions`` holds, for unmatched rows only, the likely items, best first. ``problems`` are codes in
    the rows themselves that cannot be right.
    """

    matched: Mapping[int, str]
    suggestions: Mapping[int, tuple[Suggestion, ...]]
    unmatched: tuple[int, ...]
    known: frozenset[str]
    threshold: float
    problems: tuple[Problem, ...] = ()


def match(rows: Sequence[Item], known: Sequence[Item], tuning: Tuning | None = None) -> Matching:
    """Match ``rows`` to the items of ``known``, each with its code.

    The answer does not depend on the order of either.
    """
    tuning = tuning or Tuning()
    items = {code_of(item): item for item in sorted(known, key=code_of)}
    matched, problems = _by_code(rows, items)
    matched |= _by_title(rows, items, matched)
    taken = set(matched.values())
    unmatched = tuple(index for index in range(len(rows)) if index not in matched)
    free = {code: item for code, item in items.items() if code not in taken}
    return Matching(
        matched=matched,
        suggestions=_suggest({index: rows[index] for index in unmatched}, free, list(items.values()), tuning),
        unmatched=unmatched,
        known=frozenset(items),
        threshold=tuning.threshold,
        problems=tuple(problems),
    )


def _by_code(rows: Sequence[Item], items: Mapping[str, Item]) -> tuple[dict[int, str], list[Problem]]:
    matched: dict[int, str] = {}
    problems: list[Problem] = []
    times = Counter(row.code for row in rows)
    for index, row in enumerate(rows):
        if not row.code:
            continue
        if row.code not in items:
            problems.append(Problem("unknown_code", index, {"code": row.code}))
        elif times[row.code] > 1:
            problems.append(Problem("code_taken_twice", index, {"code": row.code}))
        else:
            matched[index] = row.code
    return matched, problems


def _by_title(rows: Sequence[Item], items: Mapping[str, Item], matched: Mapping[int, str]) -> dict[int, str]:
    """Pairs with the same owner and title, where no other row and no other item fits as well."""
    taken = set(matched.values())
    index = _index((code, item) for code, item in items.items() if code not in taken)
    votes: dict[str, Counter[int]] = defaultdict(Counter)
    choice: dict[int, str] = {}
    for row, item in enumerate(rows):
        if row in matched:
            continue
        code = _most(Counter(code for key in _keys(item) for code in index.get(key, ())))
        if code is not None:
            choice[row] = code
            votes[code][row] = sum(code in index.get(key, ()) for key in _keys(item))
    return {row: code for row, code in choice.items() if _most(votes[code]) == row}


def _most(votes: Counter[T]) -> T | None:
    """The one with most votes; None when there is none, or more than one."""
    best = votes.most_common(2)
    if not best or (len(best) > 1 and best[0][1] == best[1][1]):
        return None
    return best[0][0]


def _index(items: Iterable[tuple[str, Item]]) -> dict[tuple[Owner, str, str], list[str]]:
    index: dict[tuple[Owner, str, str], list[str]] = defaultdict(list)
    for code, item in items:
        for key in _keys(item):
            index[key].append(code)
    return index


def _keys(item: Item) -> Iterator[tuple[Owner, str, str]]:
    return ((item.owner, language, key) for language, key in title_keys(item))


# -- suggestions ---------------------------------------------------------------------------------------


def _suggest(
    rows: Mapping[int, Item], free: Mapping[str, Item], known: Sequence[Item], tuning: Tuning
) -> dict[int, tuple[Suggestion, ...]]:
    candidates = Candidates(rows, free, known)
    found = {row: likely for row in rows if (likely := _likely(candidates.of(row), tuning))}
    given = _assign(found, tuning)
    parts = _parts(found, given, tuning)
    return {
        row: tuple(
            Suggestion(row, kind, likeness.code, round(score, 3), _why(kind, likeness, rows[row], candidates))
            for score, kind, likeness in _ranked(row, likely, given, parts, tuning)
        )
        for row, likely in found.items()
    }


def _likely(likely: list[Likeness], tuning: Tuning) -> list[Likeness]:
    return [likeness for likeness in likely if likeness.score >= tuning.floor]


def _assign(found: Mapping[int, list[Likeness]], tuning: Tuning) -> dict[str, Likeness]:
    """For each item the one row that gets it: the most alike pairs first.

    A row does not fall back on an item much less like it than the one it did not get: then it is rather a
    part of that one, or new.
    """
    pairs = [
        likeness
        for likely in found.values()
        for likeness in likely
        if likeness.score >= max(tuning.threshold, tuning.second_best * likely[0].score)
    ]
    given: dict[str, Likeness] = {}
    served: set[int] = set()
    for likeness in sorted(pairs, key=lambda pair: (-pair.score, pair.code, -pair.title, pair.row)):
        if likeness.code not in given and likeness.row not in served:
            given[likeness.code] = likeness
            served.add(likeness.row)
    return given


def _parts(
    found: Mapping[int, list[Likeness]], given: Mapping[str, Likeness], tuning: Tuning
) -> set[tuple[int, str]]:
    """(row, code) of the parts of items that seem to be split: several rows, none of which has the whole."""
    served = {likeness.row for likeness in given.values()}
    claims: dict[str, list[Likeness]] = defaultdict(list)
    for row, likely in found.items():
        best = likely[0]
        holder = given.get(best.code)
        if row not in served and holder is not None and _is_part(best, holder, tuning):
            claims[best.code].append(best)
    return {(part.row, code) for code, others in claims.items() for part in (given[code], *others)}


def _is_part(part: Likeness, holder: Likeness, tuning: Tuning) -> bool:
    if holder.same_title or holder.whole >= WHOLE or part.score < tuning.threshold:
        return False
    return part.score >= tuning.alike * holder.score


def _ranked(
    row: int,
    likely: Iterable[Likeness],
    given: Mapping[str, Likeness],
    parts: set[tuple[int, str]],
    tuning: Tuning,
) -> list[tuple[float, Kind, Likeness]]:
    """Best first; an item that is another row's better match keeps only a part of its score."""
    ranked: list[tuple[float, Kind, Likeness]] = []
    for likeness in likely:
        own = (holder := given.get(likeness.code)) is None or holder.row == row
        if (row, likeness.code) in parts:
            ranked.append((likeness.score, "split_of", likeness))
        else:
            ranked.append((likeness.score * (1 if own else tuning.taken), "same_as", likeness))
    kept = [entry for entry in ranked if entry[0] >= tuning.floor]
    return sorted(kept, key=lambda entry: (-entry[0], entry[2].code))[: tuning.most]


def _why(kind: Kind, likeness: Likeness, row: Item, candidates: Candidates) -> Reason:
    item = candidates.item(likeness.code)
    words = {} if likeness.same_title else {"words": candidates.shared_words(likeness, MOST_WORDS)}
    if kind == "split_of":
        return Reason("split", words)
    if likeness.same_owner:
        return Reason("renamed", words)
    code = "moved" if likeness.same_title else "moved_and_renamed"
    return Reason(code, {"from": item.owner, "to": row.owner, **words})
