"""What changed between two wordings of a text, word by word."""
from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

_WORD = re.compile(r"\s*\S+")
#: below this likeness two texts are shown as one replaced by the other: scattered common words explain nothing
LEAST = 0.5


@dataclass(frozen=True, slots=True)
class Run:
    """Words that stand together: in both wordings (``same``), only in the old one, or only in the new one."""

    kind: str
    text: str


def changes(before: str, after: str) -> tuple[Run, ...]:
    """Runs of kind ``same``, ``removed`` and ``added`` in reading order, what was removed before what came."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    matcher = difflib.SequenceMatcher(None, [word.strip() for word in old], [word.strip() for word in new], False)
    if matcher.ratio() < LEAST:
        return _kept(("removed", old), ("added", new))
    parts: list[tuple[str, list[str]]] = []
    for tag, i, j, k, m in matcher.get_opcodes():
        parts += [("same", new[k:m])] if tag == "equal" else [("removed", old[i:j]), ("added", new[k:m])]
    return _kept(*parts)


def _kept(*parts: tuple[str, list[str]]) -> tuple[Run, ...]:
    runs = (Run(kind, " ".join("".join(words).split())) for kind, words in parts)
    return tuple(run for run in runs if run.text)
