"""What is in the store is what was pulled; what is not whole is not in it."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from jarvis.errors import ModelError
from jarvis.model_registry.hubs.huggingface import HuggingFace
from jarvis.model_registry.hubs.names import wanted
from jarvis.model_registry.store import ModelStore, pull


def test_nothing_is_made_where_nothing_was_pulled(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models")
    assert store.installed() == [] and store.usage() == 0 and list(store.verify()) == []
    assert not (tmp_path / "models").exists()


def test_a_model_is_removed_with_all_that_it_took(client: HuggingFace, store: ModelStore) -> None:
    pull(store, client, wanted("acme/tiny"))
    pull(store, client, wanted("acme/tiny:fp32"))
    assert [one.variant.name for one in store.remove("acme/tiny", "fp32")] == ["fp32"]
    assert [card.id for card in store.installed()] == ["acme/tiny"]
    assert [one.card.id for one in store.remove("acme/tiny")] == ["acme/tiny"]
    assert store.installed() == [] and store.usage() == 0
    assert not (store.root / "huggingface").exists()


def test_what_is_not_here_cannot_be_removed(client: HuggingFace, store: ModelStore) -> None:
    pull(store, client, wanted("acme/tiny"))
    with pytest.raises(ModelError, match="'acme/none' is not among the pulled models"):
        store.remove("acme/none")
    with pytest.raises(ModelError, match="acme/tiny is here as int8, not as 'fp32'"):
        store.remove("acme/tiny", "fp32")


def test_verify_names_each_file_that_is_not_as_it_was(client: HuggingFace, store: ModelStore) -> None:
    files = pull(store, client, wanted("acme/tiny")).card.files
    Path(files[0].path).unlink()
    Path(files[1].path).write_bytes(b"x")
    target = Path(files[2].path)
    target.rename(target.with_name("elsewhere"))
    target.symlink_to(target.with_name("elsewhere"))
    (verdict,) = store.verify("acme/tiny")
    assert verdict.problems == (
        "config.json is missing",
        "tokenizer.json is not the file that was pulled",
        "tokenizer_config.json is missing",
    )


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 1}', "\x00", "[" * 50_000])
def test_a_record_that_is_none_is_no_model(
    client: HuggingFace, store: ModelStore, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    done = pull(store, client, wanted("acme/tiny"))
    (done.folder / "card.json").write_text(text)
    with caplog.at_level(logging.WARNING):
        assert store.installed() == []
    assert "is not the record of a model" in caplog.text
    pull(store, client, wanted("acme/tiny"))
    assert len(store.installed()) == 1


def test_a_record_that_leads_out_of_its_folder_is_no_model(client: HuggingFace, store: ModelStore) -> None:
    done = pull(store, client, wanted("acme/tiny"))
    record = done.folder / "card.json"
    record.write_text(record.read_text().replace('"role":"config.json"', '"role":"../../../../../etc/passwd"'))
    assert store.installed() == []


def test_the_folder_may_be_moved(client: HuggingFace, store: ModelStore, tmp_path: Path) -> None:
    pull(store, client, wanted("acme/tiny"))
    store.root.rename(tmp_path / "elsewhere")
    moved = ModelStore(tmp_path / "elsewhere")
    assert [verdict.problems for verdict in moved.verify()] == [()]


def test_leftovers_are_swept_and_a_recent_part_is_kept_to_go_on_with(client: HuggingFace, store: ModelStore) -> None:
    pull(store, client, wanted("acme/tiny"))
    for name in (".trash/x", ".staging/old", ".staging/new"):
        (store.root / name).mkdir(parents=True)
        (store.root / name / "part").write_bytes(b"x")
    for path in (store.root / ".staging/old", store.root / ".staging/old/part"):
        os.utime(path, (1, 1))
    store.installed()
    assert [path.name for path in (store.root / ".staging").iterdir()] == ["new"]
    assert list((store.root / ".trash").iterdir()) == []
