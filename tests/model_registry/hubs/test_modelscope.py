"""Cards and files from ModelScope's API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from jarvis.model_registry.hubs.asking import Patience
from jarvis.model_registry.hubs.modelscope import ModelScope
from jarvis.model_registry.hubs.names import wanted
from jarvis.model_registry.hubs.protocol import GatedError, NoSuchModelError
from jarvis.model_registry.store import ModelStore, pull
from jarvis.transport.failures import TransportError
from jarvis.transport.keys import Secret
from tests.hubserver.faults import Cut, Other
from tests.hubserver.models import CONFIG, onnx_files
from tests.hubserver.scope import ScopeServer


@pytest.fixture
def client(scope: ScopeServer, patience: Patience) -> Iterator[ModelScope]:
    found = ModelScope(scope.url, patience=patience)
    with found.asker:
        yield found


def test_a_card_says_what_modelscope_says(scope: ScopeServer, client: ModelScope) -> None:
    added = scope.add(
        "iic/tiny", onnx_files(1000), config=CONFIG, scope_tasks=("image-captioning",), tags=("base_model:iic/base",),
        card={"license": "Apache License 2.0"},
    )  # fmt: skip
    card = client.card("iic/tiny")

    assert (card.id, card.source, card.repository) == ("modelscope/iic/tiny", "modelscope", "iic/tiny")
    assert (card.tasks, card.license, card.architecture) == (("image-to-text",), "Apache-2.0", "bert")
    assert (card.revision, card.base_model, card.updated) == (added.commit, "iic/base", date(2026, 10, 1))
    assert card.description.startswith("This model tells kind words")
    assert {variant.name for variant in card.variants} == {"fp32", "fp16", "int8", "int8-signed", "int4"}
    assert all(file.sha256 for variant in card.variants for file in variant.files)


def test_a_list_is_read_page_by_page_under_all_names_of_a_task(scope: ScopeServer, client: ModelScope) -> None:
    for number in range(60):
        scope.add(f"iic/m{number}", {}, scope_tasks=("ocr-recognition",), downloads=number)
    scope.add("iic/other", {}, scope_tasks=("image-captioning",))
    found = [card.id for card in client.listed("optical-character-recognition", limit=55)]
    assert found == [f"modelscope/iic/m{number}" for number in range(59, 4, -1)]


def test_what_changed_since_then_is_asked_for_newest_first(scope: ScopeServer, client: ModelScope) -> None:
    for number in range(1, 9):
        scope.add(f"iic/m{number}", {}, modified=f"2026-10-0{number}T00:00:00Z")
    found = [card.repository for card in client.listed("text-classification", since=date(2026, 10, 7))]
    assert found == ["iic/m8", "iic/m7"]


def test_a_model_is_pulled_with_its_hashes_checked_and_a_cut_gone_on_with(
    scope: ScopeServer, client: ModelScope, tmp_path: Path
) -> None:
    scope.add("iic/tiny", onnx_files(), config=CONFIG)
    scope.faults.add("onnx/model_quantized.onnx", Cut(20_000), Cut(30_000))
    store = ModelStore(tmp_path / "models")
    done = pull(store, client, wanted("modelscope/iic/tiny"))
    assert done.card.id == "modelscope/iic/tiny"
    assert [verdict.problems for verdict in store.verify()] == [()]
    assert "bytes=20000-" in [asked.headers.get("range") for asked in scope.server.asked]


def test_what_is_not_there_or_not_open_is_said(scope: ScopeServer, client: ModelScope, tmp_path: Path) -> None:
    with pytest.raises(NoSuchModelError, match="has no model 'iic/none' at this revision"):
        client.card("iic/none")
    scope.add("iic/tiny", onnx_files(1000), gated=True)
    with pytest.raises(NoSuchModelError):
        client.card("iic/tiny", "v9")
    with pytest.raises(GatedError, match=r"is not open to all: ask for access at .* MODELSCOPE_API_TOKEN"):
        pull(ModelStore(tmp_path), client, wanted("modelscope/iic/tiny"))
    friend = ModelScope(scope.url, key=Secret("ms_good"))
    with friend.asker:
        assert pull(ModelStore(tmp_path), friend, wanted("modelscope/iic/tiny")).card.gated


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"success": true}', b'{"success": true, "data": {"models": 3}}'])
def test_an_answer_that_is_none_of_the_api_is_named(scope: ScopeServer, client: ModelScope, body: bytes) -> None:
    scope.faults.add("/openapi/v1/models", Other(body), times=None, at="api")
    with pytest.raises(TransportError, match="answer"):
        list(client.listed("text-classification"))
