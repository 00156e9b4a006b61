"""HTTP to providers: lines that stay open for the next message, in a bounded time, to addresses that may be asked."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import monotonic
from urllib.parse import SplitResult

from urllib3.connection import HTTPConnection

from ckanext.civic_core import clock, outside
from ckanext.civic_notify.channels.faults import fault_of

__all__ = ["FaultError", "Lines", "Reply"]

#: lines kept at a time; seconds after which an idle one is not used again
_KEPT, _IDLE = 8, 30
#: octets of an answer that are read
_MOST = 1 << 16
_LONGEST_WAIT = 24 * 3600
#: so near to its end a line was cut because its time was over
_EDGE = 0.05


class FaultError(Exception):
    """There is no answer.

    :ivar code: ``refused_address``, or as :func:`.faults.fault_of` says.
    :ivar sent: the request had gone, or may have: it may have been done.
    """

    def __init__(self, code: str, *, sent: bool = False) -> None:
        super().__init__(code)
        self.code, self.sent = code, sent


@dataclass(frozen=True, slots=True)
class Reply:
    """What a provider answered."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def retry_after(self) -> float | None:
        """Seconds that the provider asks to wait, whether it says how many or until when; a day at most."""
        given = self.headers.get("Retry-After", "").strip()
        if not given:
            return None
        try:
            seconds = float(given) if given.isdecimal() else _until(given)
        except (TypeError, ValueError):
            return None
        return min(max(seconds, 0.0), _LONGEST_WAIT)


def _until(given: str) -> float:
    return (parsedate_to_datetime(given) - clock.now()).total_seconds()


@dataclass
class _Kept:
    connection: HTTPConnection
    used: float


class Lines:
    """Asks providers. Redirects are not followed, proxies of the environment not used. Not for several threads.

    :param timeout: seconds for one request, from the look-up of the name to the last octet of the answer.
    :param allow_private: addresses inside the network may be asked as well.
    :param ca_file: of authorities to be trusted instead of those that browsers trust.
    """

    def __init__(
        self, *, timeout: float, allow_private: bool = False, schemes: tuple[str, ...] = ("https",), ca_file: str = "",
    ) -> None:
        self._timeout, self._allow_private = timeout, allow_private
        self._schemes, self._ca_file = schemes, ca_file
        self._kept: dict[tuple[str, str], _Kept] = {}

    def ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Reply:
        """The answer to one request.

        :raises FaultError: where there is none.
        """
        until = monotonic() + self._timeout
        try:
            parts = outside.parts_of(url)
            connection = self._connection(parts, until)
        except outside.RefusedAddressError as error:
            raise FaultError("refused_address") from error
        except outside.UnreachableError as error:
            raise FaultError(_named(error)) from error
        return self._asked(connection, parts, until, method, headers, body)

    def _asked(
        self, connection: HTTPConnection, parts: SplitResult, until: float, method: str, headers: Mapping[str, str],
        body: bytes | None,
    ) -> Reply:
        sent = False
        try:
            with outside.cut_at(until, connection), outside.reached():
                if connection.is_closed:
                    connection.connect()
                sent = True
                answer = outside.answered(connection, parts, headers, method=method, body=body)
                content = answer.read(_MOST)
                whole = not answer.read(1)
        except outside.UnreachableError as error:
            self._forget(connection)
            late = monotonic() >= until - _EDGE
            raise FaultError("timeout" if late else _named(error), sent=sent) from error
        if not whole:
            self._forget(connection)
        return Reply(answer.status, answer.headers, content.decode("utf-8", "replace"))

    def _connection(self, parts: SplitResult, until: float) -> HTTPConnection:
        """A kept line that is still whole, or a new one to an address that was checked just now."""
        place = (parts.scheme, parts.netloc)
        kept = self._kept.pop(place, None)
        if kept and (monotonic() - kept.used > _IDLE or not kept.connection.is_connected):
            kept.connection.close()
            kept = None
        if kept is None:
            address = outside.checked_address(parts, schemes=self._schemes, allow_private=self._allow_private)
            kept = _Kept(outside.connection_to(address, parts, until, self._ca_file), 0.0)
        kept.used = monotonic()
        self._kept[place] = kept
        while len(self._kept) > _KEPT:
            self._kept.pop(next(iter(self._kept))).connection.close()
        return kept.connection

    def _forget(self, connection: HTTPConnection) -> None:
        connection.close()
        self._kept = {place: kept for place, kept in self._kept.items() if kept.connection is not connection}

    def close(self) -> None:
        """End all lines."""
        for kept in self._kept.values():
            kept.connection.close()
        self._kept.clear()


def _named(error: outside.UnreachableError) -> str:
    """The fault in one word; a name without addresses has no cause."""
    return fault_of(error.__cause__) if error.__cause__ else "unknown_host"
