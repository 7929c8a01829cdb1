"""What can be pulled from a repository: its files, sorted into variants of one format and precision each.

Three layouts are known. ONNX as Optimum and transformers.js export it: `onnx/model.onnx`, `model_quantized.onnx`,
`decoder_model_merged_q4.onnx`, with weights beside the graph in `.onnx_data`. Safetensors, whole or in shards with an
index, in one folder or in those of a diffusers pipeline. GGUF, one file or several.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from jarvis.model_registry.card import Format, ModelCard, Precision, RepositoryFile, Variant
from jarvis.model_registry.hubs.names import is_pickled, is_text, is_weights, why_not_written

PICKLED = "pickled weights only"
REMOTE_CODE = "needs code of its repository"
UNSAFE_NAME = "a file name that may not be written here"
ADAPTER = "only an adapter of another model"
NO_WEIGHTS = "no weights in a safe format"

_ONNX_SUFFIXES: dict[str, tuple[str, Precision]] = {
    "": ("fp32", "fp32"),
    "fp32": ("fp32", "fp32"),
    "fp16": ("fp16", "fp16"),
    "quantized": ("int8", "int8"),
    "q8": ("int8", "int8"),
    "int8": ("int8", "int8"),
    "uint8": ("uint8", "uint8"),
    "q4": ("int4", "int4"),
    "q4f16": ("q4f16", "int4"),
    "bnb4": ("bnb4", "int4"),
    "qint8_arm64": ("int8-arm64", "int8"),
    "qint8_avx512": ("int8-avx512", "int8"),
    "qint8_avx512_vnni": ("int8-avx512-vnni", "int8"),
    "quint8_avx2": ("uint8-avx2", "uint8"),
}
_ONNX_NAME = re.compile(
    rf"(?P<part>.+?)(?:[_-](?P<suffix>{'|'.join(sorted(filter(None, _ONNX_SUFFIXES), key=len, reverse=True))}))?"
)
_FOR_CUDA = re.compile(r"_O[1-4]$")
_SHARD = re.compile(r"(.+)-\d{5}-of-\d{5}")
_GGUF = re.compile(r"(?i)(?:^|[-._])(?P<label>(?:iq|q)\d[a-z0-9_]*|bf16|f16|fp16|f32)(?:-\d{5}-of-\d{5})?\.gguf$")
_DTYPES: dict[str, Precision] = {
    "F64": "fp32", "F32": "fp32", "F16": "fp16", "BF16": "bf16", "I8": "int8", "U8": "uint8", "F8_E4M3": "int8",
    "float32": "fp32", "float16": "fp16", "bfloat16": "bf16",
}  # fmt: skip
_BYTES: dict[Precision, float] = {"fp32": 4, "fp16": 2, "bf16": 2, "int8": 1, "uint8": 1, "int4": 0.5}
_NOT_NEEDED = re.compile(
    r"(?i)(^|/)(\.|readme|requirements|trainer_state|training_args|all_results|train_results|eval_results|"
    r"quantize_config\.txt|vocab_original)|(^|/)(openvino|coreml|runs|logs?|checkpoint-\d+|original)/"
)
_SIDE_FOLDERS = re.compile(r"\d+_(Pooling|Dense|Normalize|LayerNorm)$")
_PIPELINE = "model_index.json"
_BEST = ("int8", "fp32", "uint8", "q4f16", "int4", "bnb4", "fp16")
_FORMATS: tuple[Format, ...] = ("onnx", "safetensors", "gguf")
_DEFAULT_GGUF = ("q4_k_m", "q4_0", "q5_k_m", "q8_0")


@dataclass(frozen=True, slots=True)
class Layout:
    """What a repository offers."""

    variants: tuple[Variant, ...]
    """Smallest first."""
    warnings: tuple[str, ...]


def layout_of(
    files: Iterable[RepositoryFile],
    config: Mapping[str, Any],
    *,
    tags: Sequence[str] = (),
    dtypes: Mapping[str, int] | None = None,
) -> Layout:
    """Sorts the files of a repository.

    `config` is its `config.json`, or the part of it that a hub shows; `dtypes` counts the parameters of each type in
    its safetensors.
    """
    known = list(files)
    strange = [file.path for file in known if why_not_written(file.path)] or _same_but_for_case(known)
    if strange:
        return Layout((), (f"{UNSAFE_NAME}: {ascii(strange[0])[:120]}",))
    wanted = [file for file in known if not _NOT_NEEDED.search(file.path)]
    code = needs_code(config) or "custom_code" in tags
    found = _onnx(wanted)
    if not code:
        taken = {variant.name for variant in found}
        found += [_renamed(variant, taken) for variant in _safetensors(wanted, config, dtypes or {})]
    found += _gguf(wanted)
    warnings = [REMOTE_CODE] if code else []
    if not found:
        warnings += [_why_nothing(known)] if not code or not any(is_weights(f.path) for f in known) else []
    return Layout(tuple(sorted(found, key=lambda variant: (variant.bytes, variant.name))), tuple(warnings))


def needs_code(config: Mapping[str, Any]) -> bool:
    """Whether a configuration says that the model's classes are in Python files of its repository."""
    return bool(config.get("auto_map") or config.get("custom_pipelines"))


def default_variant(variants: Sequence[Variant]) -> Variant | None:
    """The one for a processor without a graphics card: ONNX in 8 bits, else ONNX, else safetensors, else GGUF."""
    return min(variants, key=_rank, default=None)


def _rank(variant: Variant) -> tuple[int, int]:
    order = {"onnx": _BEST, "safetensors": (), "gguf": _DEFAULT_GGUF}[variant.format]
    return _FORMATS.index(variant.format), order.index(variant.name) if variant.name in order else len(order)


def estimated(card: ModelCard) -> ModelCard:
    """The card with sizes of weights worked out from the number of parameters, where the hub's list has none."""
    if card.parameter_count is None:
        return card
    return card.model_copy(update={"variants": tuple(_estimated(v, card.parameter_count) for v in card.variants)})


def _estimated(variant: Variant, parameters: int) -> Variant:
    weights = [file.path for file in variant.files if is_weights(file.path)]
    if not weights or variant.bytes:
        return variant
    size = int(parameters * _BYTES[variant.precision])
    files = [f.model_copy(update={"bytes": size}) if f.path == weights[-1] else f for f in variant.files]
    return variant.model_copy(update={"files": tuple(files)})


def _same_but_for_case(files: Sequence[RepositoryFile]) -> list[str]:
    seen: dict[str, str] = {}
    return [f.path for f in files if is_weights(f.path) and seen.setdefault(f.path.casefold(), f.path) != f.path]


def _onnx(files: Sequence[RepositoryFile]) -> list[Variant]:
    folders = _onnx_folders(files)
    graphs = [f for f in files if f.path.endswith(".onnx") and _folder(f) in folders and not _FOR_CUDA.search(_stem(f))]
    parts: dict[str, dict[str, RepositoryFile]] = {}
    for file in graphs:
        named = _ONNX_NAME.fullmatch(_stem(file))
        assert named is not None
        parts.setdefault(named["suffix"] or "", {})[f"{_folder(file)}/{named['part']}"] = file
    variants: dict[str, Variant] = {}
    for suffix in sorted(parts, key=list(_ONNX_SUFFIXES).index):
        name, precision = _ONNX_SUFFIXES[suffix]
        weights = _with_data(_whole_set(parts, suffix), files)
        # `quantized` and `int8` are often both there; the first one is what transformers.js takes.
        label = name if name not in variants else f"{name}-signed"
        if label not in variants:
            variants[label] = _variant(label, "onnx", precision, weights, files)
    return list(variants.values())


def _onnx_folders(files: Sequence[RepositoryFile]) -> set[str]:
    folders = sorted({_folder(file) for file in files if file.path.endswith(".onnx")})
    if any(file.path == _PIPELINE for file in files) and "onnx" not in folders:
        return set(folders)
    best = next((name for name in ("onnx", "") if name in folders), folders[0] if folders else None)
    return set() if best is None else {best}


def _whole_set(parts: Mapping[str, Mapping[str, RepositoryFile]], suffix: str) -> list[RepositoryFile]:
    """Every part of a model: in this precision, or in full where it was not made in this one."""
    plain = parts.get("", parts.get("fp32", {}))
    chosen = {**plain, **parts[suffix]}
    merged = [name for name in chosen if name.endswith("decoder_model_merged")]
    for name in merged:
        base = name.removesuffix("_model_merged")
        for other in (f"{base}_model", f"{base}_with_past_model"):
            chosen.pop(other, None)
    return [chosen[name] for name in sorted(chosen)]


def _with_data(graphs: Sequence[RepositoryFile], files: Sequence[RepositoryFile]) -> list[RepositoryFile]:
    own = re.compile("|".join(rf"{re.escape(graph.path)}[._]data(_\d+)?" for graph in graphs) or "$^")
    return [*graphs, *(file for file in files if own.fullmatch(file.path))]


def _safetensors(
    files: Sequence[RepositoryFile], config: Mapping[str, Any], dtypes: Mapping[str, int]
) -> list[Variant]:
    weights = [f for f in files if f.path.endswith(".safetensors") and "adapter" not in _stem(f)]
    if any(file.path == _PIPELINE for file in files):
        weights = [f for f in weights if "/" in f.path]
    else:
        weights = [f for f in weights if "/" not in f.path and not f.path.startswith("consolidated")]
        named = [f for f in weights if re.match(r"(pytorch_)?model\b", _stem(f))]
        weights = named or weights[:1]
    half = [f for f in weights if ".fp16" in f.path]
    plain = [f for f in weights if not re.search(r"\.(fp16|bf16|ema|non_ema)\b", f.path)]
    precision = _precision(config, dtypes)
    variants = [_variant(precision, "safetensors", precision, _without_doubles(plain), files)] if plain else []
    if half and precision != "fp16":
        variants.append(_variant("fp16", "safetensors", "fp16", half, files))
    return variants


def _without_doubles(weights: Sequence[RepositoryFile]) -> list[RepositoryFile]:
    """Whole files, or the shards: a repository that has both has the same numbers twice."""
    shards = {_folder(f) for f in weights if _SHARD.fullmatch(_stem(f))}
    single = {_folder(f) for f in weights if not _SHARD.fullmatch(_stem(f))}
    return [f for f in weights if not (_SHARD.fullmatch(_stem(f)) and _folder(f) in shards & single)]


def _precision(config: Mapping[str, Any], dtypes: Mapping[str, int]) -> Precision:
    counted = {kind: count for kind, count in dtypes.items() if kind in _DTYPES}
    most = max(counted, key=lambda kind: counted[kind], default="")
    said = str(config.get("dtype") or config.get("torch_dtype") or "").removeprefix("torch.")
    return _DTYPES.get(most) or _DTYPES.get(said) or "fp32"


def _gguf(files: Sequence[RepositoryFile]) -> list[Variant]:
    groups: dict[str, list[RepositoryFile]] = {}
    for file in files:
        named = _GGUF.search(PurePosixPath(file.path).name)
        if named and "mmproj" not in file.path.lower():
            groups.setdefault(named["label"].lower().replace("fp16", "f16"), []).append(file)
    return [_variant(label, "gguf", _gguf_precision(label), one, files) for label, one in groups.items()]


def _gguf_precision(label: str) -> Precision:
    whole: dict[str, Precision] = {"f32": "fp32", "f16": "fp16", "bf16": "bf16"}
    if label in whole:
        return whole[label]
    bits = re.search(r"\d", label)
    return "int8" if bits and int(bits.group()) >= 6 else "int4"


def _variant(
    name: str,
    form: Format,
    precision: Precision,
    weights: Sequence[RepositoryFile],
    files: Sequence[RepositoryFile],
) -> Variant:
    beside = [file for file in files if _belongs(file, form, weights, files)]
    return Variant(name=name, format=form, precision=precision, files=(*beside, *weights))


def _belongs(
    file: RepositoryFile, form: Format, weights: Sequence[RepositoryFile], files: Sequence[RepositoryFile]
) -> bool:
    if not is_text(file.path) or is_weights(file.path):
        return False
    if file.path.endswith(".index.json"):
        shards = [weight.path for weight in weights if _SHARD.fullmatch(_stem(weight))]
        return form == "safetensors" and any(path.startswith(file.path.split(".")[0]) for path in shards)
    folders = {_folder(weight) for weight in weights} | {""}
    pipeline = any(other.path == _PIPELINE for other in files)
    return pipeline or _folder(file) in folders or _SIDE_FOLDERS.search(_folder(file)) is not None


def _renamed(variant: Variant, taken: set[str]) -> Variant:
    return variant.model_copy(update={"name": f"{variant.name}-{variant.format}"}) if variant.name in taken else variant


def _why_nothing(files: Sequence[RepositoryFile]) -> str:
    if any("adapter_model" in file.path or "adapter_config" in file.path for file in files):
        return ADAPTER
    return PICKLED if any(is_pickled(file.path) for file in files) else NO_WEIGHTS


def _folder(file: RepositoryFile) -> str:
    return file.path.rpartition("/")[0]


def _stem(file: RepositoryFile) -> str:
    return PurePosixPath(file.path).name.rsplit(".", 1)[0]
