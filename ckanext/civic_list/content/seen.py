"""What a look at a resource's data found, and what is kept of it for the next."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ckanext.civic_list.content.digest import Content

__all__ = ["Former", "How", "Seen", "changed", "of_content"]

How = Literal["upload", "datastore", "checksum", "http_header"]


@dataclass(frozen=True)
class Former:
    """What the last look kept; where ``content`` is empty, the data are always read anew."""

    etag: str = ""
    last_modified: str = ""
    size: int = 0
    bytes: str = ""
    content: str = ""


@dataclass(frozen=True)
class Seen:
    """What was seen of a resource's data.

    :param how: the way the evidence was seen.
    :param content: the digest of the content, of the bytes where the portal has no reader for the format; empty where
        nothing could be read.
    :param bytes: SHA-256 of the file; empty for a DataStore table.
    :param rows: known where the data were read as a table, as are ``columns`` and ``sketch``. Of a remote file that is
        unchanged by its headers (``method`` is ``not_modified``, ``etag`` or ``last_modified`` and ``changed`` is
        False) nothing was read: what the last look found of it holds still.
    :param method: the rung of the ladder that decided: ``not_modified``, ``etag``, ``last_modified``, ``length``,
        ``checksum``, ``file``, ``datastore``; empty where nothing did.
    :param opened: the data could be opened and, where the portal reads the format, read.
    :param fault: ``unreachable``, ``not_found``, ``forbidden``, ``refused_address``, ``too_big``, ``unreadable``,
        ``no_file``; empty if none.
    :param changed: against the former look; None where there was none or nothing can be compared.
    """

    how: How
    content: str = ""
    bytes: str = ""
    size: int = 0
    rows: int | None = None
    columns: tuple[str, ...] = ()
    sketch: bytes = b""
    etag: str = ""
    last_modified: str = ""
    method: str = ""
    opened: bool = False
    fault: str = ""
    changed: bool | None = None

    def kept(self) -> Former:
        """What the next look needs of this one."""
        return Former(self.etag, self.last_modified, self.size, self.bytes, self.content)


def of_content(
    found: Content, former: Former | None, how: How, method: str, *, etag: str = "", last_modified: str = ""
) -> Seen:
    """What a file's content says of it."""
    broken = found.fault not in {"", "unsupported"}
    content = "" if broken else found.digest
    return Seen(
        how=how, content=content, bytes=found.bytes_digest, size=found.size, rows=found.rows, columns=found.columns,
        sketch=found.sketch, etag=etag, last_modified=last_modified, method=method, opened=not broken,
        fault=found.fault if broken else "", changed=changed(content, found.bytes_digest, former),
    )


def changed(content: str, bytes_digest: str, former: Former | None) -> bool | None:
    """Whether the data are others than at the last look: the same bytes never are, nor is the same content."""
    if former is None:
        return None
    if bytes_digest and former.bytes == bytes_digest:
        return False
    if content and former.content:
        return content != former.content
    return True if bytes_digest and former.bytes else None
