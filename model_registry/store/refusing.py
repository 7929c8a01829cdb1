"""What is not pulled, and why: in one sentence each, before anything is fetched."""

from __future__ import annotations

from collections.abc import Sequence

from jarvis.errors import ModelError, UsageError
from jarvis.model_registry.card import ModelCard, Variant
from jarvis.model_registry.hubs.layouts import ADAPTER, PICKLED, REMOTE_CODE, UNSAFE_NAME, default_variant
from jarvis.model_registry.terms import license_class, matches


class RefusedModelError(ModelError):
    """A model that is not pulled, for the sake of this machine or by the user's own rule."""


def check_license(card: ModelCard, allowed: Sequence[str], forbidden: Sequence[str] = ()) -> None:
    """Raises when the user's settings do not allow a card's licence; they name classes or SPDX identifiers.

    Raises:
        RefusedModelError: it is none of the allowed ones, or one of the forbidden; or nobody knows which it is.
    """
    said = f"the licence {card.license} ({license_class(card.license)})" if card.license else "no licence"
    if allowed and not any(matches(one, card.license) for one in allowed):
        rule = f"allow {', '.join(allowed)} only"
    elif forbidden and any(matches(one, card.license) for one in (*forbidden, "unknown")):
        rule = f"forbid {', '.join(forbidden)}" + (
            "" if license_class(card.license) != "unknown" else " and the unknown"
        )
    else:
        return
    raise RefusedModelError(
        f"{card.id} has {said}, and your settings {rule}; choose another model, or change JARVIS_LICENSES and "
        "JARVIS_NO_LICENSES"
    )


def chosen_variant(card: ModelCard, name: str) -> Variant:
    """The variant to pull: the named one, or the default.

    Raises:
        RefusedModelError: the model has nothing that may be pulled; the message says why.
        UsageError: it has no variant of this name.
    """
    if not card.variants:
        raise RefusedModelError(f"{card.id} {_why_nothing(card)}")
    if not name:
        default = default_variant(card.variants)
        assert default is not None
        return default
    for variant in card.variants:
        if variant.name == name:
            return variant
    if REMOTE_CODE in card.warnings and name in ("fp32", "fp16", "bf16"):
        raise RefusedModelError(f"{card.id} {_SENTENCES[REMOTE_CODE]}")
    raise UsageError(f"{card.id} has no variant {name!r}; it has {', '.join(v.name for v in card.variants)}")


def _why_nothing(card: ModelCard) -> str:
    for warning in card.warnings:
        if warning.startswith(UNSAFE_NAME):
            named = warning.removeprefix(f"{UNSAFE_NAME}: ")
            return (
                f"names a file {named}, which may not be written here; nothing was fetched, and it is best left alone"
            )
        if warning in _SENTENCES:
            return _SENTENCES[warning]
    return "has no weights in a format that is safe to read (safetensors, ONNX, GGUF); nothing was fetched"


_SENTENCES = {
    PICKLED: (
        "has pickled weights only, which can run any code when they are opened; nothing was fetched; look for a "
        "conversion to safetensors or ONNX with `jarvis models search`"
    ),
    REMOTE_CODE: (
        "needs Python code of its own repository, which is never run here; nothing was fetched; look for an ONNX or "
        "GGUF conversion with `jarvis models search`"
    ),
    ADAPTER: "is only an adapter of another model; nothing was fetched; pull a model that it was merged into",
}
