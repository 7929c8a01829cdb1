"""Which runtime of this machine runs a model of a hub: a table from its task, format and architecture to a handler."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jarvis.model_registry.card import Format


@dataclass(frozen=True, slots=True)
class Runtime:
    """A handler for models of a hub, and which ones it runs."""

    handler: str
    """`module:Class` under `jarvis.tools.handlers`."""
    format: Format
    tasks: frozenset[str]
    architectures: frozenset[str] = frozenset()
    """`model_type` of the configurations that it knows; empty when any will do."""
    others: frozenset[str] = frozenset()
    """Architectures that it does not run although any other will do."""

    def runs(self, task: str, form: str, architecture: str) -> bool:
        """Whether it runs such a model. An architecture that is not known may be one of those that it runs."""
        if task not in self.tasks or form != self.format or architecture in self.others:
            return False
        return not self.architectures or not architecture or architecture in self.architectures


def runtime_of(task: str, form: str, architecture: str = "") -> str | None:
    """The handler for a model of a hub as `module:Class`, None when nothing here runs it.

    `form` is a weight format (`onnx`, `safetensors`), `architecture` the `model_type` of its configuration.
    """
    return next((runtime.handler for runtime in RUNTIMES if runtime.runs(task, form, architecture)), None)


def runs(form: str) -> dict[str, tuple[str, ...]]:
    """The tasks that models of a format can be run for, each with the architectures known by name."""
    found: dict[str, set[str]] = {}
    for runtime in RUNTIMES:
        if runtime.format == form:
            for task in runtime.tasks:
                found.setdefault(task, set()).update(runtime.architectures)
    return {task: tuple(sorted(names)) for task, names in sorted(found.items())}


_ENCODER_DECODERS = """
bart bigbird_pegasus blenderbot blenderbot-small led longt5 m2m_100 marian mbart mt5 mvp nllb-moe pegasus pegasus_x
plbart prophetnet switch_transformers t5 umt5
"""
_TRANSLATORS = "bart m2m_100 marian mbart mt5 nllb-moe t5 umt5"
_CAUSAL = """
arcee bloom codegen cohere cohere2 ernie4_5 exaone falcon gemma gemma2 gemma3_text gpt2 gpt_bigcode gpt_neo gpt_neox
gptj granite helium llama mistral mobilellm modernbert-decoder mpt nanochat olmo olmo2 opt phi phi3 qwen2 qwen3 seed_oss
smollm3 stablelm starcoder2
"""
_DETECTORS = "conditional_detr d_fine deformable_detr detr rt_detr rt_detr_v2 table-transformer yolos"
_SEGMENTERS = "beit data2vec-vision detr dpt mask2former maskformer mobilevit mobilevitv2 segformer upernet"
_MATTING = "birefnet custom isnet modnet ormbg SegformerForSemanticSegmentation u2net"
_DEPTH = "depth_anything dpt glpn"
_SAM = "sam sam2 sam2_video"
_TALKERS = "idefics3 smolvlm"
_TALK = "visual-question-answering document-question-answering image-to-text optical-character-recognition"
_LETTERS = "data2vec-audio hubert sew unispeech unispeech-sat wav2vec2 wav2vec2-conformer wavlm"
_SEVERAL_PARTS = "clip m2m_100 marian moonshine siglip t5 vision-encoder-decoder vits"
"""Architectures that are never one graph over tokens, pictures or sound."""


def _onnx(handler: str, tasks: str, architectures: str = "", others: str = "") -> Runtime:
    return _runtime(f"hub_onnx.{handler}", "onnx", tasks, architectures, others)


def _torch(handler: str, tasks: str, architectures: str = "", others: str = "") -> Runtime:
    return _runtime(f"hub_torch.{handler}", "safetensors", tasks, architectures, others)


def _runtime(handler: str, form: Format, tasks: str, architectures: str, others: str) -> Runtime:
    return Runtime(handler, form, frozenset(tasks.split()), frozenset(architectures.split()), frozenset(others.split()))


def _table() -> Iterator[Runtime]:
    yield _runtime("sam.segment:SegmentAnything", "onnx", "mask-generation", _SAM, "")
    yield _runtime("sam.segment:SegmentAnything", "safetensors", "mask-generation", _SAM, "")
    yield from _onnx_table()
    yield from _torch_table()


def _onnx_table() -> Iterator[Runtime]:
    yield _onnx("labels:TextClassifier", "text-classification language-identification", others=_SEVERAL_PARTS)
    yield _onnx("labels:ZeroShotClassifier", "zero-shot-classification", others=_SEVERAL_PARTS)
    yield _onnx("entities:EntityTagger", "token-classification", others=_SEVERAL_PARTS)
    yield _onnx("spans:SpanReader", "question-answering", others=_SEVERAL_PARTS)
    yield _onnx("blanks:BlankFiller", "fill-mask", others=_SEVERAL_PARTS)
    yield _onnx("vectors:TextVectors", "sentence-similarity", others=_SEVERAL_PARTS)
    yield _onnx("rewriting:Summarizer", "summarization", _ENCODER_DECODERS)
    yield _onnx("rewriting:Translator", "translation", _TRANSLATORS)
    yield _onnx("rewriting:Rewriter", "text2text-generation conversational", _ENCODER_DECODERS)
    yield _onnx("writing:Writer", "text-generation conversational text2text-generation summarization", _CAUSAL)
    yield _onnx("pictures:ImageClassifier", "image-classification", others=_SEVERAL_PARTS)
    yield _onnx("clip:ZeroShotImageClassifier", "zero-shot-image-classification", "chinese_clip clip siglip")
    yield _onnx("boxes:ObjectDetector", "object-detection face-detection", _DETECTORS)
    yield _onnx("named_boxes:NamedObjectDetector", "zero-shot-object-detection", "owlv2 owlvit")
    yield _onnx("regions:Segmenter", "image-segmentation", _SEGMENTERS)
    yield _onnx("regions:Matting", "background-removal", _MATTING)
    yield _onnx("maps:DepthEstimator", "depth-estimation", _DEPTH)
    yield _onnx("maps:Enlarger", "image-to-image", "swin2sr")
    yield _onnx("captions:Captioner", "image-to-text optical-character-recognition", "vision-encoder-decoder")
    yield _onnx("captions:DocumentReader", "document-question-answering", "vision-encoder-decoder")
    yield _onnx("looking:PictureTalker", _TALK, _TALKERS)
    yield _onnx("speech:Transcriber", "automatic-speech-recognition", f"lite-whisper moonshine whisper {_LETTERS}")
    yield _onnx("voices:Voice", "text-to-speech", "vits")
    yield _onnx("sounds:SoundClassifier", "audio-classification", others=f"clap {_SEVERAL_PARTS}")


def _torch_table() -> Iterator[Runtime]:
    yield _torch("reading:TextClassifier", "text-classification language-identification")
    yield _torch("reading:ZeroShotClassifier", "zero-shot-classification")
    yield _torch("reading:EntityTagger", "token-classification")
    yield _torch("reading:SpanReader", "question-answering")
    yield _torch("reading:BlankFiller", "fill-mask")
    yield _torch("reading:TextVectors", "sentence-similarity")
    yield _torch("writing:Rewriter", "summarization translation text2text-generation conversational", _ENCODER_DECODERS)
    yield _torch(
        "writing:Writer", "text-generation conversational text2text-generation summarization", others=_ENCODER_DECODERS
    )
    yield _torch("seeing:ImageClassifier", "image-classification")
    yield _torch("seeing:ZeroShotImageClassifier", "zero-shot-image-classification")
    yield _torch("seeing:ObjectDetector", "object-detection face-detection")
    yield _torch("seeing:NamedObjectDetector", "zero-shot-object-detection", "owlv2 owlvit")
    yield _torch("segments:Segmenter", "image-segmentation")
    yield _torch("seeing:DepthEstimator", "depth-estimation")
    yield _torch("seeing:Enlarger", "image-to-image", "swin2sr")
    yield _torch("telling:PictureTalker", _TALK, _TALKERS)
    yield _torch("telling:Captioner", "image-to-text optical-character-recognition")
    yield _torch("telling:PictureQuestions", "visual-question-answering", "blip vilt")
    yield _torch("telling:DocumentReader", "document-question-answering", "vision-encoder-decoder")
    yield _torch("hearing:Transcriber", "automatic-speech-recognition")
    yield _torch("hearing:SoundClassifier", "audio-classification")
    yield _torch("hearing:Voice", "text-to-speech", "vits")
    yield _torch("painting:Painter", "text-to-image controlled-text-to-image text-to-video")


RUNTIMES: tuple[Runtime, ...] = tuple(_table())
"""What runs what; of several that run a model the first one counts."""
