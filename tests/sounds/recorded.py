"""Speech of real people, from Debian's package `pocketsphinx-testdata`: a reader of LibriVox, a card player, others."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from tests.sounds.files import Samples, read_wav, samples_of

_FOLDER = Path("/usr/share/pocketsphinx/test/data")


class Recording(NamedTuple):
    """Something that a person said."""

    name: str
    person: str
    """Who speaks: recordings of the same person have the same."""
    text: str
    """In small letters without marks; "" when nobody wrote it down."""
    path: Path

    @property
    def samples(self) -> Samples:
        """Mono, 16 kHz."""
        return read_wav(self.path) if self.path.suffix == ".wav" else samples_of(self.path.read_bytes())


def recordings(folder: Path = _FOLDER) -> list[Recording]:
    """All of them, in the order of their names.

    Raises:
        FileNotFoundError: the package is not installed.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is missing: run `apt-get install pocketsphinx-testdata`")
    found = [
        *_listed(folder / "librivox", "transcription", "reader"),
        *_listed(folder / "cards", "cards.transcription", "card player"),
    ]
    alone = (("goforward", "go forward ten meters"), ("numbers", ""), ("something", ""))
    found += [Recording(name, name, text, folder / f"{name}.raw") for name, text in alone]
    return sorted(found)


def _listed(folder: Path, transcription: str, person: str) -> list[Recording]:
    """The wav files of a folder; a line of its transcription is `<s> words </s> (name)`."""
    lines = (folder / transcription).read_text(encoding="utf-8").splitlines()
    found = [re.fullmatch(r"(?:<s> )?(.*?)(?: </s>)? \((\S+)\)\s*", line) for line in lines]
    return [
        Recording(match[2], person, re.sub(r"\(\d\)", "", match[1]).lower(), folder / f"{match[2]}.wav")
        for match in found
        if match
    ]
