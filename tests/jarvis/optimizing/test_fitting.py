"""Fitting a model: what is accepted, what is not, and what is left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis.errors import InputError, ModelError
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.here import made_models
from jarvis.model_registry.optimize.graphs import prepare
from jarvis.model_registry.optimize.narrowing import dynamic
from jarvis.model_registry.registry import Registry
from jarvis.optimizing.examples import Examples, spec_of
from jarvis.optimizing.fitting import Fitted, Fitting, Wish
from jarvis.optimizing.trial import agreed, values_of
from jarvis.optimizing.variants import keep
from jarvis.optimizing.watching import Watch
from jarvis.settings import Settings
from tests.jarvis.optimizing.nets import net_card, write_net

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("fitting")]


def fit(card: ModelCard, folder: Path, wish: Wish, data: Path | None = None) -> tuple[Fitted, Examples]:
    examples = Examples(spec_of(card), folder / "inputs", data=data, count=4)
    return Fitting(card, examples, folder, wish).fit(), examples


def test_a_packaged_model_gets_a_smaller_variant_that_keeps_what_it_gives(tmp_path: Path) -> None:
    card = Registry.load().get("open-nsfw")
    fitted, examples = fit(card, tmp_path, Wish("int8-static", seconds=400, rounds=2))

    assert fitted.accepted, fitted.reason
    assert fitted.bytes_after < fitted.bytes_before / 3
    assert fitted.agreement is not None
    assert fitted.agreement.mean >= 0.99

    shelf = made_models(Settings(data_dir=tmp_path / "data"))
    kept = keep(card, fitted, examples, shelf, tmp_path / "out", cores=1)

    assert (kept.id, kept.base_model, kept.source) == ("open-nsfw:int8-static", "open-nsfw", "folder")
    assert shelf.cards() == [kept]
    assert kept.measured is not None
    assert kept.measured.memory_mb > 10
    (stated,) = kept.evaluations
    assert stated.source == "measured here"
    assert stated.value == pytest.approx(fitted.agreement.mean, abs=1e-4)
    values = [values_of(Watch(1).load(one), examples.held_out, tmp_path / "again") for one in (card, kept)]
    assert agreed(*values).mean >= 0.99


def test_a_variant_that_strays_too_far_is_refused_with_the_numbers(tmp_path: Path) -> None:
    card = net_card(write_net(tmp_path / "net.onnx"))
    fitted, _ = fit(card, tmp_path, Wish("int4", tolerance=0.0, seconds=60, rounds=2))

    assert not fitted.accepted
    assert fitted.graphs == {}
    assert any("agrees only to 0." in line or "times as quick" in line for line in fitted.tried), fitted
    with pytest.raises(ModelError, match="has no variant to register"):
        keep(card, fitted, _, made_models(Settings(data_dir=tmp_path / "data")), tmp_path, cores=1)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("kind", ["int8", "fp16", "int4"])
def test_graphs_of_products_get_narrower(tmp_path: Path, kind: str) -> None:
    card = net_card(write_net(tmp_path / "net.onnx"))
    fitted, _ = fit(card, tmp_path, Wish(kind, tolerance=0.3, seconds=120, rounds=2))  # type: ignore[arg-type]

    # Whether it is quicker is the processor's matter; what was made and measured is told in any case.
    told = (*fitted.forms, *fitted.tried, fitted.reason)
    assert any("times as quick" in line for line in told), told
    assert not fitted.accepted or fitted.bytes_after < fitted.bytes_before


def test_random_numbers_of_a_graph_are_the_same_in_both_while_they_are_compared(tmp_path: Path) -> None:
    card = net_card(write_net(tmp_path / "net.onnx", random=True))
    fitted, _ = fit(card, tmp_path, Wish("int8", tolerance=0.05, seconds=120, rounds=2))

    assert "agrees with itself only" not in fitted.reason


def test_when_the_time_is_up_it_says_so(tmp_path: Path) -> None:
    card = net_card(write_net(tmp_path / "net.onnx"))
    fitted, _ = fit(card, tmp_path, Wish("int8", seconds=0.0))

    assert (fitted.accepted, fitted.reason) == (False, "nothing was found in 0 minutes; give it more with --minutes")


@pytest.mark.parametrize(
    ("model_id", "told"),
    [
        ("whisper-tiny-en", "CTranslate2, which computes with 8-bit weights already"),
        ("ssd-mobilenet-v2-coco", "OpenCV's own network code"),
        ("movenet-lightning-int8", "LiteRT file with 8-bit weights already"),
        ("canny-edges", "has no weights of its own"),
    ],
)
def test_a_model_without_graphs_says_what_can_be_done_instead(tmp_path: Path, model_id: str, told: str) -> None:
    with pytest.raises(ModelError, match=told):
        fit(Registry.load().get(model_id), tmp_path, Wish())


def test_a_model_that_is_narrow_already_is_told(tmp_path: Path) -> None:
    card = net_card(dynamic(prepare(write_net(tmp_path / "net.onnx"), tmp_path / "ready.onnx"))(tmp_path / "int8.onnx"))
    fitted, _ = fit(card, tmp_path, Wish())

    assert fitted.reason == "nothing to narrow: int8 computes with int8 weights already"


def test_the_users_own_files_are_what_it_is_measured_on(tmp_path: Path) -> None:
    photos = Path(__file__).parents[3] / "examples" / "media"
    fitted, examples = fit(
        Registry.load().get("open-nsfw"), tmp_path, Wish("int8-static", tolerance=0.1, rounds=2), photos
    )

    assert examples.where == str(photos)
    assert fitted.agreement is not None
    assert fitted.agreement.count == 2  # of four pictures, the other two gave the ranges


def test_a_folder_without_fitting_files_is_told_which_would_do(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"no file for audio-to-audio .* name a folder with files of these kinds: .flac"
    ):
        fit(Registry.load().get("nsnet2-16k"), tmp_path, Wish(), tmp_path)
