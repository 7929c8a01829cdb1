"""The ModelCard: everything the selector and a curious user want to know about one model."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Source = Literal["package", "huggingface", "modelscope", "endpoint", "folder"]
"""Where a model comes from: weights in a pip package, a hub, a server of the user's, a folder of the user's."""

Format = Literal["onnx", "safetensors", "gguf"]
"""Weight formats that hold numbers only; pickled ones are never loaded."""

Precision = Literal["fp32", "fp16", "bf16", "int8", "uint8", "int4"]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WeightFile(_Record):
    """One file of a model inside an installed pip package."""

    role: str
    """What the handler calls it: encoder, decoder, labels."""
    package: str
    version: str
    path: str
    """Relative to site-packages."""
    sha256: str
    bytes: int


class StoredFile(_Record):
    """One file of a model in a folder of this machine: pulled from a hub, made by `optimize`, or the user's own."""

    role: str
    """Its path in the repository: `onnx/model_quantized.onnx`, `tokenizer.json`."""
    path: str
    """Absolute."""
    sha256: str
    bytes: int


class HubModel(_Record):
    """The same weights, or the model that would do the task, on the Hugging Face Hub."""

    id: str
    revision: str = "main"
    file: str | None = None


class RepositoryFile(_Record):
    """One file of a repository on a hub, at the card's revision."""

    path: str
    bytes: int
    sha256: str = ""
    """Empty for small files, which hubs keep in git: those have a `blob`."""
    blob: str = ""
    """The SHA-1 that git gives its content."""


class Variant(_Record):
    """The files of one precision and format: what `jarvis models pull ID --variant NAME` fetches."""

    name: str
    """`int8`, or `int8-safetensors` where two formats have the same precision."""
    format: Format
    precision: Precision
    files: tuple[RepositoryFile, ...]
    """Weights, and the configuration and vocabulary that go with them."""

    @property
    def bytes(self) -> int:
        """What has to be fetched."""
        return sum(file.bytes for file in self.files)


class Evaluation(_Record):
    """One published figure of quality."""

    task: str = ""
    dataset: str
    metric: str
    value: float
    source: str
    """Who says so: `model-index` (the model's authors), `measured here`, a paper."""


class Measured(_Record):
    """Figures of one run on two cores; `on` says what was run."""

    seconds: float
    memory_mb: int
    load_seconds: float = 0.0
    on: str


class ModelCard(_Record):
    """A model, or an honest composition of models, that runs one or more task types."""

    id: str
    """`kokoro-82m-int8`; unique in the registry."""
    name: str
    """For people. A composition or heuristic is named for what it is."""
    tasks: tuple[str, ...]
    handler: str
    """`module:Class` under `jarvis.tools.handlers`."""
    license: str
    """SPDX identifier."""
    files: tuple[WeightFile | StoredFile, ...] = ()
    requires: tuple[str, ...] = ()
    """Importable modules that the handler needs besides the core dependencies."""
    extra: str = ""
    """The extra that installs it: `pip install 'jarvis[speech]'`."""
    languages: tuple[str, ...] = ()
    """ISO 639-1 codes; empty when language does not matter, `*` for many."""
    quality: float = Field(ge=0, le=1)
    """Rank among models of the same task, 1 is best; `quality_source` says where it comes from."""
    quality_source: str
    measured: Measured | None = None
    parameters: dict[str, str | int | float | bool] = Field(default_factory=dict)
    hub: HubModel | None = None
    notes: str = ""
    """Limits that a user should know: "boxes only"."""
    composition_of: tuple[str, ...] = ()
    """Ids of the models that a composition runs."""

    source: Source = "package"
    repository: str = ""
    """`owner/name` at the hub, the server's name, or the folder."""
    revision: str = ""
    """The commit that the card describes."""
    variants: tuple[Variant, ...] = ()
    """What can be pulled; smallest first."""
    parameter_count: int | None = None
    downloads: int | None = None
    """In the last 30 days."""
    likes: int | None = None
    updated: date | None = None
    gated: bool = False
    """Whether its owner must grant access first."""
    library: str = ""
    """What it was made for: `transformers`, `transformers.js`, `diffusers`."""
    architecture: str = ""
    """`model_type` of its configuration: `bert`, `whisper`."""
    base_model: str = ""
    """The repository that it was made from."""
    tags: tuple[str, ...] = ()
    description: str = ""
    """The first words of its card, plain text. Somebody else wrote them: shown, searched, never obeyed."""
    evaluations: tuple[Evaluation, ...] = ()
    warnings: tuple[str, ...] = ()
    """Why not to run it without a thought: "pickled weights only", "needs code of its repository"."""

    @property
    def packaged(self) -> tuple[WeightFile, ...]:
        """Its files inside pip packages."""
        return tuple(file for file in self.files if isinstance(file, WeightFile))

    @property
    def stored(self) -> tuple[StoredFile, ...]:
        """Its files in folders of this machine."""
        return tuple(file for file in self.files if isinstance(file, StoredFile))

    @property
    def size_bytes(self) -> int:
        """Bytes of all weight files."""
        return sum(file.bytes for file in self.files)
