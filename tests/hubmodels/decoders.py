"""The graphs of models that write word after word: encoders, and decoders with and without a past."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.hubmodels.graphs import Graph, Merged
from tests.hubmodels.libraries import library

_CACHE = "batch {heads} {length} {size}"


def causal_graphs(model: Any, name: str = "model") -> tuple[Graph, ...]:
    """A decoder alone: the past may be of length 0, so that one graph does for all words."""
    torch = library("torch")

    layers, heads, size = _shape(model)
    past = [f"past_key_values.{layer}.{part}" for layer in range(layers) for part in ("key", "value")]
    axes = _CACHE.format(heads=heads, length="past_sequence_length", size=size)

    def forward(ids: Any, mask: Any, places: Any, *tensors: Any) -> tuple[Any, ...]:
        cache = _dynamic_cache(tensors)
        logits = model(input_ids=ids, attention_mask=mask, position_ids=places, past_key_values=cache).logits
        return (logits, *_tensors(cache))

    inputs = {
        "input_ids": (torch.tensor([[5, 6, 7], [8, 9, 10]]), "batch sequence"),
        "attention_mask": (_mask(2, 7), "batch total_sequence_length"),
        "position_ids": (torch.tensor([[4, 5, 6], [4, 5, 6]]), "batch sequence"),
        **{name: (torch.randn(2, heads, 4, size), axes) for name in past},
    }
    outputs = {"logits": f"batch sequence {model.config.vocab_size}"}
    outputs |= {name.replace("past_key_values", "present"): axes.replace("past", "total") for name in past}
    return (Graph(name, model, forward, inputs, outputs),)


def encoder_decoder_graphs(
    model: Any, encoder_inputs: Mapping[str, tuple[Any, str]], hidden: str, masked: bool = True
) -> tuple[Graph | Merged, ...]:
    """An encoder, its decoder for the first word and for later ones, and both decoders merged.

    `hidden` names the dimensions of what the encoder gives; `masked` says whether the decoder takes the mask as well.
    """
    encoder = _encoder_graph(model, encoder_inputs, hidden)
    state = encoder.forward(*(example for example, _ in encoder_inputs.values())).detach()
    mask = {"encoder_attention_mask": encoder_inputs["attention_mask"]} if masked else {}
    first = _first_decoder(model, (state, hidden), mask)
    later = _later_decoder(model, (state, hidden), mask)
    return encoder, first, later, Merged("decoder_model_merged", first.name, later.name)


def _encoder_graph(model: Any, inputs: Mapping[str, tuple[Any, str]], hidden: str) -> Graph:
    def forward(*tensors: Any) -> Any:
        return model.get_encoder()(**dict(zip(inputs, tensors, strict=True))).last_hidden_state

    return Graph("encoder_model", model, forward, inputs, {"last_hidden_state": hidden})


def _first_decoder(model: Any, state: tuple[Any, str], mask: Mapping[str, tuple[Any, str]]) -> Graph:
    torch = library("torch")

    def forward(*tensors: Any) -> tuple[Any, ...]:
        *masks, ids, hidden = tensors
        out = model(
            encoder_outputs=_encoded(hidden), decoder_input_ids=ids, use_cache=True,
            **({"attention_mask": masks[0]} if masks else {}),
        )  # fmt: skip
        return (out.logits, *_both(out.past_key_values))

    ids = torch.tensor([[5, 6, 7], [8, 9, 10]])
    inputs = {**mask, "input_ids": (ids, "batch decoder_sequence"), "encoder_hidden_states": state}
    outputs = {"logits": f"batch decoder_sequence {_decoder(model).vocab_size}"}
    outputs |= {f"present.{name}": axes for name, axes in _cache_axes(model, "decoder_sequence", state[1]).items()}
    return Graph("decoder_model", model, forward, inputs, outputs)


def _later_decoder(model: Any, state: tuple[Any, str], mask: Mapping[str, tuple[Any, str]]) -> Graph:
    torch = library("torch")
    from transformers.cache_utils import EncoderDecoderCache

    _, heads, size = _shape(model)
    width, length = state[0].shape[-1], state[0].shape[1]

    def forward(*tensors: Any) -> tuple[Any, ...]:
        masks, ids, past = tensors[: len(mask)], tensors[len(mask)], tensors[len(mask) + 1 :]
        own = [tensor for at, tensor in enumerate(past) if at % 4 < 2]
        crossed = [tensor for at, tensor in enumerate(past) if at % 4 > 1]
        # Only its shape is looked at: what the decoder takes from the encoder is in the cache.
        hidden = crossed[0].new_zeros((1, 1, width)).expand(crossed[0].shape[0], crossed[0].shape[2], width)
        cache = EncoderDecoderCache(_dynamic_cache(own), _dynamic_cache(crossed))
        out = model(
            encoder_outputs=_encoded(hidden), decoder_input_ids=ids, use_cache=True,
            past_key_values=cache, **({"attention_mask": masks[0]} if masks else {}),
        )  # fmt: skip
        return (out.logits, *_tensors(out.past_key_values.self_attention_cache))

    axes = _cache_axes(model, "past_decoder_sequence", state[1])
    examples = {name: 3 if ".decoder." in name else length for name in axes}
    past = {
        f"past_key_values.{name}": (torch.randn(2, heads, examples[name], size), named) for name, named in axes.items()
    }
    inputs = {**mask, "input_ids": (torch.tensor([[5], [6]]), "batch decoder_sequence"), **past}
    outputs = {"logits": f"batch decoder_sequence {_decoder(model).vocab_size}"}
    grown = _cache_axes(model, "past_decoder_sequence_plus_1", state[1])
    outputs |= {f"present.{name}": named for name, named in grown.items() if ".decoder." in name}
    return Graph("decoder_with_past_model", model, forward, inputs, outputs)


def talker_graphs(model: Any, side: int) -> tuple[Graph, ...]:
    """A decoder that takes what stands for its tokens, what makes that of words, and what makes it of pictures."""
    torch = library("torch")

    layers, heads, size = _shape(model.model.text_model)
    width = model.config.text_config.hidden_size
    past = [f"past_key_values.{layer}.{part}" for layer in range(layers) for part in ("key", "value")]
    axes = _CACHE.format(heads=heads, length="past_sequence_length", size=size)

    def see(pixels: Any, mask: Any) -> Any:
        # Tiles are seen whole, so that every patch has its own place; what looks for places cannot be traced.
        sight = model.model.vision_model
        patches = sight.embeddings.patch_embedding(pixels.flatten(0, 1)).flatten(2).transpose(1, 2)
        placed = patches + sight.embeddings.position_embedding.weight * mask.any()
        states = sight.encoder(inputs_embeds=placed, attention_mask=None).last_hidden_state
        return model.model.connector(sight.post_layernorm(states))

    def embed(ids: Any) -> Any:
        return model.get_input_embeddings()(ids)

    def forward(words: Any, mask: Any, places: Any, *tensors: Any) -> tuple[Any, ...]:
        cache = _dynamic_cache(tensors)
        out = model.model.text_model(
            inputs_embeds=words, attention_mask=mask, position_ids=places, past_key_values=cache, use_cache=True
        )
        return (model.lm_head(out.last_hidden_state), *_tensors(cache))

    ids = torch.tensor([[5, 6, 7], [8, 9, 10]])
    seen = {
        "pixel_values": (torch.randn(1, 1, 3, side, side), f"batch_size num_images 3 {side} {side}"),
        "pixel_attention_mask": (
            torch.ones(1, 1, side, side, dtype=torch.bool), f"batch_size num_images {side} {side}"
        ),
    }  # fmt: skip
    inputs = {
        "inputs_embeds": (torch.randn(2, 3, width), f"batch_size sequence_length {width}"),
        "attention_mask": (_mask(2, 7), "batch_size total_sequence_length"),
        "position_ids": (torch.tensor([[4, 5, 6], [4, 5, 6]]), "batch_size sequence_length"),
        **{name: (torch.randn(2, heads, 4, size), axes) for name in past},
    }
    outputs = {"logits": f"batch_size sequence_length {model.config.text_config.vocab_size}"}
    outputs |= {name.replace("past_key_values", "present"): axes.replace("past", "total") for name in past}
    return (
        Graph("vision_encoder", model, see, seen, {"image_features": f"num_images parts {width}"}),
        Graph("embed_tokens", model, embed, {"input_ids": (ids, "batch_size sequence_length")},
              {"inputs_embeds": f"batch_size sequence_length {width}"}),
        Graph("decoder_model_merged", model, forward, inputs, outputs),
    )  # fmt: skip


def captioner_graphs(model: Any, pixels: tuple[Any, str], hidden: str) -> tuple[Graph | Merged, ...]:
    """An image encoder and a GPT-2 that looks at it: the cache holds what the decoder saw of its own words only."""
    torch = library("torch")
    from transformers.cache_utils import DynamicCache, EncoderDecoderCache

    layers, heads, size = _shape(model.decoder)
    names = [f"{layer}.{part}" for layer in range(layers) for part in ("key", "value")]
    state = model.encoder(pixels[0]).last_hidden_state.detach()
    head = {"input_ids": (torch.tensor([[5, 6, 7], [8, 9, 10]]), "batch decoder_sequence")}
    tail = {"encoder_hidden_states": (state, hidden)}

    def encode(image: Any) -> Any:
        return model.encoder(image).last_hidden_state

    def forward(ids: Any, hidden: Any, *past: Any) -> tuple[Any, ...]:
        cache = EncoderDecoderCache(_dynamic_cache(past) if past else DynamicCache(), DynamicCache())
        out = model.decoder(ids, encoder_hidden_states=hidden, past_key_values=cache, use_cache=True)
        return (out.logits, *_tensors(out.past_key_values.self_attention_cache))

    axes = _CACHE.format(heads=heads, length="past_decoder_sequence", size=size)
    past = {f"past_key_values.{name}": (torch.randn(2, heads, 3, size), axes) for name in names}
    outputs = {"logits": f"batch decoder_sequence {model.decoder.config.vocab_size}"}
    outputs |= {f"present.{name}": axes.replace("sequence", "sequence_plus_1") for name in names}
    one = {"input_ids": (torch.tensor([[5], [6]]), "batch decoder_sequence")}
    return (
        Graph("encoder_model", model, encode, {"pixel_values": pixels},
              {"last_hidden_state": hidden}),
        Graph("decoder_model", model, forward, {**head, **tail}, outputs),
        Graph("decoder_with_past_model", model, forward, {**one, **tail, **past}, outputs),
        Merged("decoder_model_merged", "decoder_model", "decoder_with_past_model"),
    )  # fmt: skip


def _shape(model: Any) -> tuple[int, int, int]:
    """Layers of the decoder, heads whose keys are kept, numbers of each."""
    config = _decoder(model)
    layers = _first(config, "decoder_layers", "num_decoder_layers", "decoder_num_hidden_layers", "num_hidden_layers")
    heads = _first(config, "decoder_attention_heads", "decoder_num_attention_heads", "num_attention_heads")
    width, size = _first(config, "d_model", "hidden_size"), getattr(config, "d_kv", None)
    return layers, getattr(config, "num_key_value_heads", None) or heads, size or width // heads


def _encoded(hidden: Any) -> Any:
    from transformers.modeling_outputs import BaseModelOutput

    encoded = BaseModelOutput(last_hidden_state=hidden)
    encoded.attention_mask = None  # which Moonshine asks for
    return encoded


def _decoder(model: Any) -> Any:
    return getattr(model.config, "decoder", model.config)


def _first(config: Any, *names: str) -> int:
    return next(int(value) for name in names if (value := getattr(config, name, None)) is not None)


def _cache_axes(model: Any, own: str, hidden: str) -> dict[str, str]:
    layers, heads, size = _shape(model)
    lengths = {"decoder": own, "encoder": hidden.split()[1]}
    return {
        f"{layer}.{side}.{part}": _CACHE.format(heads=heads, length=length, size=size)
        for layer in range(layers)
        for side, length in lengths.items()
        for part in ("key", "value")
    }


def _dynamic_cache(tensors: Sequence[Any]) -> Any:
    from transformers.cache_utils import DynamicCache

    return DynamicCache(list(zip(tensors[::2], tensors[1::2], strict=True)))


def _tensors(cache: Any) -> list[Any]:
    return [tensor for layer in cache.layers for tensor in (layer.keys, layer.values)]


def _both(cache: Any) -> list[Any]:
    pairs = zip(cache.self_attention_cache.layers, cache.cross_attention_cache.layers, strict=True)
    return [tensor for pair in pairs for layer in pair for tensor in (layer.keys, layer.values)]


def _mask(rows: int, length: int) -> Any:
    """Ones, but for the first of the last row: a mask without zeros would be left out of the graph."""
    torch = library("torch")

    mask = torch.ones(rows, length, dtype=torch.long)
    mask[-1, 0] = 0
    return mask
