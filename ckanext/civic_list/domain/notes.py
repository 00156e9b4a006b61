"""What is found while a sheet is read, gathered so that a cell says one thing and not several."""
from __future__ import annotations

from .sheets import Finding, Line, Verdict, letter

#: errors of a text that can be read otherwise
_BESIDE = frozenset({"lost_letters", "html_in_text", "titles_swapped"})


class Notes:
    """The findings of one sheet.

    Where a cell is not understood at all, or its row doubles another, it is not told beside it what was cleaned.
    """

    def __init__(self, sheet: str) -> None:
        self._sheet = sheet
        self._found: list[Finding] = []
        self._failed: set[tuple[int, str]] = set()
        self._settled: set[tuple[int, str]] = set()
        self._broken: set[int] = set()

    def __len__(self) -> int:
        return len(self._found)

    def found(self) -> list[Finding]:
        return [one for one in self._found if one.verdict != "cleaned" or (one.row, one.column) not in self._settled]

    def is_broken(self, row: int) -> bool:
        """Whether the row has an error."""
        return row in self._broken

    def failed(self, row: int, column: int) -> bool:
        """Whether the cell has an error."""
        return (row, letter(column)) in self._failed

    def error(self, line: Line, column: int | None, code: str, expected: str = "", **params: object) -> None:
        self._broken.add(line.number)
        self._failed.add((line.number, _letter(column)))
        if (code not in _BESIDE and not code.startswith("title_")) or code.endswith("_missing"):
            self._settled.add((line.number, _letter(column)))
        self._found.append(self._finding("error", line, column, code, expected, params))

    def cleaned(self, line: Line, column: int | None, code: str, expected: str = "", **params: object) -> None:
        self._found.append(self._finding("cleaned", line, column, code, expected, params))

    def warning(self, line: Line, column: int | None, code: str, expected: str = "", **params: object) -> None:
        self._found.append(self._finding("warning", line, column, code, expected, params))

    def keep(self, finding: Finding) -> None:
        """A finding made elsewhere."""
        self._found.append(finding)

    def break_row(self, line: Line, column: int) -> None:
        """An error of this cell that is told once for its whole column."""
        self._broken.add(line.number)
        self._failed.add((line.number, letter(column)))

    def _finding(
        self, verdict: Verdict, line: Line, column: int | None, code: str, expected: str, params: dict[str, object]
    ) -> Finding:
        value = "" if column is None else line.cell(column).text
        return Finding(verdict, code, self._sheet, line.number, _letter(column), value, expected, params)


def _letter(column: int | None) -> str:
    return "*" if column is None else letter(column)
