"""Models that put what they see into words: captions, answers about pictures and documents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.errors import ModelError, TaskError
from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.hub_onnx.captions import answer_in
from jarvis.tools.handlers.hub_onnx.looking import MOST_NEW, PicturePrompts
from jarvis.tools.handlers.hub_torch.checkpoint import Checkpoint, inference, needed, numpy
from jarvis.tools.handlers.hub_torch.writing import write

if TYPE_CHECKING:
    from PIL.Image import Image


class Captioner:
    """image-to-text and optical-character-recognition by an encoder of images and a decoder of words."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._checkpoint = Checkpoint(files, options)
        self._processor = self._checkpoint.image_processor()
        self._tokenizer = self._checkpoint.tokenizer()
        self._model = self._checkpoint.model("AutoModelForImageTextToText", "AutoModelForVision2Seq")

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """What the model says about the picture.

        Raises:
            TaskError: no image, one that cannot be decoded, or the model wrote nothing.
        """
        pixels = self._processor(images=inputs.image(), return_tensors="pt")["pixel_values"]
        text = self._tokenizer.decode(write(self._model, sink, pixel_values=pixels), skip_special_tokens=True).strip()
        if not text:
            raise TaskError("the model wrote nothing about this picture; try another one")
        return str(text)


class PictureQuestions:
    """visual-question-answering by ViLT, which chooses among known answers, and BLIP, which writes one."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._checkpoint = Checkpoint(files, options)
        self._processor = self._checkpoint.image_processor()
        self._tokenizer = self._checkpoint.tokenizer()
        self._model = self._checkpoint.model("AutoModelForVisualQuestionAnswering")
        self._limit = self._checkpoint.limit(self._tokenizer)

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The answer.

        Raises:
            TaskError: no question, no image, or one that cannot be decoded.
        """
        question, image = needed(inputs, "question"), inputs.image()
        tokens = self._tokenizer([question], truncation=True, max_length=self._limit, return_tensors="pt")
        seen = self._processor(images=image, return_tensors="pt")
        if not self._model.can_generate():
            with inference():
                logits = numpy(self._model(**tokens, **seen).logits)[0]
            return self._checkpoint.label(int(logits.argmax()))
        tokens.pop("token_type_ids", None)
        made = write(self._model, sink, **tokens, pixel_values=seen["pixel_values"])
        return str(self._tokenizer.decode(made, skip_special_tokens=True)).strip()


class PictureTalker:
    """Tasks and parameters as of `hub_onnx.looking:PictureTalker`, by Idefics 3 and SmolVLM."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._checkpoint = Checkpoint(files, options)
        self._prompts = PicturePrompts(self._checkpoint.repository)
        self._model = self._checkpoint.model("AutoModelForImageTextToText")

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """What the model says: an answer, a caption, or the text that it reads.

        Raises:
            TaskError: no image, no question where one is needed, or the model said nothing.
        """
        import torch

        prompt = self._prompts.prompt(inputs)
        tokens = torch.tensor([list(prompt.tokens)])
        pixels = torch.from_numpy(prompt.tiles.values)[None]
        made = write(
            self._model, sink, input_ids=tokens, attention_mask=torch.ones_like(tokens), pixel_values=pixels,
            max_new_tokens=int(self._checkpoint.parameters.get("max_new_tokens", MOST_NEW)),
        )  # fmt: skip
        text = self._prompts.tokens.decode(made[len(prompt.tokens) :]).strip()
        if not text:
            raise TaskError("the model had nothing to say about the image; ask in other words, or try another model")
        return text


class DocumentReader:
    """document-question-answering by Donut, which reads the picture itself."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._checkpoint = Checkpoint(files, options)
        if self._checkpoint.architecture != "vision-encoder-decoder":
            raise ModelError(
                f"{self._checkpoint.architecture} models need the words of a document from a reader of text, which is "
                "not joined to them here; choose a Donut model"
            )
        self._processor = self._checkpoint.image_processor()
        self._tokenizer = self._checkpoint.tokenizer()
        self._model = self._checkpoint.model("AutoModelForImageTextToText", "AutoModelForVision2Seq")

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The answer.

        Raises:
            TaskError: no question, no image, one that cannot be decoded, or the model found no answer.
        """
        answer = self._answer(needed(inputs, "question"), inputs.image(), sink)
        if not answer:
            raise TaskError("the model found no answer in this document; ask in other words")
        return answer

    def _answer(self, question: str, image: Image, sink: Sink) -> str:
        # What stands in the question cannot end it: the marks of the form are taken out.
        asked = re.sub(r"<.*?>", " ", question)
        prompt = f"<s_docvqa><s_question>{asked}</s_question><s_answer>"
        start = self._tokenizer(prompt, add_special_tokens=False, return_tensors="pt")["input_ids"]
        pixels = self._processor(images=image, return_tensors="pt")["pixel_values"]
        return answer_in(self._tokenizer.decode(write(self._model, sink, pixel_values=pixels, decoder_input_ids=start)))
