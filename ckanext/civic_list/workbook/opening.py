"""Files made into plain sheets, safely: nothing outside the file is read, and no more of it than the limits allow."""
from __future__ import annotations

from typing import BinaryIO

from ckanext.civic_list.domain.sheets import Book, Finding
from ckanext.civic_list.workbook import delimited, spreadsheet
from ckanext.civic_list.workbook.limits import Limits, RefusedFileError

__all__ = ["read"]

_ZIP, _OLE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


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
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise RefusedFileError("file_empty")
    if len(content) > limits.file:
        raise RefusedFileError("file_too_large", most=limits.file // 1_000_000)
    if content.startswith(_OLE):
        raise RefusedFileError("file_encrypted" if _ENCRYPTED in content else "file_old_excel")
    if content.startswith(_ZIP):
        return spreadsheet.read(content, limits)
    start = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_PDF.lower()):
        raise RefusedFileError("file_type")
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<?xml", b"<meta", b"<head", b"<script")):
        raise RefusedFileError("file_html" if b"<?xml" not in start[:6] else "file_type")
    if filename.endswith((".xlsx", ".xlsm", ".xls", ".ods")):
        raise RefusedFileError("file_damaged")
    return delimited.read(content, limits)
