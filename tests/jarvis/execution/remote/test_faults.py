"""Whatever a server does wrong is one sentence, of the right kind, and says whether trying again may help."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from email.utils import formatdate
from pathlib import Path

import pytest

from jarvis.errors import JarvisError, ModelError, TaskError
from jarvis.execution.remote import RemoteModelError, RemoteTaskError, RemoteTimeoutError
from jarvis.execution.retry import is_transient
from jarvis.transport import Limits
from tests.jarvis.execution.remote import rude as bad
from tests.jarvis.execution.remote.calls import LIMITS, card, do, doing, worker_for
from tests.jarvis.execution.remote.rude import Behaviour, leads_to, rude, says

SHORT = Limits(connect=20, read=0.5, whole=1.5, bytes=2**20)
PROTOCOLS = ["openai", "open-inference", "hugging-face"]


def fault(protocol: str, behaviour: Behaviour, out: Path, limits: Limits = LIMITS) -> JarvisError:
    """The error of a task that a server with this behaviour is given."""
    with rude(behaviour) as server:
        model = card(protocol, server.url, input="TEXT")
        with pytest.raises((ModelError, TaskError)) as caught:
            do(model, "text-generation", out, worker_for(server.url, limits=limits), prompt="Hello")
    assert "served" in str(caught.value), "it names the model"
    assert len(str(caught.value)) < 500
    return caught.value


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (bad.half_a_body, RemoteTaskError),
        (bad.half_a_chunk, RemoteTaskError),
        (bad.resets, RemoteTaskError),
        (bad.hangs_up, RemoteTaskError),
    ],
)
def test_a_connection_that_breaks_may_hold_the_next_time(
    protocol: str, behaviour: Behaviour, kind: type[Exception], tmp_path: Path
) -> None:
    error = fault(protocol, behaviour, tmp_path)
    assert isinstance(error, kind) and is_transient(error)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("behaviour", [bad.endless, bad.silent])
def test_a_server_that_never_ends_is_given_up_and_not_tried_again(
    protocol: str, behaviour: Behaviour, tmp_path: Path
) -> None:
    began = time.monotonic()
    error = fault(protocol, behaviour, tmp_path, SHORT)
    assert isinstance(error, RemoteTimeoutError) and not is_transient(error)
    assert time.monotonic() - began < 60


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("behaviour", [bad.huge, bad.huge_in_pieces])
def test_two_gigabytes_are_not_taken(protocol: str, behaviour: Behaviour, tmp_path: Path) -> None:
    error = fault(protocol, behaviour, tmp_path)
    assert isinstance(error, RemoteTaskError) and "1 MB" in str(error) and not is_transient(error)


@pytest.mark.parametrize("protocol", ["openai", "hugging-face"])
@pytest.mark.parametrize(
    "behaviour", [bad.a_page, bad.not_a_number, says("{"), says(b"\xff\xfe\x00"), says("[" * 9999)]
)
def test_an_answer_that_is_no_json_is_told(protocol: str, behaviour: Behaviour, tmp_path: Path) -> None:
    error = fault(protocol, behaviour, tmp_path)
    assert isinstance(error, RemoteTaskError) and not is_transient(error)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("behaviour", [leads_to(lambda http: "http://169.254.169.254/latest/meta-data"), bad.packed])
def test_a_server_that_leads_astray_is_not_followed(protocol: str, behaviour: Behaviour, tmp_path: Path) -> None:
    error = fault(protocol, behaviour, tmp_path)
    assert isinstance(error, RemoteModelError | RemoteTaskError) and not is_transient(error)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_server_that_is_busy_says_when_to_come_back(protocol: str, tmp_path: Path) -> None:
    error = fault(protocol, says({"error": "slow down"}, 429, Retry_After="7"), tmp_path)
    assert isinstance(error, RemoteModelError) and (error.transient, error.retry_after) == (True, 7.0)
    assert "429" in str(error) and "slow down" in str(error)


def test_the_time_to_come_back_may_be_a_date(tmp_path: Path) -> None:
    error = fault("openai", says("", 503, Retry_After=formatdate(time.time() + 100, usegmt=True)), tmp_path)
    assert isinstance(error, RemoteModelError) and error.retry_after is not None and 20 < error.retry_after <= 100


@pytest.mark.parametrize("said", ["soon", "-1", "Thu, 99 Foo 2020", "9" * 30])
def test_a_time_that_is_none_is_as_if_none_were_said(said: str, tmp_path: Path) -> None:
    error = fault("openai", says("", 503, Retry_After=said), tmp_path)
    assert isinstance(error, RemoteModelError) and (error.transient, error.retry_after) == (True, None)


@pytest.mark.parametrize(
    ("status", "kind", "transient"),
    [
        (400, RemoteTaskError, False),
        (401, RemoteModelError, False),
        (402, RemoteModelError, False),
        (403, RemoteModelError, False),
        (404, RemoteModelError, False),
        (408, RemoteTaskError, True),
        (413, RemoteTaskError, False),
        (422, RemoteTaskError, False),
        (500, RemoteTaskError, False),
        (501, RemoteModelError, False),
        (502, RemoteTaskError, True),
        (503, RemoteModelError, True),
        (504, RemoteTaskError, True),
        (599, RemoteTaskError, False),
    ],
)
def test_each_status_has_its_kind(status: int, kind: type[Exception], transient: bool, tmp_path: Path) -> None:
    error = fault("openai", says({"error": {"message": "so it is"}}, status), tmp_path)
    assert type(error) is kind and is_transient(error) is transient
    assert f"answered {status} (so it is); " in str(error)


def test_what_a_server_says_is_made_fit_for_a_line(tmp_path: Path) -> None:
    error = fault("openai", says({"error": {"message": "a\n\x1b[31mb" + "c" * 5000}}, 400), tmp_path)
    assert "\n" not in str(error) and "\x1b" not in str(error) and "a [31mbccc" in str(error)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_server_that_is_not_there_may_come_back(protocol: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closing:
        url = f"http://127.0.0.1:{closing.getsockname()[1]}"
    with pytest.raises(RemoteModelError, match="is the server running") as caught:
        do(card(protocol, url, input="TEXT"), "text-generation", tmp_path, worker_for(url), prompt="Hello")
    assert is_transient(caught.value)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_endpoint_of_a_card_that_the_user_did_not_configure_may_not_be_private(
    protocol: str, tmp_path: Path
) -> None:
    with rude(says({})) as server, pytest.raises(RemoteModelError, match="private network"):
        do(card(protocol, server.url, input="TEXT"), "text-generation", tmp_path, worker_for(), prompt="Hello")
    assert server.asked == []


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_missing_key_is_told_before_anything_is_sent(protocol: str, tmp_path: Path) -> None:
    with rude(says({})) as server:
        model = card(protocol, server.url, key_variable="NO_SUCH_KEY", input="TEXT")
        with pytest.raises(RemoteModelError, match="set NO_SUCH_KEY in the environment"):
            do(model, "text-generation", tmp_path, None, prompt="Hello")
    assert server.asked == []


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_key_that_is_refused_is_in_no_log_and_no_error(
    protocol: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("SOME_KEY", "sk-secret")
    with rude(says({"error": "the key sk-secret is wrong"}, 401)) as server:
        model = card(protocol, server.url, key_variable="SOME_KEY", input="TEXT")
        with pytest.raises(RemoteModelError, match="check the key in SOME_KEY") as caught:
            do(model, "text-generation", tmp_path, None, prompt="Hello")
        assert server.asked[0].headers["authorization"] == "Bearer sk-secret"
    assert "sk-secret" not in f"{caught.value!r} {caught.value.__cause__!r} {caplog.text} {model!r}"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_cancelling_a_task_hangs_up_at_once(protocol: str, tmp_path: Path) -> None:
    async def given_up(server: bad.RudeServer) -> float:
        model = card(protocol, server.url, input="TEXT")
        waiting = asyncio.create_task(doing(model, "text-generation", tmp_path, worker_for(server.url), prompt="Hello"))
        assert await asyncio.to_thread(server.heard.wait, 60)
        began = time.monotonic()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        return time.monotonic() - began

    with rude(bad.endless) as server:
        assert asyncio.run(given_up(server)) < 10
