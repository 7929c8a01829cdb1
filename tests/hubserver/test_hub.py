"""The tests' hub speaks as the real one: huggingface_hub itself lists, reads and fetches from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import HfApi, close_session, constants
from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

from tests.hubserver.hub import HubServer
from tests.hubserver.models import CONFIG, noise, onnx_files


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)  # it read the environment when it was imported
    with HubServer(page=4) as server:
        yield server
        close_session()


def test_its_own_client_reads_it(hub: HubServer, tmp_path: Path) -> None:
    for number in range(10):
        hub.add(f"acme/m{number}", {"config.json": b"{}"}, downloads=number)
    added = hub.add("acme/tiny", onnx_files(), config=CONFIG, downloads=99)
    hub.add("acme/gated", {"model.onnx": noise(100)}, gated="manual")
    api = HfApi(endpoint=hub.url, token=False)

    listed = [model.id for model in api.list_models(pipeline_tag="text-classification", sort="downloads", limit=9)]
    assert listed[:2] == ["acme/gated", "acme/tiny"] and len(listed) == 9
    info = api.model_info("acme/tiny", revision="main", expand=["sha", "config", "tags", "siblings"])
    assert (info.sha, info.config) == (added.commit, CONFIG)
    tree = {file.path: file for file in api.list_repo_tree("acme/tiny", recursive=True)}
    assert set(added.files) < set(tree)
    got = api.hf_hub_download("acme/tiny", "onnx/model_quantized.onnx", local_dir=tmp_path)
    assert Path(got).read_bytes() == added.files["onnx/model_quantized.onnx"]
    got = api.hf_hub_download("acme/tiny", "config.json", local_dir=tmp_path)
    assert Path(got).read_bytes() == added.files["config.json"]

    with pytest.raises(RepositoryNotFoundError):
        api.model_info("acme/none")
    with pytest.raises(RevisionNotFoundError):
        api.model_info("acme/tiny", revision="v9")
    with pytest.raises(GatedRepoError):
        api.hf_hub_download("acme/gated", "model.onnx", local_dir=tmp_path)
    good = HfApi(endpoint=hub.url, token="hf_good")
    assert Path(good.hf_hub_download("acme/gated", "model.onnx", local_dir=tmp_path)).read_bytes() == noise(100)
