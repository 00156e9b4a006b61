"""A remote file looked at with as little traffic as its server allows.

The ladder: a conditional request; else the ETag, else Last-Modified (each vetoed by another Content-Length); else the
file is fetched and its content compared. Headers may say that nothing changed; that something did is said by the
content only, and by headers (``http_header``) where the file is too big or does not come whole. How often a host may
be asked is the caller's to decide.
"""
from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from time import monotonic
from typing import IO
from urllib.parse import urljoin

from ckanext.civic_core.outside import Answer, RefusedAddressError, UnreachableError, asked, pieces
from ckanext.civic_list.content.digest import digest_of
from ckanext.civic_list.content.seen import Former, Seen, of_content

__all__ = ["Limits", "look_at_remote"]

_REDIRECTS = 3
_FAULTS = {401: "forbidden", 403: "forbidden", 404: "not_found", 410: "not_found"}


@dataclass(frozen=True)
class Limits:
    """How much of a remote file is taken, for how long, and whether the network inside may be asked.

    :param max_size: bytes; :param deadline: seconds for one look, redirects and all.
    """

    max_size: int
    deadline: float
    allow_private: bool = False


@dataclass(frozen=True)
class _Signs:
    """What the headers say of a file."""

    etag: str
    last_modified: str
    length: int

    @classmethod
    def of(cls, answer: Answer) -> _Signs:
        length = answer.headers.get("Content-Length", "")
        plain = answer.headers.get("Content-Encoding", "identity") == "identity"
        return cls(
            answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", ""),
            int(length) if length.isdecimal() and plain else 0,
        )

    def compared(self, former: Former) -> Iterator[tuple[str, bool]]:
        """The signs that both looks have, the strongest first, and whether each is the same."""
        if self.etag and former.etag:
            yield "etag", self.etag.removeprefix("W/") == former.etag.removeprefix("W/")
        if self.last_modified and former.last_modified:
            yield "last_modified", self.last_modified == former.last_modified
        if self.length and former.size:
            yield "length", self.length == former.size


class _TooBigError(Exception):
    """The file is larger than the portal takes."""


def look_at_remote(
    url: str, format: str, former: Former | None, ignore_columns: Collection[str], limits: Limits
) -> Seen:
    """Look at the file at an http or https address; whatever goes wrong is a fault in the answer, never an error."""
    until = monotonic() + limits.deadline
    try:
        with _followed(url, _conditions(former), until, limits) as answer:
            return _judged(answer, format, former, ignore_columns, limits, until)
    except RefusedAddressError:
        return Seen(how="http_header", fault="refused_address")
    except UnreachableError:
        return Seen(how="http_header", fault="unreachable")


def _conditions(former: Former | None) -> dict[str, str]:
    """Only of a file whose content is known may a server say that it has not changed."""
    headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
    if former and former.content:
        if former.etag:
            headers["If-None-Match"] = former.etag
        if former.last_modified:
            headers["If-Modified-Since"] = former.last_modified
    return headers


@contextmanager
def _followed(url: str, headers: dict[str, str], until: float, limits: Limits) -> Iterator[Answer]:
    for _ in range(_REDIRECTS + 1):
        with asked(url, headers, until, allow_private=limits.allow_private) as answer:
            target = answer.headers.get("Location") if answer.status in {301, 302, 303, 307, 308} else None
            if target is None:
                yield answer
                return
        url = urljoin(url, target)
    raise UnreachableError("too many redirects")


def _judged(
    answer: Answer, format: str, former: Former | None, ignore_columns: Collection[str], limits: Limits, until: float
) -> Seen:
    signs = _Signs.of(answer)
    if former and former.content and (method := _same(answer, signs, former)):
        return Seen(
            how="http_header", content=former.content, bytes=former.bytes, size=former.size, method=method,
            etag=signs.etag or former.etag, last_modified=signs.last_modified or former.last_modified,
            opened=True, changed=False,
        )
    if answer.status != 200:
        return Seen(how="http_header", fault=_FAULTS.get(answer.status, "unreachable"))
    try:
        with TemporaryFile() as file:
            _download(answer, signs, file, limits, until)
            found = digest_of(file, format, ignore_columns)
    except _TooBigError:
        return _by_headers(signs, former, "too_big")
    except UnreachableError:
        return _by_headers(signs, former, "unreachable")
    return of_content(found, former, "checksum", "checksum", etag=signs.etag, last_modified=signs.last_modified)


def _same(answer: Answer, signs: _Signs, former: Former) -> str:
    """The rung that says that nothing changed; a length by itself never does."""
    if answer.status == 304:
        return "not_modified"
    found = dict(signs.compared(former)) if answer.status == 200 else {}
    strongest = next(iter(found), "length")
    return strongest if strongest != "length" and found[strongest] and found.get("length", True) else ""


def _download(answer: Answer, signs: _Signs, file: IO[bytes], limits: Limits, until: float) -> None:
    size = signs.length
    if size > limits.max_size:
        raise _TooBigError
    size = 0
    for piece in pieces(answer, until):
        size += len(piece)
        if size > limits.max_size:
            raise _TooBigError
        file.write(piece)
    file.seek(0)


def _by_headers(signs: _Signs, former: Former | None, fault: str) -> Seen:
    """What headers say of a file that cannot be had: the strongest sign that both looks have decides."""
    compared = list(signs.compared(former)) if former else []
    method, same = compared[0] if compared else ("", None)
    return Seen(
        how="http_header", size=signs.length, etag=signs.etag, last_modified=signs.last_modified, method=method,
        fault=fault, changed=None if same is None else not same,
    )
