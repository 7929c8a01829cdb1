"""Programs that serve models, started on this machine and ended with their test."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx

_PATIENCE = 240.0
"""Seconds for a server to become ready, on a machine that does other things too."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def serving(program: Path, ready: str, folder: Path) -> Generator[str, None, None]:
    """Runs a Python program whose argument is its port; gives its address once the path `ready` answers 200."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    log = folder / f"{program.stem}.log"
    root = Path(__file__).parents[4]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(root)}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, str(program), str(port)], stdout=out, stderr=out, cwd=folder, env=environment
        )
    try:
        _wait(process, f"{url}{ready}", log)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    with httpx.Client(trust_env=False, timeout=10) as client:
        while time.monotonic() < until and process.poll() is None:
            try:
                if client.get(url).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.2)
    tail = log.read_text("utf-8", "replace")[-2000:]
    raise AssertionError(f"{url} did not become ready (exit code {process.poll()}):\n{tail}")
