"""How much a file may hold before it is refused: nobody's list is larger, and memory stays bounded."""
from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Limits", "RefusedFileError"]


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes, of texts in characters; numbers of things.

    ``tag`` is how long one piece of XML may be, ``strings`` how long all shared strings together.
    """

    file: int = 10_000_000
    unpacked: int = 80_000_000
    entries: int = 500
    sheets: int = 50
    cells: int = 600_000
    rows: int = 60_000
    columns: int = 200
    merges: int = 60_000
    text: int = 32_767
    strings: int = 40_000_000
    tag: int = 1_000_000


class RefusedFileError(Exception):
    """The file is not opened; ``code`` says why."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params
