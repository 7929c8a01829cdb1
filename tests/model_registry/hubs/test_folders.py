"""A folder of the user's is a model when it holds one; links and pickles in it are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis.errors import InputError, JarvisError, ModelError, UsageError
from jarvis.model_registry.hubs.folders import folder_card
from jarvis.model_registry.packaged import locate, missing, way_out
from tests.hubserver.models import onnx_files, safetensors_files


def made(root: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


def test_a_folder_becomes_a_card_with_its_files(tmp_path: Path) -> None:
    folder = made(tmp_path / "my-model", onnx_files(1000))
    card = folder_card(folder, terms="MIT")

    assert (card.id, card.source, card.tasks) == ("folder/my-model:int8", "folder", ("text-classification",))
    assert (card.architecture, card.license) == ("bert", "MIT")
    assert card.handler.startswith("hub_onnx.")
    assert missing(card) == []
    assert locate(card)["onnx/model_quantized.onnx"] == folder / "onnx/model_quantized.onnx"
    assert folder_card(folder, variant="fp32", task="fill-mask").tasks == ("fill-mask",)


def test_a_file_that_goes_missing_later_is_asked_back(tmp_path: Path) -> None:
    folder = made(tmp_path / "my-model", onnx_files(1000))
    card = folder_card(folder)
    (folder / "config.json").unlink()
    assert missing(card) == ["config.json is not in its folder as it was"]
    assert way_out(card) == f"put its files back into {folder}, or name the folder anew"


@pytest.mark.parametrize(
    ("files", "error", "said"),
    [
        ({}, ModelError, "holds no model to run: no weights"),
        ({"config.json": b"{}", "pytorch_model.bin": b"x"}, ModelError, "its weights are pickled"),
        (safetensors_files(config={"auto_map": {"AutoModel": "x.Y"}}), ModelError, "needs Python code of its own"),
        (safetensors_files(config={}), ModelError, "name its task"),
        ({"config.json": b"[" * 9999, "model.onnx": b"x"}, ModelError, "name its task"),
    ],
)
def test_a_folder_without_a_model_says_why(
    tmp_path: Path, files: dict[str, bytes], error: type[JarvisError], said: str
) -> None:
    (tmp_path / "x").mkdir()
    with pytest.raises(error, match=said):
        folder_card(made(tmp_path / "x", files))


def test_what_is_no_folder_or_no_variant_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no folder"):
        folder_card(tmp_path / "none")
    with pytest.raises(UsageError, match="has no variant 'int3'; it has "):
        folder_card(made(tmp_path / "x", onnx_files(100)), variant="int3")


def test_links_are_not_followed(tmp_path: Path) -> None:
    folder = made(tmp_path / "x", onnx_files(1000))
    (folder / "onnx/model_quantized.onnx").unlink()
    (folder / "onnx/model_quantized.onnx").symlink_to(folder / "onnx/model.onnx")
    assert folder_card(folder).variants[0].name == "int8-signed" or folder_card(folder).variants[0].name == "int8"
    assert "onnx/model_quantized.onnx" not in {file.role for file in folder_card(folder).files}
