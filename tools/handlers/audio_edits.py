"""Simple edits of sound by arithmetic, no model: louder, slower, trimmed, faded, joined and so on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.artifacts import Artifact
from jarvis.errors import TaskError
from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.audio_wishes import Edit, beyond, edits, wants_noise_gone

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

_CAN = "louder, quieter, normalise, slower, faster, higher, lower, echo, trim silence, fade in, fade out, reverse, join"


class AudioEditor:
    """audio-to-audio for instructions that simple arithmetic does; the result is mono at the sound's own rate."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        del files, options  # there is no model

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The artifact `audio`: the sound with every edit that the instruction names.

        Raises:
            TaskError: the instruction names no edit that is known here, or joins a single sound.
        """
        instruction = inputs.text("instruction")
        wanted = edits(instruction)
        if not wanted:
            raise TaskError(_way_out(instruction))
        given = _sounds(inputs)
        rate = _rate(given[0])
        sounds = [Inputs(inputs.task, {"audio": sound}).audio("audio", rate) for sound in given]
        samples = _joined(sounds, rate) if len(sounds) > 1 else sounds[0]
        if len(sounds) == 1 and any(edit.name == "join" for edit in wanted):
            raise TaskError("joining takes two or more sounds; give each of them with -f FILE")
        return sink.audio("audio", edited(samples, rate, wanted), rate)


def _way_out(instruction: str) -> str:
    out_of_reach = beyond(instruction)
    if out_of_reach:
        what, hub = out_of_reach
        return f"no installed model can {what}; connect one from the Hub such as {hub}"
    if wants_noise_gone(instruction):
        return "the editor of sounds removes no noise; install a denoiser with `pip install 'jarvis[speech]'`"
    return f"{instruction!r} is no edit that is known here; the edits are: {_CAN}"


def _sounds(inputs: Inputs) -> list[Artifact]:
    value = inputs.values.get("audio")
    several = [item for item in value if isinstance(item, Artifact)] if isinstance(value, list) else []
    return several or [inputs.file("audio")]


def _rate(sound: Artifact) -> int:
    import soundfile

    try:
        return int(soundfile.info(sound.path).samplerate)
    except (soundfile.LibsndfileError, OSError) as error:
        raise TaskError(f"{sound.path.name} cannot be read as sound ({error}); is it whole?") from error


def _joined(sounds: list[Samples], rate: int) -> Samples:
    import numpy as np

    pause = np.zeros(rate // 5, np.float32)
    return np.concatenate([piece for sound in sounds for piece in (pause, sound)][1:])


def edited(samples: Samples, rate: int, wanted: list[Edit]) -> Samples:
    """Mono samples after the edits, one after the other."""
    for edit in wanted:
        samples = _edited(samples, rate, edit)
    return samples


def _edited(samples: Samples, rate: int, edit: Edit) -> Samples:
    from jarvis.tools.handlers import sound_effects as effects

    factor, seconds = edit.factor, edit.seconds
    match edit.name:
        case "trim":
            return effects.trimmed(samples, rate)
        case "reverse":
            return samples[::-1].copy()
        case "slower" | "faster":
            return effects.stretched(samples, rate, _limited(factor or (0.8 if edit.name == "slower" else 1.25)))
        case "higher" | "lower":
            return _pitched(samples, rate, _limited(factor or (0.84 if edit.name == "lower" else 1.19)))
        case _:
            return _shaped(samples, rate, edit.name, factor, seconds)


def _shaped(samples: Samples, rate: int, name: str, factor: float | None, seconds: float | None) -> Samples:
    from jarvis.tools.handlers import sound_effects as effects

    match name:
        case "echo":
            return effects.echoed(samples, rate)
        case "normalise":
            return effects.normalised(samples)
        case "louder" | "quieter":
            return effects.scaled(samples, factor if factor is not None else 2.0 if name == "louder" else 0.5)
        case "fade-in":
            return effects.faded(samples, rate, start=seconds or 1.0)
        case "fade-out":
            return effects.faded(samples, rate, end=seconds or 1.0)
        case _:
            return samples


def _limited(factor: float) -> float:
    return min(4.0, max(0.25, factor))


def _pitched(samples: Samples, rate: int, factor: float) -> Samples:
    """Higher by `factor` at the same length: stretched, then played faster."""
    import numpy as np

    from jarvis.tools.handlers import sound_effects as effects

    slow = effects.stretched(samples, rate, 1 / factor)
    places = np.arange(len(samples)) * factor
    return np.asarray(np.interp(places, np.arange(len(slow)), slow), np.float32)
