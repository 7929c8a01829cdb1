"""An OpenAI-compatible server on this machine, and a plan for it to say."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from jarvis.graph import Ref, Task

READ_ALOUD = {
    "tasks": [
        {"id": 0, "task": "optical-character-recognition", "args": {"image": "page.png"}},
        {"id": 1, "task": "text-to-speech", "args": {"text": "$0"}},
    ],
    "ask": None,
}
READ_ALOUD_TASKS = [
    Task(0, "optical-character-recognition", {"image": "page.png"}),
    Task(1, "text-to-speech", {"text": Ref(0)}),
]


class Endpoint(ThreadingHTTPServer):
    """An OpenAI-compatible server that says its lines one after the other and remembers what it was asked."""

    daemon_threads = True

    def __init__(self, lines: list[str], status: int = 200, delay: float = 0.0) -> None:
        super().__init__(("127.0.0.1", 0), _Chat)
        self.lines, self.status, self.delay = lines, status, delay
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.woken = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class _Chat(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = cast(Endpoint, self.server)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server.asked.append(body)
        server.keys.append(self.headers.get("Authorization"))
        if server.woken.wait(server.delay):
            return  # the test is over, and nobody listens any more
        found = self.path == "/v1/chat/completions"
        line = server.lines[len(server.asked) - 1]
        reply = json.dumps({"choices": [{"message": {"role": "assistant", "content": line}}]}).encode()
        self.send_response(server.status if found else 404)
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def endpoint(*lines: str, status: int = 200, delay: float = 0.0) -> Generator[Endpoint, None, None]:
    with Endpoint(list(lines), status, delay) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.woken.set()
            server.shutdown()
            thread.join()
