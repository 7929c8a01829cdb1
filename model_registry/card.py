"""The ModelCard: everything the selector and a curious user want to know about one model."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


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


class HubModel(_Record):
    """The same weights, or the model that would do the task, on the Hugging Face Hub."""

    id: str
    revision: str = "main"
    file: str | None = None


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
    files: tuple[WeightFile, ...] = ()
    requires: tuple[str, ...] = ()
    """Importable modules that the handler needs besides the core dependencies."""
    extra: str
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

    @property
    def size_bytes(self) -> int:
        """Bytes of all weight files."""
        return sum(file.bytes for file in self.files)
