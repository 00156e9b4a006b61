"""A file from a public address: https only, never from inside the network, never more than asked for."""
from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

import requests

from ckanext.civic_list.domain.errors import check

__all__ = ["fetch"]

_TIMEOUT = (5, 20)
_CHUNK = 1 << 16


def fetch(url: str, most: int) -> bytes:
    """The content of an address, at most ``most`` bytes of it; redirects are not followed.

    :raises ckanext.civic_core.domain.errors.Refused: ``url_refused``.
    """
    parts = urlsplit(url)
    check(parts.scheme == "https" and parts.hostname and not parts.username, "url_refused", "url")
    check(all(ipaddress.ip_address(one).is_global for one in _addresses(parts.hostname or "")), "url_refused", "url")
    try:
        with requests.get(url, stream=True, timeout=_TIMEOUT, allow_redirects=False) as answer:
            check(answer.status_code == 200, "url_refused", "url")
            content = bytearray()
            for chunk in answer.iter_content(_CHUNK):
                content += chunk
                if len(content) >= most:
                    break
            return bytes(content[:most])
    except requests.RequestException:
        check(False, "url_refused", "url")
        raise


def _addresses(host: str) -> list[str]:
    try:
        return [str(entry[4][0]) for entry in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)]
    except OSError:
        check(False, "url_refused", "url")
        raise
