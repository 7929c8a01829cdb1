"""A cut transfer goes on where it was, the hash is right each time, and what is not the file is not kept."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import pytest

from jarvis.errors import ModelFileError
from jarvis.model_registry.card import RepositoryFile
from jarvis.model_registry.hubs.asking import Patience, RefusedError
from jarvis.model_registry.hubs.huggingface import HuggingFace
from jarvis.model_registry.store.transfer import fetch
from jarvis.transport.failures import RefusedUrlError, TransportError
from jarvis.transport.keys import Secret
from tests.hubserver.faults import Cut, Fault, Flipped, NoRanges, Other, Silent, Slow, Status
from tests.hubserver.hub import HubServer
from tests.hubserver.models import noise
from tests.hubserver.repositories import git_sha1

SIZE = 300_000
CONTENT = noise(SIZE, 42)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
LARGE = RepositoryFile(path="model.onnx", bytes=SIZE, sha256=SHA256)
SMALL = RepositoryFile(path="config.json", bytes=20, blob=git_sha1(b"{'a': 'small file'}\n"))


@pytest.fixture(autouse=True)
def served(hub: HubServer) -> None:
    hub.add("acme/big", {"model.onnx": CONTENT, "config.json": b"{'a': 'small file'}\n"})


def got(client: HuggingFace, into: Path, file: RepositoryFile = LARGE) -> str:
    told: list[int] = []
    digest = fetch(client.asker, file, f"{client.asker.endpoint}/acme/big/resolve/main/{file.path}", into, told.append)
    assert told[-1] == file.bytes
    assert not into.with_name(f"{into.name}.part").exists()
    return digest


@pytest.mark.timeout(600)
def test_a_hundred_of_a_hundred_cut_transfers_end_with_the_right_hash(
    hub: HubServer, client: HuggingFace, tmp_path: Path
) -> None:
    chance = random.Random(7)
    content = CONTENT[:60_000]
    sha256 = hashlib.sha256(content).hexdigest()
    file = RepositoryFile(path="model.onnx", bytes=len(content), sha256=sha256)
    hub.add("acme/big", {"model.onnx": content})
    sent, expected = hub.cdn.sent, 0
    for number in range(100):
        places = [chance.randrange(len(content) // 2) for _ in range(chance.randint(1, 2))]
        hub.faults.add("model.onnx", *(Cut(place, reset=chance.random() < 0.4) for place in places))
        assert got(client, tmp_path / f"{number}.onnx", file) == sha256
        assert (tmp_path / f"{number}.onnx").read_bytes() == content
        expected += len(content) + sum(places)
    # What was here is not sent again, but for what a reset threw away on its way; a busy machine loses a little more.
    assert hub.cdn.sent - sent <= 1.1 * expected


def test_what_another_process_left_is_gone_on_with(hub: HubServer, client: HuggingFace, tmp_path: Path) -> None:
    (tmp_path / "m.onnx.part").write_bytes(CONTENT[:250_000])
    assert got(client, tmp_path / "m.onnx") == SHA256
    assert hub.cdn.sent == SIZE - 250_000
    assert hub.cdn.asked[-1].headers["range"] == "bytes=250000-"


def test_a_part_that_is_not_of_this_file_costs_one_more_fetch(
    hub: HubServer, client: HuggingFace, tmp_path: Path
) -> None:
    (tmp_path / "m.onnx.part").write_bytes(b"x" * 250_000)
    assert got(client, tmp_path / "m.onnx") == SHA256


def test_a_part_that_is_too_long_is_thrown_away(client: HuggingFace, tmp_path: Path) -> None:
    (tmp_path / "m.onnx.part").write_bytes(b"x" * (SIZE + 1))
    assert got(client, tmp_path / "m.onnx") == SHA256


@pytest.mark.parametrize(
    "faults",
    [
        [Cut(1000), NoRanges()],
        [Flipped(5)],
        [Other(CONTENT[:-1])],
        [Other(CONTENT + b"x")],
        [Other(b"<html>an error page</html>")],
        [Cut(1000), Status(503), Status(429, {"Retry-After": "1"}), Status(500)],
        [Cut(0, reset=True), Cut(10), Cut(20)],
        [Slow(0.002, 20_000)],
        [Cut(1000), Status(416)],
    ],
    ids=str,
)
def test_the_file_arrives_all_the_same(
    hub: HubServer, client: HuggingFace, tmp_path: Path, faults: list[Fault]
) -> None:
    hub.faults.add("model.onnx", *faults)
    assert got(client, tmp_path / "m.onnx") == SHA256


def test_a_transfer_that_falls_silent_is_cut_and_gone_on_with(hub: HubServer, tmp_path: Path) -> None:
    hub.faults.add("model.onnx", Silent(100_000, 3.0))
    client = HuggingFace(hub.url, also=[hub.cdn.url], patience=Patience(first=0, silence=0.3))
    with client.asker:
        assert got(client, tmp_path / "m.onnx") == SHA256


@pytest.mark.parametrize("fault", [Flipped(9), Other(CONTENT[:-5]), Other(CONTENT + b"more"), Other(b"")], ids=str)
def test_what_is_never_the_file_is_fetched_twice_and_not_kept(
    hub: HubServer, client: HuggingFace, tmp_path: Path, fault: Fault
) -> None:
    hub.faults.add("model.onnx", fault, times=None)
    with pytest.raises(ModelFileError, match=r"sends as model.onnx is not the file of its list .* fetched twice"):
        got(client, tmp_path / "m.onnx")
    assert list(tmp_path.glob("m.onnx*")) == []
    assert len(hub.cdn.asked) == 2


def test_a_small_file_is_checked_by_the_hash_that_git_gives_it(
    hub: HubServer, client: HuggingFace, tmp_path: Path
) -> None:
    hub.faults.add("config.json", Flipped(3))
    assert got(client, tmp_path / "c.json", SMALL) == hashlib.sha256(b"{'a': 'small file'}\n").hexdigest()
    hub.faults.add("config.json", Flipped(3), times=None)
    with pytest.raises(ModelFileError, match="its hash is another one"):
        got(client, tmp_path / "other.json", SMALL)


def test_a_file_without_a_hash_is_not_fetched(hub: HubServer, client: HuggingFace, tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"states no hash of model\.onnx"):
        got(client, tmp_path / "m.onnx", RepositoryFile(path="model.onnx", bytes=SIZE))
    assert hub.asked == []


def test_a_server_without_end_of_patience_is_left_alone(hub: HubServer, client: HuggingFace, tmp_path: Path) -> None:
    hub.faults.add("model.onnx", Status(503), times=None)
    with pytest.raises(RefusedError, match=r"does not work right now \(status 503\)"):
        got(client, tmp_path / "m.onnx")
    assert len(hub.cdn.asked) == 4


def test_cuts_without_progress_end_and_the_part_stays_for_the_next_time(
    hub: HubServer, client: HuggingFace, tmp_path: Path
) -> None:
    hub.faults.add("model.onnx", Cut(70_000))
    hub.faults.add("model.onnx", Cut(0), times=None)
    with pytest.raises(TransportError, match="broke off"):
        got(client, tmp_path / "m.onnx")
    assert (tmp_path / "m.onnx.part").stat().st_size == 70_000
    hub.faults.clear()
    assert got(client, tmp_path / "m.onnx") == SHA256


def test_the_token_goes_to_the_hub_and_not_to_where_it_leads(hub: HubServer, tmp_path: Path) -> None:
    client = HuggingFace(hub.url, also=[hub.cdn.url], key=Secret("hf_good"))
    with client.asker:
        assert got(client, tmp_path / "m.onnx") == SHA256
    assert [asked.headers.get("authorization") for asked in hub.hub.asked] == ["Bearer hf_good"]
    assert [asked.headers.get("authorization") for asked in hub.cdn.asked] == [None]


def test_a_hub_that_leads_into_the_own_network_is_not_followed(hub: HubServer, tmp_path: Path) -> None:
    client = HuggingFace(hub.url)
    with client.asker, pytest.raises(RefusedUrlError, match="private network"):
        got(client, tmp_path / "m.onnx")
    assert hub.cdn.asked == []


def test_an_empty_file_is_one(hub: HubServer, client: HuggingFace, tmp_path: Path) -> None:
    empty = RepositoryFile(path="empty.txt", bytes=0, blob=git_sha1(b""))
    assert got(client, tmp_path / "empty.txt", empty) == hashlib.sha256(b"").hexdigest()
