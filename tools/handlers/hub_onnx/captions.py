"""Texts from pictures by an image encoder with a decoder: captions, lines of text, answers from documents."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.errors import TaskError
from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.hub_onnx.labels import needed_text
from jarvis.tools.handlers.hub_onnx.pixels import Pictures
from jarvis.tools.handlers.hub_onnx.repository import Repository, numbers
from jarvis.tools.handlers.hub_onnx.rewriting import asked_for
from jarvis.tools.handlers.hub_onnx.seq2seq import EncoderDecoder
from jarvis.tools.handlers.hub_onnx.tokens import Tokens
from jarvis.tools.handlers.hub_onnx.wishes import wishes_of

if TYPE_CHECKING:
    from PIL.Image import Image

_ANSWER = re.compile(r"<s_answer>(.*?)(?:</s_answer>|$)", re.DOTALL)
_MARK = re.compile(r"<.*?>")


class PictureWriter:
    """An image encoder and a decoder. Parameters: `max_new_tokens`, `num_beams`."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self.repository = Repository(files, options)
        self.tokens = Tokens(self.repository)
        self._pictures = Pictures(self.repository)
        self._model = EncoderDecoder(self.repository)
        wishes = asked_for(wishes_of(self.repository, "decoder"), options.parameters)
        start = next(iter(numbers(self.repository.config.get("decoder_start_token_id"))), wishes.start)
        self.wishes = replace(wishes, start=start if wishes.start is None else wishes.start)
        if self.wishes.start is None:
            raise self.repository.cannot("its settings do not say what the decoder begins with")

    def written(self, image: Image, prompt: Sequence[int], sink: Sink) -> list[int]:
        """The tokens that the model writes about a picture after a prompt."""
        encoded = self._model.encode({"pixel_values": self._pictures.prepared(image).values})
        return self._model.write(encoded, prompt, self.wishes, sink)


class Captioner(PictureWriter):
    """image-to-text, and optical-character-recognition of single lines."""

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """What the model says the picture shows, or, of models that read, the line of text in it.

        Raises:
            TaskError: no image, or the model wrote nothing.
        """
        text = self.tokens.decode(self.written(inputs.image(), [self.wishes.start or 0], sink)).strip()
        if not text:
            raise TaskError("the model had nothing to say about the image; try another model")
        return text


class DocumentReader(PictureWriter):
    """document-question-answering by Donut, which reads the picture without a text recognizer."""

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The answer as it stands in the document.

        Raises:
            TaskError: no image, no question, or no answer was found.
        """
        question, image = needed_text(inputs, "question"), inputs.image()
        prompt = self.prompt(question)
        tokens = [*prompt, *self.written(image, prompt, sink)]
        answer = answer_in(self.tokens.decode(tokens, special=True))
        if not answer:
            raise TaskError("the model found no answer in the document; ask in other words, or try another model")
        return answer

    def prompt(self, question: str) -> list[int]:
        """The tokens with which the decoder is asked."""
        if self.tokens.number("<s_docvqa>") is None:
            raise self.repository.cannot("its tokenizer has no token for questions (<s_docvqa>)")
        # What stands in the question cannot end it: the marks of the form are taken out.
        asked = _MARK.sub(" ", question)
        text = f"<s_docvqa><s_question>{asked}</s_question><s_answer>"
        return list(self.tokens.encode(text, special=False).ids)


def answer_in(text: str) -> str:
    """The answer in what Donut writes."""
    found = _ANSWER.search(text)
    return _MARK.sub("", found[1]).strip() if found else ""
