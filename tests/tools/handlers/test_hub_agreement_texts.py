"""Models that read and write: both runtimes give what transformers itself gives for the same texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.hubmodels import built
from tests.hubmodels.libraries import library
from tests.hubmodels.running import with_both

# What transformers and torch deprecate is no fault of these tests.
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(600), pytest.mark.xdist_group("hub-texts")]

TEXT = "Alice works at a small company in Paris, where she reads letters. The dog sleeps near the river, said Bob."
LABELS = ["sport", "science", "travel"]
CLOSE = 1e-3


def pipeline(task: str, folder: Path, **settings: Any) -> Any:
    """A pipeline of transformers."""
    transformers = library("transformers")

    return transformers.pipeline(task, model=str(folder), device="cpu", **settings)


def scores(rows: Any) -> dict[str, float]:
    """Labels with their scores."""
    return {row["label"]: row["score"] for row in rows}


@pytest.mark.parametrize("architecture", ["bert", "distilbert", "roberta", "deberta-v2"])
def test_text_classification(architecture: str, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    folder = built(architecture, "text-classification", tmp_path_factory)
    expected = scores(pipeline("text-classification", folder, top_k=None)([TEXT])[0])

    for value in with_both(folder, "text-classification", tmp_path, text=TEXT):
        assert scores(value) == pytest.approx(expected, abs=CLOSE)


@pytest.mark.parametrize("architecture", ["bart", "deberta-v2"])
@pytest.mark.parametrize("labels", [LABELS, ["travel"]])
def test_zero_shot_classification(
    architecture: str, labels: list[str], tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    folder = built(architecture, "zero-shot-classification", tmp_path_factory)
    found = pipeline("zero-shot-classification", folder)(TEXT, labels)
    expected = dict(zip(found["labels"], found["scores"], strict=True))

    for value in with_both(folder, "zero-shot-classification", tmp_path, text=TEXT, labels=labels):
        assert scores(value) == pytest.approx(expected, abs=CLOSE)


@pytest.mark.parametrize("architecture", ["bert", "xlm-roberta"])
def test_token_classification(architecture: str, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    folder = built(architecture, "token-classification", tmp_path_factory)
    found = pipeline("token-classification", folder, aggregation_strategy="simple")(TEXT)
    expected = [(one["entity_group"], TEXT[one["start"] : one["end"]].strip()) for one in found]

    for value in with_both(folder, "token-classification", tmp_path, text=TEXT):
        rows: Any = value
        assert [(row["label"], row["text"]) for row in rows] == expected
        assert [row["score"] for row in rows] == pytest.approx([float(one["score"]) for one in found], abs=CLOSE)
        assert [TEXT[row["start"] : row["end"]] for row in rows] == [row["text"] for row in rows]


@pytest.mark.parametrize("architecture", ["distilbert", "roberta"])
def test_question_answering(architecture: str, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    torch = library("torch")
    transformers = library("transformers")

    folder = built(architecture, "question-answering", tmp_path_factory)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForQuestionAnswering.from_pretrained(folder).eval()
    batch = tokenizer("Where does Alice work?", TEXT, return_offsets_mapping=True, return_tensors="pt")
    offsets = batch.pop("offset_mapping")[0].tolist()
    with torch.no_grad():
        made = model(**batch)
    inside = [at for at, which in enumerate(batch.sequence_ids(0)) if which == 1]
    likely = made.start_logits[0, :, None] + made.end_logits[0, None, :]
    first, last = max(
        ((a, b) for a in inside for b in inside if a <= b < a + 30), key=lambda pair: float(likely[pair[0], pair[1]])
    )
    start, end = offsets[first][0], offsets[last][1]
    # Widened to whole words, as a reader wants it.
    expected = TEXT[TEXT.rfind(" ", 0, start + 1) + 1 : end + len(TEXT[end:].split(" ", maxsplit=1)[0])].strip()

    for value in with_both(folder, "question-answering", tmp_path, question="Where does Alice work?", context=TEXT):
        assert value == expected


@pytest.mark.parametrize(("architecture", "blank"), [("bert", "[MASK]"), ("roberta", "<mask>")])
def test_fill_mask(architecture: str, blank: str, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    folder = built(architecture, "fill-mask", tmp_path_factory)
    found = pipeline("fill-mask", folder)(f"The cat {blank} fish.")

    for value in with_both(folder, "fill-mask", tmp_path, text="The cat ___ fish."):
        rows: Any = value
        assert [row["label"] for row in rows] == [one["token_str"].strip() for one in found]
        assert [row["score"] for row in rows] == pytest.approx([one["score"] for one in found], abs=CLOSE)


@pytest.mark.parametrize("architecture", ["bert", "mpnet"])
def test_sentence_similarity(architecture: str, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    torch = library("torch")
    transformers = library("transformers")

    folder = built(architecture, "sentence-similarity", tmp_path_factory)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModel.from_pretrained(folder).eval()
    with torch.no_grad():
        states = [model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0] for text in (TEXT, "A red house.")]
    expected = float(torch.nn.functional.cosine_similarity(*(state.mean(dim=0) for state in states), dim=0))

    for value in with_both(folder, "sentence-similarity", tmp_path, text=TEXT, other="A red house."):
        assert isinstance(value, dict)
        assert value["score"] == pytest.approx(expected, abs=CLOSE)


def _written(folder: Path, text: str, **settings: Any) -> str:
    """What an encoder-decoder of transformers writes."""
    transformers = library("transformers")

    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    if code := settings.pop("to", None):
        tokenizer.src_lang = "en"
        settings["forced_bos_token_id"] = tokenizer.get_lang_id(code)
    model = transformers.AutoModelForSeq2SeqLM.from_pretrained(folder).eval()
    made = model.generate(**tokenizer(text, return_tensors="pt"), **settings)
    return str(tokenizer.decode(made[0], skip_special_tokens=True)).strip()


@pytest.mark.parametrize(("architecture", "prefix"), [("t5", "summarize: "), ("bart", "")])
def test_summarization(
    architecture: str, prefix: str, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    folder = built(architecture, "summarization", tmp_path_factory)
    expected = _written(folder, prefix + TEXT)

    assert expected
    assert set(map(str, with_both(folder, "summarization", tmp_path, text=TEXT))) == {expected}


@pytest.mark.parametrize(
    ("architecture", "prefix", "settings"),
    [("t5", "translate English to German: ", {}), ("marian", "", {}), ("m2m100", "", {"to": "de"})],
)
def test_translation(
    architecture: str, prefix: str, settings: dict[str, str], tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    folder = built(architecture, "translation", tmp_path_factory)
    expected = _written(folder, prefix + TEXT, **settings)
    values = with_both(folder, "translation", tmp_path, text=TEXT, target_language="German", source_language="English")

    assert expected
    assert set(map(str, values)) == {expected}


def test_text2text_generation(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    folder = built("t5", "text2text-generation", tmp_path_factory)
    values = with_both(folder, "text2text-generation", tmp_path, text=TEXT, instruction="simplify")

    assert set(map(str, values)) == {_written(folder, f"simplify: {TEXT}")}


@pytest.mark.parametrize("architecture", ["gpt2", "llama", "qwen2"])
def test_text_generation(architecture: str, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    transformers = library("transformers")

    folder = built(architecture, "text-generation", tmp_path_factory)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
    if tokenizer.chat_template:
        asked = tokenizer.apply_chat_template(
            [{"role": "user", "content": "Write about a dog."}], add_generation_prompt=True, return_tensors="pt",
            return_dict=True,
        )  # fmt: skip
    else:
        asked = tokenizer("Write about a dog.", return_tensors="pt")
    made = model.generate(input_ids=asked["input_ids"], attention_mask=asked["attention_mask"])
    expected = tokenizer.decode(made[0][asked["input_ids"].shape[1] :], skip_special_tokens=True).strip()

    assert expected
    assert set(map(str, with_both(folder, "text-generation", tmp_path, prompt="Write about a dog."))) == {expected}
