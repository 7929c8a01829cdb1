"""Fits the packaged models to this machine and tells what each gained: the table of docs/optimize.md.

python benchmarks/optimize.py [ID ...] [--to auto] [--tolerance 0.01] [--minutes 5] [--rounds 7] [--out FILE.json]

Original and variant run in turns (ABAB) in one process on one thread, and the median of the ratios counts. The time is
the thread's own, so other programs weigh little; run it on an idle machine all the same. Nothing is registered.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jarvis.errors import JarvisError
from jarvis.model_registry.registry import Registry
from jarvis.optimizing.device import load_average, this_device
from jarvis.optimizing.examples import Examples, spec_of
from jarvis.optimizing.fitting import Fitting, Wish

MODELS = (
    "open-nsfw hed-bsds500 efficientnet-lite0 lite-medsam pp-ocrv4-mobile nsnet2-16k nsnet2-48k dtln piper-joe "
    "kokoro-82m-int8 moonshine-tiny-en minilm-l6-int8 ssd-mobilenet-v2-coco whisper-tiny-en smollm2-135m-instruct"
).split()


def fit(model_id: str, wish: Wish, inputs: int) -> dict[str, Any]:
    """What came of one model, as JSON."""
    card = Registry.load().get(model_id)
    with tempfile.TemporaryDirectory() as made:
        try:
            examples = Examples(spec_of(card), Path(made) / "inputs", count=inputs)
            fitted = Fitting(card, examples, Path(made), wish, lambda line: print("   ", line, flush=True)).fit()
        except JarvisError as error:
            return {"model_id": model_id, "accepted": False, "reason": str(error)}
    return {**asdict(fitted), "graphs": sorted(fitted.graphs)}


def row(found: dict[str, Any]) -> str:
    """One line of the table."""
    race, agreement = found.get("race"), found.get("agreement")
    if not race or not agreement:
        return f"| `{found['model_id']}` | - | - | - | - | - | {found['reason']} |"
    times = f"{race['before'] * 1000:.1f} | {race['after'] * 1000:.1f} | {race['ratio']:.2f}"
    sizes = f"{found['bytes_before'] / 1e6:.1f} -> {found['bytes_after'] / 1e6:.1f}"
    what = "; ".join(found["forms"]) if found["accepted"] else f"not taken: {found['reason']}"
    return (
        f"| `{found['model_id']}` | {times} | {sizes} | {agreement['mean']:.4f} ({agreement['worst']:.4f}) | {what} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", default=MODELS)
    parser.add_argument("--to", default="auto", choices=["auto", "int8", "int8-static", "fp16", "int4"])
    parser.add_argument("--tolerance", type=float, default=0.01)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--inputs", type=int, default=16)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    wish = Wish(given.to, given.tolerance, 1, given.minutes * 60, given.rounds)
    print(f"{this_device()}, 1 thread, load average {load_average()}")
    found: list[dict[str, Any]] = []
    for model_id in given.models:
        print(model_id, flush=True)
        found.append(fit(model_id, wish, given.inputs))
        print(row(found[-1]), flush=True)
        for line in found[-1].get("tried", ()):
            print("    not taken:", line)
        if given.out:
            given.out.write_text(
                json.dumps({"device": str(this_device()), "models": found}, indent=1), encoding="utf-8"
            )
    print("\n| model | ms before | ms after | times as quick | MB | agreement (worst) | how |")
    print("| --- | ---: | ---: | ---: | --- | --- | --- |")
    print("\n".join(map(row, found)))


if __name__ == "__main__":
    main()
