"""Files made into plain sheets, safely: nothing outside the file is read, and no more of it than the limits allow."""
from __future__ import annotations

from typing import BinaryIO

from ckanext.civic_list.domain.sheets import Book, Finding
from ckanext.civic_list.workbook import delimited, spreadsheet
from ckanext.civic_list.workbook.limits import Limits, RefusedFileError

__all__ = ["read"]

_ZIP, _OLE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%pdf"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MACRO_NAMES = (".xlsm", ".xltm", ".xlam", ".xlsb")
_TEXT_NAMES = (".csv", ".tsv", ".txt")
_PAGES = (b"<!doctype", b"<html", b"<head", b"<body", b"<table", b"<meta", b"<script", b"<style", b"<!--", b"<div")
_BLANK = b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"


def read(source: BinaryIO, filename: str, limits: Limits | None = None) -> Book:
    """Open a workbook or a table of text.

    :param filename: tells a table of text by its ending; what a file is, its content says.
    :returns: its sheets; a file that is refused has none and one finding that says why.
    """
    limits = limits or Limits()
    content = source.read(limits.file + 1)
    try:
        return _open(content, filename.casefold(), limits)
    except RefusedFileError as refusal:
        finding = Finding("error", refusal.code, "", 1, value=filename, params=refusal.params)
        return Book((), (finding,))


def _open(content: bytes, filename: str, limits: Limits) -> Book:
    if len(content) > limits.file:
        raise RefusedFileError("file_too_large", most=limits.file // 1_000_000)
    if not content.strip(_BLANK):
        raise RefusedFileError("file_empty")
    if content.startswith(_OLE):
        raise RefusedFileError("file_encrypted" if _ENCRYPTED in content else "file_old_excel")
    if filename.endswith(_MACRO_NAMES):
        raise RefusedFileError("file_macros")
    if content.startswith(_ZIP):
        return spreadsheet.read(content, limits)
    _refuse_other_formats(content)
    if not filename.endswith(_TEXT_NAMES):
        raise RefusedFileError("file_type")
    return delimited.read(content, limits)


def _refuse_other_formats(content: bytes) -> None:
    """A web page or another document under the name of a table."""
    start = content[:4096].replace(b"\x00", b"").lstrip(_BLANK).lower()
    if start.startswith(_PAGES) or (start.startswith(b"<?xml") and b"<html" in start):
        raise RefusedFileError("file_html")
    if start.startswith((_PDF, b"<?xml", b"{", b"\x89png", b"{\\rtf", b"\x1f\x8b", b"pk")):
        raise RefusedFileError("file_type")
