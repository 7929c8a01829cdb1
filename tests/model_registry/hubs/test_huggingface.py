"""Cards from the Hub's API: everything that it says, nothing that it could do to us."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from typing import Any

import pytest

from jarvis.model_registry.card import Evaluation
from jarvis.model_registry.hubs.asking import Patience, RefusedError
from jarvis.model_registry.hubs.huggingface import HuggingFace
from jarvis.model_registry.hubs.layouts import PICKLED
from jarvis.model_registry.hubs.protocol import GatedError, NoSuchModelError
from jarvis.transport.failures import TransportError
from jarvis.transport.keys import Secret
from tests.hubserver.answering import Answer, Asked, Server, as_json
from tests.hubserver.faults import Cut, Other, Silent, Status
from tests.hubserver.hub import HubServer
from tests.hubserver.models import CONFIG, onnx_files, safetensors_files


@pytest.fixture
def client(hub: HubServer, patience: Patience) -> Iterator[HuggingFace]:
    found = HuggingFace(hub.url, also=[hub.cdn.url], patience=patience)
    with found.asker:
        yield found


@pytest.fixture
def with_key(hub: HubServer) -> Iterator[Callable[[str], HuggingFace]]:
    with ExitStack() as opened:

        def make(key: str) -> HuggingFace:
            found = HuggingFace(hub.url, also=[hub.cdn.url], key=Secret(key), patience=Patience(tries=1, first=0))
            opened.enter_context(found.asker)
            return found

        yield make


def test_a_card_says_what_the_hub_says(hub: HubServer, client: HuggingFace) -> None:
    index = [
        {
            "name": "tiny",
            "results": [
                {
                    "task": {"type": "text-classification", "name": "Text"},
                    "dataset": {"name": "glue", "type": "glue", "split": "test"},
                    "metrics": [{"type": "accuracy", "value": 0.91, "name": "Accuracy"}],
                }
            ],
        }
    ]
    added = hub.add(
        "acme/tiny",
        safetensors_files(),
        config=CONFIG,
        tags=("en", "kind"),
        card={"license": "mit", "language": ["en", "multilingual"], "base_model": ["acme/base"], "model-index": index},
        facts={
            "safetensors": {"parameters": {"F32": 12_500}, "total": 12_500},
            "inferenceProviderMapping": [
                {"provider": "fast", "providerId": "p", "status": "live", "task": "text-classification"},
                {"provider": "slow", "providerId": "p", "status": "staging", "task": "text-classification"},
            ],
        },
    )
    card = client.card("acme/tiny")

    assert card.id == card.repository == "acme/tiny"
    assert (card.source, card.revision, card.license) == ("huggingface", added.commit, "MIT")
    assert card.tasks == ("text-classification",)
    assert card.languages == ("en", "*")
    assert (card.base_model, card.architecture, card.library) == ("acme/base", "bert", "transformers")
    assert (card.downloads, card.likes, card.updated) == (1000, 10, date(2026, 10, 1))
    assert card.parameter_count == 12_500
    assert {"kind", "provider:fast"} <= set(card.tags) and "provider:slow" not in card.tags
    assert card.description == "This model tells kind words from unkind ones, and is small enough."
    assert card.evaluations == (
        Evaluation(task="text-classification", dataset="glue", metric="accuracy", value=0.91, source="model-index"),
    )
    (variant,) = card.variants
    assert (variant.name, variant.format) == ("fp32", "safetensors")
    sizes = {file.path: (file.bytes, bool(file.sha256), bool(file.blob)) for file in variant.files}
    assert sizes["model.safetensors"] == (50_000, True, False)
    assert sizes["vocab.txt"] == (18, False, True)


def test_a_list_is_read_page_by_page_with_the_most_downloaded_first(patience: Patience) -> None:
    with HubServer(page=7) as server:
        for number in range(20):
            server.add(f"acme/m{number}", onnx_files(1000), downloads=number)
        server.add("acme/other", onnx_files(1000), pipeline_tag="fill-mask")
        client = HuggingFace(server.url, patience=patience)
        with client.asker:
            found = [card.id for card in client.listed("text-classification", limit=18)]

    assert found == [f"acme/m{number}" for number in range(19, 1, -1)]
    assert len(server.asked) == 3


def test_only_pages_that_are_looked_at_are_asked_for(patience: Patience) -> None:
    with HubServer(page=5) as server:
        for number in range(20):
            server.add(f"acme/m{number}", {})
        client = HuggingFace(server.url, patience=patience)
        with client.asker:
            next(client.listed("text-classification"))
    assert len(server.asked) == 1


def test_sizes_in_a_list_are_worked_out_from_the_parameters(hub: HubServer, client: HuggingFace) -> None:
    hub.add("acme/tiny", safetensors_files(), facts={"safetensors": {"parameters": {"F16": 1000}, "total": 1000}})
    (card,) = client.listed("text-classification")
    assert [(v.name, v.bytes) for v in card.variants] == [("fp16", 2000)]


def test_tasks_that_are_told_apart_by_a_tag_are_asked_for_by_it(hub: HubServer, client: HuggingFace) -> None:
    hub.add("acme/faces", onnx_files(100), pipeline_tag="object-detection", tags=("face-detection",))
    hub.add("acme/things", onnx_files(100), pipeline_tag="object-detection")
    assert [card.id for card in client.listed("face-detection")] == ["acme/faces"]
    assert {card.id for card in client.listed("object-detection")} == {"acme/faces", "acme/things"}


def test_what_changed_since_then_is_asked_for_newest_first(hub: HubServer, client: HuggingFace) -> None:
    for number in range(1, 9):
        hub.add(f"acme/m{number}", {}, modified=f"2026-10-0{number}T00:00:00.000Z")
    hub.add("acme/unused", {}, modified="2026-10-08T00:00:00.000Z", downloads=3)
    found = [card.id for card in client.listed("text-classification", since=date(2026, 10, 6))]
    assert found == ["acme/m8", "acme/m7", "acme/m6"]


def test_a_tree_of_many_pages_is_read_whole(patience: Patience) -> None:
    with HubServer(page=3) as server:
        server.add("acme/tiny", onnx_files(100))
        client = HuggingFace(server.url, patience=patience)
        with client.asker:
            assert len(client.card("acme/tiny").variants) == 5


def test_a_pickled_model_is_listed_with_a_warning(hub: HubServer, client: HuggingFace) -> None:
    hub.add("acme/old", {"config.json": b"{}", "pytorch_model.bin": b"x"})
    (card,) = client.listed("text-classification")
    assert (card.variants, card.warnings) == ((), (PICKLED,))


def test_a_model_that_moved_is_found_under_its_new_name(hub: HubServer, client: HuggingFace) -> None:
    hub.add("openai-community/gpt2", onnx_files(100), pipeline_tag="text-generation")
    hub.renamed["gpt2"] = "openai-community/gpt2"
    assert client.card("gpt2").id == "openai-community/gpt2"


def test_a_model_that_is_not_there_and_a_private_one_look_the_same(
    hub: HubServer, client: HuggingFace, with_key: Callable[[str], HuggingFace]
) -> None:
    hub.add("acme/secret", {}, private=True)
    for name in ("acme/secret", "acme/none"):
        with pytest.raises(
            NoSuchModelError, match=f"has no model '{name}'; a private one needs your token in HF_TOKEN"
        ):
            client.card(name)
    with pytest.raises(NoSuchModelError, match=r"has no model 'acme/none'$"):
        with_key("hf_stranger").card("acme/none")
    assert with_key("hf_good").card("acme/secret").id == "acme/secret"


def test_a_revision_that_is_not_there_is_named(hub: HubServer, client: HuggingFace) -> None:
    hub.add("acme/tiny", onnx_files(100))
    with pytest.raises(NoSuchModelError, match="acme/tiny has no revision 'v9'"):
        client.card("acme/tiny", "v9")


def test_a_token_that_is_none_is_not_repeated(hub: HubServer, with_key: Callable[[str], HuggingFace]) -> None:
    hub.add("acme/tiny", onnx_files(100))
    with pytest.raises(GatedError, match="does not take the token in HF_TOKEN") as caught:
        with_key("hf_wrong_and_long").card("acme/tiny")
    assert "hf_wrong" not in str(caught.value)


def test_a_busy_hub_is_asked_again_after_the_time_that_it_names(hub: HubServer) -> None:
    hub.add("acme/tiny", onnx_files(100))
    hub.faults.add("/api/models", Status(429, {"Retry-After": "7"}), Status(503), at="api")
    waited: list[float] = []
    client = HuggingFace(hub.url, patience=Patience(first=0.25, sleep=waited.append))
    with client.asker:
        assert [card.id for card in client.listed("text-classification")] == ["acme/tiny"]
    assert waited == [7.0, 0.5]


def test_a_hub_that_stays_busy_is_left_alone(hub: HubServer, client: HuggingFace) -> None:
    hub.faults.add("/api/models", Status(429, {"Retry-After": "30"}), times=None, at="api")
    with pytest.raises(RefusedError, match=r"too many questions from here just now; try again in 30 s"):
        next(client.listed("text-classification"))
    assert len(hub.asked) == 4


@pytest.mark.parametrize("fault", [Cut(20), Cut(0, reset=True), Status(500), Status(504)])
def test_an_answer_that_broke_off_is_asked_for_again(hub: HubServer, client: HuggingFace, fault: Any) -> None:
    hub.add("acme/tiny", onnx_files(100))
    hub.faults.add("/api/models", fault, at="api")
    assert len(list(client.listed("text-classification"))) == 1


def test_a_hub_that_falls_silent_is_given_up(hub: HubServer) -> None:
    hub.faults.add("/api/models", Silent(1, 3.0), times=None, at="api")
    hub.add("acme/tiny", {})
    client = HuggingFace(hub.url, patience=Patience(tries=2, first=0, silence=0.2))
    with client.asker, pytest.raises(TransportError, match=r"sent nothing for 0\.2 s"):
        next(client.listed("text-classification"))


@pytest.mark.parametrize(
    "body", [b"<html>sign in</html>", b"{}", b"[1]", b'[{"no": "id"}]', b"[" * 100_000, b"\xff", b"[NaN]", b""]
)
def test_an_answer_that_is_none_of_the_api_is_named(hub: HubServer, client: HuggingFace, body: bytes) -> None:
    hub.faults.add("/api/models", Other(body), times=None, at="api")
    with pytest.raises(TransportError, match=r"answer"):
        list(client.listed("text-classification"))


STRANGE: list[Any] = [None, 1, "x", [], {}, [None], [[]], {"x": [1]}, "\x1b[31m", 1e400, -1, True]
FIELDS = [
    "cardData", "config", "downloads", "gated", "gguf", "inferenceProviderMapping", "lastModified", "library_name",
    "likes", "pipeline_tag", "safetensors", "sha", "siblings", "tags",
]  # fmt: skip


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_of_any_kind_breaks_nothing(hub: HubServer, client: HuggingFace, field: str) -> None:
    for number, value in enumerate(STRANGE):
        hub.add(f"acme/m{number}", {"config.json": b"{}"}, facts={field: value if value != 1e400 else "inf"})
    assert len(list(itertools.islice(client.listed("text-classification"), 99))) >= (
        0 if field == "pipeline_tag" else 12
    )


@pytest.mark.parametrize("field", ["license", "language", "base_model", "model-index", "license_name"])
def test_metadata_of_any_kind_breaks_nothing(hub: HubServer, client: HuggingFace, field: str) -> None:
    for number, value in enumerate(STRANGE):
        hub.add(f"acme/m{number}", {}, card={field: value if value != 1e400 else "inf"})
    assert len(list(client.listed("text-classification"))) == len(STRANGE)


def test_a_name_that_is_none_is_left_out(hub: HubServer, client: HuggingFace) -> None:
    hub.add("acme/tiny", {})
    hub.repositories["x"] = hub.repositories["acme/tiny"].__class__("../../etc/passwd", {})
    assert [card.id for card in client.listed("text-classification")] == ["acme/tiny"]


def test_the_next_page_is_not_asked_of_another_server(patience: Patience) -> None:
    strange: list[Asked] = []

    def stranger(asked: Asked) -> Answer:
        strange.append(asked)
        return as_json([])

    elsewhere = Server(stranger, lambda asked: None)
    row = {"id": "acme/tiny", "pipeline_tag": "text-classification"}
    server = Server(lambda asked: as_json([row], Link=f'<{elsewhere.url}/x>; rel="next"'), lambda asked: None)
    client = HuggingFace(server.url, also=[elsewhere.url], key=Secret("hf_good"), patience=patience)
    with client.asker, pytest.raises(TransportError, match="leads to another server for its next page"):
        list(client.listed("text-classification"))
    assert strange == []
    server.close()
    elsewhere.close()


def test_offline_is_said_before_anything_is_asked() -> None:
    with pytest.raises(TransportError, match="HF_HUB_OFFLINE is set; unset it to pull models"):
        HuggingFace.from_env({"HF_HUB_OFFLINE": "1"})


def test_the_environment_names_the_endpoint_and_the_token(hub: HubServer) -> None:
    hub.add("acme/secret", onnx_files(100), private=True)
    client = HuggingFace.from_env({"HF_ENDPOINT": hub.url + "/", "HF_TOKEN": "hf_good"})
    with client.asker:
        assert client.card("acme/secret").id == "acme/secret"
