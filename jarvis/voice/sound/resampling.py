"""Another sample rate while the sound still comes: a polyphase filter that remembers where it was."""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING, Any

from jarvis.errors import UsageError

if TYPE_CHECKING:
    from jarvis.voice.sound.audio import Samples

_RATES = range(4_000, 384_001)
_TAPS = 10
"""Half the filter's length, in samples of the lower rate; as `scipy.signal.resample_poly` has it."""


class Resampler:
    """Turns mono samples at one rate into another, block by block, without seams.

    The blocks together are what `scipy.signal.resample_poly` makes of the whole.
    """

    def __init__(self, rate: int, into: int) -> None:
        """Both in samples a second.

        Raises:
            UsageError: a rate that no sound has.
        """
        import numpy as np

        for each in (rate, into):
            if each not in _RATES:
                raise UsageError(f"{each} samples a second is no rate of sound; use 8000 to 192000")
        shared = gcd(rate, into)
        self._up, self._down = into // shared, rate // shared
        same = self._up == self._down
        self._kernel, self._half = (np.ones(1, np.float32), 0) if same else _low_pass(self._up, self._down)
        self._kept: Samples = np.zeros(0, np.float32)
        self._first = 0
        """Index, in the whole sound, of the first sample that is kept."""
        self._seen = 0
        self._given = 0

    def feed(self, samples: Samples) -> Samples:
        """What can be said of the new rate now; the rest comes with the next block, a few samples later."""
        if self._up == self._down:
            return samples
        import numpy as np

        self._kept = np.concatenate([self._kept, samples])
        self._seen += len(samples)
        # Output m stands at m * down of the fine grid and hears everything within half of it.
        ready = max(0, -(-(self._seen * self._up - self._half) // self._down))
        return self._give(ready)

    def finish(self) -> Samples:
        """The rest, as if silence followed. Then the next sound begins."""
        import numpy as np

        if self._up == self._down:
            return np.zeros(0, np.float32)
        whole = -(-self._seen * self._up // self._down)
        self._kept = np.concatenate([self._kept, np.zeros(self._half // self._up + 1, np.float32)])
        rest = self._give(whole)
        self._kept, self._first, self._seen, self._given = rest[:0], 0, 0, 0
        return rest

    def _give(self, ready: int) -> Samples:
        import numpy as np
        from scipy.signal import upfirdn

        if ready <= self._given:
            return np.zeros(0, np.float32)
        made = upfirdn(self._kernel, self._kept, self._up, self._down)
        # The kept samples begin at a multiple of `down`, so that outputs of this block and of the whole coincide.
        shift = self._half // self._down - self._first * self._up // self._down
        out: Samples = np.asarray(made[self._given + shift : ready + shift], np.float32)
        self._given = ready
        self._forget()
        return out

    def _forget(self) -> None:
        needed = max(0, (self._given * self._down - self._half) // self._up)
        drop = (needed - self._first) // self._down * self._down
        if drop > 0:
            self._kept = self._kept[drop:]
            self._first += drop


def _low_pass(up: int, down: int) -> tuple[Samples, int]:
    """The filter on the fine grid, and its delay: a multiple of `down`, so that it can be taken off exactly."""
    import numpy as np
    from scipy.signal import firwin

    widest = max(up, down)
    half = _TAPS * widest
    window: Any = ("kaiser", 5.0)
    kernel = firwin(2 * half + 1, 1.0 / widest, window=window) * up
    pad = -half % down
    return np.concatenate([np.zeros(pad), kernel]).astype(np.float32), half + pad


def resampled(samples: Samples, rate: int, into: int) -> Samples:
    """A whole sound at another rate."""
    import numpy as np

    if rate == into:
        return samples
    resampler = Resampler(rate, into)
    return np.concatenate([resampler.feed(samples), resampler.finish()])
