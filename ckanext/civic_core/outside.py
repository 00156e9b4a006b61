"""What is asked of addresses outside: never from inside the network, never longer than one is ready to wait.

A name is resolved once and the very address that was checked is asked: a name that changes its address in between
leads nowhere. Redirects are not followed.
"""
from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPException
from time import monotonic
from urllib.parse import SplitResult, quote, urlsplit

import certifi
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

__all__ = [
    "Answer", "RefusedAddressError", "UnreachableError", "answered", "asked", "checked_address", "connection_to",
    "cut_at", "parts_of", "pieces", "reached",
]

_CONNECT, _READ = 5, 20
_CHUNK = 1 << 16
_PORTS = {"http": 80, "https": 443}
#: what stays as it is in a path: people paste addresses with letters of their language
_SAFE = "%/:=&?~#+!$,;'@()*[]"
_IPv4 = ipaddress.IPv4Address
#: addresses in which a gateway finds an older one (RFC 6052)
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")

Answer = urllib3.BaseHTTPResponse


class RefusedAddressError(Exception):
    """The portal does not ask this address."""


class UnreachableError(Exception):
    """Nobody answers there, or not in time."""


@contextmanager
def asked(url: str, headers: Mapping[str, str], until: float, *, allow_private: bool = False) -> Iterator[Answer]:
    """The answer of an http or https address to a GET; its body is read by ``pieces``; redirects are not followed.

    :param until: the instant of ``time.monotonic`` at which the connection is cut, whatever it is doing.
    :param allow_private: addresses inside the network may be asked as well.
    :raises RefusedAddressError: where the portal does not ask there.
    :raises UnreachableError: where nobody answers, or not in time.
    """
    parts = parts_of(url)
    address = checked_address(parts, schemes=("http", "https"), allow_private=allow_private)
    with reached():
        connection = connection_to(address, parts, until)
    with cut_at(until, connection):
        with reached():
            answer = answered(connection, parts, headers)
        try:
            yield answer
        finally:
            connection.close()


def pieces(answer: Answer, until: float) -> Iterator[bytes]:
    """The body as it comes, in pieces.

    :raises UnreachableError: where it does not come whole, or not in time.
    """
    with reached():
        while chunk := answer.read1(_CHUNK):
            if monotonic() > until:
                break
            yield chunk
    if monotonic() > until or getattr(answer, "length_remaining", 0):
        raise UnreachableError("not whole in time")


@contextmanager
def reached() -> Iterator[None]:
    """:raises UnreachableError: instead of whatever a network can raise."""
    try:
        yield
    except (urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError) as error:
        raise UnreachableError(str(error)) from error


def parts_of(url: str) -> SplitResult:
    """The parts of an address.

    :raises RefusedAddressError: where it is none.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise RefusedAddressError(url) from error
    return parts


def connection_to(address: str, parts: SplitResult, until: float, ca_file: str = "") -> HTTPConnection:
    """A connection, not opened yet, to the address that was checked; a certificate must be the name's.

    :param ca_file: of authorities to be trusted instead of those that browsers trust.
    """
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    patience = min(_CONNECT, max(0.01, until - monotonic()))
    if parts.scheme == "http":
        return HTTPConnection(address, port, timeout=patience)
    return HTTPSConnection(
        address, port, timeout=patience, server_hostname=host, assert_hostname=host,
        cert_reqs="CERT_REQUIRED", ca_certs=ca_file or certifi.where(),
    )


def answered(
    connection: HTTPConnection, parts: SplitResult, headers: Mapping[str, str], *, method: str = "GET",
    body: bytes | None = None,
) -> Answer:
    """The answer's head; opens the connection where it is closed."""
    if connection.is_closed:
        connection.connect()
    if connection.sock:
        connection.sock.settimeout(_READ)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    sent = {"User-Agent": "ckanext-civic", **headers, "Host": parts.netloc}
    connection.request(method, quote(path, safe=_SAFE), body=body, headers=sent, preload_content=False)
    return connection.getresponse()


@contextmanager
def cut_at(until: float, connection: HTTPConnection) -> Iterator[None]:
    """Cut the connection at an instant: a server that sends a letter a second must not hold the portal."""
    guard = threading.Timer(max(0.0, until - monotonic()), _cut, [connection])
    guard.daemon = True
    guard.start()
    try:
        yield
    finally:
        guard.cancel()


def _cut(connection: HTTPConnection) -> None:
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)


# --- which addresses --------------------------------------------------------------------------------------


def checked_address(parts: SplitResult, *, schemes: tuple[str, ...], allow_private: bool = False) -> str:
    """The one address that a name has and that may be asked.

    :raises RefusedAddressError: for another scheme, a password in the address, or where one of the name's addresses
        is not public; :raises UnreachableError: for a name without addresses.
    """
    if parts.scheme not in schemes or not parts.hostname or parts.username or parts.password:
        raise RefusedAddressError(parts.scheme)
    addresses = _addresses(parts.hostname)
    if not addresses:
        raise UnreachableError(parts.hostname)
    if not all(_may_ask(one, allow_private) for one in addresses):
        raise RefusedAddressError(parts.hostname)
    return addresses[0]


def _may_ask(address: str, allow_private: bool) -> bool:
    try:
        found = _meant(ipaddress.ip_address(address))
    except ValueError:
        return False
    if found.is_multicast or found.is_link_local or found.is_unspecified:
        return False
    return found.is_global or (allow_private and (found.is_private or found.is_loopback))


def _meant(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The older address that a newer one carries, as a gateway would read it."""
    if isinstance(address, _IPv4):
        return address
    if address in _TRANSLATED:
        return _IPv4(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _addresses(host: str) -> list[str]:
    try:
        return [str(entry[4][0]) for entry in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        return []
