"""A remote file: as little traffic as the server allows, never from where it must not come, never without end."""
from __future__ import annotations

import gzip
import io
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import urllib3

from ckanext.civic_core import outside
from ckanext.civic_list.content.remote import Limits, look_at_remote
from ckanext.civic_list.content.seen import Former, Seen

TABLE = "id,район\n1,Ақкөл\n2,Есіл\n".encode()
LIMITS = Limits(max_size=1_000_000, deadline=5, allow_private=True)


class Server:
    """A server on this machine: what it answers by path, and what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.sent = 0
        self.stop = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append((self.path, dict(self.headers)))
                try:
                    outer.answers[self.path](self)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def says(self, path: str = "/a.csv", body: bytes = TABLE, status: int = 200, **headers: str) -> None:
        def answer(request: BaseHTTPRequestHandler) -> None:
            request.send_response(status)
            for name, value in headers.items():
                request.send_header(name.replace("_", "-"), value)
            if "Content_Length" not in headers:
                request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            request.wfile.write(body)
            self.sent += len(body)

        self.answers[path] = answer

    def look(self, former: Former | None = None, path: str = "/a.csv", limits: Limits = LIMITS) -> Seen:
        return look_at_remote(self.url + path, "CSV", former, (), limits)


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    server = Server()
    yield server
    server.http.shutdown()
    server.http.server_close()


@pytest.fixture
def server(running: Server) -> Iterator[Server]:
    running.answers.clear()
    running.asked.clear()
    running.sent = 0
    running.stop.clear()
    yield running
    running.stop.set()


def first(server: Server, **headers: str) -> Former:
    server.says(**headers)
    return server.look().kept()


# --- the ladder -------------------------------------------------------------------------------------------


def test_the_first_look_reads_the_file(server):
    server.says(ETag='"a"', Last_Modified="Mon, 02 Nov 2026 05:00:00 GMT")
    seen = server.look()
    assert (seen.how, seen.method, seen.opened, seen.fault, seen.changed) == ("checksum", "checksum", True, "", None)
    assert (seen.rows, seen.columns, seen.size) == (2, ("id", "район"), len(TABLE))
    assert (seen.etag, seen.last_modified) == ('"a"', "Mon, 02 Nov 2026 05:00:00 GMT")
    assert len(seen.sketch) == 16


def test_a_server_says_that_nothing_changed(server):
    former = first(server, ETag='"a"', Last_Modified="Mon, 02 Nov 2026 05:00:00 GMT")
    server.says(body=b"", status=304, ETag='"a"')
    seen = server.look(former)
    assert (seen.how, seen.method, seen.changed, seen.opened) == ("http_header", "not_modified", False, True)
    assert seen.kept() == former
    asked = server.asked[-1][1]
    assert asked["If-None-Match"] == '"a"'
    assert asked["If-Modified-Since"] == "Mon, 02 Nov 2026 05:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "method"),
    [
        ({"ETag": '"a"'}, "etag"),
        ({"ETag": 'W/"a"'}, "etag"),
        ({"Last_Modified": "Mon, 02 Nov 2026 05:00:00 GMT"}, "last_modified"),
    ],
)
def test_the_same_sign_of_a_server_without_conditions_spares_the_file(server, headers, method):
    former = first(server, **headers)
    sent = server.sent
    seen = server.look(former)
    assert (seen.method, seen.changed, seen.content) == (method, False, former.content)
    assert (seen.rows, seen.sketch) == (None, b"")
    assert server.sent <= sent + len(TABLE)


def test_the_same_tag_with_another_length_is_not_believed(server):
    former = first(server, ETag='"a"')
    server.says(ETag='"a"', body=TABLE + b"3,X\n")
    seen = server.look(former)
    assert (seen.method, seen.changed, seen.rows) == ("checksum", True, 3)


@pytest.mark.parametrize("headers", [{"ETag": '"b"'}, {"Last_Modified": "Tue, 03 Nov 2026 05:00:00 GMT"}, {}])
def test_other_headers_never_say_by_themselves_that_data_changed(server, headers):
    former = first(server, ETag='"a"', Last_Modified="Mon, 02 Nov 2026 05:00:00 GMT")
    server.says(body="id;район\r\n2;Есіл\r\n1;Ақкөл\r\n".encode("utf-8-sig"), **headers)
    seen = server.look(former)
    assert (seen.how, seen.method, seen.changed) == ("checksum", "checksum", False)
    assert seen.bytes != former.bytes


def test_a_changed_cell_of_the_same_length_is_seen_without_any_sign(server):
    former = first(server)
    server.says(body=TABLE.replace(b"1,", b"7,"))
    seen = server.look(former)
    assert (seen.how, seen.changed) == ("checksum", True)


def test_a_file_that_could_not_be_read_is_read_again_whatever_the_headers(server):
    server.says(body=b"<!DOCTYPE html><p>Please sign in", ETag='"a"')
    broken = server.look()
    assert (broken.opened, broken.fault, broken.content) == (False, "unreadable", "")
    again = server.look(broken.kept())
    assert "If-None-Match" not in server.asked[-1][1]
    assert (again.fault, again.changed) == ("unreadable", False)
    server.says(ETag='"a"')
    assert server.look(again.kept()).changed is True


def test_a_compressed_answer_is_the_same_file(server):
    former = first(server)
    server.says(body=gzip.compress(TABLE), Content_Encoding="gzip")
    assert server.look(former).changed is False


# --- what is too much or not there ------------------------------------------------------------------------


@pytest.mark.parametrize("declared", [True, False])
def test_of_a_file_that_is_too_big_only_the_headers_are_compared(server, declared):
    big, small = TABLE + b"3,x\n" * 100, replace(LIMITS, max_size=100)
    server.says(body=big, ETag='"a"', **({} if declared else {"Content_Length": str(1 << 30)}))
    seen = server.look(limits=small)
    assert (seen.how, seen.fault, seen.opened, seen.changed) == ("http_header", "too_big", False, None)
    assert server.look(seen.kept(), limits=small).changed is False
    server.says(body=big, ETag='"b"')
    seen = server.look(seen.kept(), limits=small)
    assert (seen.how, seen.method, seen.changed, seen.content) == ("http_header", "etag", True, "")


def test_a_file_that_grows_beyond_the_limit_without_saying_so_is_let_go(server):
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        while not server.stop.is_set():
            request.wfile.write(b"1,x\n" * 10_000)

    server.answers["/a.csv"] = answer
    assert server.look().fault == "too_big"


def test_a_compressed_bomb_is_let_go(server):
    server.says(body=gzip.compress(b"1,x\n" * 1_000_000), Content_Encoding="gzip")
    assert server.look().fault == "too_big"


@pytest.mark.parametrize(
    ("status", "fault"), [(404, "not_found"), (410, "not_found"), (403, "forbidden"), (500, "unreachable")]
)
def test_a_file_that_is_not_there_has_a_fault(server, status, fault):
    former = first(server, ETag='"a"')
    server.says(body=b"no", status=status, ETag='"a"')
    seen = server.look(former)
    assert (seen.fault, seen.opened, seen.changed, seen.content) == (fault, False, None, "")


def test_a_file_that_breaks_off_is_not_taken_for_a_shorter_one(server):
    server.says(Content_Length=str(len(TABLE) + 50))
    seen = server.look()
    assert (seen.how, seen.fault, seen.opened) == ("http_header", "unreachable", False)


@pytest.mark.parametrize("opening", [b"HTTP/1.0 200 OK\r\n\r\n", b"HTTP/1.0 200 OK\r\nX-Slow: ", b""])
def test_a_server_that_sends_a_letter_now_and_then_is_cut_off(server, opening):
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(opening)
        while not server.stop.wait(0.02):
            request.wfile.write(b"1")
            request.wfile.flush()

    server.answers["/a.csv"] = answer
    assert server.look(limits=replace(LIMITS, deadline=0.25)).fault == "unreachable"


def test_nobody_answers():
    assert look_at_remote("http://127.0.0.1:1/a.csv", "CSV", None, (), LIMITS).fault == "unreachable"
    assert look_at_remote("http://nowhere.invalid/a.csv", "CSV", None, (), LIMITS).fault == "unreachable"


# --- where it must not come from --------------------------------------------------------------------------


def test_a_redirect_is_followed_three_times(server):
    server.says("/1", b"", 302, Location="/2")
    server.says("/2", b"", 301, Location=f"{server.url}/3")
    server.says("/3", b"", 307, Location="a.csv")
    server.says()
    assert server.look(path="/1").rows == 2
    server.says("/0", b"", 308, Location="/1")
    assert server.look(path="/0").fault == "unreachable"


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/latest/meta-data", "file:///etc/passwd", "ftp://127.0.0.1/a", "http://0.0.0.0/",
               "http://[fe80::1]/", "http://user:word@127.0.0.1/", "http://[::ffff:169.254.1.1]/", "http://127.0.0.1:x/"],
)
def test_a_redirect_to_an_address_that_must_not_be_asked_is_refused(server, target):
    server.says(body=b"", status=302, Location=target)
    assert server.look().fault == "refused_address"
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "100.64.0.1", "169.254.169.254", "0.0.0.0",
                "224.0.0.1", "::1", "fd00::1", "fe80::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::",
                "nonsense"],
)
def test_an_address_inside_is_not_asked_unless_the_operator_says_so(server, monkeypatch, address):
    monkeypatch.setattr(outside, "_addresses", lambda host: ["93.184.216.34", address])
    seen = look_at_remote("http://data.example/a.csv", "CSV", None, (), replace(LIMITS, allow_private=False))
    assert (seen.fault, seen.opened, server.asked) == ("refused_address", False, [])


def test_a_name_is_resolved_once_for_each_address_and_sent_as_the_host(server, monkeypatch):
    resolved: list[str] = []
    monkeypatch.setattr(outside, "_addresses", lambda host: resolved.append(host) or ["127.0.0.1"])
    server.says()
    port = server.http.server_port
    seen = look_at_remote(f"http://data.example:{port}/a.csv", "CSV", None, (), LIMITS)
    assert (seen.rows, resolved, server.asked[0][1]["Host"]) == (2, ["data.example"], f"data.example:{port}")


def test_letters_of_a_language_in_an_address_are_sent_as_they_must_be(server):
    server.says("/%D0%B0%20b.csv?q=%D1%8F")
    assert server.look(path="/а b.csv?q=%D1%8F").rows == 2


def test_a_certificate_of_nobody_is_not_trusted(server):
    seen = look_at_remote(server.url.replace("http", "https"), "CSV", None, (), LIMITS)
    assert seen.fault == "unreachable"


def test_a_body_is_read_in_pieces():
    answer = urllib3.HTTPResponse(io.BytesIO(b"x" * 200_000), preload_content=False)
    assert sum(map(len, outside.pieces(answer, outside.monotonic() + 5))) == 200_000
