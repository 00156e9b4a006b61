"""How much a file may hold before it is refused: nobody's list is larger, and memory stays bounded."""
from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Limits", "RefusedFileError"]


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes, numbers of things."""

    file: int = 10_000_000
    unpacked: int = 80_000_000
    entries: int = 500
    cells: int = 600_000
    rows: int = 60_000
    columns: int = 200
    text: int = 32_767


class RefusedFileError(Exception):
    """The file is not opened; ``code`` says why."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params
