"""The way out: which addresses are asked, how much is taken, how long is waited, and where keys go."""

from __future__ import annotations

import asyncio
import gc
import ipaddress
import json
import logging
import pickle
import socket
import time
import traceback
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import httpx
import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from jarvis.errors import UsageError
from jarvis.transport import (
    Limits,
    RefusedUrlError,
    Reply,
    Secret,
    TooLargeError,
    Transport,
    TransportError,
    TransportTimeoutError,
    find_key,
)
from jarvis.transport.guard import Address, Guard, is_public
from tests.jarvis.execution.remote import rude as bad
from tests.jarvis.execution.remote.rude import Rude, RudeServer, by_path, leads_to, rude, says

T = TypeVar("T")


@pytest.fixture
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy of the tests, at which nothing listens, is for no host."""
    monkeypatch.setenv("NO_PROXY", "*")


SHORT = Limits(connect=20, read=20, whole=60, bytes=2**20)
SECRET = Secret("sk-secret")
PUBLIC = ipaddress.ip_address("93.184.216.34")
HERE = ipaddress.ip_address("127.0.0.1")


def run(work: Awaitable[T]) -> T:
    async def main() -> T:
        return await work

    return asyncio.run(main())


def fetch(server: RudeServer, path: str = "/", limits: Limits = SHORT) -> Reply:
    """Asks a server that the user configured."""
    return run(Transport([server.url], limits).fetch("GET", server.url + path))


def known_as(**addresses: list[Address]) -> Callable[[str, int], Awaitable[list[Address]]]:
    async def look_up(host: str, port: int) -> list[Address]:
        return addresses[host.partition(".")[0]]

    return look_up


def test_an_answer_comes_back_whole_whatever_its_status() -> None:
    with rude(says({"error": "no"}, 418, Content_Language="en")) as server:
        reply = fetch(server, "/pot?a=b")
    assert (reply.status, reply.json(), reply.media_type) == (418, {"error": "no"}, "application/json")
    assert reply.headers["content-language"] == "en"
    assert [(asked.method, asked.path) for asked in server.asked] == [("GET", "/pot?a=b")]


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.org/x", "gopher://x/", "data:text/plain,x", "//example.org", "", "x"]
)
def test_only_http_and_https_are_asked(url: str) -> None:
    with pytest.raises(RefusedUrlError, match="http"):
        run(Transport().fetch("GET", url))


def test_a_password_in_a_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(RefusedUrlError, match="environment variable") as caught:
        run(Transport().fetch("GET", "https://me:hunter2@example.org/"))
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fd00::1]",
        "[ff02::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[::127.0.0.1]",
    ],
)
def test_what_is_not_public_is_refused_before_anything_is_sent(host: str) -> None:
    with pytest.raises(RefusedUrlError, match="only where the settings name it"):
        run(Transport().fetch("GET", f"http://{host}:8080/"))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822", "::ffff:8.8.8.8"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


def test_a_name_that_leads_to_this_machine_is_refused() -> None:
    with rude(says("{}")) as server, pytest.raises(RefusedUrlError, match="localhost"):
        run(Transport().fetch("GET", f"http://localhost:{server.server_port}/"))
    assert server.asked == []


def test_one_private_address_among_public_ones_is_enough_to_refuse_a_name() -> None:
    guard = Guard(look_up=known_as(mixed=[PUBLIC, HERE]))
    with pytest.raises(RefusedUrlError, match=r"mixed\.example \(127\.0\.0\.1\)"):
        run(guard.addresses("mixed.example", 80))


@pytest.mark.usefixtures("no_proxy")
def test_the_address_that_was_checked_is_the_one_that_is_asked() -> None:
    """A name that changes between check and connection (DNS rebinding) changes nothing: there is one look-up."""
    looked: list[str] = []

    async def look_up(host: str, port: int) -> list[Address]:
        looked.append(host)
        return [HERE]

    with rude(says("{}")) as server:
        url = f"http://models.example:{server.server_port}/"
        assert run(Transport([url], look_up=look_up).fetch("GET", url)).status == 200
        with pytest.raises(RefusedUrlError):
            run(Transport(look_up=look_up).fetch("GET", url))
    assert looked == ["models.example", "models.example"]
    assert [asked.headers["host"] for asked in server.asked] == [f"models.example:{server.server_port}"]


@pytest.mark.usefixtures("no_proxy")
def test_a_host_is_asked_at_its_next_address_when_one_does_not_answer() -> None:
    with rude(says("{}")) as server:
        url = f"http://models.example:{server.server_port}/"
        elsewhere = ipaddress.ip_address("127.0.0.2")  # nothing listens there at the port of the server
        transport = Transport([url], look_up=known_as(models=[elsewhere, HERE]))
        assert run(transport.fetch("GET", url)).status == 200


def test_only_the_port_that_the_user_named_is_open_to_him() -> None:
    with rude(says("{}")) as named, rude(says("{}")) as other, pytest.raises(RefusedUrlError):
        run(Transport([named.url]).fetch("GET", other.url))
    assert other.asked == []


def test_a_redirect_is_followed_and_its_place_is_told() -> None:
    with rude(by_path({"/a": leads_to(lambda http: "/b"), "/b": says([1])})) as server:
        reply = fetch(server, "/a")
        assert (reply.json(), reply.url) == ([1], f"{server.url}/b")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_into_a_private_network_is_refused(status: int) -> None:
    with rude(says("{}")) as secret:  # noqa: SIM117 - the second server needs the first one
        with rude(leads_to(lambda http: secret.url, status)) as server, pytest.raises(RefusedUrlError):
            fetch(server)
    assert secret.asked == []


def test_a_redirect_to_a_file_is_refused() -> None:
    with rude(leads_to(lambda http: "file:///etc/passwd")) as server, pytest.raises(RefusedUrlError, match="file"):
        fetch(server)


def test_five_redirects_are_followed_and_a_sixth_is_not() -> None:
    def count_down(http: Rude) -> None:
        left = int(http.path[1:])
        http.reply("[]") if left == 0 else leads_to(lambda _: f"/{left - 1}")(http)

    with rude(count_down) as server:
        assert fetch(server, "/5").json() == []
        with pytest.raises(TransportError, match="more than 5 times"):
            fetch(server, "/6")


def test_a_key_goes_to_its_own_host_only() -> None:
    with rude(says("{}")) as other, rude(leads_to(lambda http: other.url, 307)) as server:
        transport = Transport([server.url, other.url], SHORT)
        run(transport.fetch("POST", server.url, key=Secret("sk-1"), content=b"x"))
    assert server.asked[0].headers["authorization"] == "Bearer sk-1"
    assert "authorization" not in other.asked[0].headers


@pytest.mark.parametrize("behaviour", [bad.huge, bad.huge_in_pieces])
def test_two_gigabytes_are_cut_off_at_the_limit(behaviour: bad.Behaviour) -> None:
    with rude(behaviour) as server:
        with pytest.raises(TooLargeError, match="larger than the 1 MB"):
            fetch(server)
        # What was under way in the buffers of both sides is more than the limit, and far less than 2 GB.
        assert server.sent < 64 * 2**20


def test_headers_without_end_are_cut_off() -> None:
    with rude(bad.endless_head) as server:
        with pytest.raises(TransportError):
            fetch(server)
        assert server.sent < 64 * 2**20


def test_a_body_without_end_is_given_up_after_the_whole_time() -> None:
    began = time.monotonic()
    with rude(bad.endless) as server, pytest.raises(TransportTimeoutError, match=r"no whole answer in 0\.5 s"):
        fetch(server, limits=Limits(whole=0.5))
    assert time.monotonic() - began < 20


def test_silence_is_given_up_after_the_time_for_reading() -> None:
    began = time.monotonic()
    with rude(bad.silent) as server, pytest.raises(TransportTimeoutError, match=r"sent nothing for 0\.3 s"):
        fetch(server, limits=Limits(read=0.3))
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("behaviour", [bad.half_a_body, bad.half_a_chunk, bad.resets, bad.hangs_up])
def test_half_an_answer_is_none_and_may_come_whole_the_next_time(behaviour: bad.Behaviour) -> None:
    with rude(behaviour) as server, pytest.raises(TransportError, match="broke off") as caught:
        fetch(server)
    assert (caught.value.transient, caught.value.sent) == (True, True)


def test_a_server_of_another_kind_gives_a_sentence() -> None:
    with rude(bad.no_http) as server, pytest.raises(TransportError, match=r"127\.0\.0\.1 broke off"):
        fetch(server)


def test_a_server_that_is_not_there_gives_a_sentence_and_got_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as socket_:
        url = f"http://127.0.0.1:{socket_.getsockname()[1]}"
    with pytest.raises(TransportError, match="cannot be reached") as caught:
        run(Transport([url]).fetch("GET", url))
    assert (caught.value.transient, caught.value.sent) == (True, False)


def test_a_name_that_nobody_knows_gives_a_sentence() -> None:
    async def look_up(host: str, port: int) -> list[Address]:
        from jarvis.transport.guard import look_up

        return await look_up("", port) if host != "no.example" else await look_up("\udc80", port)

    with pytest.raises(TransportError, match="not known here") as caught:
        run(Transport(look_up=look_up).fetch("GET", "http://no.example/"))
    assert not caught.value.sent


def test_a_packed_answer_is_not_unpacked() -> None:
    with rude(bad.packed) as server, pytest.raises(TransportError, match="gzip"):
        fetch(server)
    assert server.asked[0].headers["accept-encoding"] == "identity"


def test_numbers_that_json_does_not_know_are_no_json() -> None:
    with rude(bad.not_a_number) as server, pytest.raises(ValueError, match="NaN"):
        fetch(server).json()


def test_a_form_carries_files() -> None:
    with rude(says("{}")) as server:
        transport = Transport([server.url], SHORT)
        run(transport.fetch("POST", server.url, form={"model": "w"}, files=[("file", ("a.wav", b"RIFF", "audio/wav"))]))
    asked = server.asked[0]
    assert asked.headers["content-type"].startswith("multipart/form-data")
    assert b'name="model"\r\n\r\nw\r\n' in asked.body and b'filename="a.wav"' in asked.body and b"RIFF" in asked.body


def test_a_long_answer_can_be_taken_piece_by_piece() -> None:
    async def taken(server: RudeServer) -> int:
        transport = Transport([server.url], Limits(bytes=8 * 2**20))
        async with transport.stream(httpx.Request("GET", server.url)) as answer:
            return sum([len(piece) async for piece in answer.pieces()])

    with rude(says(b"x" * 5_000_000)) as server:
        assert run(taken(server)) == 5_000_000


def test_connections_are_kept_within_a_loop_and_closed_with_it() -> None:
    async def thrice(transport: Transport, server: RudeServer) -> None:
        for _ in range(3):
            await transport.fetch("GET", server.url)

    with rude(says("{}")) as server:
        transport = Transport([server.url], SHORT)
        asyncio.run(thrice(transport, server))
        assert server.connections == 1
        asyncio.run(thrice(transport, server))
        assert server.connections == 2
    gc.collect()  # An open socket would be told as a warning here, which is an error in the tests.


def test_connections_can_be_closed_before_their_loop_ends() -> None:
    async def twice(transport: Transport, server: RudeServer) -> None:
        await transport.fetch("GET", server.url)
        await transport.aclose()
        await transport.fetch("GET", server.url)
        await transport.aclose()
        await transport.aclose()

    with rude(says("{}")) as server:
        asyncio.run(twice(Transport([server.url], SHORT), server))
        assert server.connections == 2


def test_cancelling_a_request_hangs_up() -> None:
    async def given_up(server: RudeServer) -> None:
        waiting = asyncio.create_task(Transport([server.url], SHORT).fetch("GET", server.url))
        assert await asyncio.to_thread(server.heard.wait, 60)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    with rude(bad.endless) as server:
        began = time.monotonic()
        asyncio.run(given_up(server))
        assert time.monotonic() - began < 20


def test_the_proxy_of_the_environment_is_for_what_the_user_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    with rude(says({"by": "proxy"})) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        transport = Transport(["http://models.example/v1"], SHORT, look_up=known_as(other=[HERE]))
        assert run(transport.fetch("GET", "http://models.example/v1/models")).json() == {"by": "proxy"}
        with pytest.raises(RefusedUrlError):
            run(transport.fetch("GET", "http://other.example/"))
    assert [asked.path for asked in proxy.asked] == ["http://models.example/v1/models"]


# Keys


def test_a_key_comes_from_the_environment() -> None:
    found = find_key("MY_KEY", {"MY_KEY": " sk-123\n"})
    assert found is not None and found.reveal() == "sk-123"
    assert find_key("MY_KEY", {}) is None and find_key("", {}) is None


@pytest.mark.parametrize("wrong", ["sk 123", "sk\n123", "schlüssel", "a\x00b"])
def test_what_cannot_be_a_key_is_refused_without_being_repeated(wrong: str) -> None:
    with pytest.raises(UsageError, match="MY_KEY") as caught:
        find_key("MY_KEY", {"MY_KEY": wrong})
    assert wrong not in str(caught.value)


class Drawer(KeyringBackend):
    """A keyring in memory."""

    priority = 1  # pyright: ignore[reportAssignmentType]

    def __init__(self, *, locked: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.locked = locked
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked("locked")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


@pytest.fixture
def drawer() -> Iterator[Drawer]:
    before = keyring.get_keyring()
    mine = Drawer()
    keyring.set_keyring(mine)
    try:
        yield mine
    finally:
        keyring.set_keyring(before)


def test_a_key_comes_from_the_keyring_where_the_environment_has_none(drawer: Drawer) -> None:
    keyring.set_password("jarvis", "MY_KEY", "sk-kept")
    found = find_key("MY_KEY", {})
    assert found is not None and found.reveal() == "sk-kept"
    said = find_key("MY_KEY", {"MY_KEY": "sk-said"})
    assert said is not None and said.reveal() == "sk-said"


def test_a_locked_keyring_gives_a_sentence(drawer: Drawer) -> None:
    drawer.locked = True
    with pytest.raises(UsageError, match="unlock it"):
        find_key("MY_KEY", {})


def test_a_key_does_not_show_itself() -> None:
    key = Secret("sk-secret")
    assert "secret" not in f"{key} {key!r} {[key]} {vars(Limits)}"
    assert key.redacted("wrong key sk-secret") == "wrong key ***"
    with pytest.raises(TypeError):
        pickle.dumps(key)
    with pytest.raises(TypeError):
        json.dumps({"key": key})


@pytest.mark.parametrize(
    "behaviour", [says("{}"), bad.half_a_body, bad.resets, bad.huge, says("no", 401), leads_to(lambda http: "/x")]
)
def test_a_key_is_in_no_log_and_no_error(behaviour: bad.Behaviour, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told = ""
    with rude(behaviour) as server:
        try:
            told = repr(run(Transport([server.url], SHORT).fetch("GET", server.url, key=SECRET)))
        except TransportError as error:
            told = "".join(traceback.format_exception(error)) + repr(error)
        assert server.asked[0].headers["authorization"] == f"Bearer {SECRET.reveal()}"
    assert SECRET.reveal() not in told + caplog.text


def test_nothing_here_reads_a_key_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    (tmp_path / "token").write_text("hf_saved", "utf-8")
    assert find_key("HF_TOKEN", {}) is None
