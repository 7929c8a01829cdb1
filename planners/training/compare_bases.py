"""Trains two base models on the same plans for the same number of steps and compares what they learned, by language.

    python -m jarvis.planners.training.compare_bases --plans train.jsonl --gguf A.gguf --gguf B.gguf --steps 120

The figures: the log probability of a whole gold plan (summed over its tokens, so that vocabularies can be
compared), and the share of plans that greedy decoding would write token by token as the gold has them.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from torch.nn import functional
from transformers import AutoModelForCausalLM, AutoTokenizer

from jarvis.planners.training.data import Example, plan_example, read_jsonl, split_of
from jarvis.planners.wire import BEGIN, END
from jarvis.tools.toolset import builtin_tools

_PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
_LANGUAGE = {"zh": "Chinese", "eu": "German, Spanish, French"}


class Contender:
    """One base model with fresh LoRA matrices."""

    def __init__(self, gguf: Path, rank: int) -> None:
        torch.manual_seed(1)
        self.tokenizer = AutoTokenizer.from_pretrained(str(gguf.parent), gguf_file=gguf.name)
        base = AutoModelForCausalLM.from_pretrained(
            str(gguf.parent), gguf_file=gguf.name, dtype=torch.float32, attn_implementation="eager"
        ).to(torch.bfloat16)
        lora = LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=_PROJECTIONS)
        self.model: Any = get_peft_model(base, lora)
        self.marks = (BEGIN, END) if BEGIN in self.tokenizer.get_vocab() else ("<start_of_turn>", "<end_of_turn>")
        self.size = sum(p.numel() for p in base.parameters())
        self.tokens = 0

    def ids(self, example: Example) -> tuple[list[int], int]:
        """Token ids and how many of them are the prompt."""
        prompt, target = (part.text.replace(BEGIN, self.marks[0]).replace(END, self.marks[1]) for part in example.parts)
        head: list[int] = self.tokenizer(prompt, add_special_tokens=False)["input_ids"]
        return head + self.tokenizer(target, add_special_tokens=False)["input_ids"], len(head)

    def scores(self, batch: list[tuple[list[int], int]], candidates: torch.Tensor) -> tuple[Any, Any, Any]:
        """Logits among the candidates at the learned positions, what is wanted there, and each one's row."""
        width = -(-max(len(ids) for ids, _ in batch) // 16) * 16
        ids = torch.tensor([row + [0] * (width - len(row)) for row, _ in batch])
        mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row, _ in batch])
        learned = torch.tensor([[start <= i < len(row) for i in range(width)] for row, start in batch])[:, 1:]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            inner = self.model.base_model.model
            hidden = inner.model(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state
            rows = hidden[:, :-1][learned]
            logits = functional.linear(
                functional.pad(rows, (0, 0, 0, -len(rows) % 64)), inner.lm_head.weight[candidates]
            )
        wanted = torch.searchsorted(candidates, ids[:, 1:][learned])
        self.tokens += int(mask.sum())
        return logits[: len(rows)].float(), wanted, learned.nonzero()[:, 0]


def compare(gguf: Path, train: list[Example], dev: dict[str, list[Example]], batch_size: int) -> None:
    """Trains on the examples in their order, once, and prints one line for each language."""
    one = Contender(gguf, rank=16)
    rows = [one.ids(example) for example in train]
    measured = {language: [one.ids(example) for example in examples] for language, examples in dev.items()}
    every = (ids[start:] for group in (rows, *measured.values()) for ids, start in group)
    candidates = torch.tensor(sorted({token for ids in every for token in ids}))
    weights = [p for p in one.model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(weights, betas=(0.9, 0.99), weight_decay=0.0)
    batches = [rows[i : i + batch_size] for i in range(0, len(rows), batch_size)]
    began = time.monotonic()
    for step, batch in enumerate(batches):
        for group in optimizer.param_groups:
            group["lr"] = 1e-3 * min(1.0, (step + 1) / 15) * (1 - 0.9 * step / len(batches))
        logits, wanted, _ = one.scores(batch, candidates)
        functional.cross_entropy(logits, wanted).backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    print(
        f"{gguf.name}: {one.size / 1e6:.0f} M parameters, {time.monotonic() - began:.0f} s, {one.tokens} tokens",
        flush=True,
    )
    one.model.eval()
    for language, examples in measured.items():
        print(f"  {language}: {_measure(one, examples, candidates)}", flush=True)


@torch.no_grad()
def _measure(one: Contender, rows: list[tuple[list[int], int]], candidates: torch.Tensor) -> str:
    loss = exact = 0.0
    for start in range(0, len(rows), 16):
        batch = rows[start : start + 16]
        logits, wanted, owner = one.scores(batch, candidates)
        losses = functional.cross_entropy(logits, wanted, reduction="none")
        right = logits.argmax(-1) == wanted
        loss += losses.sum().item()
        exact += sum(bool(right[owner == i].all()) for i in range(len(batch)))
    return f"{len(rows)} plans, {loss / len(rows):.2f} nats a plan, {100 * exact / len(rows):.1f} % written exactly"


def _by_language(rows: Iterable[dict[str, Any]]) -> dict[str, list[Example]]:
    groups: defaultdict[str, list[Example]] = defaultdict(list)
    for row in rows:
        groups[_LANGUAGE.get(row["id"].partition("-")[0], "English")].append(plan_example(row, builtin_tools()))
    return dict(groups)


def main() -> None:
    """Reads the arguments and compares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plans", type=Path, required=True, nargs="+")
    parser.add_argument("--gguf", type=Path, required=True, action="append")
    parser.add_argument("--steps", type=int, default=120)
    parser.add_argument("--batch-size", type=int, default=12)
    options = parser.parse_args()
    rows = [row for path in options.plans for row in read_jsonl(path)]
    train = [row for row in rows if split_of(row["id"]) == "train"]
    random.Random(5).shuffle(train)
    examples = [plan_example(row, builtin_tools()) for row in train[: options.steps * options.batch_size]]
    dev = _by_language(row for row in rows if split_of(row["id"]) == "dev")
    for gguf in options.gguf:
        compare(gguf, examples, dev, options.batch_size)


if __name__ == "__main__":
    main()
