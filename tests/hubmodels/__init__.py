"""Small random models of many architectures, written as repositories of a Hub: safetensors, and ONNX in the layout of
onnx-community. Nothing is downloaded: the vocabularies are trained on a page of text, the weights come from a seed.

    folder = built("whisper", "automatic-speech-recognition", tmp_path_factory)
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from tests.hubmodels import images, masks, pairs, sounds, texts
from tests.hubmodels.graphs import write_graphs
from tests.hubmodels.libraries import library
from tests.hubmodels.recipe import Made, Recipe

if TYPE_CHECKING:
    import pytest

RECIPES: Mapping[tuple[str, str], Recipe] = {
    **texts.RECIPES,
    **images.RECIPES,
    **masks.RECIPES,
    **pairs.RECIPES,
    **sounds.RECIPES,
}
"""By architecture (`model_type` of the configuration) and task."""

SEED = 7


def build(architecture: str, task: str, folder: Path) -> Path:
    """Writes the model of an architecture for a task into a new folder, and gives the folder.

    Raises:
        KeyError: there is no such model; `RECIPES` lists them.
        FileExistsError: the folder is there already.
    """
    recipe = RECIPES[architecture, task]
    folder.mkdir(parents=True)
    with _quiet():
        made = _from_seed(recipe)
        made.model.save_pretrained(folder)
        for part in made.parts:
            part.save_pretrained(folder)
        for name, content in made.files.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        if made.graphs:
            write_graphs(made.graphs, folder / "onnx")
    return folder


def built(architecture: str, task: str, factory: pytest.TempPathFactory) -> Path:
    """The folder of a model, built once in a test session: its processes share what one of them has built."""
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    shared = base / "hubmodels"
    shared.mkdir(exist_ok=True)
    folder = shared / f"{architecture}.{task}"
    with _one_at_a_time(shared / f"{folder.name}.lock"):
        if not folder.exists():
            new = Path(mkdtemp(dir=shared)) / folder.name
            os.replace(build(architecture, task, new), folder)
    return folder


def _from_seed(recipe: Recipe) -> Made:
    torch = library("torch")

    with torch.random.fork_rng():
        torch.manual_seed(SEED)
        return recipe()


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what transformers and torch say while they write: it is about models that people train."""
    import warnings

    from transformers.utils import logging

    before = logging.get_verbosity()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(before)
        logging.enable_progress_bar()


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[Any]:
    import fcntl

    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
