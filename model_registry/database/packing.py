"""Cards as bytes: JSON without what is at its default, compressed with a dictionary of what cards have in common."""

from __future__ import annotations

import json
import zlib

from pydantic import ValidationError

from jarvis.model_registry.card import ModelCard

_LEVEL = 6
DICTIONARY = (
    b'"warnings":["pickled weights only"],"evaluations":[{"task":"","dataset":"","metric":"accuracy","value":0.9,"'
    b'source":"model-index"}],"architecture":"roberta","architecture":"whisper","architecture":"llama","architectu'
    b're":"qwen2","architecture":"bert","base_model":"Qwen/Qwen2.5-","base_model":"meta-llama/Llama-3.","base_mode'
    b'l":"google-bert/bert-base-uncased","library":"diffusers","library":"sentence-transformers","library":"transf'
    b'ormers.js","library":"transformers","tags":["license:apache-2.0","license:mit","base_model:finetune:","base_'
    b'model:quantized:","dataset:","arxiv:","generated_from_trainer","endpoints_compatible","autotrain_compatible"'
    b',"text-generation-inference","conversational","tensorboard","model-index","feature-extraction","sentence-sim'
    b'ilarity","stable-diffusion","lora","peft","onnx","gguf","pytorch","safetensors","transformers","region:us","'
    b'en"],"gated":true,"languages":["en"],"license":"Apache-2.0","license":"MIT","license":"LicenseRef-llama3.1",'
    b'"license":"CC-BY-NC-4.0","tasks":["text-generation"],"tasks":["text-classification"],"tasks":["token-classif'
    b'ication"],"tasks":["automatic-speech-recognition"],"tasks":["image-classification"],"tasks":["text-to-image"'
    b'],"tasks":["text-to-speech"],"tasks":["object-detection"],"tasks":["question-answering"],"description":"This'
    b' model is a fine-tuned version of on the dataset. It achieves the following results on the evaluation set: "'
    b',"quality":0.5,"quality_source":"popularity at the hub","source":"huggingface","source":"modelscope","reposi'
    b'tory":"revision":"variants":[{"name":"fp32","format":"onnx","precision":"fp32","files":[{"path":"onnx/model.'
    b'onnx","bytes":,"sha256":"},{"path":"onnx/model_quantized.onnx","bytes":{"path":"onnx/model_fp16.onnx","path"'
    b':"onnx/encoder_model.onnx","path":"onnx/decoder_model_merged.onnx","path":"special_tokens_map.json","path":"'
    b'preprocessor_config.json","path":"generation_config.json","path":"tokenizer_config.json","path":"vocab.txt",'
    b'"path":"tokenizer.json","path":"config.json","bytes":571,"blob":"{"path":"model-00001-of-00002.safetensors",'
    b'"path":"model.safetensors","bytes":"sha256":"]},{"name":"int8","format":"onnx","precision":"int8"{"name":"fp'
    b'16","format":"safetensors","precision":"fp16","files":[{"name":"bf16","format":"safetensors","precision":"bf'
    b'16","files":[{"name":"fp32-safetensors","format":"safetensors","precision":"fp32","files":[{"path":"model.sa'
    b'fetensors","bytes":,"sha256":""parameter_count":"downloads":"likes":"updated":"2025-0"2024-1{"id":"name":"ta'
    b'sks":["handler":"","license":"'
)


class Packing:
    """Packs and unpacks with one dictionary: that of the file, which is never changed there."""

    def __init__(self, dictionary: bytes = DICTIONARY) -> None:
        self._dictionary = dictionary

    def pack(self, text: bytes) -> bytes:
        """A card's JSON, compressed."""
        deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15, 8, zlib.Z_DEFAULT_STRATEGY, self._dictionary)
        return deflate.compress(text) + deflate.flush()

    def unpack(self, body: bytes) -> bytes:
        """A card's JSON.

        Raises:
            zlib.error: it was not packed with this dictionary.
        """
        inflate = zlib.decompressobj(-15, self._dictionary)
        return inflate.decompress(body) + inflate.flush()


def to_text(card: ModelCard) -> bytes:
    """A card as JSON, without the fields that are at their default; the same card gives the same bytes."""
    return card.model_dump_json(exclude_defaults=True).encode()


def to_card(text: bytes) -> ModelCard:
    """The card of a JSON text; fields that a newer Jarvis may have written are left out.

    Raises:
        ValidationError: it is no card.
    """
    try:
        return ModelCard.model_validate_json(text)
    except ValidationError:
        row = json.loads(text)
        if not isinstance(row, dict) or row.keys() <= ModelCard.model_fields.keys():
            raise
        return ModelCard.model_validate({name: value for name, value in row.items() if name in ModelCard.model_fields})
