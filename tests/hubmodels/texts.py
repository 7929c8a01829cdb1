"""Models that read and write text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.hubmodels.decoders import causal_graphs, encoder_decoder_graphs
from tests.hubmodels.libraries import library
from tests.hubmodels.recipe import Made, Recipe, hush, lively, names, one_graph, token_inputs, unreadable
from tests.hubmodels.vocabularies import byte_pairs, scored_pieces, sentence_piece, space_pairs, unigram, wordpiece

_SMALL: dict[str, Any] = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 128,
}
_TOKENS = "batch_size sequence_length"
_TYPED = ("input_ids", "attention_mask", "token_type_ids")
_PLAIN = ("input_ids", "attention_mask")
SENTIMENTS = names("NEGATIVE", "POSITIVE")
TOPICS = names("sport", "science", "cooking", "travel")
ENTITIES = names("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC")
ENTAILMENT = names("contradiction", "neutral", "entailment")
CHAT = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def bert_tokenizer(kind: str = "BertTokenizer") -> Any:
    """WordPiece, in small letters."""
    transformers = library("transformers")

    return getattr(transformers, kind)(vocab=wordpiece(), model_max_length=128)


def _roberta_tokenizer(kind: str = "RobertaTokenizer") -> Any:
    transformers = library("transformers")

    vocabulary, merges = byte_pairs(("<s>", "<pad>", "</s>", "<unk>", "<mask>"))
    return getattr(transformers, kind)(vocab=vocabulary, merges=merges, model_max_length=120)


def _reader(make: Any, config: Any, tokenizer: Any, inputs: tuple[str, ...], outputs: Mapping[str, str]) -> Made:
    model = lively(make(config))
    return Made(model, (tokenizer,), one_graph(model, token_inputs(*inputs), outputs))


def _bert(kind: str, outputs: Mapping[str, str], **more: Any) -> Made:
    transformers = library("transformers")

    config = transformers.BertConfig(vocab_size=len(wordpiece()), **_SMALL, **more)
    return _reader(getattr(transformers, kind), config, bert_tokenizer(), _TYPED, outputs)


def _distilbert(kind: str, outputs: Mapping[str, str], **more: Any) -> Made:
    transformers = library("transformers")

    config = transformers.DistilBertConfig(
        vocab_size=len(wordpiece()), dim=32, n_layers=2, n_heads=2, hidden_dim=64, max_position_embeddings=128, **more
    )
    tokenizer = bert_tokenizer("DistilBertTokenizer")
    return _reader(getattr(transformers, kind), config, tokenizer, _PLAIN, outputs)


def _roberta(kind: str, outputs: Mapping[str, str], **more: Any) -> Made:
    transformers = library("transformers")

    tokenizer = _roberta_tokenizer()
    config = transformers.RobertaConfig(
        vocab_size=len(tokenizer), type_vocab_size=1, **_SMALL, pad_token_id=1, bos_token_id=0, eos_token_id=2, **more
    )
    return _reader(getattr(transformers, kind), config, tokenizer, _PLAIN, outputs)


def _xlm_roberta(kind: str, outputs: Mapping[str, str], **more: Any) -> Made:
    transformers = library("transformers")

    pieces = [*unigram(("<s>", "<pad>", "</s>", "<unk>")), ("<mask>", 0.0)]
    tokenizer = transformers.XLMRobertaTokenizer(vocab=pieces, model_max_length=120)
    config = transformers.XLMRobertaConfig(
        vocab_size=len(tokenizer), type_vocab_size=1, **_SMALL, pad_token_id=1, bos_token_id=0, eos_token_id=2, **more
    )
    return _reader(getattr(transformers, kind), config, tokenizer, _PLAIN, outputs)


def _deberta(kind: str, outputs: Mapping[str, str], **more: Any) -> Made:
    transformers = library("transformers")

    pieces = [*unigram(("[PAD]", "[CLS]", "[SEP]", "[UNK]")), ("[MASK]", 0.0)]
    tokenizer = transformers.DebertaV2Tokenizer(vocab=pieces, unk_id=3, model_max_length=120)
    config = transformers.DebertaV2Config(
        vocab_size=len(tokenizer), type_vocab_size=0, **_SMALL, relative_attention=True, position_buckets=16,
        pos_att_type=["p2c", "c2p"], norm_rel_ebd="layer_norm", share_att_key=True, position_biased_input=False, **more,
    )  # fmt: skip
    return _reader(getattr(transformers, kind), config, tokenizer, _TYPED, outputs)


def _mpnet() -> Made:
    transformers = library("transformers")

    pieces = [piece for piece in wordpiece() if not piece.startswith("[") or len(piece) == 1]
    vocabulary = {piece: at for at, piece in enumerate(["<s>", "<pad>", "</s>", "<unk>", *pieces, "[UNK]", "<mask>"])}
    tokenizer = transformers.MPNetTokenizer(vocab=vocabulary, model_max_length=120)
    config = transformers.MPNetConfig(
        vocab_size=len(tokenizer), **_SMALL, pad_token_id=1, bos_token_id=0, eos_token_id=2
    )
    hidden = {"last_hidden_state": f"{_TOKENS} 32"}
    made = _reader(transformers.MPNetModel, config, tokenizer, _PLAIN, hidden)
    return Made(made.model, made.parts, made.graphs, _POOLING)


def _sentences() -> Made:
    made = _bert("BertModel", {"last_hidden_state": f"{_TOKENS} 32"})
    return Made(made.model, made.parts, made.graphs, _POOLING)


_POOLING = {
    "modules.json": b'[{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}, '
    b'{"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}, '
    b'{"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}]',
    "1_Pooling/config.json": b'{"word_embedding_dimension": 32, "pooling_mode_cls_token": false, '
    b'"pooling_mode_mean_tokens": true}',
    "sentence_bert_config.json": b'{"max_seq_length": 96, "do_lower_case": false}',
}


def _bart_config(tokenizer: Any, **more: Any) -> Any:
    transformers = library("transformers")

    return transformers.BartConfig(
        vocab_size=len(tokenizer), d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=64, decoder_ffn_dim=64, max_position_embeddings=128, **more,
    )  # fmt: skip


def _bart_entailment() -> Made:
    transformers = library("transformers")

    tokenizer = _roberta_tokenizer("BartTokenizer")
    config = _bart_config(tokenizer, **ENTAILMENT)
    return _reader(transformers.BartForSequenceClassification, config, tokenizer, _PLAIN, {"logits": "batch_size 3"})


def _writer(
    model: Any, tokenizer: Any, files: Mapping[str, bytes] | None = None, silent: Sequence[int] = (), **generation: Any
) -> Made:
    """An encoder and decoder; `generation` goes into generation_config.json, `silent` tokens are hardly written."""
    lively(model)
    hush(model, silent or unreadable(tokenizer.get_vocab()))
    model.generation_config.update(**{"max_length": 24, "num_beams": 1, "do_sample": False, **generation})
    graphs = encoder_decoder_graphs(
        model, token_inputs(*_PLAIN), f"batch_size encoder_sequence_length {model.config.hidden_size}"
    )
    return Made(model, (tokenizer,), graphs, files or {})


def _bart() -> Made:
    transformers = library("transformers")

    tokenizer = _roberta_tokenizer("BartTokenizer")
    model = transformers.BartForConditionalGeneration(_bart_config(tokenizer))
    return _writer(
        model, tokenizer, decoder_start_token_id=2, forced_bos_token_id=0, forced_eos_token_id=2, min_length=6,
        no_repeat_ngram_size=3,
    )  # fmt: skip


def _t5(**more: Any) -> Made:
    transformers = library("transformers")

    words = [*unigram(("<pad>", "</s>", "<unk>")), *((f"<extra_id_{at}>", 0.0) for at in range(9, -1, -1))]
    tokenizer = transformers.T5Tokenizer(vocab=words, extra_ids=10, model_max_length=128)
    config = transformers.T5Config(
        vocab_size=len(tokenizer), d_model=32, d_kv=16, d_ff=64, num_layers=2, num_decoder_layers=2, num_heads=2,
        relative_attention_num_buckets=8, relative_attention_max_distance=20, pad_token_id=0, eos_token_id=1,
        decoder_start_token_id=0, **more,
    )  # fmt: skip
    return _writer(transformers.T5ForConditionalGeneration(config), tokenizer, decoder_start_token_id=0)


_T5_PREFIXES = {
    "summarization": {"prefix": "summarize: ", "max_length": 24},
    "translation_en_to_de": {"prefix": "translate English to German: ", "max_length": 24},
}


def _marian() -> Made:
    import json
    from pathlib import Path
    from tempfile import TemporaryDirectory

    transformers = library("transformers")

    pieces = scored_pieces(sentence_piece())
    order = ["</s>", "<unk>", *(piece for piece, _ in pieces if piece not in {"<s>", "</s>", "<unk>"}), "<pad>"]
    files = {
        "source.spm": sentence_piece(),
        "target.spm": sentence_piece(),
        "vocab.json": json.dumps({piece: at for at, piece in enumerate(order)}).encode(),
    }
    with TemporaryDirectory() as folder:
        for name, content in files.items():
            Path(folder, name).write_bytes(content)
        tokenizer = transformers.MarianTokenizer(
            *(str(Path(folder, name)) for name in ("source.spm", "target.spm", "vocab.json")),
            source_lang="en", target_lang="de", model_max_length=128,
        )  # fmt: skip
    last = len(order) - 1
    config = transformers.MarianConfig(
        vocab_size=len(order), d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=64, decoder_ffn_dim=64, max_position_embeddings=128,
        pad_token_id=last, eos_token_id=0, decoder_start_token_id=last, forced_eos_token_id=0, scale_embedding=True,
        static_position_embeddings=True,
    )  # fmt: skip
    scores = dict(pieces)
    fast = _spm_tokenizer([(piece, scores.get(piece, 0.0)) for piece in order], 1, "$A </s>", {"</s>": 0})
    made = _writer(
        transformers.MarianMTModel(config), None, silent=[last], decoder_start_token_id=last, forced_eos_token_id=0,
        bad_words_ids=[[last]],
    )  # fmt: skip
    settings = {"source_lang": "en", "target_lang": "de", "tokenizer_class": "MarianTokenizer", "model_max_length": 128}
    settings |= {"eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
    files |= {"tokenizer.json": fast, "tokenizer_config.json": json.dumps(settings).encode()}
    del tokenizer
    return Made(made.model, (), made.graphs, files)


def _m2m100() -> Made:
    import json

    transformers = library("transformers")

    pieces = scored_pieces(sentence_piece())
    base = ["<s>", "<pad>", "</s>", "<unk>", *(piece for piece, _ in pieces if piece not in {"<s>", "</s>", "<unk>"})]
    from transformers.models.m2m_100.tokenization_m2m_100 import FAIRSEQ_LANGUAGE_CODES

    codes = [f"__{code}__" for code in FAIRSEQ_LANGUAGE_CODES["m2m100"]]
    size = len(base) + len(codes) + 8
    config = transformers.M2M100Config(
        vocab_size=size, d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=64, decoder_ffn_dim=64, max_position_embeddings=128,
        decoder_start_token_id=2,
    )  # fmt: skip
    made = _writer(
        transformers.M2M100ForConditionalGeneration(config), None, silent=range(len(base), size),
        decoder_start_token_id=2,
    )  # fmt: skip
    scores = dict(pieces)
    added = {code: len(base) + at for at, code in enumerate(codes)}
    ends = {"__en__": added["__en__"], "</s>": 2}
    weighed = [(piece, scores.get(piece, 0.0)) for piece in base]
    fast = _spm_tokenizer(weighed, 3, "__en__ $A </s>", ends, added)
    settings = {"src_lang": "en", "tgt_lang": "de", "tokenizer_class": "M2M100Tokenizer", "model_max_length": 128}
    settings |= {"bos_token": "<s>", "eos_token": "</s>", "sep_token": "</s>", "unk_token": "<unk>"}
    settings |= {"pad_token": "<pad>", "additional_special_tokens": codes, "num_madeup_words": 8}
    files = {
        "sentencepiece.bpe.model": sentence_piece(),
        "vocab.json": json.dumps({piece: at for at, piece in enumerate(base)}).encode(),
        "tokenizer.json": fast,
        "tokenizer_config.json": json.dumps(settings).encode(),
    }
    return Made(made.model, (), made.graphs, files)


def _spm_tokenizer(
    pieces: list[tuple[str, float]], unknown: int, template: str, specials: Mapping[str, int],
    added: Mapping[str, int] | None = None,
) -> bytes:  # fmt: skip
    """tokenizer.json of a model whose own tokenizer reads SentencePiece files, as the exports' makers write it."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram([(piece, score) for piece, score in pieces], unk_id=unknown))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace("  ", " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    controls = [piece for piece, _ in pieces if piece in {"<s>", "</s>", "<pad>", "<unk>"}]
    tokenizer.add_special_tokens([AddedToken(name, special=True) for name in (*controls, *(added or {}))])
    tokenizer.post_processor = processors.TemplateProcessing(
        single=template, pair=template.replace("$A", "$A $B"), special_tokens=list(specials.items())
    )
    return bytes(tokenizer.to_str().encode())


def _generator(model: Any, tokenizer: Any, name: str = "model") -> Made:
    lively(model)
    hush(model, unreadable(tokenizer.get_vocab()))
    model.generation_config.update(max_length=48, do_sample=False)
    return Made(model, (tokenizer,), causal_graphs(model, name))


def gpt2_tokenizer(longest: int = 128) -> Any:
    """Byte pairs; the end of a text is 0."""
    transformers = library("transformers")

    vocabulary, merges = byte_pairs(("<|endoftext|>",))
    return transformers.GPT2Tokenizer(vocab=vocabulary, merges=merges, model_max_length=longest)


def _gpt2() -> Made:
    transformers = library("transformers")

    tokenizer = gpt2_tokenizer()
    config = transformers.GPT2Config(
        vocab_size=len(tokenizer), n_positions=128, n_embd=32, n_layer=2, n_head=2, bos_token_id=0, eos_token_id=0
    )
    return _generator(transformers.GPT2LMHeadModel(config), tokenizer, "decoder_model_merged")


def _llama() -> Made:
    transformers = library("transformers")

    vocabulary, merges = space_pairs(("<unk>", "<s>", "</s>"))
    tokenizer = transformers.LlamaTokenizer(
        vocab=vocabulary, merges=merges, add_bos_token=True, model_max_length=128, pad_token="</s>"
    )
    config = transformers.LlamaConfig(
        vocab_size=len(tokenizer), **_SMALL, num_key_value_heads=1, bos_token_id=1, eos_token_id=2, pad_token_id=2
    )
    return _generator(transformers.LlamaForCausalLM(config), tokenizer)


def _qwen2() -> Made:
    transformers = library("transformers")

    vocabulary, merges = byte_pairs(("<|endoftext|>", "<|im_start|>", "<|im_end|>"))
    tokenizer = transformers.Qwen2Tokenizer(
        vocab=vocabulary, merges=merges, eos_token="<|im_end|>", model_max_length=128,
        additional_special_tokens=["<|im_start|>", "<|im_end|>"],
    )  # fmt: skip
    tokenizer.chat_template = CHAT
    config = transformers.Qwen2Config(
        vocab_size=len(tokenizer), **{**_SMALL, "num_attention_heads": 4}, num_key_value_heads=2, bos_token_id=0,
        eos_token_id=2, tie_word_embeddings=True,
    )  # fmt: skip
    return _generator(transformers.Qwen2ForCausalLM(config), tokenizer)


_LOGITS = {"logits": "batch_size 2"}
_EACH = {"logits": f"{_TOKENS} 7"}
_SPAN = {"start_logits": _TOKENS, "end_logits": _TOKENS}

RECIPES: Mapping[tuple[str, str], Recipe] = {
    ("bert", "text-classification"): lambda: _bert("BertForSequenceClassification", _LOGITS, **SENTIMENTS),
    ("distilbert", "text-classification"): lambda: _distilbert(
        "DistilBertForSequenceClassification", _LOGITS, **SENTIMENTS
    ),
    ("roberta", "text-classification"): lambda: _roberta(
        "RobertaForSequenceClassification", {"logits": "batch_size 4"}, problem_type="multi_label_classification",
        **TOPICS,
    ),
    ("deberta-v2", "text-classification"): lambda: _deberta(
        "DebertaV2ForSequenceClassification", _LOGITS, **SENTIMENTS
    ),
    ("bert", "token-classification"): lambda: _bert("BertForTokenClassification", _EACH, **ENTITIES),
    ("xlm-roberta", "token-classification"): lambda: _xlm_roberta(
        "XLMRobertaForTokenClassification", _EACH, **ENTITIES
    ),
    ("bart", "zero-shot-classification"): _bart_entailment,
    ("deberta-v2", "zero-shot-classification"): lambda: _deberta(
        "DebertaV2ForSequenceClassification", {"logits": "batch_size 3"}, **ENTAILMENT
    ),
    ("distilbert", "question-answering"): lambda: _distilbert("DistilBertForQuestionAnswering", _SPAN),
    ("roberta", "question-answering"): lambda: _roberta("RobertaForQuestionAnswering", _SPAN),
    ("bert", "fill-mask"): lambda: _bert("BertForMaskedLM", {"logits": f"{_TOKENS} 300"}),
    ("roberta", "fill-mask"): lambda: _roberta("RobertaForMaskedLM", {"logits": f"{_TOKENS} 400"}),
    ("bert", "sentence-similarity"): _sentences,
    ("mpnet", "sentence-similarity"): _mpnet,
    ("t5", "summarization"): lambda: _t5(task_specific_params=_T5_PREFIXES),
    ("t5", "translation"): lambda: _t5(task_specific_params=_T5_PREFIXES),
    ("t5", "text2text-generation"): _t5,
    ("bart", "summarization"): _bart,
    ("marian", "translation"): _marian,
    ("m2m100", "translation"): _m2m100,
    ("gpt2", "text-generation"): _gpt2,
    ("llama", "text-generation"): _llama,
    ("qwen2", "text-generation"): _qwen2,
}  # fmt: skip
