"""The small parts of a workbook: which sheets it has, its shared texts, and what its styles say of a cell."""
from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

from ckanext.civic_list.workbook.archive import Archive
from ckanext.civic_list.workbook.limits import Limits, RefusedFileError

__all__ = ["SheetPart", "Style", "Text", "TextReader", "local", "on", "parser", "sheets", "strings", "styles"]

_WORKBOOK = "xl/workbook.xml"


@dataclass(frozen=True)
class SheetPart:
    """A sheet: its name, whether it is hidden, and the part that holds it."""

    name: str
    hidden: bool
    path: str


@dataclass(frozen=True)
class Style:
    """What a style says of a cell."""

    struck: bool = False
    date: bool = False


@dataclass(frozen=True)
class Text:
    """A text with its formatting: struck where all of it is struck through."""

    value: str
    struck: bool = False


def local(name: str) -> str:
    """The name of an element without its namespace's prefix."""
    return name.rpartition(":")[2]


def on(value: str | None) -> bool:
    """What an attribute of type boolean says; an element without it means yes."""
    return value not in {"0", "false", "off"}


def parser(reader: Any) -> expat.XMLParserType:
    """A parser that tells ``reader`` of elements and text."""
    made = expat.ParserCreate()
    made.buffer_text = True
    made.StartElementHandler = reader.start
    made.EndElementHandler = reader.end
    made.CharacterDataHandler = reader.text
    return made


def sheets(archive: Archive, limits: Limits) -> tuple[tuple[SheetPart, ...], bool]:
    """The sheets in their order, and whether days are counted from 1904."""
    book = _Book()
    archive.feed(_WORKBOOK, parser(book))
    targets = _Targets()
    archive.feed("xl/_rels/workbook.xml.rels", parser(targets))
    if not book.sheets or len(book.sheets) > limits.sheets:
        raise RefusedFileError("file_damaged" if not book.sheets else "file_too_many_cells", rows=limits.rows)
    found = (SheetPart(name, hidden, targets.paths.get(id_, "")) for name, hidden, id_ in book.sheets)
    return tuple(part for part in found if part.path), book.from_1904


def strings(archive: Archive, limits: Limits) -> list[Text]:
    """The texts that cells share."""
    reader = _Strings(limits)
    if "xl/sharedStrings.xml" in archive:
        archive.feed("xl/sharedStrings.xml", parser(reader))
    return reader.found


def styles(archive: Archive) -> list[Style]:
    """The styles that cells refer to by their place."""
    reader = _Styles()
    if "xl/styles.xml" in archive:
        archive.feed("xl/styles.xml", parser(reader))
    return reader.found()


class _Silent:
    """A reader of elements whose text does not matter."""

    def end(self, name: str) -> None: ...

    def text(self, data: str) -> None: ...


class _Book(_Silent):
    def __init__(self) -> None:
        self.sheets: list[tuple[str, bool, str]] = []
        self.from_1904 = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if local(name) == "sheet":
            id_ = next((value for key, value in attributes.items() if local(key) == "id" and ":" in key), "")
            self.sheets.append((attributes.get("name", ""), attributes.get("state", "visible") != "visible", id_))
        elif local(name) == "workbookPr":
            self.from_1904 = on(attributes.get("date1904", "0"))


class _Targets(_Silent):
    def __init__(self) -> None:
        self.paths: dict[str, str] = {}

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if attributes.get("Type", "").endswith("/worksheet") and attributes.get("TargetMode") != "External":
            self.paths[attributes.get("Id", "")] = _path(attributes.get("Target", ""))


def _path(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")


class TextReader:
    """The runs of one text, with what is struck through; phonetic hints are no part of it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.clear()

    def clear(self) -> None:
        self._pieces: list[tuple[str, bool]] = []
        self._length = 0
        self._struck = self._reading = self._hint = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "t":
            self._reading = not self._hint
        elif name == "r":
            self._struck = False
        elif name == "strike":
            self._struck = on(attributes.get("val"))
        elif name == "rPh":
            self._hint = True

    def end(self, name: str) -> None:
        if name == "t":
            self._reading = False
        elif name == "rPh":
            self._hint = False

    def text(self, data: str) -> None:
        if not self._reading:
            return
        self._length += len(data)
        if self._length > self._limits.text:
            raise RefusedFileError("file_cell_too_long", most=self._limits.text)
        self._pieces.append((data, self._struck))

    def whole(self) -> Text:
        said = [struck for piece, struck in self._pieces if piece.strip()]
        return Text("".join(piece for piece, _ in self._pieces), bool(said) and all(said))


class _Strings:
    def __init__(self, limits: Limits) -> None:
        self.found: list[Text] = []
        self._limits = limits
        self._length = 0
        self._reader = TextReader(limits)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        name = local(name)
        if name == "si":
            self._reader.clear()
        else:
            self._reader.start(name, attributes)

    def end(self, name: str) -> None:
        name = local(name)
        if name != "si":
            self._reader.end(name)
            return
        whole = self._reader.whole()
        self._length += len(whole.value)
        if self._length > self._limits.strings or len(self.found) > self._limits.cells:
            raise RefusedFileError("file_too_many_cells", rows=self._limits.rows)
        self.found.append(whole)

    def text(self, data: str) -> None:
        self._reader.text(data)


@dataclass
class _Styles(_Silent):
    fonts: list[bool] = field(default_factory=list[bool])
    formats: dict[int, str] = field(default_factory=lambda: dict(BUILTIN_FORMATS))
    cells: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    _within: str = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        name = local(name)
        if name in {"fonts", "cellXfs", "cellStyleXfs", "dxfs"}:
            self._within = name
        elif name == "numFmt":
            self.formats[_number(attributes, "numFmtId")] = attributes.get("formatCode", "")
        elif name == "font" and self._within == "fonts":
            self.fonts.append(False)
        elif name == "strike" and self._within == "fonts" and self.fonts:
            self.fonts[-1] = on(attributes.get("val"))
        elif name == "xf" and self._within == "cellXfs":
            self.cells.append((_number(attributes, "fontId"), _number(attributes, "numFmtId")))

    def found(self) -> list[Style]:
        return [
            Style(font < len(self.fonts) and self.fonts[font], is_date_format(self.formats.get(format_, "General")))
            for font, format_ in self.cells
        ]


def _number(attributes: Mapping[str, str], name: str) -> int:
    value = attributes.get(name, "0")
    return int(value) if value.isdecimal() else 0
