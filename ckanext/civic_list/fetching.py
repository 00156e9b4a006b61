"""A file from a public address: https only, never from inside the network, never more than asked for."""
from __future__ import annotations

import ipaddress
import socket
from time import monotonic
from urllib.parse import SplitResult, urlsplit

import certifi
import urllib3

from ckanext.civic_list.domain.errors import check

__all__ = ["fetch"]

_CONNECT, _READ, _WHOLE = 5, 20, 60
_CHUNK = 1 << 16


def fetch(url: str, most: int) -> bytes:
    """The content of an address, at most ``most`` bytes of it, within a minute; redirects are not followed.

    The name is resolved once and the very address that was checked is asked: a name that changes its address in
    between leads nowhere.

    :raises ckanext.civic_core.domain.errors.Refused: ``url_refused``.
    """
    parts = urlsplit(url)
    check(parts.scheme == "https" and parts.hostname and not parts.username, "url_refused", "url")
    address = _public_address(parts.hostname or "")
    try:
        answer = _ask(address, parts)
        check(answer.status == 200, "url_refused", "url")
        return _read(answer, most)
    except (urllib3.exceptions.HTTPError, OSError):
        check(False, "url_refused", "url")
        raise


def _public_address(host: str) -> str:
    addresses = _addresses(host)
    check(addresses and all(ipaddress.ip_address(one).is_global for one in addresses), "url_refused", "url")
    return addresses[0]


def _addresses(host: str) -> list[str]:
    try:
        return [str(entry[4][0]) for entry in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        return []


def _ask(address: str, parts: SplitResult) -> urllib3.BaseHTTPResponse:
    host = parts.hostname or ""
    pool = urllib3.HTTPSConnectionPool(
        address, 443, server_hostname=host, assert_hostname=host, cert_reqs="CERT_REQUIRED", ca_certs=certifi.where(),
        timeout=urllib3.Timeout(connect=_CONNECT, read=_READ), retries=False,
    )
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return pool.request("GET", path, headers={"Host": host}, redirect=False, preload_content=False)


def _read(answer: urllib3.BaseHTTPResponse, most: int) -> bytes:
    content, until = bytearray(), monotonic() + _WHOLE
    for chunk in answer.stream(_CHUNK):
        content += chunk
        if len(content) >= most or monotonic() > until:
            break
    check(monotonic() <= until, "url_refused", "url")
    return bytes(content[:most])
