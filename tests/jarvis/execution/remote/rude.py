"""A server on this machine that behaves as badly as it is told to, and says what it was asked."""

from __future__ import annotations

import json
import os
import socket
import struct
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

HUGE = 2 * 2**30


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        return json.loads(self.body)


class Rude(BaseHTTPRequestHandler):
    """One connection; behaviours write what they like into `wfile`."""

    protocol_version = "HTTP/1.1"

    @property
    def own(self) -> RudeServer:
        return cast(RudeServer, self.server)

    def answer(self) -> None:
        size = int(self.headers.get("Content-Length", 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.own.asked.append(Asked(self.command, self.path, headers, self.rfile.read(size)))
        self.own.heard.set()
        with suppress(ConnectionError, BrokenPipeError):
            self.own.behaviour(self)

    do_GET = do_POST = answer  # noqa: N815 - as http.server calls them

    def reply(self, body: bytes | str, status: int = 200, kind: str = "application/json", **headers: str) -> None:
        content = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def begin(self, **headers: str) -> None:
        """A head with these headers, after which the connection is closed."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        pass


Behaviour = Callable[[Rude], None]


class RudeServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, behaviour: Behaviour) -> None:
        super().__init__(("127.0.0.1", 0), Rude)
        self.behaviour = behaviour
        self.asked: list[Asked] = []
        self.connections = 0
        self.sent = 0
        """Bytes that were written by `huge` and `endless`."""
        self.heard = threading.Event()
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections += 1
        super().process_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # Clients hang up here; that is what is tested.


@contextmanager
def rude(behaviour: Behaviour) -> Generator[RudeServer, None, None]:
    with RudeServer(behaviour) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()


def says(body: Any, status: int = 200, kind: str = "application/json", **headers: str) -> Behaviour:
    """Always the same answer; what is not text or bytes is written as JSON."""
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    return lambda http: http.reply(content, status, kind, **headers)


def leads_to(where: Callable[[Rude], str], status: int = 302) -> Behaviour:
    return lambda http: http.reply("", status, Location=where(http))


def by_path(behaviours: Mapping[str, Behaviour]) -> Behaviour:
    """One behaviour for each path, without its query; 404 for others."""
    return lambda http: behaviours.get(http.path.partition("?")[0], says({"error": "no such place"}, 404))(http)


def half_a_body(http: Rude) -> None:
    http.begin(Content_Length="1000")
    http.wfile.write(b'{"choices": [')


def half_a_chunk(http: Rude) -> None:
    http.begin(Transfer_Encoding="chunked")
    http.wfile.write(b"100\r\n{")


def huge(http: Rude) -> None:
    """Says 2 GB, and sends them."""
    http.begin(Content_Length=str(HUGE))
    _pour(http, lambda piece: piece)


def huge_in_pieces(http: Rude) -> None:
    """Sends 2 GB without having said so."""
    http.begin(Transfer_Encoding="chunked")
    _pour(http, lambda piece: b"%x\r\n%s\r\n" % (len(piece), piece))


def _pour(http: Rude, framed: Callable[[bytes], bytes]) -> None:
    piece = b" " * 65536
    while http.own.sent < HUGE and not http.own.over.is_set():
        http.wfile.write(framed(piece))
        http.own.sent += len(piece)


def endless(http: Rude) -> None:
    """A byte every 20 ms, without end."""
    http.begin(Transfer_Encoding="chunked")
    while not http.own.over.wait(0.02):
        http.wfile.write(b"1\r\n \r\n")
        http.own.sent += 1


def endless_head(http: Rude) -> None:
    """Headers without end."""
    http.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not http.own.over.is_set() and http.own.sent < HUGE:
        http.wfile.write(b"X-More: " + b"y" * 1000 + b"\r\n")
        http.own.sent += 1000


def silent(http: Rude) -> None:
    http.own.over.wait(30)


def resets(http: Rude) -> None:
    """Breaks the connection off."""
    http.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(http.connection.detach())  # other objects hold the connection too, so closing it would not yet end it


def hangs_up(http: Rude) -> None:
    """Closes the connection without a word."""
    http.close_connection = True


def no_http(http: Rude) -> None:
    http.wfile.write(b"+OK POP3 server ready\r\n")
    http.close_connection = True


def not_a_number(http: Rude) -> None:
    http.reply('{"outputs": [{"name": "y", "shape": [1], "datatype": "FP32", "data": [NaN]}], "score": NaN}')


def packed(http: Rude) -> None:
    """A megabyte of blanks in a kilobyte."""
    import gzip

    http.reply(gzip.compress(b" " * 2**20), Content_Encoding="gzip")


def a_page(http: Rude) -> None:
    http.reply("<html>Sign in</html>", kind="text/html; charset=utf-8")
