"""Tiny models of diffusers as repositories: pictures from words, also with a picture that guides them; and videos."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.hubmodels.libraries import library
from tests.hubmodels.vocabularies import word_end_pairs


def build_painter(folder: Path, kind: str = "StableDiffusionPipeline") -> Path:
    """Writes the model of a pipeline into a new folder, and gives the folder."""
    torch = library("torch")

    with torch.random.fork_rng():
        torch.manual_seed(7)
        _pipeline(kind).save_pretrained(folder, safe_serialization=True)
    return folder


def _pipeline(kind: str) -> Any:
    diffusers = library("diffusers")

    parts = {"vae": _decoder(), "scheduler": diffusers.DDIMScheduler(), **_words()}
    if kind == "TextToVideoSDPipeline":
        return diffusers.TextToVideoSDPipeline(unet=_film_denoiser(), **parts)
    parts["unet"] = _denoiser()
    if kind == "StableDiffusionControlNetPipeline":
        parts["controlnet"] = _lively(
            diffusers.ControlNetModel.from_unet(parts["unet"], conditioning_embedding_out_channels=(8, 16))
        )
    return getattr(diffusers, kind)(safety_checker=None, feature_extractor=None, requires_safety_checker=False, **parts)


def _lively(control: Any) -> Any:
    """The control with weights that do something: as they are initialized, they are zero."""
    torch = library("torch")

    with torch.no_grad():
        for weight in control.parameters():
            if not weight.any():
                weight.normal_(0, 0.3)
    return control


def _words() -> dict[str, Any]:
    transformers = library("transformers")

    vocabulary, merges = word_end_pairs()
    tokenizer = transformers.CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=16)
    tokenizer.pad_token = tokenizer.eos_token
    text = transformers.CLIPTextConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=16, bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    return {"tokenizer": tokenizer, "text_encoder": transformers.CLIPTextModel(text)}


def _denoiser() -> Any:
    return library("diffusers").UNet2DConditionModel(
        sample_size=8, in_channels=4, out_channels=4, block_out_channels=(16, 32), layers_per_block=1,
        norm_num_groups=8,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=32, attention_head_dim=8,
    )  # fmt: skip


def _film_denoiser() -> Any:
    return library("diffusers").UNet3DConditionModel(
        sample_size=8, in_channels=4, out_channels=4, block_out_channels=(16, 32), layers_per_block=1,
        norm_num_groups=8, down_block_types=("CrossAttnDownBlock3D", "DownBlock3D"),
        up_block_types=("UpBlock3D", "CrossAttnUpBlock3D"), cross_attention_dim=32, attention_head_dim=8,
    )  # fmt: skip


def _decoder() -> Any:
    return library("diffusers").AutoencoderKL(
        block_out_channels=(8, 16), down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        latent_channels=4, norm_num_groups=4, layers_per_block=1, sample_size=16,
    )  # fmt: skip
