"""Killed at any moment, a pull leaves nothing half-registered; two at the same time both end well."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest

from jarvis.model_registry.hubs.huggingface import HuggingFace
from jarvis.model_registry.hubs.names import wanted
from jarvis.model_registry.store import ModelStore, pull
from tests.hubserver.faults import Held, Slow
from tests.hubserver.hub import HubServer

PROGRAM = Path(__file__).with_name("pull_process.py")


def started(hub: HubServer, store: ModelStore) -> subprocess.Popen[str]:
    command = [sys.executable, str(PROGRAM), hub.url, hub.cdn.url, str(store.root), "acme/tiny"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.timeout(600)
def test_killed_at_any_moment_nothing_is_half_registered(
    hub: HubServer, client: HuggingFace, store: ModelStore
) -> None:
    hub.faults.add("model_quantized.onnx", Slow(0.004, 2_000), times=None)
    chance = random.Random(3)
    for _ in range(6):
        with started(hub, store) as process:
            assert process.stdout is not None
            for _ in range(chance.randrange(1, 34)):
                process.stdout.readline()
            process.kill()
        for verdict in store.verify():
            assert verdict.problems == ()
        if store.installed():
            store.remove("acme/tiny")
    hub.faults.clear()
    pull(store, client, wanted("acme/tiny"))
    assert [verdict.problems for verdict in store.verify()] == [()]
    assert list((store.root / ".staging").iterdir()) == []


@pytest.mark.timeout(300)
def test_two_that_pull_the_same_model_both_end_well(hub: HubServer, store: ModelStore) -> None:
    go_on = Event()
    hub.faults.add("model_quantized.onnx", Held(go_on))
    with started(hub, store) as first:
        assert first.stdout is not None
        assert first.stdout.readline().startswith("step")
        with started(hub, store) as second:
            assert second.stdout is not None
            assert second.stdout.readline() == "waiting 0\n"
            go_on.set()
            assert second.communicate(timeout=200)[0].endswith("whole\n")
        assert first.communicate(timeout=200)[0].endswith("whole\n")
    assert (first.returncode, second.returncode) == (0, 0)
    assert [verdict.problems for verdict in store.verify()] == [()]
    assert hub.cdn.sent == 60_000


@pytest.mark.timeout(300)
def test_a_file_that_may_not_grow_ends_in_one_sentence(hub: HubServer, store: ModelStore) -> None:
    command = [sys.executable, str(PROGRAM), hub.url, hub.cdn.url, str(store.root), "acme/tiny"]
    limited = ["sh", "-c", 'ulimit -f 32; exec "$@"', "sh", *command]
    done = subprocess.run(limited, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 1
    assert "is full; what was fetched was removed again" in done.stderr
    assert store.installed() == [] and list((store.root / ".staging").iterdir()) == []
