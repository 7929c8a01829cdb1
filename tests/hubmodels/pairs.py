"""Models that join pictures and words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.hubmodels.decoders import captioner_graphs, encoder_decoder_graphs, talker_graphs
from tests.hubmodels.graphs import Graph
from tests.hubmodels.images import SIDE, preprocessor
from tests.hubmodels.libraries import library
from tests.hubmodels.recipe import Made, Recipe, hush, image_input, lively, names, one_graph, token_inputs, unreadable
from tests.hubmodels.texts import bert_tokenizer, gpt2_tokenizer
from tests.hubmodels.vocabularies import unigram, word_end_pairs

_SMALL: dict[str, Any] = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
}
_SQUARE = {"height": SIDE, "width": SIDE}
_CLIP_COLORS = {
    "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_std": [0.26862954, 0.26130258, 0.27577711],
}


def _clip_tokenizer() -> Any:
    transformers = library("transformers")

    vocabulary, merges = word_end_pairs()
    return transformers.CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=48)


def _text_tower(tokenizer: Any) -> dict[str, Any]:
    start, end = tokenizer.bos_token_id, tokenizer.eos_token_id
    return {
        **_SMALL, "vocab_size": len(tokenizer), "max_position_embeddings": 48, "bos_token_id": start,
        "eos_token_id": end, "pad_token_id": end,
    }  # fmt: skip


def _clip() -> Made:
    transformers = library("transformers")

    tokenizer = _clip_tokenizer()
    config = transformers.CLIPConfig(
        text_config=_text_tower(tokenizer), vision_config={**_SMALL, "image_size": SIDE, "patch_size": 8},
        projection_dim=24,
    )  # fmt: skip
    model = lively(transformers.CLIPModel(config))
    tokens, pixels = _ended(tokenizer.eos_token_id), image_input(SIDE)
    names_ = {"logits_per_image": "image_batch text_batch", "logits_per_text": "text_batch image_batch"}
    names_ |= {"text_embeds": "text_batch 24", "image_embeds": "image_batch 24"}
    whole = {
        "input_ids": (tokens["input_ids"][0], "text_batch sequence_length"),
        "pixel_values": (pixels["pixel_values"][0], f"image_batch 3 {SIDE} {SIDE}"),
        "attention_mask": (tokens["attention_mask"][0], "text_batch sequence_length"),
    }

    def texts(ids: Any, mask: Any) -> Any:
        return model.text_projection(model.text_model(input_ids=ids, attention_mask=mask).pooler_output)

    def images(values: Any) -> Any:
        return model.visual_projection(model.vision_model(pixel_values=values).pooler_output)

    graphs = (
        *one_graph(model, whole, names_),
        Graph("text_model", model, texts, tokens, {"text_embeds": "batch_size 24"}),
        Graph("vision_model", model, images, pixels, {"image_embeds": "batch_size 24"}),
    )
    files = preprocessor(
        "CLIPImageProcessor", size={"shortest_edge": SIDE}, do_center_crop=True, crop_size=_SQUARE,
        do_convert_rgb=True, **{**_CLIP_COLORS, "resample": 3},
    )  # fmt: skip
    return Made(model, (tokenizer,), graphs, files)


def _ended(end: int) -> dict[str, tuple[Any, str]]:
    """Tokens whose rows have the end where the model looks for it."""
    given = token_inputs("input_ids", "attention_mask")
    ids = given["input_ids"][0]
    ids[0, 5], ids[1, 7] = end, end
    return given


def _owlvit() -> Made:
    transformers = library("transformers")

    tokenizer = _clip_tokenizer()
    config = transformers.OwlViTConfig(
        text_config={**_text_tower(tokenizer), "max_position_embeddings": 16},
        vision_config={**_SMALL, "image_size": SIDE, "patch_size": 8}, projection_dim=32,
    )  # fmt: skip
    tokenizer.model_max_length = 16
    tokenizer.pad_token = "!"
    model = lively(transformers.OwlViTForObjectDetection(config))
    tokens = _ended(tokenizer.eos_token_id)
    whole = {
        "input_ids": (tokens["input_ids"][0], "num_queries sequence_length"),
        "pixel_values": (image_input(SIDE)["pixel_values"][0][:1], f"batch_size 3 {SIDE} {SIDE}"),
        "attention_mask": (tokens["attention_mask"][0], "num_queries sequence_length"),
    }
    outputs = {
        "logits": "batch_size 16 num_queries", "pred_boxes": "batch_size 16 4",
        "text_embeds": "batch_size num_queries 32", "image_embeds": "batch_size 4 4 32",
    }  # fmt: skip
    files = preprocessor(
        "OwlViTImageProcessor", size=_SQUARE, do_center_crop=False, crop_size=_SQUARE,
        **{**_CLIP_COLORS, "resample": 3},
    )  # fmt: skip
    return Made(model, (tokenizer,), one_graph(model, whole, outputs), files)


def _vit_gpt2() -> Made:
    transformers = library("transformers")

    tokenizer = gpt2_tokenizer()
    tokenizer.pad_token = tokenizer.eos_token
    encoder = transformers.ViTConfig(**_SMALL, image_size=SIDE, patch_size=8)
    decoder = transformers.GPT2Config(
        vocab_size=len(tokenizer), n_positions=64, n_embd=32, n_layer=2, n_head=2, bos_token_id=0, eos_token_id=0,
        add_cross_attention=True, is_decoder=True,
    )  # fmt: skip
    config = transformers.VisionEncoderDecoderConfig.from_encoder_decoder_configs(encoder, decoder)
    config.decoder_start_token_id, config.eos_token_id, config.pad_token_id = 0, 0, 0
    model = lively(transformers.VisionEncoderDecoderModel(config=config))
    hush(model.decoder, unreadable(tokenizer.get_vocab()))
    model.generation_config.update(decoder_start_token_id=0, eos_token_id=0, pad_token_id=0, max_length=16)
    files = preprocessor("ViTImageProcessor", size=_SQUARE, image_mean=[0.5, 0.5, 0.5], image_std=[0.5, 0.5, 0.5])
    pixels = image_input(SIDE)["pixel_values"]
    return Made(model, (tokenizer,), captioner_graphs(model, pixels, "batch_size 17 32"), files)


def _donut() -> Made:
    transformers = library("transformers")

    pieces = [*unigram(("<s>", "<pad>", "</s>", "<unk>")), ("<mask>", 0.0)]
    tokenizer = transformers.XLMRobertaTokenizer(vocab=pieces, model_max_length=64)
    tokenizer.add_special_tokens(
        {"additional_special_tokens": ["<s_docvqa>", "<s_question>", "</s_question>", "<s_answer>", "</s_answer>"]}
    )
    height, width = 64, 32
    encoder = transformers.DonutSwinConfig(
        image_size=[height, width], patch_size=4, embed_dim=16, depths=[1, 1], num_heads=[2, 2], window_size=4
    )
    decoder = transformers.MBartConfig(
        vocab_size=len(tokenizer), d_model=32, decoder_layers=2, encoder_layers=2, decoder_attention_heads=2,
        encoder_attention_heads=2, decoder_ffn_dim=64, encoder_ffn_dim=64, max_position_embeddings=64,
        is_decoder=True, is_encoder_decoder=False, add_cross_attention=True, scale_embedding=True,
        add_final_layer_norm=True,
    )  # fmt: skip
    config = transformers.VisionEncoderDecoderConfig.from_encoder_decoder_configs(encoder, decoder)
    start = tokenizer.convert_tokens_to_ids("<s_docvqa>")
    config.decoder_start_token_id, config.eos_token_id, config.pad_token_id = start, 2, 1
    model = lively(transformers.VisionEncoderDecoderModel(config=config))
    model.generation_config.update(
        decoder_start_token_id=start, eos_token_id=2, pad_token_id=1, max_length=40, forced_eos_token_id=2
    )
    settings = {
        "size": {"height": height, "width": width}, "do_align_long_axis": False, "do_thumbnail": True, "do_pad": True,
        "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5],
    }  # fmt: skip
    files = preprocessor("DonutImageProcessor", **settings)
    files["processor_config.json"] = b'{"processor_class": "DonutProcessor"}'
    torch = library("torch")

    pixels = (torch.randn(2, 3, height, width), f"batch_size 3 {height} {width}")
    return Made(model, (tokenizer,), _donut_graphs(model, pixels), files)


def _donut_graphs(model: Any, pixels: tuple[Any, str]) -> Any:
    return encoder_decoder_graphs(
        model, {"pixel_values": pixels}, "batch_size encoder_sequence_length 32", masked=False
    )


def _blip_parts() -> tuple[Any, dict[str, Any], dict[str, bytes]]:
    tokenizer = bert_tokenizer()
    settings = {
        "text_config": {
            **_SMALL, "vocab_size": len(tokenizer), "max_position_embeddings": 64, "encoder_hidden_size": 32,
            "bos_token_id": 4, "pad_token_id": 0, "eos_token_id": 3, "sep_token_id": 3,
        },
        "vision_config": {**_SMALL, "image_size": SIDE, "patch_size": 8}, "projection_dim": 24,
        "image_text_hidden_size": 24,
    }  # fmt: skip
    files = preprocessor("BlipImageProcessor", size=_SQUARE, do_convert_rgb=True, **{**_CLIP_COLORS, "resample": 3})
    files["processor_config.json"] = b'{"processor_class": "BlipProcessor"}'
    return tokenizer, settings, files


def _blip_caption() -> Made:
    transformers = library("transformers")

    tokenizer, settings, files = _blip_parts()
    model = lively(transformers.BlipForConditionalGeneration(transformers.BlipConfig(**settings)))
    model.generation_config.update(max_length=16)
    return Made(model, (tokenizer,), (), files)


def _blip_questions() -> Made:
    transformers = library("transformers")

    tokenizer, settings, files = _blip_parts()
    model = lively(transformers.BlipForQuestionAnswering(transformers.BlipConfig(**settings)))
    model.generation_config.update(max_length=16)
    return Made(model, (tokenizer,), (), files)


def _vilt() -> Made:
    transformers = library("transformers")

    tokenizer = bert_tokenizer()
    config = transformers.ViltConfig(
        **_SMALL, vocab_size=len(tokenizer), max_position_embeddings=40, image_size=SIDE, patch_size=8,
        modality_type_vocab_size=2, max_image_length=-1, **names("yes", "no", "2", "cat", "red"),
    )  # fmt: skip
    model = lively(transformers.ViltForQuestionAnswering(config))
    files = preprocessor(
        "ViltImageProcessor", size={"shortest_edge": SIDE}, size_divisor=8, do_pad=True, image_mean=[0.5, 0.5, 0.5],
        image_std=[0.5, 0.5, 0.5],
    )  # fmt: skip
    files["processor_config.json"] = json.dumps({"processor_class": "ViltProcessor"}).encode()
    return Made(model, (tokenizer,), (), files)


_TALK = (
    "<|im_start|>{% for message in messages %}{{ message['role'] | capitalize }}"
    "{% if message['content'][0]['type'] == 'image' %}{{ ':' }}{% else %}{{ ': ' }}{% endif %}"
    "{% for line in message['content'] %}{% if line['type'] == 'text' %}{{ line['text'] }}"
    "{% elif line['type'] == 'image' %}{{ '<image>' }}{% endif %}{% endfor %}<end_of_utterance>\n{% endfor %}"
    "{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}"
)


def _smolvlm() -> Made:
    transformers = library("transformers")

    tokenizer = gpt2_tokenizer(256)
    marks = [f"<row_{row}_col_{column}>" for row in range(1, 5) for column in range(1, 5)]
    around = ["<|im_start|>", "<end_of_utterance>", "<fake_token_around_image>", "<image>", "<global-img>"]
    tokenizer.add_special_tokens({"eos_token": "<end_of_utterance>", "additional_special_tokens": [*around, *marks]})
    end = tokenizer.convert_tokens_to_ids("<end_of_utterance>")
    text = {
        **_SMALL, "model_type": "llama", "vocab_size": len(tokenizer), "max_position_embeddings": 256,
        "num_key_value_heads": 1, "bos_token_id": end, "eos_token_id": end, "pad_token_id": end,
    }  # fmt: skip
    config = transformers.Idefics3Config(
        text_config=text, vision_config={**_SMALL, "image_size": SIDE, "patch_size": 8}, scale_factor=2,
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"), pad_token_id=end,
    )  # fmt: skip
    model = lively(transformers.Idefics3ForConditionalGeneration(config))
    hush(model, unreadable(tokenizer.get_vocab()))
    model.generation_config.update(eos_token_id=end, pad_token_id=end, bos_token_id=end)
    files = preprocessor(
        "Idefics3ImageProcessor", size={"longest_edge": 3 * SIDE}, max_image_size={"longest_edge": SIDE}, resample=1,
        do_image_splitting=True, do_pad=True, do_convert_rgb=True, image_mean=[0.5] * 3, image_std=[0.5] * 3,
    )  # fmt: skip
    files["processor_config.json"] = json.dumps({"processor_class": "Idefics3Processor", "image_seq_len": 4}).encode()
    files["chat_template.json"] = json.dumps({"chat_template": _TALK}).encode()
    return Made(model, (tokenizer,), talker_graphs(model, SIDE), files)


RECIPES: Mapping[tuple[str, str], Recipe] = {
    ("clip", "zero-shot-image-classification"): _clip,
    ("owlvit", "zero-shot-object-detection"): _owlvit,
    ("vision-encoder-decoder", "image-to-text"): _vit_gpt2,
    ("blip", "image-to-text"): _blip_caption,
    ("vilt", "visual-question-answering"): _vilt,
    ("blip", "visual-question-answering"): _blip_questions,
    ("idefics3", "visual-question-answering"): _smolvlm,
    ("vision-encoder-decoder", "document-question-answering"): _donut,
}
"""BLIP and ViLT have no ONNX layout on the Hub: transformers alone runs them."""
