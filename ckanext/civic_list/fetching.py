"""A workbook fetched from a public address."""
from __future__ import annotations

from time import monotonic
from urllib.parse import SplitResult

from ckanext.civic_core import outside
from ckanext.civic_core.outside import Answer, RefusedAddressError, UnreachableError
from ckanext.civic_list.domain.errors import check

__all__ = ["fetch"]

_WHOLE = 60


def fetch(url: str, most: int) -> bytes:
    """The content of a public https address, at most ``most`` bytes of it, within a minute; redirects are not followed.

    :raises ckanext.civic_core.domain.errors.Refused: ``url_refused``.
    """
    try:
        parts = outside.parts_of(url)
        address = outside.checked_address(parts, schemes=("https",))
        with outside.reached():
            answer = _ask(address, parts)
        check(answer.status == 200, "url_refused", "url")
        return _read(answer, most)
    except (RefusedAddressError, UnreachableError):
        check(False, "url_refused", "url")
        raise


def _ask(address: str, parts: SplitResult) -> Answer:
    until = monotonic() + _WHOLE
    connection = outside.connection_to(address, parts, until)
    with outside.cut_at(until, connection):
        return outside.answered(connection, parts, {})


def _read(answer: Answer, most: int) -> bytes:
    content, until = bytearray(), monotonic() + _WHOLE
    for chunk in outside.pieces(answer, until):
        content += chunk
        if len(content) >= most:
            break
    return bytes(content[:most])
