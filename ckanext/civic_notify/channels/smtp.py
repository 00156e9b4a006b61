"""E-mail through an SMTP server: one line for many messages, each answered on its own."""
from __future__ import annotations

import re
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from time import monotonic

from ckanext.civic_core import clock
from ckanext.civic_notify.channels import mime
from ckanext.civic_notify.channels.base import Message, Outcome
from ckanext.civic_notify.channels.faults import fault_of
from ckanext.civic_notify.channels.kinds import KINDS

__all__ = ["Server", "Smtp"]

#: messages of one line: servers end longer ones by themselves, in the middle of something
_MOST = 100
#: after so many seconds without a message the server is asked whether it is still there, later the line is closed
_ASK, _IDLE = 5, 60
_NOT_IN_KEY = re.compile(r"[^A-Za-z0-9._-]")
_ENHANCED = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}")
_LOCAL_PART = 64
#: answers to RCPT that are about the address, not about us or about now
_NO_SUCH = frozenset({550, 551, 553})
_NOT_ABOUT_ADDRESS = ("5.2.", "5.3.", "5.4.", "5.7.")
_OUR_SENDER = ("5.1.7", "5.1.8")


@dataclass(frozen=True, slots=True)
class Server:
    """Where e-mail is handed over, and how.

    :param tls: ``starttls``, ``tls`` or ``none``; the certificate is always checked.
    :param name: what we call ourselves, and the right part of every Message-ID.
    :param timeout: seconds for each answer.
    """

    host: str
    port: int
    tls: str
    name: str
    timeout: float = 10
    ca_file: str = ""
    user: str = ""
    password: str = ""


class _AnsweredError(Exception):
    """The server's answer decides what becomes of the message."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.code)
        self.outcome = outcome


class Smtp:
    """An adapter for e-mail. Not for several threads at once."""

    name = "email"
    capabilities = KINDS["email"]

    def __init__(
        self, server: Server, *, sender: str, sender_name: str = "", reply_to: str = "", bounces: str = "",
        most: int = _MOST,
    ) -> None:
        self._server, self._bounces, self._most = server, bounces, most
        self._sender = mime.encoded_address(sender) or sender
        self._head = f"From: {mime.mailbox(sender_name, self._sender)}\r\nAuto-Submitted: auto-generated\r\n"
        self._reply_to = reply_to
        self._list_id = mime.header("List-Id", f"<news.{server.name}>")
        self._line: smtplib.SMTP | None = None
        self._sent, self._last = 0, 0.0

    # --- one message --------------------------------------------------------------------------------------

    def send(self, message: Message) -> Outcome:
        to = mime.encoded_address(message.to)
        if to is None:
            return Outcome("permanent", code="malformed_address", gone=(message.to,) if message.to else ())
        try:
            self._hand_over(message, to)
        except _AnsweredError as answered:
            return answered.outcome
        except (OSError, smtplib.SMTPException, ValueError) as error:
            self._drop()
            return Outcome("provider_down", code=_said(error))
        return Outcome("accepted", code="250", reference=message.key)

    def _hand_over(self, message: Message, to: str) -> None:
        line = self._begun(message)
        utf8 = not to.isascii()
        if utf8 and not line.has_extn("smtputf8"):
            self._reset()
            raise _AnsweredError(Outcome("permanent", code="address not in ASCII, and the server takes no other"))
        self._judge_recipient(line.rcpt(to), message)
        content = self._content(message, to, utf8)
        code, text = line.docmd("DATA")
        if code != 354:
            self._refused(code, text, "DATA")
        self._finish(line, content)

    def _begun(self, message: Message) -> smtplib.SMTP:
        """A line on which the server took MAIL; one that broke while it was idle is opened again."""
        used = self._line is not None
        try:
            return self._mail(message)
        except (OSError, smtplib.SMTPServerDisconnected, smtplib.SMTPSenderRefused) as error:
            if not used or fault_of(error) == "timeout":
                raise
            self._drop()
            return self._mail(message)

    def _mail(self, message: Message) -> smtplib.SMTP:
        line = self._opened()
        options = [] if message.to.isascii() or not line.has_extn("smtputf8") else ["SMTPUTF8", "BODY=8BITMIME"]
        code, text = line.mail(self._envelope(message.key), options)
        if code == 421:
            raise smtplib.SMTPSenderRefused(code, text, "")
        if code != 250:
            self._refused(code, text, "MAIL")
        return line

    def _judge_recipient(self, answer: tuple[int, bytes], message: Message) -> None:
        code, text = answer
        if code in (250, 251, 252):
            return
        enhanced = _enhanced(text)
        if code == 552:  # too many recipients, or a full mailbox: later there may be room (RFC 5321, 4.5.3.1.10)
            self._reset()
            raise _AnsweredError(Outcome("temporary", code=_code(code, text, "RCPT")))
        if code >= 500 and _is_gone(code, enhanced):
            self._reset()
            raise _AnsweredError(Outcome("permanent", code=_code(code, text, "RCPT"), gone=(message.to,)))
        self._refused(code, text, "RCPT")

    def _refused(self, code: int, text: bytes, step: str) -> None:
        """An answer that is no consent: what it means, after the line is made ready for the next message."""
        said = _code(code, text, step)
        if code == 421 or code < 400 or (step == "MAIL" and code >= 500) or _enhanced(text) in _OUR_SENDER:
            self._drop()
            raise _AnsweredError(Outcome("provider_down", code=said))
        self._reset()
        raise _AnsweredError(Outcome("permanent" if code >= 500 else "temporary", code=said))

    def _finish(self, line: smtplib.SMTP, content: bytes) -> None:
        """Send the message's text; where no answer comes, nobody knows whether the server has it."""
        whole = False
        try:
            line.send(_dotted(content))
            whole = True
            code, text = line.getreply()
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            self._drop()
            if not whole:
                raise _AnsweredError(Outcome("provider_down", code=f"{fault_of(error)} in DATA")) from error
            raise _AnsweredError(
                Outcome("temporary", code=f"in_doubt: {fault_of(error)} after DATA", doubt=True)
            ) from error
        self._last = monotonic()
        self._sent += 1
        if code != 250:
            self._refused(code, text, "end of DATA")

    # --- the message as octets ----------------------------------------------------------------------------

    def _content(self, message: Message, to: str, utf8: bool) -> bytes:
        key = _NOT_IN_KEY.sub("", message.key)
        head = [
            self._head, f"To: {to}\r\n", mime.header("Subject", message.subject),
            f"Date: {format_datetime(clock.now())}\r\nMessage-ID: <{key}@{self._server.name}>\r\n",
        ]
        head += [_line(name, value) for name, value in mime.safe_headers(self._own(message), message.headers)]
        if message.stop:
            head.append(self._list_id)
        return mime.multipart("".join(head), message.text, message.html, utf8=utf8)

    def _own(self, message: Message) -> dict[str, str]:
        own = {"Content-Language": message.language}
        if self._reply_to:
            own["Reply-To"] = self._reply_to
        if message.stop:
            own["List-Unsubscribe"] = f"<{message.stop}>"
            own["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        return own

    def _envelope(self, key: str) -> str:
        """Where the message goes back to: with the delivery's key in it, as far as there is room."""
        local, at, domain = self._bounces.rpartition("@")
        tagged = f"{local}+{_NOT_IN_KEY.sub('', key)}"
        if not at:
            return self._sender
        return f"{tagged if len(tagged) <= _LOCAL_PART else local}@{domain}"

    # --- the line -----------------------------------------------------------------------------------------

    def _opened(self) -> smtplib.SMTP:
        if self._line is not None:
            rested = monotonic() - self._last
            if self._sent >= self._most or rested > _IDLE:
                self.close()
            elif rested > _ASK and not self._answers():
                self._drop()
        if self._line is None:
            self._line, self._sent, self._last = _connected(self._server), 0, monotonic()
        return self._line

    def _answers(self) -> bool:
        try:
            return self._line is not None and self._line.noop()[0] == 250
        except (OSError, smtplib.SMTPException):
            return False

    def _reset(self) -> None:
        """Make the line ready for the next message."""
        try:
            if self._line is not None and self._line.rset()[0] == 250:
                self._last = monotonic()
                return
        except (OSError, smtplib.SMTPException):
            pass
        self._drop()

    def _drop(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            with suppress(OSError, smtplib.SMTPException):
                line.close()

    def close(self) -> None:
        if self._line is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._line.docmd("QUIT")
        self._drop()


def _connected(server: Server) -> smtplib.SMTP:
    """A line that is encrypted and signed in as configured; nothing is kept of one that is not."""
    trusted = _trusted(server.ca_file) if server.tls != "none" else None
    kind = {"host": server.host, "port": server.port, "local_hostname": server.name, "timeout": server.timeout}
    line = smtplib.SMTP_SSL(**kind, context=trusted) if server.tls == "tls" else smtplib.SMTP(**kind)
    try:
        line.ehlo_or_helo_if_needed()
        if server.tls == "starttls":
            line.starttls(context=trusted)
            line.ehlo()
        if server.user:
            line.login(server.user, server.password)
    except BaseException:
        line.close()
        raise
    return line


@lru_cache(maxsize=4)
def _trusted(ca_file: str) -> ssl.SSLContext:
    """Who may vouch for a server; reading the system's list takes longer than ten messages."""
    return ssl.create_default_context(cafile=ca_file or None)


def _line(name: str, value: str) -> str:
    if name.lower() == "reply-to":
        person, address = parseaddr(value.replace("\r", " ").replace("\n", " "))
        return f"{name}: {mime.mailbox(person, mime.encoded_address(address) or '')}\r\n" if address else ""
    return mime.header(name, value)


def _dotted(content: bytes) -> bytes:
    """The message as it goes over the line: no line of it is the end."""
    return re.sub(rb"(?m)^\.", b"..", content) + b".\r\n"


def _enhanced(text: bytes) -> str:
    found = _ENHANCED.match(text)
    return found[0].decode() if found else ""


def _is_gone(code: int, enhanced: str) -> bool:
    if enhanced in _OUR_SENDER:
        return False
    if enhanced.startswith("5.1.") or enhanced == "5.2.1":
        return True
    return code in _NO_SUCH and not enhanced.startswith(_NOT_ABOUT_ADDRESS)


def _code(code: int, text: bytes, step: str) -> str:
    """The server's numbers only: its words may hold an address."""
    return " ".join(filter(None, (str(code), _enhanced(text), f"to {step}")))


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {type(error).__name__}"
    if isinstance(error, smtplib.SMTPException) and not isinstance(error, smtplib.SMTPServerDisconnected):
        return type(error).__name__
    return fault_of(error)
