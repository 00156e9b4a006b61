"""The archive that a workbook is: opened only as far as the limits allow, and never believed."""
from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from xml.parsers import expat

from ckanext.civic_list.workbook.limits import Limits, RefusedFileError

__all__ = ["Archive"]

_CHUNK = 1 << 16
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MACROS = ("vbaproject", "vbadata", "macrosheets/", "dialogsheets/", "activex/", "embeddings/")
_OUTSIDE = ("externallinks/", "connections.xml", "querytables/", "webextensions/")
_MACRO_TYPES = ("macroenabled", "vbaproject", "macrosheet")
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
#: an archive that says of itself that it unpacks to more than so many times its size holds no list
_RATIO, _SMALL = 250, 1_000_000


class Archive:
    """The parts of a workbook.

    What is unpacked is counted as it comes, whatever the headers say; a part is given out piece by piece.

    :raises RefusedFileError: on opening and on reading: ``file_damaged``, ``file_encrypted``, ``file_entities``,
        ``file_external``, ``file_inflated``, ``file_macros`` or ``file_type``.
    """

    def __init__(self, content: bytes, limits: Limits) -> None:
        self._limits = limits
        self._left = limits.unpacked
        with _damage():
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            self._entries = {entry.filename.lstrip("/").casefold(): entry for entry in self._zip.infolist()}
            self._check(self._zip.infolist(), len(content))

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._entries

    def feed(self, name: str, parser: expat.XMLParserType) -> None:
        """Parse a part with the parser; one that declares a document type is refused before it is read further."""
        parser.StartDoctypeDeclHandler = _refuse_doctype
        fed = 0
        try:
            for chunk in self._chunks(name):
                parser.Parse(chunk, False)
                fed += len(chunk)
                if fed - parser.CurrentByteIndex > self._limits.tag:
                    raise RefusedFileError("file_damaged")
            parser.Parse(b"", True)
        except (expat.ExpatError, UnicodeError, ValueError) as error:
            raise RefusedFileError("file_damaged") from error

    def look_through(self, read: set[str]) -> None:
        """Look into the parts that nobody reads, so that a file is either harmless or refused."""
        for name in self._entries.keys() - {name.casefold() for name in read}:
            if name.endswith((".xml", ".rels", ".vml")):
                self._look_into(name)

    def _look_into(self, name: str) -> None:
        try:
            self.feed(name, expat.ParserCreate())
        except RefusedFileError as refusal:
            if refusal.code != "file_damaged":
                raise

    def _chunks(self, name: str) -> Iterator[bytes]:
        entry = self._entries.get(name.casefold())
        if entry is None:
            raise RefusedFileError("file_damaged")
        with _damage(), self._zip.open(entry) as part:
            while chunk := part.read(_CHUNK):
                self._left -= len(chunk)
                if self._left < 0:
                    raise RefusedFileError("file_inflated")
                yield chunk

    def _check(self, entries: list[zipfile.ZipInfo], size: int) -> None:
        said = sum(entry.file_size for entry in entries)
        if len(entries) > self._limits.entries or said > max(_SMALL, min(self._limits.unpacked, _RATIO * size)):
            raise RefusedFileError("file_inflated")
        if any(entry.flag_bits & 1 for entry in entries):
            raise RefusedFileError("file_encrypted")
        if len(self._entries) < len(entries) or any(entry.compress_type not in _METHODS for entry in entries):
            raise RefusedFileError("file_damaged")
        self._check_parts()

    def _check_parts(self) -> None:
        if "xl/workbook.xml" not in self or "[content_types].xml" not in self:
            raise RefusedFileError("file_macros" if self._has(_MACROS) else "file_type")
        if self._has(_MACROS) or any(map(self._is_ole, self._entries.values())) or self._declares_macros():
            raise RefusedFileError("file_macros")
        if self._has(_OUTSIDE):
            raise RefusedFileError("file_external")

    def _has(self, marks: tuple[str, ...]) -> bool:
        return any(mark in name for name in self._entries for mark in marks)

    def _is_ole(self, entry: zipfile.ZipInfo) -> bool:
        if entry.is_dir():
            return False
        with self._zip.open(entry) as part:
            return part.read(len(_OLE)) == _OLE

    def _declares_macros(self) -> bool:
        found: list[str] = []
        parser = expat.ParserCreate()
        parser.StartElementHandler = lambda _, attributes: found.append(attributes.get("ContentType", "").casefold())
        self.feed("[Content_Types].xml", parser)
        return any(mark in declared for declared in found for mark in _MACRO_TYPES)


def _refuse_doctype(*_: object) -> None:
    raise RefusedFileError("file_entities")


@contextmanager
def _damage() -> Iterator[None]:
    """Whatever is wrong with an archive, the person can do one thing: save the file again."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise RefusedFileError("file_damaged") from error
