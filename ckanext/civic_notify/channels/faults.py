"""What went wrong on a line, in one word: it is shown to operators, and no address may be in it."""
from __future__ import annotations

import socket
import ssl

import urllib3
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError, ReadTimeoutError

__all__ = ["fault_of"]

_WORDS: tuple[tuple[str, tuple[type[BaseException], ...]], ...] = (
    ("tls", (ssl.SSLError, ssl.CertificateError, urllib3.exceptions.SSLError)),
    ("unknown_host", (socket.gaierror, NameResolutionError)),
    ("refused", (ConnectionRefusedError,)),
    ("no_connection", (NewConnectionError,)),  # is a ConnectTimeoutError as well
    ("timeout", (TimeoutError, ConnectTimeoutError, ReadTimeoutError)),
)


def fault_of(error: BaseException) -> str:
    """``tls``, ``timeout``, ``unknown_host``, ``refused``, ``no_connection`` or ``dropped``."""
    causes, one = [], error
    while one is not None and len(causes) < 6:
        causes.append(one)
        one = one.__cause__ or one.__context__
    for word, kinds in _WORDS:
        if any(isinstance(cause, kinds) for cause in causes):
            return word
    return "dropped"
