"""E-mail as octets (RFC 5322, 2045, 2047), put together by hand: the library's way costs a millisecond a message.

Nothing that a header is given can end its line: control characters become spaces.
"""
from __future__ import annotations

import re
from base64 import b64encode
from binascii import b2a_base64
from collections.abc import Iterable, Mapping
from hashlib import sha256

__all__ = ["encoded_address", "header", "mailbox", "multipart", "safe_headers", "unstructured"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x80-\x9f\u2028\u2029]+")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
#: what a message may not say of itself: who it is from and to, and how it is built
_OURS = frozenset({
    "bcc", "cc", "content-transfer-encoding", "content-type", "content-disposition", "date", "from", "message-id",
    "mime-version", "received", "resent-bcc", "resent-cc", "resent-to", "return-path", "sender", "subject", "to",
    "dkim-signature",
})
#: octets of one encoded word: 75 letters at most, its frame among them
_WORD = 42
#: letters of a line of base64, in octets before encoding
_LINE = 57
_FOLD = 76


def safe_headers(own: Mapping[str, str], given: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Our headers and those of the message, which replace ours but for what a message may not say of itself."""
    allowed = {name: value for name, value in given.items() if _NAME.fullmatch(name) and name.lower() not in _OURS}
    replaced = {name.lower() for name in allowed}
    yield from ((name, value) for name, value in own.items() if name.lower() not in replaced)
    yield from allowed.items()


def header(name: str, value: str) -> str:
    """One header whose value is text, with its line's end; folded, and encoded where it is not ASCII."""
    return f"{name}: {unstructured(name, value)}\r\n"


def unstructured(name: str, value: str) -> str:
    """Text for the header ``name``: as it is where it may be, else as encoded words."""
    clean = _CONTROL.sub(" ", value).strip()
    if clean.isascii() and "=?" not in clean:
        return _folded(name, clean)
    return "\r\n ".join(_words(clean, _WORD - len(name)))


def _folded(name: str, value: str) -> str:
    """Lines broken at spaces; a word that is longer than a line stays whole."""
    if len(name) + 2 + len(value) <= _FOLD:
        return value
    lines, line = [], ""
    room = _FOLD - len(name) - 2
    for word in value.split(" "):
        if line and len(line) + 1 + len(word) > room:
            lines.append(line)
            line, room = word, _FOLD - 1
        else:
            line = f"{line} {word}" if line else word
    return "\r\n ".join([*lines, line])


def _words(text: str, first: int) -> Iterable[str]:
    """Encoded words: no character is parted, the first is shorter by the header's name."""
    piece, size, room = [], 0, max(first, 12)
    for char in text:
        octets = char.encode("utf-8", "replace")
        if size + len(octets) > room:
            yield _word(piece)
            piece, size, room = [], 0, _WORD
        piece.append(octets)
        size += len(octets)
    yield _word(piece)


def _word(piece: list[bytes]) -> str:
    return f"=?utf-8?b?{b64encode(b''.join(piece)).decode()}?="


def mailbox(name: str, address: str) -> str:
    """A header's address with a name before it."""
    clean = _CONTROL.sub(" ", name).strip()
    if not clean:
        return address
    if not clean.isascii() or "=?" in clean:
        return "\r\n ".join([*_words(clean, _WORD - 8), f"<{address}>"])
    if not _ATOMS.fullmatch(clean):
        clean = '"' + clean.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{clean} <{address}>"


def encoded_address(address: str) -> str | None:
    """An address as it is handed to a server: its domain in ASCII; None where it cannot be one.

    Letters before the ``@`` stay as they are: a server must be asked whether it takes them (RFC 6531).
    """
    local, at, domain = address.rpartition("@")
    if not (at and local and domain) or _CONTROL.search(address) or any(char in address for char in " <>(),;:\\\"[]"):
        return None
    try:
        return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"
    except UnicodeError:
        return None


def multipart(head: str, text: str, html: str, *, utf8: bool = False) -> bytes:
    """The whole message: text, or text and page as alternatives.

    :param head: its headers, each with its line's end.
    :param utf8: the head may have other letters than ASCII, as the server allows.
    """
    start = (head + "MIME-Version: 1.0\r\n").encode("utf-8" if utf8 else "ascii", "replace")
    if not html:
        return start + _part("plain", text)
    mark = b"=_" + sha256(text.encode("utf-8", "replace")).hexdigest()[:32].encode()
    return b"".join((
        start, b'Content-Type: multipart/alternative;\r\n boundary="', mark, b'"\r\n\r\n--', mark, b"\r\n",
        _part("plain", text), b"\r\n--", mark, b"\r\n", _part("html", html), b"\r\n--", mark, b"--\r\n",
    ))


def _part(subtype: str, text: str) -> bytes:
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    lines = "\r\n".join(text.splitlines()) + "\r\n"
    return head.encode() + _base64(lines.encode("utf-8", "replace"))


def _base64(octets: bytes) -> bytes:
    return b"\r\n".join(
        b2a_base64(octets[start:start + _LINE], newline=False) for start in range(0, len(octets), _LINE)
    ) + b"\r\n"
