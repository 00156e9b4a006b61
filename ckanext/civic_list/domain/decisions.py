"""What people decided about the rows that no item matched, held against what is possible."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .matching import Matching, Problem, Suggestion


@dataclass(frozen=True)
class Existing:
    """The row is the item with this code."""

    code: str


@dataclass(frozen=True)
class New:
    """The row is an item that no edition had."""


@dataclass(frozen=True)
class SplitOf:
    """The row is a new item that came out of the item with this code."""

    code: str


Identity = Existing | New | SplitOf
Decision = Mapping[str, object]


@dataclass(frozen=True)
class Resolved:
    """Who each row is, by its index; complete only without problems."""

    identity: Mapping[int, Identity]
    problems: tuple[Problem, ...] = ()


def decide(
    matching: Matching, decisions: Mapping[int, Decision], *, accept_suggestions: bool = False
) -> Resolved:
    """Settle the identity of every row.

    :param decisions: by index of the row ``{"same_as": code}``, ``{"split_of": code}`` or ``{"new": True}``
    :param accept_suggestions: take the first suggestion that reaches the threshold and is still possible
        for rows without a decision; rows that have none are new

    A row without suggestions needs no decision. Problems: ``unknown_code``, ``code_taken_twice``,
    ``unknown_row``, ``malformed_decision``, ``already_matched``, ``undecided``, ``split_of_surviving``
    (the item stays in the edition as another row), ``split_in_one`` (a single part is the item itself).
    """
    read, problems = _read(matching, decisions)
    identity: dict[int, Identity] = {row: Existing(code) for row, code in matching.matched.items()}
    for row in matching.unmatched:
        if row in read:
            identity[row] = read[row]
    if accept_suggestions:
        identity |= _accepted(matching, identity, decisions)
    for row in matching.unmatched:
        if row not in identity and row not in decisions:
            if accept_suggestions or not matching.suggestions.get(row):
                identity[row] = New()
            else:
                problems.append(Problem("undecided", row))
    problems += _contradictions(identity)
    in_order = sorted([*matching.problems, *problems], key=lambda problem: problem.row)
    return Resolved(dict(sorted(identity.items())), tuple(in_order))


def _read(
    matching: Matching, decisions: Mapping[int, Decision]
) -> tuple[dict[int, Identity], list[Problem]]:
    read: dict[int, Identity] = {}
    problems: list[Problem] = []
    for row, decision in decisions.items():
        identity = _identity(decision)
        problem = _problem(matching, row, identity)
        if problem is not None:
            problems.append(problem)
        elif identity is not None:
            read[row] = identity
    return read, problems


def _identity(decision: Decision) -> Identity | None:
    """What a decision says; None when it says nothing or two things."""
    match dict(decision):
        case {"same_as": str(code), **others} if code and not others:
            return Existing(code)
        case {"split_of": str(code), **others} if code and not others:
            return SplitOf(code)
        case {"new": True, **others} if not others:
            return New()
        case _:
            return None


def _problem(matching: Matching, row: int, identity: Identity | None) -> Problem | None:
    if row not in matching.matched and row not in matching.unmatched:
        return Problem("unknown_row", row)
    if identity is None:
        return Problem("malformed_decision", row)
    if not isinstance(identity, New) and identity.code not in matching.known:
        return Problem("unknown_code", row, {"code": identity.code})
    code = matching.matched.get(row)
    if code is not None and identity != Existing(code):
        return Problem("already_matched", row, {"code": code})
    return None


def _accepted(
    matching: Matching, settled: Mapping[int, Identity], decisions: Mapping[int, Decision]
) -> dict[int, Identity]:
    """The suggestions that can be accepted, the surest first."""
    kept = {identity.code for identity in settled.values() if isinstance(identity, Existing)}
    split = {identity.code for identity in settled.values() if isinstance(identity, SplitOf)}
    accepted: dict[int, Identity] = {}
    for suggestion in _surest_first(matching):
        row, code = suggestion.row, suggestion.code
        if row in settled or row in decisions or row in accepted or code in kept:
            continue
        if suggestion.kind == "split_of":
            accepted[row] = SplitOf(code)
            split.add(code)
        elif code not in split:
            accepted[row] = Existing(code)
            kept.add(code)
    return accepted


def _surest_first(matching: Matching) -> list[Suggestion]:
    certain = [
        suggestion
        for suggestions in matching.suggestions.values()
        for suggestion in suggestions
        if suggestion.score >= matching.threshold
    ]
    return sorted(certain, key=lambda suggestion: (-suggestion.score, suggestion.row))


def _contradictions(identity: Mapping[int, Identity]) -> Iterator[Problem]:
    kept: dict[str, list[int]] = defaultdict(list)
    parts: dict[str, list[int]] = defaultdict(list)
    for row, who in identity.items():
        if isinstance(who, Existing):
            kept[who.code].append(row)
        elif isinstance(who, SplitOf):
            parts[who.code].append(row)
    for code, rows in kept.items():
        if len(rows) > 1:
            yield from (Problem("code_taken_twice", row, {"code": code, "rows": tuple(rows)}) for row in rows)
    for code, rows in parts.items():
        if code in kept:
            yield from (Problem("split_of_surviving", row, {"code": code}) for row in rows)
        elif len(rows) == 1:
            yield Problem("split_in_one", rows[0], {"code": code})
