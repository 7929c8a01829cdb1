"""How Jarvis behaves here. Nothing is read at import; `Settings.from_env` is called by the program's entry."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from jarvis.errors import UsageError
from jarvis.spec import ToolSpec

_PREFIX = "JARVIS_"


def _cache_dir() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("jarvis")


def _data_dir() -> Path:
    from platformdirs import user_data_path

    chosen = os.environ.get(f"{_PREFIX}DATA_DIR")
    return Path(chosen) if chosen else user_data_path("jarvis", appauthor=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set."""

    planner: str = "local"
    """`local` (the embedded model), `rules`, or the base URL of an OpenAI-compatible endpoint."""
    planner_model: str = ""
    """The model's name at that endpoint."""
    planner_key_variable: str = "OPENAI_API_KEY"
    """The environment variable that holds the endpoint's key; the key itself is never a setting."""
    larger_planner: str = ""
    """Gets the plans that the embedded model is not sure of: the base URL of an OpenAI-compatible endpoint,
    `langchain:MODULE:OBJECT` (a chat model of langchain-core, or what makes one), or the path of a GGUF file.
    """
    larger_planner_model: str = ""
    """The model's name at that endpoint."""
    larger_planner_key_variable: str = "OPENAI_API_KEY"
    """The environment variable that holds that endpoint's key."""
    fast_path: bool = True
    """Whether exact household sentences are planned by a grammar, in milliseconds; needs the extra `home`."""
    threshold: float | None = None
    """Plans that are less likely right than this are handed over; None takes the one that the calibration found."""
    ask: bool = True
    """Whether a person can answer when an input is missing or a request can be read in two ways."""
    threads: int = 2
    """Threads of one model."""
    task_timeout: float = 120.0
    """Seconds after which a task is given up."""
    budget_seconds: float | None = None
    """What a run may take of time; a task that would go beyond it is not started."""
    budget_memory_mb: int | None = None
    """What the models of a run may take of memory together."""
    budget_money: float | None = None
    """What the calls of a run may cost together, in the currency of the cards."""
    memory_mb: int = 2048
    """How much memory loaded models may take before the least valuable one is dropped."""
    isolation: str = "process"
    """Where models run: each in a `process` that can be ended, or in a `thread` of this one."""
    cluster: str = ""
    """HOST:PORT of the head of a Ray cluster: models with weights run there."""
    cluster_cores: int = 0
    """Cores of that cluster: so many tasks are sent at once; 0 sends all, and their time limits run while they wait."""
    pinned: tuple[str, ...] = ()
    """Ids of models that are never dropped from memory."""
    cache_dir: Path = field(default_factory=_cache_dir)
    cache_mb: int = 512
    """Size limit of the result cache; 0 turns it off."""
    data_dir: Path = field(default_factory=_data_dir)
    """Where the journal of runs lies, in a folder of its own for its owner alone."""
    journal: bool = True
    """Whether runs are written down: only such a run can be resumed, traced and replayed."""
    journal_days: float = 90.0
    """Runs that are older are dropped from the journal."""
    journal_runs: int = 10_000
    """How many runs the journal keeps at most."""
    allow: tuple[str, ...] = ()
    """What may be done without asking though it cannot be taken back: patterns of `TOOL` or `TOOL:ACTION`."""
    forbid: tuple[str, ...] = ()
    """What is never done though it is asked for, of what cannot be taken back; stronger than `allow` and than yes."""
    endpoints: Path | None = None
    """A TOML file that names one's own endpoints of models; its form: jarvis/execution/remote/endpoints.py."""
    use: tuple[str, ...] = ()
    """The only model for a task, as `TASK=MODEL`: `automatic-speech-recognition=whisper-base`."""
    prefer: tuple[str, ...] = ()
    """Ids of models that are taken when they can do the task."""
    avoid: tuple[str, ...] = ()
    """Ids of models that are never taken."""
    licenses: tuple[str, ...] = ()
    """The only licences of models to use: SPDX ids, or classes of them such as `permissive`; empty allows all."""
    no_licenses: tuple[str, ...] = ()
    """Licences of models that are never used, in the same words: `non-commercial`."""
    largest_mb: float | None = None
    """How large the weights of one model may be, in MB of 10**6 bytes."""
    aim: str = ""
    """What matters most when models are chosen: `fast`, `best` or `small`; empty for the usual balance."""
    offline: bool = False
    """Whether models that need the network are ruled out, and nothing is fetched."""
    controller: str = ""
    """A chat model that breaks near-ties between models by reading their descriptions; named as `larger_planner` is."""
    controller_model: str = ""
    """The model's name at that endpoint."""
    controller_key_variable: str = "OPENAI_API_KEY"
    """The environment variable that holds that endpoint's key."""
    learn: bool = True
    """Whether what runs on this machine taught changes which of two nearly equal models is taken."""
    sync_days: float = 0.0
    """Days after which hubs that were synced are asked again in the background; 0 leaves it to `jarvis models sync`."""
    models_mb: int = 20_000
    """What all models that were pulled from hubs may take on the disk, in MB of 2**20 bytes."""
    home: str = ""
    """The home that is acted on: a PATH.yaml, the address of a Home Assistant (http://HOST:8123), or empty for the
    simulated one."""
    home_token_variable: str = "HOME_ASSISTANT_TOKEN"  # noqa: S105 - its name
    """The environment variable that holds its long-lived access token; the token itself is never a setting."""
    voice_wake: str = "wake-hey-jarvis"
    """What wakes `jarvis voice`: the id of a wake word, or the .json of a microWakeWord model of one's own, beside its
    .tflite."""
    voice_wake_check: str = "moonshine-tiny-en"
    """The id of the recogniser that takes a second look at what sounds like the wake word, or `none`."""
    voice_turn: str = "smart-turn-v3"
    """The id of the model that tells whether a speaker who pauses has finished, or `none`."""
    voice_recogniser: str = ""
    """The id of the model that writes down what is said to `jarvis voice`; empty for the best one here."""
    voice_speaker: str = ""
    """The id of the model that speaks there; empty for the quickest one here."""
    voice_people: str = "speaker-encoder"
    """The id of the model that tells enrolled people apart by their voices (`jarvis people enrol`)."""
    voice_languages: tuple[str, ...] = ("en",)
    """The languages that are spoken here, ISO 639-1 codes, the usual one first; several are told apart by listening."""
    out: Path = Path("jarvis-out")
    """Where artifacts are written when a run names no folder."""
    tools: tuple[ToolSpec, ...] = ()
    """Tools that plans may use besides, though nothing here runs them (`jarvis plan --tools`)."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Reads JARVIS_PLANNER, JARVIS_THREADS, ... from the environment.

        Raises:
            UsageError: a value that is not of its kind.
        """
        values: dict[str, object] = {}
        for name, kind in _KINDS.items():
            text = environ.get(_PREFIX + name.upper())
            if text is None:
                continue
            try:
                values[name] = kind(text)
            except ValueError:
                raise UsageError(f"{_PREFIX}{name.upper()} is {text!r}; it must be {_said(kind)}") from None
        return cls(**values)  # type: ignore[arg-type]


def _said(kind: Callable[[str], object]) -> str:
    said: dict[Callable[[str], object], str] = {
        int: "a whole number",
        float: "a number",
        _share: "a number from 0 to 1",
        _yes: "yes or no",
        _isolation: "process or thread",
    }
    return said.get(kind, "text")


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 1:
        raise ValueError(text)
    return share


def _yes(text: str) -> bool:
    word = text.strip().lower()
    if word not in ("1", "yes", "true", "on", "0", "no", "false", "off"):
        raise ValueError(text)
    return word in ("1", "yes", "true", "on")


def _isolation(text: str) -> str:
    if text not in ("process", "thread"):
        raise ValueError(text)
    return text


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())


_KINDS: dict[str, Callable[[str], object]] = {
    "planner": str,
    "planner_model": str,
    "planner_key_variable": str,
    "larger_planner": str,
    "larger_planner_model": str,
    "larger_planner_key_variable": str,
    "fast_path": _yes,
    "threshold": _share,
    "ask": _yes,
    "threads": int,
    "task_timeout": float,
    "budget_seconds": float,
    "budget_memory_mb": int,
    "budget_money": float,
    "memory_mb": int,
    "isolation": _isolation,
    "pinned": _words,
    "cluster": str,
    "cluster_cores": int,
    "cache_dir": Path,
    "cache_mb": int,
    "data_dir": Path,
    "journal": _yes,
    "journal_days": float,
    "journal_runs": int,
    "allow": _words,
    "forbid": _words,
    "endpoints": Path,
    "use": _words,
    "prefer": _words,
    "avoid": _words,
    "licenses": _words,
    "no_licenses": _words,
    "largest_mb": float,
    "aim": str,
    "offline": _yes,
    "controller": str,
    "controller_model": str,
    "controller_key_variable": str,
    "learn": _yes,
    "sync_days": float,
    "models_mb": int,
    "home": str,
    "home_token_variable": str,
    "voice_wake": str,
    "voice_wake_check": str,
    "voice_turn": str,
    "voice_recogniser": str,
    "voice_speaker": str,
    "voice_people": str,
    "voice_languages": _words,
    "out": Path,
}
