"""A tiny Stable Diffusion as a repository of diffusers: a text tower, a denoiser, a decoder of pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.hubmodels.libraries import library
from tests.hubmodels.vocabularies import word_end_pairs


def build_painter(folder: Path) -> Path:
    """Writes the model into a new folder, and gives the folder."""
    torch = library("torch")

    with torch.random.fork_rng():
        torch.manual_seed(7)
        _pipeline().save_pretrained(folder, safe_serialization=True)
    return folder


def _pipeline() -> Any:
    diffusers = library("diffusers")
    transformers = library("transformers")

    vocabulary, merges = word_end_pairs()
    tokenizer = transformers.CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=16)
    tokenizer.pad_token = tokenizer.eos_token
    text = transformers.CLIPTextConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=16, bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    denoiser = diffusers.UNet2DConditionModel(
        sample_size=8, in_channels=4, out_channels=4, block_out_channels=(16, 32), layers_per_block=1,
        norm_num_groups=8,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=32, attention_head_dim=8,
    )  # fmt: skip
    decoder = diffusers.AutoencoderKL(
        block_out_channels=(8, 16), down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        latent_channels=4, norm_num_groups=4, layers_per_block=1, sample_size=16,
    )  # fmt: skip
    return diffusers.StableDiffusionPipeline(
        vae=decoder, text_encoder=transformers.CLIPTextModel(text), tokenizer=tokenizer, unet=denoiser,
        scheduler=diffusers.DDIMScheduler(), safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip
