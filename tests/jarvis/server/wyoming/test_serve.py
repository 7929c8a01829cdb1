"""`jarvis serve` as a program: addresses, standard streams, signals, and what it says."""

from __future__ import annotations

import asyncio
import io
import os
import re
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from wyoming.client import AsyncTcpClient
from wyoming.event import Event, read_event, write_event
from wyoming.info import Describe, Info
from wyoming.tts import Synthesize

from jarvis.cli import main
from jarvis.errors import UsageError
from jarvis.server.wyoming.address import Address, SatelliteAddress, address_of, satellite_of
from tests.jarvis.server.wyoming.serving import LIMIT, run


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """The program while it runs; it is ended as a service manager would."""
    command = [sys.executable, "-m", "jarvis", "serve", *options]
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, env=_environment(folder))
    try:
        yield process
    finally:
        process.terminate()
        process.wait(LIMIT)
        assert process.stderr is not None
        process.stderr.close()


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "JARVIS_ISOLATION": "thread", "JARVIS_OUT": str(folder / "out")}


def line_of(process: subprocess.Popen[bytes], pattern: str) -> re.Match[str]:
    """The first line on standard error that matches."""
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(pattern, line.decode()):
            return found
    raise AssertionError(f"it ended without {pattern}")


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("tcp://127.0.0.1:10600", Address("tcp", "127.0.0.1", 10600)),
        ("tcp://[::1]:1", Address("tcp", "::1", 1)),
        ("unix:///run/jarvis.sock", Address("unix", path="/run/jarvis.sock")),
        ("stdio://", Address("stdio")),
    ],
)
def test_addresses_are_read_and_written(uri: str, address: Address) -> None:
    assert address_of(uri) == address
    assert str(address) == uri


@pytest.mark.parametrize(
    "uri", ["", "10600", "tcp://here", "tcp://here:x", "http://here:80", "unix://", "tcp://:99999"]
)
def test_what_is_no_address_is_refused(uri: str) -> None:
    with pytest.raises(UsageError, match="no address of Wyoming"):
        address_of(uri)


def test_a_satellite_may_be_named_with_its_room() -> None:
    there = Address("tcp", "10.0.0.7", 10700)
    assert satellite_of("tcp://10.0.0.7:10700@living room") == SatelliteAddress(there, "living room")
    assert satellite_of("10.0.0.7:10700") == SatelliteAddress(there)
    for wrong in ("stdio://", "tcp://10.0.0.7:0@attic", "attic"):
        with pytest.raises(UsageError):
            satellite_of(wrong)


@pytest.mark.parametrize(
    ("host", "here"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("", False)]
)
def test_only_loopback_is_for_this_machine_alone(host: str, here: bool) -> None:
    assert Address("tcp", host, 1).here_only is here


def test_the_program_serves_until_it_is_told_to_end(tmp_path: Path) -> None:
    async def ask(port: int) -> Info:
        async with AsyncTcpClient("127.0.0.1", port) as client:
            await client.write_event(Describe().event())
            event = await client.read_event()
            assert event is not None
            return Info.from_event(event)

    with serving(tmp_path, "--wyoming", "--port", "0") as process:
        port = int(line_of(process, r"Wyoming at tcp://127\.0\.0\.1:(\d+); Ctrl-C ends it")[1])
        assert run(ask(port)).asr[0].installed
        line_of(process, "ready: ")
        process.send_signal(signal.SIGINT)
        assert process.wait(LIMIT) == 0


def test_an_address_of_a_network_is_warned_of(tmp_path: Path) -> None:
    with serving(tmp_path, "--wyoming", "--host", "0.0.0.0", "--port", "0") as process:
        line_of(process, "has no passwords")


def test_standard_streams_serve_one_client_to_its_end(tmp_path: Path) -> None:
    asked = io.BytesIO()
    write_event(Describe().event(), asked)
    write_event(Synthesize("The light is on.").event(), asked)
    done = subprocess.run(
        [sys.executable, "-m", "jarvis", "serve", "--wyoming", "--uri", "stdio://"],
        cwd=tmp_path, input=asked.getvalue(), capture_output=True, timeout=LIMIT, env=_environment(tmp_path),
        check=True,
    )  # fmt: skip
    answered = io.BytesIO(done.stdout)
    events: list[Event] = []
    while (event := read_event(answered)) is not None:
        events.append(event)
    assert [events[0].type, events[1].type, events[-1].type] == ["info", "audio-start", "audio-stop"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "say what to serve"),
        (("--wyoming", "--uri", "tcp://127.0.0.1:1", "--port", "2"), "either by --uri or by --host"),
        (("--wyoming", "--zeroconf"), "which no other machine reaches"),
        (("--satellite", "tcp://127.0.0.1:1", "--zeroconf"), "add --wyoming"),
        (("--satellite", "kitchen"), "no address of Wyoming"),
        (("--wyoming", "--uri", "http://127.0.0.1"), "no address of Wyoming"),
        (("--wyoming", "--port", "1000000"), "--port"),
    ],
)
def test_what_cannot_be_served_is_refused_before_anything_is_loaded(
    options: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", *options]) == 2
    assert told in capsys.readouterr().err


def test_a_port_that_is_taken_is_refused_with_the_way_out(tmp_path: Path) -> None:
    async def taken() -> tuple[int, str]:
        server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
        port = str(server.sockets[0].getsockname()[1])
        async with server:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "jarvis", "serve", "--wyoming", "--port", port,
                stderr=subprocess.PIPE, cwd=tmp_path, env=_environment(tmp_path),
            )  # fmt: skip
            _, told = await process.communicate()
            assert process.returncode is not None
            return process.returncode, told.decode()

    code, told = run(taken())
    assert code == 2
    assert "cannot listen on tcp://127.0.0.1:" in told and "choose another" in told
    assert "Traceback" not in told


def test_the_server_is_found_in_the_network(tmp_path: Path) -> None:
    """In a process of its own, because the announcement goes to a multicast address, though on loopback alone."""
    script = tmp_path / "found.py"
    script.write_text(
        textwrap.dedent("""
        import asyncio
        from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf
        from jarvis.server.wyoming.address import Address
        from jarvis.server.wyoming.discovery import SERVICE, announced

        async def main():
            found = asyncio.Queue()
            here = AsyncZeroconf(interfaces=["127.0.0.1"])
            loop = asyncio.get_running_loop()
            def changed(zeroconf, service_type, name, state_change):
                loop.call_soon_threadsafe(found.put_nowait, (name, state_change.name))
            browser = AsyncServiceBrowser(here.zeroconf, SERVICE, handlers=[changed])
            async with announced(Address("tcp", "127.0.0.1", 10600), "Jarvis here") as name:
                while (await asyncio.wait_for(found.get(), 30)) != (name, "Added"):
                    pass
                info = AsyncServiceInfo(SERVICE, name)
                assert await info.async_request(here.zeroconf, 3000)
                print(name, info.port, info.parsed_addresses()[0])
            while (await asyncio.wait_for(found.get(), 30)) != (name, "Removed"):
                pass
            print("gone")
            await browser.async_cancel()
            await here.async_close()

        asyncio.run(main())
        """)
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=LIMIT, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["Jarvis here._wyoming._tcp.local. 10600 127.0.0.1", "gone"]
