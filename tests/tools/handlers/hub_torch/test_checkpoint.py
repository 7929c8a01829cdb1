"""What is refused before or while a model of a hub is loaded by transformers, and how it is said."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path
from typing import Any

import pytest

from jarvis.artifacts import ArtifactFolder, Provenance
from jarvis.errors import ModelError, TaskError
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink, Stop
from jarvis.tools.handlers.hub_torch.checkpoint import Checkpoint
from jarvis.tools.handlers.hub_torch.reading import BlankFiller, EntityTagger, SpanReader, TextClassifier
from jarvis.tools.handlers.hub_torch.writing import Rewriter, Writer
from tests.hubmodels import built
from tests.hubmodels.running import files, run

# What transformers and torch deprecate is no fault of these tests.
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(600), pytest.mark.xdist_group("hub-texts")]

OPTIONS = RuntimeOptions(threads=1)


@pytest.fixture
def copied(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Path:
    """A repository that a test may spoil."""
    folder = tmp_path / "model"
    shutil.copytree(built("bert", "text-classification", tmp_path_factory), folder)
    return folder


def changed(folder: Path, **settings: Any) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **settings}), encoding="utf-8")


class _Trap:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (open, (str(self.path), "w"))


def test_pickled_weights_are_never_opened(copied: Path) -> None:
    trap = copied / "opened"
    (copied / "model.safetensors").unlink()
    (copied / "pytorch_model.bin").write_bytes(pickle.dumps(_Trap(trap)))

    with pytest.raises(ModelError, match="no safetensors weights"):
        TextClassifier(files(copied), OPTIONS)
    # Nor where the list of files says otherwise.
    with pytest.raises(ModelError, match="cannot be loaded"):
        TextClassifier({**files(copied), "model.safetensors": copied / "gone"}, OPTIONS)
    assert not trap.exists()


def test_code_of_a_repository_is_never_run(copied: Path) -> None:
    marker = copied / "ran"
    (copied / "evil.py").write_text(f"open({str(marker)!r}, 'w')\nclass Evil: pass\n", encoding="utf-8")
    changed(
        copied,
        model_type="evil",
        architectures=["Evil"],
        auto_map={"AutoConfig": "evil.Evil", "AutoModel": "evil.Evil"},
    )

    with pytest.raises(ModelError, match="cannot be loaded"):
        TextClassifier(files(copied), OPTIONS)
    assert not marker.exists()


def test_an_adapter_is_no_model(copied: Path) -> None:
    (copied / "adapter_config.json").write_text('{"base_model_name_or_path": "/etc"}', encoding="utf-8")
    with pytest.raises(ModelError, match="pull a merged one"):
        Checkpoint(files(copied), OPTIONS)


def test_a_model_that_was_made_for_something_else_is_refused(copied: Path) -> None:
    with pytest.raises(ModelError, match="was not made for it"):
        BlankFiller(files(copied), OPTIONS)


def test_an_architecture_without_such_models_is_refused(copied: Path) -> None:
    with pytest.raises(ModelError, match="transformers runs no bert models for this task"):
        Rewriter(files(copied), OPTIONS)


def test_broken_weights_are_told(copied: Path) -> None:
    weights = copied / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(ModelError, match="; pull it again or choose another one"):
        TextClassifier(files(copied), OPTIONS)


def test_a_given_up_text_is_not_finished(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    writer = Writer(files(built("gpt2", "text-generation", tmp_path_factory)), OPTIONS)
    sink = Sink(ArtifactFolder(tmp_path), Provenance(1, "text-generation", "x"), stop=Stop(asked=True))
    with pytest.raises(TaskError, match="stopped"):
        writer.run(Inputs("text-generation", {"prompt": "Once upon a time"}), sink)


def test_what_is_missing_or_too_long_is_told(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    blanks = BlankFiller(files(built("bert", "fill-mask", tmp_path_factory)), OPTIONS)
    with pytest.raises(TaskError, match=r"write \[MASK\] where a word is wanted"):
        run(blanks, "fill-mask", tmp_path, text="The cat eats fish.")

    spans = SpanReader(files(built("distilbert", "question-answering", tmp_path_factory)), OPTIONS)
    with pytest.raises(TaskError, match="ask in fewer words"):
        run(spans, "question-answering", tmp_path, question="why " * 200, context="Because.")

    writer = Writer(files(built("gpt2", "text-generation", tmp_path_factory)), OPTIONS)
    with pytest.raises(TaskError, match="shorten or summarize it first"):
        run(writer, "text-generation", tmp_path, prompt="long " * 200)


def test_long_texts_are_read_whole(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    context = "The dog sleeps near the river. " * 40 + "Alice works in Paris."
    tagger = EntityTagger(files(built("bert", "token-classification", tmp_path_factory)), OPTIONS)
    rows: Any = run(tagger, "token-classification", tmp_path, text=context)
    assert rows[-1]["end"] > 1000  # the model reads about 500 letters at once
    places = [row["start"] for row in rows]
    assert places == sorted(places)


def test_only_languages_of_the_model_are_translated(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    marian = Rewriter(files(built("marian", "translation", tmp_path_factory)), OPTIONS)
    with pytest.raises(TaskError, match="choose another model"):
        run(marian, "translation", tmp_path, text="The cat.", target_language="French", source_language="English")
