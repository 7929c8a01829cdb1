"""The Open Inference Protocol with a real KServe server and ONNX models, and with servers that say other things."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from jarvis.errors import TaskError
from jarvis.execution.remote import RemoteModelError, RemoteTaskError
from jarvis.execution.remote.tensors import LENGTH_HEADER
from jarvis.model_registry.packaged import package_file
from jarvis.model_registry.registry import Registry
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.classification import EfficientNetLite0
from tests.jarvis.execution.remote.calls import MEDIA, card, do, given, size_of, worker_for
from tests.jarvis.execution.remote.rude import Behaviour, Rude, RudeServer, by_path, rude, says
from tests.jarvis.execution.remote.servers import serving

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("kserve")]

CAT = MEDIA / "cat.jpg"


@pytest.fixture(scope="module")
def kserve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = Path(__file__).with_name("kserve_server.py")
    with serving(program, "/v2/models/letters/ready", tmp_path_factory.mktemp("kserve")) as url:
        yield url


def lite0_files() -> dict[str, Path]:
    found = Registry.load().get("efficientnet-lite0")
    return {file.role: package_file(file.package, file.path) for file in found.packaged}


@pytest.mark.parametrize("binary", [True, False])
def test_a_served_classifier_says_what_the_same_model_says_here(binary: bool, kserve: str, tmp_path: Path) -> None:
    files = lite0_files()
    model = card(
        "open-inference",
        kserve,
        "lite0",
        binary=binary,
        crop=0.875,
        mean=127,
        std=128,
        activation="softmax",
        labels_file=str(files["labels"]),
    )
    remote = cast("list[dict[str, Any]]", do(model, "image-classification", tmp_path, None, image=CAT))
    here = EfficientNetLite0(files, RuntimeOptions(1)).run(
        Inputs("image-classification", {"image": given(CAT)}), cast("Sink", None)
    )
    local = cast("list[dict[str, Any]]", here)
    assert [row["label"] for row in remote][: len(local)] == [row["label"] for row in local]
    assert [row["score"] for row in remote][: len(local)] == pytest.approx([row["score"] for row in local], abs=2e-3)
    assert "cat" in remote[0]["label"]


def test_a_served_model_with_another_layout_is_fed_in_its_own(kserve: str, tmp_path: Path) -> None:
    model = card(
        "open-inference", kserve, "nsfw", channels="BGR", mean="104 117 123", resample="bilinear", labels="safe, unsafe"
    )
    found = cast("list[dict[str, Any]]", do(model, "image-classification", tmp_path, None, image=CAT))
    assert found[0]["label"] == "safe" and found[0]["score"] > 0.9
    assert sum(row["score"] for row in found) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("binary", [True, False])
def test_a_served_model_takes_and_gives_text(binary: bool, kserve: str, tmp_path: Path) -> None:
    model = card("open-inference", kserve, "letters", binary=binary)
    assert do(model, "summarization", tmp_path, None, text="Größe 😀") == "7 letters: Größe 😀"


def test_a_model_that_is_not_served_is_told(kserve: str, tmp_path: Path) -> None:
    with pytest.raises(RemoteModelError, match=r"404 .*does not exist"):
        do(card("open-inference", kserve, "nothing"), "summarization", tmp_path, None, text="Hello")


@pytest.mark.parametrize(
    ("task", "model", "parameters", "said"),
    [
        ("image-classification", "lite0", {"size": 100}, r"has the shape \[1, 3, 224, 224\]"),
        ("image-classification", "lite0", {"layout": "NHWC"}, "has the shape"),
        ("image-classification", "lite0", {"layout": "HWCX"}, "layout"),
        ("image-classification", "lite0", {"mean": "1 2"}, "one number or three"),
        ("image-classification", "lite0", {"std": 0}, "one number or three"),
        ("image-classification", "lite0", {"size": "big"}, "big"),
        ("image-classification", "lite0", {"channels": "CMYK"}, "CMYK"),
        ("image-classification", "lite0", {"input": "picture"}, "no input 'picture', but image"),
        ("image-classification", "lite0", {"constant.x": 1}, "no input 'x'"),
        ("image-classification", "lite0", {}, "between 0 and 1"),
        ("image-classification", "lite0", {"activation": "relu"}, "softmax, sigmoid or none"),
        ("image-classification", "lite0", {"activation": "softmax", "labels": "cat, dog"}, "1000 scores.*2 labels"),
        ("image-classification", "lite0", {"activation": "softmax", "labels_file": "/none"}, "cannot be read"),
        ("image-classification", "lite0", {"output": "other"}, "no output 'other'|answered"),
        ("image-classification", "letters", {}, "layout|shape"),
        ("object-detection", "lite0", {}, "no numbers as 'boxes'"),
        ("image-to-text", "lite0", {}, "not text as BYTES"),
        ("image-to-image", "lite0", {}, "not made into files"),
        ("summarization", "lite0", {}, "takes FP32, not text"),
    ],
)
def test_a_card_that_does_not_fit_its_model_is_told(
    task: str, model: str, parameters: Mapping[str, Any], said: str, kserve: str, tmp_path: Path
) -> None:
    slots: dict[str, Any] = {"text": "Hello"} if task == "summarization" else {"image": CAT}
    with pytest.raises((RemoteModelError, RemoteTaskError), match=said):
        do(card("open-inference", kserve, model, **parameters), task, tmp_path, None, **slots)


def test_a_file_that_is_no_picture_is_the_tasks_fault(kserve: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    with pytest.raises(TaskError, match="cannot be read as an image"):
        do(card("open-inference", kserve, "lite0"), "image-classification", tmp_path, None, image=broken)


# Servers that are written here, for what KServe does not do.


def served(
    inputs: list[Any],
    outputs: list[Any],
    *,
    extensions: tuple[str, ...] = (),
    infer: Behaviour | None = None,
    places: Mapping[str, Behaviour] | None = None,
) -> Behaviour:
    """A server with the model `served`, which gives `outputs`; `places` are behaviours by a part of their path."""
    usual: dict[str, Behaviour] = {
        "/v2/health/live": says(""),
        "/v2/health/ready": says(""),
        "/v2": says({"name": "own", "extensions": list(extensions)}),
        "/v2/models/served/ready": says(""),
        "/v2/models/served": says({"name": "served", "inputs": inputs, "outputs": []}),
        "/v2/models/served/infer": infer or says({"outputs": outputs}),
    }
    named = {"live": "/v2/health/live", "ready": "/v2/health/ready", "model_ready": "/v2/models/served/ready"}
    return by_path(usual | {named[name]: behaviour for name, behaviour in (places or {}).items()})


def text_input(name: str = "TEXT", *shape: int) -> dict[str, Any]:
    return {"name": name, "datatype": "BYTES", "shape": list(shape) or [-1]}


def said(text: str) -> list[dict[str, Any]]:
    return [{"name": "SAID", "datatype": "BYTES", "shape": [1], "data": [text]}]


def asked_for(server: RudeServer) -> list[str]:
    return [asked.path for asked in server.asked]


@pytest.mark.parametrize("place", ["live", "ready", "model_ready"])
@pytest.mark.parametrize("answer", [says("", 503), says("", 400), says({"ready": False, "live": False})])
def test_nothing_is_asked_of_a_server_that_is_not_ready(place: str, answer: Behaviour, tmp_path: Path) -> None:
    behaviour = served([text_input()], said("yes"), places={place: answer})
    with rude(behaviour) as server, pytest.raises(RemoteModelError, match=r"is not (live|ready)") as caught:
        do(card("open-inference", server.url), "summarization", tmp_path, None, text="Hello")
    assert caught.value.transient
    assert not any("infer" in path for path in asked_for(server))


def test_a_model_is_looked_at_once_and_again_when_it_refuses(tmp_path: Path) -> None:
    refused = iter([False, True, False])

    def infer(http: Rude) -> None:
        says({"error": "gone"}, 400)(http) if next(refused) else says({"outputs": said("yes")})(http)

    with rude(served([text_input()], [], infer=infer)) as server:
        worker = worker_for(server.url)
        model = card("open-inference", server.url)
        assert do(model, "summarization", tmp_path, worker, text="Hello") == "yes"
        with pytest.raises(RemoteTaskError, match=r"answered 400 \(gone\)"):
            do(model, "summarization", tmp_path, worker, text="Hello")
        assert asked_for(server).count("/v2/models/served") == 1
        assert do(model, "summarization", tmp_path, worker, text="Hello") == "yes"
        assert asked_for(server).count("/v2/models/served") == 2


def test_a_version_is_asked_for_where_the_card_names_one(tmp_path: Path) -> None:
    with rude(says({"inputs": [text_input()], "outputs": said("old")})) as server:
        model = card("open-inference", server.url, "a model/b", version="3")
        assert do(model, "summarization", tmp_path, None, text="Hello") == "old"
    assert asked_for(server)[-1] == "/v2/models/a%20model%2Fb/versions/3/infer"


def test_the_binary_form_is_used_where_the_server_knows_it(tmp_path: Path) -> None:
    def infer(http: Rude) -> None:
        asked = http.own.asked[-1]
        length = int(asked.headers[LENGTH_HEADER.lower()])
        head = json.loads(asked.body[:length])
        assert head["parameters"] == {"binary_data_output": True}
        tail = asked.body[length:]
        assert tail == b"\x05\0\0\0Hello"
        body = json.dumps({"outputs": [{"name": "SAID", "datatype": "BYTES", "shape": [1],
                                        "parameters": {"binary_data_size": len(tail)}}]}).encode()  # fmt: skip
        says(body + tail, kind="application/octet-stream", Inference_Header_Content_Length=str(len(body)))(http)

    with rude(served([text_input()], [], extensions=("binary_tensor_data",), infer=infer)) as server:
        assert do(card("open-inference", server.url), "summarization", tmp_path, None, text="Hello") == "Hello"


def test_each_slot_goes_into_its_own_input(tmp_path: Path) -> None:
    inputs = [text_input("Q", 1, 1), text_input("C", -1, 1), {"name": "MOST", "datatype": "INT32", "shape": [1]}]
    parameters: dict[str, Any] = {"input.question": "Q", "input.context": "C", "constant.MOST": 7}
    with rude(served(inputs, said("Anna"))) as server:
        model = card("open-inference", server.url, **parameters)
        assert do(model, "question-answering", tmp_path, None, question="Who?", context="Anna did.") == "Anna"
    rows = {row["name"]: row for row in server.asked[-1].json()["inputs"]}
    assert rows["Q"] == {"name": "Q", "shape": [1, 1], "datatype": "BYTES", "data": ["Who?"]}
    assert rows["C"]["data"] == ["Anna did."] and (rows["MOST"]["data"], rows["MOST"]["datatype"]) == ([7], "INT32")


def test_a_slot_without_an_input_is_told(tmp_path: Path) -> None:
    behaviour = served([text_input("Q"), text_input("C")], said("x"))
    with rude(behaviour) as server, pytest.raises(RemoteModelError, match="inputs Q, C; name the one for 'question'"):
        do(card("open-inference", server.url), "question-answering", tmp_path, None, question="Who?", context="A.")


def test_a_server_that_tells_nothing_about_its_model_is_believed_the_card(tmp_path: Path) -> None:
    with rude(served([], said("yes"))) as server:
        model = card("open-inference", server.url, input="TEXT")
        assert do(model, "summarization", tmp_path, None, text="Hello") == "yes"


def test_sound_goes_as_samples(tmp_path: Path) -> None:
    inputs = [{"name": "SOUND", "datatype": "FP32", "shape": [1, -1]}]
    with rude(served(inputs, said("Turn on the lights."))) as server:
        model = card("open-inference", server.url)
        value = do(model, "automatic-speech-recognition", tmp_path, None, audio=MEDIA / "voice.wav")
    assert value == "Turn on the lights."
    (row,) = server.asked[-1].json()["inputs"]
    assert row["shape"] == [1, len(row["data"])] and 0.05 < float(np.abs(row["data"]).max()) <= 1


def test_texts_are_compared_by_the_vectors_of_a_served_model(tmp_path: Path) -> None:
    vectors = iter([[3.0, 3.0], [0.0, 5.0]])

    def infer(http: Rude) -> None:
        says({"outputs": [{"name": "v", "datatype": "FP32", "shape": [1, 2], "data": next(vectors)}]})(http)

    with rude(served([text_input()], [], infer=infer)) as server:
        value = do(card("open-inference", server.url), "sentence-similarity", tmp_path, None, text="a", other="b")
    assert value == {"score": 0.7071}


def numbers(name: str, *rows: Any) -> dict[str, Any]:
    array = np.array(rows)
    return {"name": name, "datatype": "FP32", "shape": [1, *array.shape], "data": array.ravel().tolist()}


PICTURE = {"name": "image", "datatype": "UINT8", "shape": [1, -1, -1, 3]}


@pytest.mark.parametrize(
    ("form", "unit", "box"),
    [
        ("xyxy", "fraction", [0.25, 0.5, 0.75, 1.0]),
        ("yxyx", "fraction", [0.5, 0.25, 1.0, 0.75]),
        ("xywh", "fraction", [0.25, 0.5, 0.5, 0.5]),
        ("cxcywh", "fraction", [0.5, 0.75, 0.5, 0.5]),
        ("xyxy", "pixel", [25, 25, 75, 50]),
    ],
)
def test_boxes_are_told_in_pixels_of_the_picture(form: str, unit: str, box: list[float], tmp_path: Path) -> None:
    width, height = size_of(CAT)
    outputs = [numbers("boxes", box, box), numbers("scores", 0.9, 0.1), numbers("classes", 2, 1)]
    with rude(served([PICTURE], outputs)) as server:
        model = card(
            "open-inference", server.url, size="100x50", box_format=form, box_unit=unit, labels="dog, cat",
            boxes="boxes", scores="scores", classes="classes", class_offset=1,
        )  # fmt: skip
        value = do(model, "object-detection", tmp_path, None, image=CAT)
    expected = [round(width / 4), round(height / 2), round(width * 3 / 4), height]
    assert value == [{"label": "cat", "score": 0.9, "box": expected}]
    assert server.asked[-1].json()["inputs"][0]["shape"] == [1, 50, 100, 3]


def test_the_class_with_the_best_score_names_a_box(tmp_path: Path) -> None:
    outputs = [numbers("boxes", [0, 0, 1, 1]), numbers("scores", [0.1, 0.8, 0.3])]
    with rude(served([PICTURE], outputs)) as server:
        value = do(card("open-inference", server.url, size=10), "object-detection", tmp_path, None, image=CAT)
    assert isinstance(value, list) and cast("Any", value[0])["label"] == "1"


def test_a_picture_without_objects_has_none(tmp_path: Path) -> None:
    empty = {"name": "boxes", "datatype": "FP32", "shape": [1, 0, 4], "data": []}
    scores = {"name": "scores", "datatype": "FP32", "shape": [1, 0], "data": []}
    with rude(served([PICTURE], [empty, scores])) as server:
        assert do(card("open-inference", server.url, size=10), "object-detection", tmp_path, None, image=CAT) == []


@pytest.mark.parametrize(
    "outputs",
    [
        None,
        [],
        [numbers("y", 1), numbers("z", 1)],
        [{"name": "y", "datatype": "FP32", "shape": [3], "data": [1]}],
        [numbers("y", [1, 2], [3, 4])],
    ],
)
def test_outputs_of_another_kind_give_a_sentence(outputs: Any, tmp_path: Path) -> None:
    with rude(served([PICTURE], outputs)) as server, pytest.raises((RemoteModelError, RemoteTaskError)):
        do(card("open-inference", server.url, size=10), "image-classification", tmp_path, None, image=CAT)


@pytest.mark.parametrize(
    "metadata", ["[]", "3", '{"inputs": 3}', '{"inputs": [{}]}', '{"inputs": [{"name": "x"}]}', "x"]
)
def test_metadata_of_another_kind_give_a_sentence(metadata: str, tmp_path: Path) -> None:
    behaviour = by_path({"/v2/models/served": says(metadata), "/v2": says({})} | {
        path: says("") for path in ("/v2/health/live", "/v2/health/ready", "/v2/models/served/ready")
    })  # fmt: skip
    with rude(behaviour) as server, pytest.raises(RemoteTaskError, match="of the kind the card says"):
        do(card("open-inference", server.url), "summarization", tmp_path, None, text="Hello")
