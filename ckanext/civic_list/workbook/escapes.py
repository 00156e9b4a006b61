"""Text that a spreadsheet would take for a formula, written so that it stays text and comes back as it was.

An apostrophe is put before it on export and taken off on import; one that was there already is kept.
"""
from __future__ import annotations

import re

__all__ = ["escaped", "unescaped"]

_RUNS = re.compile(r"'*[=+\-@\t\r\n]")
_ESCAPED = re.compile(r"''*[=+\-@\t\r\n]")


def escaped(text: str) -> str:
    """The text with an apostrophe before it, where a spreadsheet would run it."""
    return f"'{text}" if _RUNS.match(text) else text


def unescaped(text: str) -> str:
    """What was escaped."""
    return text[1:] if _ESCAPED.match(text) else text
