"""Language models that look at a picture while they write: Idefics 3 and SmolVLM, in the layout of their own exports.

`vision_encoder.onnx` turns tiles of a picture into what stands in the prompt for words, `embed_tokens.onnx` does it
with the words, and `decoder_model_merged.onnx` goes on from both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.errors import TaskError
from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.hub_onnx.causal import CausalDecoder, CausalModel
from jarvis.tools.handlers.hub_onnx.chat import chat_template, rendered
from jarvis.tools.handlers.hub_onnx.decoding import write
from jarvis.tools.handlers.hub_onnx.labels import needed_text
from jarvis.tools.handlers.hub_onnx.repository import Repository, numbers, whole
from jarvis.tools.handlers.hub_onnx.rewriting import asked_for
from jarvis.tools.handlers.hub_onnx.sessions import open_graph
from jarvis.tools.handlers.hub_onnx.tiles import TiledPictures, Tiles
from jarvis.tools.handlers.hub_onnx.tokens import Tokens
from jarvis.tools.handlers.hub_onnx.wishes import wishes_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

MOST_NEW = 128
"""Tokens written at most where nothing says how many: an answer, not an essay."""
_PICTURE, _AROUND, _WHOLE = "<image>", "<fake_token_around_image>", "<global-img>"
_MARK = re.compile(r"<[^<>]{0,60}>")
_NAMED = ("bos_token", "eos_token", "unk_token", "pad_token")
_CAPTION = "Describe this image in one sentence."
_READ = "Write down the text in this image, and nothing else."


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model reads before it writes."""

    tokens: Sequence[int]
    tiles: Tiles


class PicturePrompts:
    """Makes prompts for one model; both runtimes use it."""

    def __init__(self, repository: Repository) -> None:
        """Loads the tokenizer and the settings.

        Raises:
            ModelError: a file or a token is missing.
        """
        self.repository = repository
        self.tokens = Tokens(repository)
        self._pictures = TiledPictures(repository)
        self._template = chat_template(repository, self.tokens.settings)
        self._each = self._tokens_of_a_tile()
        picture = self.tokens.number(_PICTURE)
        if picture is None or not self._template:
            raise repository.cannot("its tokenizer has no token for pictures, or no form of a conversation")
        self.picture = picture
        """The token that stands for a part of a picture."""

    def prompt(self, inputs: Inputs) -> Prompt:
        """The prompt for a task. Documents are looked at in tiles, so that small print can be read; that takes longer.

        Raises:
            TaskError: no image, or no question where one is needed.
        """
        image = inputs.image()
        reads = inputs.task in ("document-question-answering", "optical-character-recognition")
        cut = bool(self.repository.parameters.get("split", reads))
        return self.asked(_request(inputs), image, cut=cut)

    def asked(self, text: str, image: Image, *, cut: bool) -> Prompt:
        """The prompt for words about a picture, `cut` into tiles or seen as a whole."""
        tiles = self._pictures.prepared(image, cut=cut)
        # What stands in the words is nothing but words: marks of the form are taken out.
        content = [{"type": "image"}, {"type": "text", "text": _MARK.sub(" ", text)}]
        names = {name: token for name in _NAMED if (token := self.tokens.special_text(name))}
        whole_ = rendered(self._template, [{"role": "user", "content": content}], names)
        whole_ = whole_.replace(_PICTURE, self._placed(tiles), 1)
        return Prompt(self.tokens.encode(whole_, 10**9, special=False).ids, tiles)

    def _placed(self, tiles: Tiles) -> str:
        """What stands in the prompt for a picture: a mark for each tile, and places for what is seen in it."""
        seen = _PICTURE * self._each
        rows = (
            "".join(f"{_AROUND}<row_{row + 1}_col_{column + 1}>{seen}" for column in range(tiles.columns)) + "\n"
            for row in range(tiles.rows)
        )
        return "".join(rows) + ("\n" if tiles.rows else "") + f"{_AROUND}{_WHOLE}{seen}{_AROUND}"

    def _tokens_of_a_tile(self) -> int:
        config = self.repository.config
        vision = config.get("vision_config")
        vision = vision if isinstance(vision, Mapping) else {}
        patches = self._pictures.side // max(whole(vision.get("patch_size"), 32), 1)
        return max(patches**2 // max(whole(config.get("scale_factor"), 2), 1) ** 2, 1)


def _request(inputs: Inputs) -> str:
    if inputs.task == "image-to-text":
        return _CAPTION
    if inputs.task == "optical-character-recognition":
        return _READ
    return needed_text(inputs, "question")


class PictureTalker:
    """visual-question-answering, document-question-answering, image-to-text, optical-character-recognition.

    Parameters: `max_new_tokens`, `num_beams`, `split` (whether pictures are looked at in tiles).
    """

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self.repository = Repository(files, options)
        self._prompts = PicturePrompts(self.repository)
        self._vision = open_graph(self.repository, "vision_encoder")
        self._words = open_graph(self.repository, "embed_tokens")
        self._model = CausalModel(self.repository)
        tokens = self._prompts.tokens
        wishes = asked_for(wishes_of(self.repository, "text_config"), options.parameters)
        ends = {*wishes.ends, *numbers(tokens.special("eos_token"))}
        self._wishes = replace(wishes, ends=tuple(ends), most=wishes.most or MOST_NEW, longest=0)

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """What the model says: an answer, a caption, or the text that it reads.

        Raises:
            TaskError: no image, no question where one is needed, or the model said nothing.
        """
        prompt = self._prompts.prompt(inputs)
        text = self._prompts.tokens.decode(self.written(prompt, sink)).strip()
        if not text:
            raise TaskError("the model had nothing to say about the image; ask in other words, or try another model")
        return text

    def written(self, prompt: Prompt, sink: Sink) -> list[int]:
        """The tokens that the model writes after a prompt, without the end token."""
        import numpy as np

        seen = np.concatenate([self._seen(tile, sink) for tile in prompt.tiles.values])
        decoder = _LookingDecoder(self, seen, self._wishes.beams if not self._wishes.sample else 1)
        return write(decoder, prompt.tokens, self._wishes, sink.check)

    def start(self, rows: int) -> CausalDecoder:
        """The language model, which has read nothing yet."""
        return self._model.start(rows)

    def embedded(self, tokens: NDArray[np.int64]) -> NDArray[Any]:
        """What stands for tokens [rows, n], shape [rows, n, size]."""
        return next(iter(self._words.run({"input_ids": tokens}).values()))

    def filled(self, values: NDArray[Any], tokens: NDArray[np.int64], seen: NDArray[np.float32]) -> NDArray[Any]:
        """The same, with what was `seen`, shape [parts, size], in the places of the picture.

        Raises:
            ModelError: there are other places than parts.
        """
        import numpy as np

        places = tokens == self._prompts.picture
        if int(places.sum()) != len(tokens) * len(seen):
            raise self.repository.cannot(f"it sees {len(seen)} parts where {int(places[0].sum())} are expected")
        filled = np.array(values)
        filled[places] = np.tile(seen, (len(tokens), 1))
        return filled

    def _seen(self, tile: NDArray[np.float32], sink: Sink) -> NDArray[np.float32]:
        """What one tile [3, side, side] shows, shape [parts, size]."""
        import numpy as np

        sink.check()
        given = {"pixel_values": tile[None, None], "pixel_attention_mask": np.ones((1, 1, *tile.shape[1:]), np.bool_)}
        made = self._vision.run(given)[self._vision.output("image_features")]
        return np.asarray(made.reshape(-1, made.shape[-1]), np.float32)


class _LookingDecoder:
    """The language model at work on a prompt with a picture in it."""

    def __init__(self, model: PictureTalker, seen: NDArray[np.float32], rows: int) -> None:
        self._model = model
        self._seen: NDArray[np.float32] | None = seen
        self._decoder = model.start(rows)

    def read(self, tokens: NDArray[np.int64]) -> NDArray[np.float32]:
        """Scores [rows, vocabulary] after further tokens [rows, new]; the first ones are the prompt."""
        values, seen = self._model.embedded(tokens), self._seen
        if seen is not None:
            values, self._seen = self._model.filled(values, tokens, seen), None
        return self._decoder.read(tokens, {"inputs_embeds": values})

    def choose(self, rows: Sequence[int]) -> None:
        """Goes on with these of its rows."""
        self._decoder.choose(rows)
