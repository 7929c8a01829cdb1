"""What can be done for models that are no ONNX graphs."""

from __future__ import annotations

from jarvis.model_registry.card import ModelCard

_ELSEWHERE = {
    "whisper": "it runs in CTranslate2, which computes with 8-bit weights already (compute_type int8)",
    "sound_classes": "its Whisper runs in CTranslate2, which computes with 8-bit weights already (compute_type int8)",
    "enhance": "it runs in ncnn, which stores its weights in 16 bits; `ncnn2int8` of ncnn makes 8-bit tables for it",
    "detection": "it runs in OpenCV's own network code; export it to ONNX and register that to make it narrower",
    "cutout": "its detector runs in OpenCV's own network code; export it to ONNX to make it narrower",
    "pose": "it is a LiteRT file with 8-bit weights already",
    "similarity": "its weights are in 4 bits, widened by NumPy when it loads; `minilm-l6-int8` is the quick one",
    "generation": "it computes with 8-bit weights already; a GGUF of another size can be named as the larger planner",
    "entities": "spaCy computes it with a small network of its own; nothing in it can be made narrower",
}


def instead(card: ModelCard) -> str:
    """One sentence: why this model cannot be changed here, and the way out."""
    if not card.files:
        return f"{card.name} has no weights of its own, so there is nothing to make narrower"
    module = card.handler.partition(":")[0]
    told = _ELSEWHERE.get(module, "it is no ONNX graph; `jarvis models list` shows others for the same task")
    if module == "classification":
        told = "it is a LiteRT file with 8-bit weights already"
    if module.startswith("hub_torch"):
        told = "it runs in torch; pull a variant of it in ONNX, `jarvis models pull ID --variant int8`"
    return f"{card.name} cannot be made narrower here: {told}"
