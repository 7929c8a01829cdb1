"""Names that others chose: repositories and files of a hub, and which of them may become files here."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import get_args

from jarvis.errors import UsageError
from jarvis.model_registry.card import Source

WEIGHTS = (".safetensors", ".onnx", ".gguf")
_TEXTS = (".json", ".txt", ".jinja", ".model", ".spm", ".tiktoken", ".vocab", ".bpe")
_EXTERNAL = re.compile(r"\.onnx[._]data(_\d+)?$")
_PICKLED = (
    ".bin",
    ".pt",
    ".pth",
    ".ckpt",
    ".h5",
    ".pkl",
    ".pickle",
    ".msgpack",
    ".joblib",
    ".npy",
    ".npz",
    ".pdparams",
)
_DEVICES = {"con", "prn", "aux", "nul", *(f"{name}{number}" for name in ("com", "lpt") for number in range(10))}
_LONGEST_PATH, _LONGEST_PART = 400, 200
_FORBIDDEN = set('\\:*?"<>|')
_PART = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?"
_REPOSITORY = re.compile(rf"{_PART}(?:/{_PART})?")
_VARIANT = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")
_REVISION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,120})")
HUBS: dict[str, Source] = {"huggingface": "huggingface", "hf": "huggingface", "modelscope": "modelscope"}
"""What the hubs may be called."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks for: `owner/name:int8@main`, `modelscope/owner/name`."""

    repository: str
    source: Source = "huggingface"
    variant: str = ""
    """Empty takes the one that suits a processor without a graphics card best."""
    revision: str = ""
    """Empty takes the newest."""


def wanted(text: str, source: str = "", variant: str = "") -> Wanted:
    """Reads `[SOURCE/]OWNER/NAME[:VARIANT][@REVISION]`; `source` and `variant` are those of the options.

    Raises:
        UsageError: that is no name of a model.
    """
    rest, _, revision = text.strip().partition("@")
    rest, _, named = rest.partition(":")
    first, slash, after = rest.partition("/")
    if slash and first in HUBS and ("/" in after or not source):
        source, rest = source or first, after
    if source and source not in HUBS:
        raise UsageError(f"there is no source {source[:40]!r}; models are pulled from huggingface or modelscope")
    if not is_repository(rest):
        raise UsageError(f"{text[:100]!r} is no name of a model; it should look like owner/name or owner/name@revision")
    variant = variant or named
    if variant and not _VARIANT.fullmatch(variant):
        raise UsageError(f"{variant[:40]!r} is no name of a variant; it should look like int8 or fp32-safetensors")
    if revision and (".." in revision or not _REVISION.fullmatch(revision)):
        raise UsageError(f"{revision[:80]!r} is no revision; give a branch, a tag or a commit")
    return Wanted(rest, HUBS.get(source, "huggingface"), variant, revision)


def is_repository(text: str) -> bool:
    """Whether a text can be the name of a repository: `owner/name`, or a single name of the early days."""
    fine = _REPOSITORY.fullmatch(text) is not None and ".." not in text and "--" not in text
    return fine and not any(part.split(".")[0].lower() in _DEVICES for part in text.split("/"))


def card_id(source: Source, repository: str) -> str:
    """The id of the card of a repository: two hubs may have the same name, so all but one say whose it is."""
    assert source in get_args(Source)
    return repository if source == "huggingface" else f"{source}/{repository}"


def why_not_written(path: str) -> str:
    """Why a file of a repository may not be written under its name on some system; empty when it may."""
    if not path or len(path) > _LONGEST_PATH:
        return "it is empty or too long"
    if any(unicodedata.category(letter)[0] == "C" for letter in path):
        return "it has characters that cannot be seen"
    if _FORBIDDEN & set(path):
        return "it has characters that some systems give a meaning of their own"
    return next(filter(None, map(_part_problem, path.split("/"))), "")


def _part_problem(part: str) -> str:
    if part in ("", ".", ".."):
        return "it leads out of its folder"
    if len(part.encode()) > _LONGEST_PART:
        return "it is empty or too long"
    if part[-1] in ". " or part[0] == " ":
        return "it begins or ends with a blank or a dot"
    return "it is the name of a device" if part.split(".", maxsplit=1)[0].strip().lower() in _DEVICES else ""


def is_weights(path: str) -> bool:
    """Whether a file holds numbers of a model in a format that can hold nothing else."""
    return path.lower().endswith(WEIGHTS) or _EXTERNAL.search(path) is not None


def is_text(path: str) -> bool:
    """Whether a file is a configuration, a vocabulary, or the licence: something that is read, never run."""
    name = PurePosixPath(path).name
    return path.lower().endswith(_TEXTS) or name.upper() in ("LICENSE", "LICENCE", "NOTICE", "LICENSE.MD")


def is_pickled(path: str) -> bool:
    """Whether a file can run code when it is opened, or is of a kind that this program does not read."""
    return path.lower().endswith(_PICKLED)
