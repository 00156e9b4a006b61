"""Providers on this machine: what they answer is told to them, what they were asked is kept."""
from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


# --- HTTP -------------------------------------------------------------------------------------------------


@dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Answer:
    """``drop`` ends the line without a word; ``wait`` says nothing until the server ends."""

    status: int = 200
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    wait: bool = False


class Provider:
    """A gateway: answers what it was told, one request each, then as usual."""

    def __init__(self, usual: Answer, tls: ssl.SSLContext | None = None) -> None:
        self.usual, self.asked, self.lines = usual, [], 0
        self._next: deque[Answer] = deque()
        self.stop = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                outer.lines += 1
                super().setup()

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.asked.append(Asked(self.command, self.path, dict(self.headers), body))
                outer._answer(self, outer._next.popleft() if outer._next else outer.usual)

            do_GET = do_POST = answer

            def log_message(self, *_: Any) -> None:
                """A line for each request would bury what went wrong."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        if tls:
            self.http.socket = tls.wrap_socket(self.http.socket, server_side=True)
        self.port = self.http.server_port
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def answer_with(self, *answers: Answer) -> None:
        self._next.extend(answers)

    def _answer(self, request: BaseHTTPRequestHandler, answer: Answer) -> None:
        if answer.wait:
            self.stop.wait(10)
        if answer.wait or answer.drop:
            request.close_connection = True
            return
        body = answer.text.encode()
        request.send_response(answer.status)
        for name, value in answer.headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def close(self) -> None:
        self.stop.set()
        self.http.shutdown()
        self.http.server_close()
        self._thread.join()


@contextmanager
def provider(usual: Answer | None = None, tls: ssl.SSLContext | None = None) -> Iterator[Provider]:
    server = Provider(usual or Answer(), tls)
    try:
        yield server
    finally:
        server.close()


# --- SMTP -------------------------------------------------------------------------------------------------


@dataclass
class Mail:
    """One message as it was taken."""

    sender: str
    recipient: str
    options: list[str]
    content: bytes


class Post:
    """A mail server word by word, so that it can break at any of them.

    ``answer_with("RCPT", "550 5.1.1 no")`` tells the next answer to a command; ``DROP`` ends the line, ``WAIT`` says
    nothing more. ``END`` is the answer to the final dot.
    """

    DROP, WAIT = "drop", "wait"

    def __init__(self, tls: ssl.SSLContext | None = None, *, says: tuple[str, ...] = ()) -> None:
        self.tls, self.says = tls, says
        self.mails: list[Mail] = []
        self.commands: list[str] = []
        self.lines = 0
        self.stop = threading.Event()
        self._next: dict[str, deque[str]] = {}
        self._open: set[socket.socket] = set()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def answer_with(self, command: str, *answers: str) -> None:
        self._next.setdefault(command, deque()).extend(answers)

    def hang_up(self) -> None:
        """End every line that is open, as a server does that restarts."""
        for one in list(self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.stop.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self.hang_up()
        self._thread.join()

    def _accept(self) -> None:
        while not self.stop.is_set():
            try:
                one, _ = self._socket.accept()
            except OSError:
                return
            self.lines += 1
            threading.Thread(target=self._serve, args=[one], daemon=True).start()

    def _serve(self, one: socket.socket) -> None:
        self._open.add(one)
        try:
            _Talk(self, one).run()
        except (OSError, EOFError, ssl.SSLError):
            pass
        finally:
            self._open.discard(one)
            one.close()


class _Talk:
    """One line of a :class:`Post`."""

    def __init__(self, post: Post, one: socket.socket) -> None:
        self.post, self.socket = post, one
        self.file = one.makefile("rb")
        self.mail = Mail("", "", [], b"")

    def run(self) -> None:
        self.say("CONNECT", "220 post.example ESMTP")
        while line := self.file.readline():
            words = line.decode().strip()
            command = words.split(" ")[0].upper()
            self.post.commands.append(words)
            getattr(self, "do_" + command.lower(), self.do_other)(words)

    def say(self, command: str, usual: str) -> bool:
        """Answer; whether it was the usual consent."""
        told = self.post._next.get(command)
        text = told.popleft() if told else usual
        if text == Post.WAIT:
            self.post.stop.wait(10)
        if text in (Post.WAIT, Post.DROP):
            self.socket.shutdown(socket.SHUT_RDWR)
            raise EOFError
        self.socket.sendall(text.encode() + b"\r\n")
        return text == usual

    def do_ehlo(self, words: str) -> None:
        extensions = ["8BITMIME", *self.post.says, *(["STARTTLS"] if self.post.tls else [])]
        lines = ["250-post.example", *(f"250-{name}" for name in extensions[:-1]), f"250 {extensions[-1]}"]
        self.say("EHLO", "\r\n".join(lines))

    def do_starttls(self, words: str) -> None:
        if self.say("STARTTLS", "220 go on") and self.post.tls:
            self.post._open.discard(self.socket)
            self.socket = self.post.tls.wrap_socket(self.socket, server_side=True)
            self.post._open.add(self.socket)
            self.file = self.socket.makefile("rb")

    def do_auth(self, words: str) -> None:
        self.say("AUTH", "235 welcome")

    def do_mail(self, words: str) -> None:
        if self.say("MAIL", "250 ok"):
            address, _, options = words.partition(":")[2].partition(">")
            self.mail = Mail(address.strip(" <"), "", options.split(), b"")

    def do_rcpt(self, words: str) -> None:
        if self.say("RCPT", "250 ok"):
            self.mail.recipient = words.partition(":")[2].strip(" <>")

    def do_data(self, words: str) -> None:
        if not self.say("DATA", "354 go on"):
            return
        lines = []
        while (line := self.file.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        self.mail.content = b"".join(lines)
        if self.say("END", "250 2.0.0 taken"):
            self.post.mails.append(self.mail)

    def do_quit(self, words: str) -> None:
        self.say("QUIT", "221 bye")
        raise EOFError

    def do_other(self, words: str) -> None:
        self.say(words.split(" ")[0].upper(), "250 ok")


@contextmanager
def post(tls: ssl.SSLContext | None = None, **given: Any) -> Iterator[Post]:
    server = Post(tls, **given)
    try:
        yield server
    finally:
        server.close()


# --- certificates -----------------------------------------------------------------------------------------


@dataclass
class Certificate:
    """A certificate of nobody but itself, and a server's side of a line with it."""

    file: Path
    server: ssl.SSLContext


def certificate(folder: Path, host: str = "localhost") -> Certificate:
    """Make one for a host; 127.0.0.1 is in it where the host is ``localhost``."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    day = datetime.datetime.now(datetime.UTC)
    names: list[x509.GeneralName] = [x509.DNSName(host)]
    if host == "localhost":
        names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(day - datetime.timedelta(days=1))
        .not_valid_after(day + datetime.timedelta(days=2)).add_extension(x509.SubjectAlternativeName(names), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True).sign(key, hashes.SHA256())
    )
    public, private = folder / f"{host}.pem", folder / f"{host}.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return Certificate(public, context)


