"""What a file of data may ask of the portal: how much of it one row may take, and what is said when it asks more."""
from __future__ import annotations

import io
from typing import Any
from zipfile import ZipFile

__all__ = [
    "MOST_NESTED", "ROW", "Archive", "Meter", "NestedMeter", "TagMeter", "TooBigError", "UnreadableError",
    "UnsupportedFormatError",
]

MB = 1 << 20
#: one row may not take more of its file, nor may what stands before the first row
ROW = 8 * MB
#: a table is not nested deeper; brackets are counted in texts too, so of them more are allowed
MOST_NESTED, _BRACKETS = 256, 4096
#: parts of a workbook that are held in memory whole; a sheet is read as a stream
_PART, _TEXTS, _SHEET = 16 * MB, 64 * MB, 8192 * MB
#: tags in a workbook's list of texts: a million texts
_TAGS = 4_200_000


class UnsupportedFormatError(Exception):
    """The portal cannot look into files of this format."""


class UnreadableError(Exception):
    """The file is not what its format says."""


class TooBigError(UnreadableError):
    """The file unfolds into more than the portal may hold."""


class Meter(io.BufferedIOBase):
    """A stream that stops where no row ends for too long: a file without rows must not fill the memory."""

    def __init__(self, source: Any, most: int = ROW) -> None:
        self._source, self._most = source, most
        self.left = most

    def readable(self) -> bool:
        return True

    def row(self) -> None:
        """A row has ended here."""
        self.left = self._most

    def read(self, size: int | None = -1) -> bytes:
        chunk = self._source.read(self.left + 1 if size is None or size < 0 else size)
        self.left -= len(chunk)
        if self.left < 0:
            raise TooBigError("one row takes too much of the file")
        return chunk

    read1 = read


class NestedMeter(Meter):
    """The same for JSON, which may also be nested too deep: the cost of reading grows with the square of the depth."""

    depth = 0

    def row(self) -> None:
        super().row()
        self.depth = 0

    def read(self, size: int | None = -1) -> bytes:
        chunk = super().read(size)
        opened = chunk.count(b"{") + chunk.count(b"[")
        self.depth = max(0, self.depth + opened - chunk.count(b"}") - chunk.count(b"]"))
        if self.depth > _BRACKETS:
            raise UnreadableError("nested too deep")
        return chunk


class TagMeter(Meter):
    """The same for XML: what it takes of memory is told by its tags rather than by its length."""

    def __init__(self, source: Any, most: int = ROW, tags: int = 500_000) -> None:
        super().__init__(source, most)
        self._most_tags, self.tags = tags, 0

    def row(self) -> None:
        super().row()
        self.tags = 0

    def read(self, size: int | None = -1) -> bytes:
        chunk = super().read(size)
        self.tags += chunk.count(b"<")
        if self.tags > self._most_tags:
            raise TooBigError("too many tags")
        return chunk


class Archive(ZipFile):
    """A workbook's archive whose parts may not unfold without end.

    The size that an archive declares of a part bounds what can be read of it, so it is enough to look there.
    """

    sheet: Meter | None = None
    #: until the rows are read a sheet seems empty: openpyxl would go through it for its dimensions
    listing = True

    def open(self, name: Any, *args: Any, **options: Any) -> Any:
        path = getattr(name, "filename", name)
        is_sheet = "/worksheets/" in path and path.endswith(".xml")
        most = _SHEET if is_sheet else _TEXTS if path.lower().endswith("sharedstrings.xml") else _PART
        if self.getinfo(path).file_size > most:
            raise TooBigError(path)
        if is_sheet and self.listing:
            return io.BytesIO(b"<worksheet/>")
        stream = super().open(name, *args, **options)
        if is_sheet:
            self.sheet = TagMeter(stream)
            return self.sheet
        return TagMeter(stream, most, _TAGS)
