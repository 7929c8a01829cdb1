"""How the tests' servers answer: whole, in part, or spoiled."""

from __future__ import annotations

import json
import re
import socket
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.hubserver.faults import Cut, Fault, Flipped, Held, NoRanges, Other, Silent, Slow, Status

_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    """Without its query, unquoted."""
    query: dict[str, list[str]]
    headers: Mapping[str, str]
    """Names in lower case."""
    url: str


@dataclass(frozen=True)
class Answer:
    """One answer."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    ranges: bool = False
    """Whether a part of the body may be asked for."""


def as_json(value: Any, status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(status, {"Content-Type": "application/json; charset=utf-8", **named}, json.dumps(value).encode())


class Server:
    """A real HTTP server on a free port of this machine, in threads of its own."""

    def __init__(self, answer: Callable[[Asked], Answer], fault: Callable[[Asked], Fault | None]) -> None:
        self.asked: list[Asked] = []
        self.sent = 0
        """Bytes of all bodies."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer._serve(self, answer, fault)

            do_HEAD = do_GET  # noqa: N815 - as http.server calls it

            def log_message(self, format: str, *args: Any) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """A client that went away is none."""

        self._server = Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _serve(
        self, out: BaseHTTPRequestHandler, answer: Callable[[Asked], Answer], fault: Callable[[Asked], Fault | None]
    ) -> None:
        split = urlsplit(out.path)
        headers = {name.lower(): value for name, value in out.headers.items()}
        asked = Asked(out.command, unquote(split.path), parse_qs(split.query), headers, out.path)
        self.asked.append(asked)
        given = answer(asked)
        spoiled = fault(asked) if asked.method == "GET" else None
        self._write(out, asked, given, spoiled)

    def _write(self, out: BaseHTTPRequestHandler, asked: Asked, given: Answer, fault: Fault | None) -> None:
        if isinstance(fault, Status):
            given = Answer(fault.status, dict(fault.headers), fault.body)
        if isinstance(fault, Other):
            given = Answer(given.status, given.headers, fault.content, given.ranges)
        if isinstance(fault, Flipped):
            flipped = bytearray(given.body)
            flipped[fault.at] ^= 0xFF
            given = Answer(given.status, given.headers, bytes(flipped), given.ranges)
        status, headers, body = _part(asked, given, whole=isinstance(fault, NoRanges))
        out.send_response(status)
        for name, value in headers.items():
            out.send_header(name, value)
        out.send_header("Content-Length", str(len(body)))
        out.end_headers()
        if asked.method != "HEAD":
            self._send(out, body, fault)

    def _send(self, out: BaseHTTPRequestHandler, body: bytes, fault: Fault | None) -> None:
        end = min(len(body), fault.after) if isinstance(fault, Cut | Silent) else len(body)
        piece = fault.piece if isinstance(fault, Slow) else 65_536
        if isinstance(fault, Held):
            fault.until.wait(300)
        for start in range(0, end, piece):
            if isinstance(fault, Slow):
                time.sleep(fault.seconds)
            data = body[start : min(start + piece, end)]
            out.wfile.write(data)
            out.wfile.flush()
            self.sent += len(data)
        if isinstance(fault, Silent):
            time.sleep(fault.seconds)
        if isinstance(fault, Cut | Silent):
            _close(out, reset=isinstance(fault, Cut) and fault.reset)


def _close(out: BaseHTTPRequestHandler, *, reset: bool) -> None:
    if reset:
        out.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    out.close_connection = True
    out.connection.close() if reset else out.connection.shutdown(socket.SHUT_RDWR)


def _part(asked: Asked, given: Answer, *, whole: bool) -> tuple[int, dict[str, str], bytes]:
    wanted = _RANGE.fullmatch(asked.headers.get("range", ""))
    headers = dict(given.headers)
    if given.ranges:
        headers["Accept-Ranges"] = "bytes"
    if not given.ranges or wanted is None or whole or given.status != 200:
        return given.status, headers, given.body
    start, size = int(wanted[1]), len(given.body)
    if start >= size:
        return 416, headers | {"Content-Range": f"bytes */{size}"}, b""
    end = min(int(wanted[2]) + 1 if wanted[2] else size, size)
    return 206, headers | {"Content-Range": f"bytes {start}-{end - 1}/{size}"}, given.body[start:end]
