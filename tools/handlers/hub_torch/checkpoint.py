"""A pulled model as safetensors, loaded by transformers' Auto classes: its network, tokenizer and processors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from jarvis.errors import ModelError, TaskError
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.hub_onnx.repository import Repository, label

_SAFELY: Mapping[str, Any] = {"trust_remote_code": False, "local_files_only": True}
"""Code of a repository is never run, and nothing is fetched."""
_UNLIMITED = 1_000_000


class Checkpoint:
    """The folder of a pulled model, and the ways to load what is in it."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        """Looks at the files.

        Raises:
            ModelError: no configuration, no safetensors, or what only code of the repository can load.
        """
        self.repository = Repository(files, options)
        self.parameters = options.parameters
        self.folder = self.repository.file("config.json").parent
        if not any(role.endswith(".safetensors") for role in files):
            raise ModelError(
                "the model has no safetensors weights, and pickled ones are never opened; choose a model that has them"
            )
        if "auto_map" in self.repository.config and not self.repository.architecture:
            raise ModelError("the model needs code of its own repository, which is never run; choose another model")
        if (self.folder / "adapter_config.json").exists():
            raise ModelError("this is an adapter for another model, not a model; pull a merged one")
        prepare(options.threads)

    @property
    def architecture(self) -> str:
        """`model_type` of the configuration."""
        return self.repository.architecture

    def model(self, *autos: str) -> Any:
        """The network, in evaluation mode, by the first of these Auto classes that knows its architecture.

        Raises:
            ModelError: none knows it, or its weights are missing or broken.
        """
        import torch
        import transformers

        config = self._loaded(transformers.AutoConfig)
        known = (getattr(transformers, name) for name in autos if hasattr(transformers, name))
        auto = next((auto for auto in known if type(config) in auto._model_mapping), None)
        if auto is None:
            kind = self.architecture or "unknown"
            raise ModelError(
                f"transformers runs no {kind} models for this task; choose a model of another architecture"
            )
        model, info = self._loaded(auto, use_safetensors=True, dtype=torch.float32, output_loading_info=True)
        # What is missing would be made up at random.
        if missing := sorted(info["missing_keys"]):
            raise ModelError(
                f"the weights lack {missing[0]} and {len(missing) - 1} more that this task needs: the model was not "
                "made for it; choose another one"
            )
        return model.eval()

    def tokenizer(self) -> Any:
        """The tokenizer.

        Raises:
            ModelError: it is missing or broken, or needs a package that is not here.
        """
        import transformers

        return self._loaded(transformers.AutoTokenizer)

    def image_processor(self) -> Any:
        """What prepares pictures and reads what comes out, in Pillow and NumPy.

        Raises:
            ModelError: it is missing or broken.
        """
        import transformers

        return self._loaded(transformers.AutoImageProcessor, backend="pil")

    def feature_extractor(self) -> Any:
        """What prepares sound.

        Raises:
            ModelError: it is missing or broken.
        """
        import transformers

        return self._loaded(transformers.AutoFeatureExtractor)

    def label(self, number: int) -> str:
        """The name of a class."""
        return label(self.repository.labels, number)

    def limit(self, tokenizer: Any) -> int:
        """How many tokens the model reads at most."""
        told = int(getattr(tokenizer, "model_max_length", 0) or 0)
        if 0 < told < _UNLIMITED:
            return told
        config = self.repository.config
        places = (
            config.get("max_position_embeddings") or config.get("n_positions") or config.get("max_source_positions")
        )
        return int(places) - 2 if isinstance(places, int) and places > 8 else 512

    def _loaded(self, auto: Any, **settings: Any) -> Any:
        try:
            return auto.from_pretrained(str(self.folder), **_SAFELY, **settings)
        except ImportError as error:
            said = " ".join(str(error).split())[:200]
            raise ModelError(f"the model needs a package that is not installed: {said}") from error
        except Exception as error:
            said = " ".join(str(error).split())[:200]
            raise ModelError(f"the model cannot be loaded ({said}); pull it again or choose another one") from error


def inference() -> AbstractContextManager[Any]:
    """Without what only training needs."""
    import torch

    context: AbstractContextManager[Any] = torch.inference_mode()
    return context


def numpy(tensor: Any) -> Any:
    """A tensor as a NumPy array of float32."""
    return tensor.detach().float().cpu().numpy()


def needed(inputs: Inputs, slot: str) -> str:
    """The text in a slot.

    Raises:
        TaskError: it is empty.
    """
    text = inputs.text(slot).strip()
    if not text:
        raise TaskError(f"the slot {slot!r} holds no text; give some words")
    return text


def by_task(handlers: Mapping[str, Callable[[Inputs, Sink], Any]], inputs: Inputs) -> Callable[[Inputs, Sink], Any]:
    """What does the task of the inputs.

    Raises:
        TaskError: nothing does.
    """
    if inputs.task not in handlers:
        raise TaskError(f"this model does {', '.join(handlers)}, not {inputs.task}; choose another one")
    return handlers[inputs.task]


def prepare(threads: int) -> None:
    """Sets torch's threads and keeps transformers from talking; both count for the whole process.

    Raises:
        ModelError: they are not installed.
    """
    try:
        import torch
        from transformers.utils import logging
    except ImportError as error:
        raise ModelError("this model needs torch and transformers; run `pip install 'jarvis[hub]'`") from error
    torch.set_num_threads(threads)
    logging.set_verbosity_error()
    logging.disable_progress_bar()
