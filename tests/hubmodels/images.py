"""Models that look at pictures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.hubmodels.graphs import Graph
from tests.hubmodels.libraries import library
from tests.hubmodels.recipe import Made, Recipe, image_input, lively, names, one_graph

SIDE = 32
"""Of the square pictures that most of these models see."""

_SMALL: dict[str, Any] = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
}
_ANIMALS = names("tabby, tabby cat", "golden retriever", "cup", "sports car", "daisy", "acoustic guitar")
_THINGS = names("cat", "dog", "cup", "car", "N/A")
_IMAGENET = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
_HALF = {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}
_SQUARE = {"height": SIDE, "width": SIDE}


def preprocessor(kind: str, **settings: Any) -> dict[str, bytes]:
    """preprocessor_config.json; unless told, sizes are changed, values brought to 0..1 and normalized."""
    written = {
        "image_processor_type": kind, "do_resize": True, "do_rescale": True, "rescale_factor": 1 / 255,
        "do_normalize": True, "resample": 2, **_IMAGENET, **settings,
    }  # fmt: skip
    return {"preprocessor_config.json": json.dumps(written, indent=2).encode()}


def _classifier(model: Any, files: Mapping[str, bytes]) -> Made:
    outputs = {"logits": f"batch_size {model.config.num_labels}"}
    lively(model)
    return Made(model, (), one_graph(model, image_input(SIDE), outputs), files)


def _vit() -> Made:
    transformers = library("transformers")

    config = transformers.ViTConfig(**_SMALL, image_size=SIDE, patch_size=8, **_ANIMALS)
    files = preprocessor("ViTImageProcessor", size=_SQUARE, **_HALF)
    return _classifier(transformers.ViTForImageClassification(config), files)


def _resnet() -> Made:
    transformers = library("transformers")

    config = transformers.ResNetConfig(
        embedding_size=16, hidden_sizes=[16, 32], depths=[1, 1], layer_type="basic", **_ANIMALS
    )
    files = preprocessor("ConvNextImageProcessor", size={"shortest_edge": SIDE}, crop_pct=0.875, resample=3)
    return _classifier(transformers.ResNetForImageClassification(config), files)


def _mobilenet() -> Made:
    transformers = library("transformers")

    config = transformers.MobileNetV2Config(
        image_size=SIDE, depth_multiplier=0.25, output_stride=32, depth_divisible_by=8, min_depth=8,
        **names("background", "tabby", "retriever", "cup", "car", "daisy"),
    )  # fmt: skip
    files = preprocessor(
        "MobileNetV2ImageProcessor", size={"shortest_edge": 40}, do_center_crop=True, crop_size=_SQUARE, **_HALF
    )
    return _classifier(transformers.MobileNetV2ForImageClassification(config), files)


def _resnet_backbone() -> Any:
    transformers = library("transformers")

    return transformers.ResNetConfig(
        embedding_size=8, hidden_sizes=[8, 16, 16, 32], depths=[1, 1, 1, 1], layer_type="basic",
        out_features=["stage1", "stage2", "stage3", "stage4"],
    )  # fmt: skip


def _detr_config() -> Any:
    transformers = library("transformers")

    return transformers.DetrConfig(
        use_timm_backbone=False, backbone=None, backbone_config=_resnet_backbone(), d_model=32, encoder_layers=1,
        decoder_layers=1, encoder_attention_heads=8, decoder_attention_heads=8, encoder_ffn_dim=64, decoder_ffn_dim=64,
        num_queries=8, use_pretrained_backbone=False, **_THINGS,
    )  # fmt: skip


def _detr_inputs() -> dict[str, tuple[Any, str]]:
    torch = library("torch")

    mask = torch.ones(2, 64, 96, dtype=torch.long)
    mask[1, 48:, :] = 0
    return {
        "pixel_values": (torch.randn(2, 3, 64, 96), "batch_size 3 height width"),
        "pixel_mask": (mask, "batch_size height width"),
    }


_DETR_FILES: dict[str, Any] = {
    "format": "coco_detection",
    "size": {"shortest_edge": 64, "longest_edge": 107},
    "do_pad": True,
}
_BOXES = {"logits": "batch_size 8 6", "pred_boxes": "batch_size 8 4"}


def _apart(model: Any) -> Any:
    """The model with queries that look for different things, and are surer of what they find."""
    torch = library("torch")

    for name, weight in model.named_parameters():
        with torch.no_grad():
            if "quer" in name and weight.dim() == 2 and len(weight) == 8:
                weight.mul_(8)
            elif "class_" in name and weight.dim() == 2:
                weight.mul_(6)
            elif "mask_embedder" in name and weight.dim() == 2:
                weight.mul_(0.3)  # else every mask is wholly sure of every pixel
    return model


def _detr() -> Made:
    transformers = library("transformers")

    model = _apart(lively(transformers.DetrForObjectDetection(_detr_config())))
    graphs = one_graph(model, _detr_inputs(), _BOXES)
    return Made(model, (), graphs, preprocessor("DetrImageProcessor", **_DETR_FILES))


def _detr_panoptic() -> Made:
    transformers = library("transformers")

    model = _apart(lively(transformers.DetrForSegmentation(_detr_config())))
    outputs = {**_BOXES, "pred_masks": "batch_size 8 mask_height mask_width"}
    graphs = one_graph(model, _detr_inputs(), outputs)
    settings = {**_DETR_FILES, "format": "coco_panoptic"}
    return Made(model, (), graphs, preprocessor("DetrImageProcessor", **settings))


def _yolos() -> Made:
    transformers = library("transformers")

    config = transformers.YolosConfig(
        **_SMALL, image_size=[64, 96], patch_size=16, num_detection_tokens=8, use_mid_position_embeddings=False,
        **_THINGS,
    )  # fmt: skip
    model = lively(transformers.YolosForObjectDetection(config))
    torch = library("torch")

    inputs = {"pixel_values": (torch.randn(2, 3, 64, 96), "batch_size 3 height width")}
    return Made(model, (), one_graph(model, inputs, _BOXES), preprocessor("YolosImageProcessor", **_DETR_FILES))


def _segformer() -> Made:
    transformers = library("transformers")

    config = transformers.SegformerConfig(
        num_encoder_blocks=2, depths=[1, 1], sr_ratios=[2, 1], hidden_sizes=[16, 32], patch_sizes=[7, 3],
        strides=[4, 2], num_attention_heads=[1, 2], mlp_ratios=[2, 2], decoder_hidden_size=32,
        **names("wall", "floor", "cat", "cup"),
    )  # fmt: skip
    model = lively(transformers.SegformerForSemanticSegmentation(config))
    graphs = one_graph(model, image_input(64, free=True), {"logits": "batch_size 4 height4 width4"})
    files = preprocessor("SegformerImageProcessor", size={"height": 64, "width": 64}, do_reduce_labels=False)
    return Made(model, (), graphs, files)


def _maskformer() -> Made:
    transformers = library("transformers")

    config = transformers.MaskFormerConfig(
        backbone_config=transformers.SwinConfig(
            image_size=64, embed_dim=16, depths=[1, 1, 1, 1], num_heads=[1, 1, 2, 2], window_size=4,
            out_features=["stage1", "stage2", "stage3", "stage4"],
        ),
        decoder_config=transformers.DetrConfig(
            d_model=32, encoder_layers=1, decoder_layers=1, encoder_attention_heads=4, decoder_attention_heads=4,
            encoder_ffn_dim=64, decoder_ffn_dim=64, num_queries=8, use_timm_backbone=False, backbone=None,
            backbone_config=_resnet_backbone(), use_pretrained_backbone=False,
        ),
        fpn_feature_size=32, mask_feature_size=32, **_THINGS,
    )  # fmt: skip
    model = _apart(lively(transformers.MaskFormerForInstanceSegmentation(config)))
    outputs = {"class_queries_logits": "batch_size 8 6", "masks_queries_logits": "batch_size 8 height4 width4"}
    files = preprocessor("MaskFormerImageProcessor", size={"height": 64, "width": 64}, size_divisor=32, num_labels=5)
    return Made(model, (), one_graph(model, image_input(64), outputs), files)


def _sam() -> Made:
    torch = library("torch")
    transformers = library("transformers")

    config = transformers.SamConfig(
        vision_config=transformers.SamVisionConfig(
            **_SMALL, mlp_dim=64, output_channels=32, image_size=64, patch_size=16, window_size=2,
            global_attn_indexes=[1], num_pos_feats=16,
        ),
        prompt_encoder_config=transformers.SamPromptEncoderConfig(
            hidden_size=32, image_size=64, patch_size=16, mask_input_channels=4, image_embedding_size=4
        ),
        mask_decoder_config=transformers.SamMaskDecoderConfig(
            hidden_size=32, mlp_dim=64, num_attention_heads=2, iou_head_hidden_dim=32, num_hidden_layers=2
        ),
    )  # fmt: skip
    model = lively(transformers.SamModel(config))

    def encode(pixels: Any) -> tuple[Any, Any]:
        places = model.get_image_wide_positional_embeddings()
        return model.vision_encoder(pixels).last_hidden_state, places.repeat(pixels.shape[0], 1, 1, 1)

    def decode(points: Any, labels: Any, image: Any, places: Any) -> tuple[Any, Any]:
        sparse, dense = model.prompt_encoder(points, labels, None, None)
        masks, scores, *_ = model.mask_decoder(
            image_embeddings=image, image_positional_embeddings=places, sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense, multimask_output=True,
        )  # fmt: skip
        return scores, masks

    cells = "batch_size 32 4 4"
    embeddings = {"image_embeddings": cells, "image_positional_embeddings": cells}
    prompts = {
        "input_points": (torch.rand(1, 2, 3, 2) * 60, "batch_size point_batch_size nb_points_per_image 2"),
        "input_labels": (torch.tensor([[[1, 0, 1], [1, 1, -10]]]), "batch_size point_batch_size nb_points_per_image"),
        **{name: (torch.randn(1, 32, 4, 4), axes) for name, axes in embeddings.items()},
    }
    masks = {
        "iou_scores": "batch_size point_batch_size 3",
        "pred_masks": "batch_size point_batch_size 3 mask_height mask_width",
    }
    graphs = (
        Graph("vision_encoder", model, encode, image_input(64), embeddings),
        Graph("prompt_encoder_mask_decoder", model, decode, prompts, masks),
    )
    files = preprocessor(
        "SamImageProcessor", size={"longest_edge": 64}, pad_size={"height": 64, "width": 64}, do_pad=True,
        mask_size={"longest_edge": 16}, mask_pad_size={"height": 16, "width": 16}, do_convert_rgb=True,
    )  # fmt: skip
    return Made(model, (), graphs, {**files, "processor_config.json": b'{"processor_class": "SamProcessor"}'})


def _dpt() -> Made:
    transformers = library("transformers")

    config = transformers.DPTConfig(
        **{**_SMALL, "num_hidden_layers": 4}, image_size=SIDE, patch_size=8, backbone_out_indices=[0, 1, 2, 3],
        neck_hidden_sizes=[16, 16, 32, 32], fusion_hidden_size=16, is_hybrid=False, readout_type="project",
        reassemble_factors=[4, 2, 1, 0.5],
    )  # fmt: skip
    return _depth(transformers.DPTForDepthEstimation(config), preprocessor("DPTImageProcessor", size=_SQUARE, **_HALF))


def _depth_anything() -> Made:
    transformers = library("transformers")

    config = transformers.DepthAnythingConfig(
        backbone_config=transformers.Dinov2Config(
            hidden_size=32, num_hidden_layers=4, num_attention_heads=2, mlp_ratio=2, image_size=28, patch_size=14,
            out_indices=[1, 2, 3, 4], reshape_hidden_states=False, apply_layernorm=True,
        ),
        reassemble_hidden_size=32, patch_size=14, neck_hidden_sizes=[8, 16, 32, 32], fusion_hidden_size=16,
        head_hidden_size=16,
    )  # fmt: skip
    files = preprocessor(
        "DPTImageProcessor", size={"height": 42, "width": 42}, keep_aspect_ratio=False, ensure_multiple_of=14,
        resample=3, do_pad=False, size_divisor=None,
    )  # fmt: skip
    return _depth(transformers.DepthAnythingForDepthEstimation(config), files, 42)


def _glpn() -> Made:
    transformers = library("transformers")

    config = transformers.GLPNConfig(
        num_encoder_blocks=4, depths=[1, 1, 1, 1], sr_ratios=[2, 2, 1, 1], hidden_sizes=[8, 8, 16, 16],
        patch_sizes=[7, 3, 3, 3], strides=[4, 2, 2, 2], num_attention_heads=[1, 1, 2, 2], mlp_ratios=[2, 2, 2, 2],
        decoder_hidden_size=16,
    )  # fmt: skip
    settings = {
        "image_processor_type": "GLPNImageProcessor", "do_resize": True, "do_rescale": True, "size_divisor": 32,
        "resample": 2, "rescale_factor": 1 / 255,
    }  # fmt: skip
    files = {"preprocessor_config.json": json.dumps(settings, indent=2).encode()}
    return _depth(transformers.GLPNForDepthEstimation(config), files, 64, free=True)


def _depth(model: Any, files: Mapping[str, bytes], side: int = SIDE, free: bool = False) -> Made:
    lively(model)
    outputs = {"predicted_depth": "batch_size out_height out_width"}
    return Made(model, (), one_graph(model, image_input(side, free), outputs), files)


def _swin2sr() -> Made:
    transformers = library("transformers")

    config = transformers.Swin2SRConfig(
        image_size=64, embed_dim=16, depths=[1, 1], num_heads=[2, 2], window_size=8, mlp_ratio=2.0, upscale=2,
        upsampler="pixelshuffledirect",
    )  # fmt: skip
    model = lively(transformers.Swin2SRForImageSuperResolution(config))
    settings = {
        "image_processor_type": "Swin2SRImageProcessor", "do_rescale": True, "rescale_factor": 1 / 255, "do_pad": True,
        "pad_size": 8,
    }  # fmt: skip
    outputs = {"reconstruction": "batch_size 3 out_height out_width"}
    graphs = one_graph(model, image_input(64, free=True), outputs)
    return Made(model, (), graphs, {"preprocessor_config.json": json.dumps(settings, indent=2).encode()})


RECIPES: Mapping[tuple[str, str], Recipe] = {
    ("vit", "image-classification"): _vit,
    ("resnet", "image-classification"): _resnet,
    ("mobilenet_v2", "image-classification"): _mobilenet,
    ("detr", "object-detection"): _detr,
    ("yolos", "object-detection"): _yolos,
    ("segformer", "image-segmentation"): _segformer,
    ("detr", "image-segmentation"): _detr_panoptic,
    ("maskformer", "image-segmentation"): _maskformer,
    ("sam", "mask-generation"): _sam,
    ("dpt", "depth-estimation"): _dpt,
    ("depth_anything", "depth-estimation"): _depth_anything,
    ("glpn", "depth-estimation"): _glpn,
    ("swin2sr", "image-to-image"): _swin2sr,
}
