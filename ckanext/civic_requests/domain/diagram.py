"""The table of steps as people read it: a diagram and a table for the documentation."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from .states import FINAL, MODERATION, MOVES, ROUTING, SUBMITTED, Move

__all__ = ["diagram", "table"]

_HEAD = ("from", "transition", "to", "who", "needs", "clock", "conditions", "event")


def diagram() -> str:
    """A Mermaid state diagram; one arrow for all steps that lead from one state to another."""
    arrows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (state, transition), step in MOVES.items():
        for target in step.to:
            arrows[state, target].append(transition + _only(step))
    lines = ["stateDiagram-v2", *(f"    [*] --> {state}: submit" for state in (MODERATION, ROUTING, SUBMITTED))]
    lines += [f"    {state} --> {target}: {', '.join(steps)}" for (state, target), steps in arrows.items()]
    return "\n".join([*lines, *(f"    {state} --> [*]" for state in FINAL)]) + "\n"


def table() -> str:
    """The same as a table in Markdown, with who may make each step, what it needs and what it does."""
    lines = [_line(_HEAD), _line(("---",) * len(_HEAD))]
    return "\n".join([*lines, *(_line(tuple(_cells(*one, step))) for one, step in MOVES.items())]) + "\n"


def _cells(state: str, transition: str, step: Move) -> Iterator[str]:
    yield state + _only(step)
    yield transition
    yield ", ".join(step.to) + (f" ({step.resolution})" if step.resolution else "")
    yield ", ".join(step.who)
    yield ", ".join(one.name if one.required else f"{one.name}?" for one in step.needs)
    yield step.clock
    yield ", ".join(step.conditions)
    yield step.event.type


def _only(step: Move) -> str:
    """In brackets how it must have ended, where it can end in more than one way."""
    named = ", ".join(one for one in step.only if one)
    return f" ({named})" if named else ""


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"
