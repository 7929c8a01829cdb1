"""SAM 2: three embeddings of rising resolution, points and boxes, as the exports of onnx-community take them."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from tests.hubmodels.graphs import Graph
from tests.hubmodels.images import preprocessor
from tests.hubmodels.recipe import Made, Recipe, image_input, lively

SIDE = 64
"""Of the square that the model sees; its embeddings have 16, 8 and 4 cells a side."""


def _sam2() -> Made:
    import torch
    import transformers

    config = transformers.Sam2Config(
        vision_config=transformers.Sam2VisionConfig(
            backbone_config=transformers.Sam2HieraDetConfig(
                hidden_size=16, num_attention_heads=1, image_size=[SIDE, SIDE], blocks_per_stage=[1, 1, 2, 1],
                embed_dim_per_stage=[16, 32, 64, 128], num_attention_heads_per_stage=[1, 2, 4, 8],
                window_size_per_stage=[4, 4, 4, 2], global_attention_blocks=[3],
                window_positional_embedding_background_size=[4, 4],
            ),
            backbone_channel_list=[128, 64, 32, 16], backbone_feature_sizes=[[16, 16], [8, 8], [4, 4]],
            fpn_hidden_size=32, num_feature_levels=3,
        ),
        prompt_encoder_config=transformers.Sam2PromptEncoderConfig(
            hidden_size=32, image_size=SIDE, patch_size=16, mask_input_channels=4
        ),
        mask_decoder_config=transformers.Sam2MaskDecoderConfig(
            hidden_size=32, mlp_dim=64, num_attention_heads=2, iou_head_hidden_dim=32, num_hidden_layers=2
        ),
    )  # fmt: skip
    model = lively(transformers.Sam2Model(config))

    def both(points, boxes, end):  # type: ignore[no-untyped-def]
        if boxes.shape[1] == 0:
            return torch.cat([points, end.expand(points.shape[0], points.shape[1], 1, points.shape[3])], dim=2)
        return torch.cat([points, boxes], dim=2)

    with warnings.catch_warnings():
        # Tracing alone would keep one of the two ways; the exporter by tracing has no other means to keep both.
        warnings.simplefilter("ignore")
        joined: Any = torch.jit.script(both)

    def encode(pixels: Any) -> tuple[Any, ...]:
        return tuple(model.get_image_embeddings(pixels))

    def decode(points: Any, labels: Any, boxes: Any, *images: Any) -> tuple[Any, ...]:
        prompts = model.prompt_encoder
        sparse = joined(
            prompts._embed_points(points, labels, pad=False),
            prompts._embed_boxes(boxes),
            prompts.not_a_point_embed.weight.reshape(1, 1, 1, -1),
        )
        cells = images[-1].shape[-1]
        dense = prompts.no_mask_embed.weight.reshape(1, -1, 1, 1).expand(1, -1, cells, cells)
        masks, scores, _, present = model.mask_decoder(
            image_embeddings=images[-1], image_positional_embeddings=model.get_image_wide_positional_embeddings(),
            sparse_prompt_embeddings=sparse, dense_prompt_embeddings=dense, multimask_output=True,
            high_resolution_features=list(images[:-1]),
        )  # fmt: skip
        return scores, masks, present

    sizes = {"image_embeddings.0": (4, 16), "image_embeddings.1": (8, 8), "image_embeddings.2": (32, 4)}
    axes = {name: f"batch_size {depth} {side} {side}" for name, (depth, side) in sizes.items()}
    given = {
        "input_points": (torch.rand(1, 2, 3, 2) * 60, "batch_size num_objects num_points 2"),
        "input_labels": (torch.tensor([[[1, 0, 1], [1, 1, 0]]]), "batch_size num_objects num_points"),
        "input_boxes": (torch.tensor([[[4.0, 4, 40, 50], [8, 8, 60, 60]]]), "batch_size num_boxes 4"),
        **{name: (torch.randn(1, depth, side, side), axes[name]) for name, (depth, side) in sizes.items()},
    }
    masks = {
        "iou_scores": "batch_size num_objects 3",
        "pred_masks": "batch_size num_objects 3 mask_height mask_width",
        "object_score_logits": "batch_size num_objects 1",
    }
    graphs = (
        Graph("vision_encoder", model, encode, image_input(SIDE), axes),
        Graph("prompt_encoder_mask_decoder", model, decode, given, masks),
    )
    files = preprocessor("Sam2ImageProcessorFast", size={"height": SIDE, "width": SIDE}, mask_size=None)
    return Made(model, (), graphs, files)


RECIPES: Mapping[tuple[str, str], Recipe] = {("sam2", "mask-generation"): _sam2}
