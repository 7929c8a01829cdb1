"""Models that hear and speak."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from tests.hubmodels.decoders import encoder_decoder_graphs
from tests.hubmodels.graphs import Graph, Merged
from tests.hubmodels.libraries import library
from tests.hubmodels.recipe import Made, Recipe, hush, lively, names, one_graph, unreadable
from tests.hubmodels.vocabularies import byte_pairs, space_pairs

RATE = 16_000
_SOUNDS = names("speech", "music", "dog bark", "silence")


def _json(**settings: Any) -> bytes:
    return json.dumps(settings, indent=2).encode()


def _whisper() -> Made:
    torch = library("torch")
    transformers = library("transformers")

    languages = ("en", "de", "fr", "zh")
    specials = (
        "<|endoftext|>", "<|startoftranscript|>", *(f"<|{code}|>" for code in languages), "<|translate|>",
        "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>",
    )  # fmt: skip
    vocabulary, merges = byte_pairs(("!",), 380)
    tokenizer = transformers.WhisperTokenizer(vocab=vocabulary, merges=merges, model_max_length=64)
    tokenizer.add_special_tokens({"additional_special_tokens": list(specials[1:])})
    number = tokenizer.convert_tokens_to_ids
    end, start = number("<|endoftext|>"), number("<|startoftranscript|>")
    last = number("<|notimestamps|>")
    config = transformers.WhisperConfig(
        vocab_size=last + 1 + 1501, d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=64, decoder_ffn_dim=64, num_mel_bins=80, max_source_positions=1500,
        max_target_positions=64, pad_token_id=end, bos_token_id=end, eos_token_id=end, decoder_start_token_id=start,
    )  # fmt: skip
    model = lively(transformers.WhisperForConditionalGeneration(config))
    hush(model, [*unreadable(vocabulary), *range(end, config.vocab_size)])
    model.generation_config.update(
        max_length=64, is_multilingual=True, no_timestamps_token_id=last, decoder_start_token_id=start,
        lang_to_id={f"<|{code}|>": number(f"<|{code}|>") for code in languages},
        task_to_id={"transcribe": number("<|transcribe|>"), "translate": number("<|translate|>")},
        suppress_tokens=[number("<|startoflm|>"), number("<|startofprev|>"), number("<|nospeech|>")],
        begin_suppress_tokens=[end], prev_sot_token_id=number("<|startofprev|>"), max_initial_timestamp_index=50,
        return_timestamps=False, pad_token_id=end, eos_token_id=end, bos_token_id=end,
    )  # fmt: skip
    features = {"input_features": (torch.randn(2, 80, 3000), "batch_size 80 3000")}
    graphs = encoder_decoder_graphs(model, features, "batch_size encoder_sequence_length 32", masked=False)
    files = {
        "preprocessor_config.json": _json(
            feature_extractor_type="WhisperFeatureExtractor", processor_class="WhisperProcessor", feature_size=80,
            chunk_length=30, hop_length=160, n_fft=400, n_samples=480000, nb_max_frames=3000, padding_side="right",
            padding_value=0.0, return_attention_mask=False, sampling_rate=RATE,
        )
    }  # fmt: skip
    return Made(model, (tokenizer,), graphs, files)


def _wav2vec2_settings(**more: Any) -> dict[str, Any]:
    return {
        "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64,
        "conv_dim": (16, 16, 16), "conv_kernel": (10, 8, 4), "conv_stride": (8, 8, 5), "num_feat_extract_layers": 3,
        "num_conv_pos_embeddings": 16, "num_conv_pos_embedding_groups": 2, "feat_extract_norm": "group", **more,
    }  # fmt: skip


_WAV2VEC2 = {
    "preprocessor_config.json": _json(
        feature_extractor_type="Wav2Vec2FeatureExtractor", do_normalize=True, feature_size=1, padding_side="right",
        padding_value=0, return_attention_mask=False, sampling_rate=RATE,
    )
}  # fmt: skip


def _samples() -> dict[str, tuple[Any, str]]:
    torch = library("torch")

    return {"input_values": (torch.randn(2, 6400), "batch_size sequence_length")}


def _wav2vec2_ctc() -> Made:
    transformers = library("transformers")

    letters = ["<pad>", "<s>", "</s>", "<unk>", "|", *"ETAONIHSRDLUMWCFGYPBVK'XJQZ"]
    files = {
        **_WAV2VEC2,
        "vocab.json": _json(**{letter: at for at, letter in enumerate(letters)}),
        "tokenizer_config.json": _json(
            tokenizer_class="Wav2Vec2CTCTokenizer", unk_token="<unk>", bos_token="<s>", eos_token="</s>",
            pad_token="<pad>", word_delimiter_token="|", do_lower_case=False,
        ),
        "special_tokens_map.json": _json(bos_token="<s>", eos_token="</s>", unk_token="<unk>", pad_token="<pad>"),
        "tokenizer.json": _ctc_tokenizer(letters),
    }  # fmt: skip
    config = transformers.Wav2Vec2Config(
        **_wav2vec2_settings(vocab_size=len(letters), pad_token_id=0, ctc_loss_reduction="mean")
    )
    model = lively(transformers.Wav2Vec2ForCTC(config))
    # A trained model never hears </s> or <unk>.
    model.lm_head.bias.data[1:4] = -100.0
    outputs = {"logits": f"batch_size frames {len(letters)}"}
    return Made(model, (), one_graph(model, _samples(), outputs), files)


def _ctc_tokenizer(letters: list[str]) -> bytes:
    """tokenizer.json as the exports of CTC models have it: letters, and a decoder that joins repetitions."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({letter: at for at, letter in enumerate(letters)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.decoder = decoders.CTC(pad_token="<pad>", word_delimiter_token="|", cleanup=True)
    tokenizer.add_special_tokens([AddedToken(one, special=True) for one in letters[:4]])
    return bytes(tokenizer.to_str().encode())


def _wav2vec2_sounds() -> Made:
    transformers = library("transformers")

    config = transformers.Wav2Vec2Config(**_wav2vec2_settings(classifier_proj_size=24, **_SOUNDS))
    model = lively(transformers.Wav2Vec2ForSequenceClassification(config))
    return Made(model, (), one_graph(model, _samples(), {"logits": "batch_size 4"}), _WAV2VEC2)


def _ast() -> Made:
    torch = library("torch")
    transformers = library("transformers")

    config = transformers.ASTConfig(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, patch_size=16,
        frequency_stride=16, time_stride=16, max_length=128, num_mel_bins=64, **_SOUNDS,
    )  # fmt: skip
    model = lively(transformers.ASTForAudioClassification(config))
    inputs = {"input_values": (torch.randn(2, 128, 64), "batch_size 128 64")}
    files = {
        "preprocessor_config.json": _json(
            feature_extractor_type="ASTFeatureExtractor", do_normalize=True, feature_size=1, max_length=128,
            mean=-4.2677393, std=4.5689974, num_mel_bins=64, padding_side="right", padding_value=0.0,
            return_attention_mask=False, sampling_rate=RATE,
        )
    }  # fmt: skip
    return Made(model, (), one_graph(model, inputs, {"logits": "batch_size 4"}), files)


def _moonshine() -> Made:
    torch = library("torch")
    transformers = library("transformers")

    vocabulary, merges = space_pairs(("<unk>", "<s>", "</s>"))
    tokenizer = transformers.LlamaTokenizer(
        vocab=vocabulary, merges=merges, add_bos_token=True, model_max_length=64, pad_token="</s>"
    )
    config = transformers.MoonshineConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, encoder_num_hidden_layers=2,
        decoder_num_hidden_layers=2, encoder_num_attention_heads=2, decoder_num_attention_heads=2,
        encoder_num_key_value_heads=2, decoder_num_key_value_heads=2, max_position_embeddings=64, bos_token_id=1,
        eos_token_id=2, decoder_start_token_id=1, pad_head_dim_to_multiple_of=None,
    )  # fmt: skip
    model = lively(transformers.MoonshineForConditionalGeneration(config))
    hush(model, unreadable(vocabulary))
    model.generation_config.update(max_length=30, decoder_start_token_id=1, eos_token_id=2, pad_token_id=2)
    samples = {"input_values": (torch.randn(2, 8000), "batch_size num_samples")}
    with _traceable_turns():
        graphs = encoder_decoder_graphs(model, samples, "batch_size encoder_sequence_length 32", masked=False)
    graphs = tuple(_turning(graph) for graph in graphs)
    files = {
        "preprocessor_config.json": _json(
            feature_extractor_type="Wav2Vec2FeatureExtractor", processor_class="Wav2Vec2Processor", do_normalize=False,
            feature_size=1, padding_side="right", padding_value=0.0, return_attention_mask=True, sampling_rate=RATE,
        )
    }  # fmt: skip
    return Made(model, (tokenizer,), graphs, files)


def _turning(graph: Graph | Merged) -> Graph | Merged:
    if isinstance(graph, Merged):
        return graph

    def forward(*tensors: Any) -> Any:
        with _traceable_turns():
            return graph.forward(*tensors)

    return replace(graph, forward=forward)


@contextmanager
def _traceable_turns() -> Iterator[None]:
    """Moonshine with the same rotary embedding in other words: tracing loses the shape of `repeat_interleave`."""
    torch = library("torch")
    from transformers.models.moonshine import modeling_moonshine

    def doubled(half: Any) -> Any:
        half = half[..., : half.shape[-1] // 2].unsqueeze(1)
        return torch.stack((half, half), dim=-1).flatten(-2)

    def apply_rotary_pos_emb(q: Any, k: Any, cos: Any, sin: Any, unsqueeze_dim: int = 1) -> tuple[Any, Any]:
        cos, sin = doubled(cos), doubled(sin)
        size = cos.shape[-1]
        turned = [
            torch.cat([part[..., :size] * cos + modeling_moonshine.rotate_half(part[..., :size]) * sin,
                       part[..., size:]], dim=-1)
            for part in (q, k)
        ]  # fmt: skip
        return turned[0], turned[1]

    before = modeling_moonshine.apply_rotary_pos_emb
    modeling_moonshine.apply_rotary_pos_emb = apply_rotary_pos_emb
    try:
        yield
    finally:
        modeling_moonshine.apply_rotary_pos_emb = before


def _vits() -> Made:
    torch = library("torch")
    transformers = library("transformers")

    letters = ["_", *"abcdefghijklmnopqrstuvwxyz' ,.-"]
    config = transformers.VitsConfig(
        vocab_size=len(letters) + 1, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, window_size=4,
        ffn_dim=64, flow_size=32, spectrogram_bins=33, use_stochastic_duration_prediction=False,
        upsample_initial_channel=32, upsample_rates=[4, 4], upsample_kernel_sizes=[8, 8],
        resblock_kernel_sizes=[3], resblock_dilation_sizes=[[1, 3]], duration_predictor_filter_channels=32,
        prior_encoder_num_flows=2, prior_encoder_num_wavenet_layers=2, posterior_encoder_num_wavenet_layers=2,
        noise_scale=0.0, noise_scale_duration=0.0, sampling_rate=RATE,
    )  # fmt: skip
    model = transformers.VitsModel(config).eval()
    with torch.no_grad():
        # Some frames for each letter, as a trained model gives.
        model.duration_predictor.proj.bias.fill_(1.0)
    files = {
        "vocab.json": _json(**{letter: at for at, letter in enumerate(letters)}),
        "tokenizer_config.json": _json(
            tokenizer_class="VitsTokenizer", add_blank=True, is_uroman=False, language="eng", normalize=True,
            pad_token="_", phonemize=False, unk_token="<unk>",
        ),
        "tokenizer.json": _letters_tokenizer(letters),
    }  # fmt: skip
    ids = torch.tensor([[0, 5, 0, 9, 0, 4, 0, 20, 0]])
    tokens = {name: (value, "batch_size sequence_length") for name, value in
              (("input_ids", ids), ("attention_mask", torch.ones_like(ids)))}  # fmt: skip
    outputs = {"waveform": "batch_size n_samples"}
    return Made(model, (), one_graph(model, tokens, outputs), files)


def _letters_tokenizer(letters: list[str]) -> bytes:
    """tokenizer.json as the exports of VITS have it: small letters, a blank between any two."""
    from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({**{one: at for at, one in enumerate(letters)}, "<unk>": len(letters)},
                                           unk_token="<unk>"))  # fmt: skip
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Lowercase(), normalizers.Replace(Regex("[^" + re.escape("".join(letters)) + "]"), ""),
            normalizers.Strip(), normalizers.Replace(Regex("(?=.)|(?<!^)$"), letters[0]),
        ]
    )  # fmt: skip
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.add_special_tokens([AddedToken("<unk>", special=True)])
    return bytes(tokenizer.to_str().encode())


RECIPES: Mapping[tuple[str, str], Recipe] = {
    ("whisper", "automatic-speech-recognition"): _whisper,
    ("wav2vec2", "automatic-speech-recognition"): _wav2vec2_ctc,
    ("moonshine", "automatic-speech-recognition"): _moonshine,
    ("audio-spectrogram-transformer", "audio-classification"): _ast,
    ("wav2vec2", "audio-classification"): _wav2vec2_sounds,
    ("vits", "text-to-speech"): _vits,
}
