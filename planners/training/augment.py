"""The same gold plan under another surface: other file names, spoken style, typing errors, two requests in one."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from jarvis.planners.wire import PlanRow, normalize

Row = Mapping[str, Any]
"""A gold row of `plans/train.jsonl`: id, request, plans."""

_FILE = re.compile(r"\bexample(\w{0,3})\.(jpg|png|wav|mp3|mp4|txt)\b", re.ASCII)
_STEMS = (
    "IMG_2041 scan page photo holiday kitchen_cam meeting voice-note cat dog_park receipt report letter interview "
    "clip demo band take3 street sunset team invoice_07 notes recording lecture garden menu poster beach birthday "
    "chart form podcast song door map ticket car house bridge flyer DSC00412 final_v2 Untitled-3 2024-05-11 mum "
    "wedding signal20 x7 Draft screenshot-12 minutes_q3 speech mix tape rain lab04 Camera1 essay contract manual "
    "trailer"
).split()
_NO_PUNCTUATION = re.compile(r"(?<=\w)[,;:!?.](?=\s|$)")
_SPACES = re.compile(r"(\s+)")
_WORD = re.compile(r"[A-Za-z]{4,}")
_JOINTS = (
    ". Also ",
    ", and ",
    "; ",
    ". Then separately ",
    ". Besides that, ",
    " and also ",
    ". ",
    ". Second: ",
    " plus ",
    "\n",
)


def swap_files(row: Row, rng: random.Random) -> Row:
    """Gives every `example*.ext` another name, the same one wherever it stands, and none that stands there already.

    As it was, where a value would be lost.
    """
    text = json.dumps(row, ensure_ascii=False)
    stems = iter(rng.sample(_STEMS, len(_STEMS)))
    names: dict[str, str] = {}

    def other(match: re.Match[str]) -> str:
        if match[0] not in names:
            made = (f"{stem}{match[1]}.{match[2]}" for stem in stems)
            names[match[0]] = next(name for name in made if name not in text)
        return names[match[0]]

    swapped = {key: _changed(value, lambda string: _FILE.sub(other, string)) for key, value in row.items()}
    return swapped if _keeps(row, swapped) else row


def spoken(row: Row) -> Row:
    """As a recognizer writes it: lower case, no punctuation between words. As it was, where a value would be lost."""

    def heard(text: str, change: Callable[[str], str]) -> str:
        return "".join(word if _is_name(word) else change(word) for word in _SPACES.split(text))

    def plain(text: str) -> str:
        return heard(text, lambda word: _NO_PUNCTUATION.sub("", word))

    request = heard(row["request"], lambda word: _NO_PUNCTUATION.sub("", word).lower())
    said = {**row, "request": request, "plans": [[_mapped(task, plain) for task in plan] for plan in row["plans"]]}
    return said if _keeps(row, said) else row


def mistyped(row: Row, rng: random.Random) -> Row:
    """One or two words with a typing error; never in a value that the plan copies."""
    request: str = row["request"]
    kept = " ".join(_literals(row["plans"])).casefold()
    words = [m for m in _WORD.finditer(request) if m[0].casefold() not in kept and not _in_name(request, m)]
    for match in sorted(rng.sample(words, min(len(words), rng.choice((1, 1, 2)))), key=lambda m: -m.start()):
        request = row["request"][: match.start()] + _typo(match[0], rng) + row["request"][match.end() :]
        typed = {**row, "request": request}
        row = typed if _keeps(row, typed) else row  # "close" is a value that stands in "closed"
    return row


def joined(first: Row, second: Row, rng: random.Random) -> Row | None:
    """Two requests as one with one plan; None when one could be taken for the other, or a value would be lost."""
    plans = first["plans"][0], second["plans"][0]
    if not all(plans) or "conversational" in {task["task"] for plan in plans for task in plan}:
        return None
    placeholders = [{v for v in _literals(row["plans"][:1]) if v.startswith("@")} for row in (first, second)]
    if placeholders[0] & placeholders[1] or len(first["request"]) + len(second["request"]) > 420:
        return None
    joint = rng.choice(_JOINTS)
    tail: str = second["request"]
    if joint.rstrip()[-1:].isalpha() or joint in (", and ", "; "):
        tail = tail[:1].lower() + tail[1:]
    head = first["request"].rstrip(" .!" if joint != "\n" else " ")
    shift = len(plans[0])

    def moved(value: str) -> str:
        return f"${int(value[1:]) + shift}" if re.fullmatch(r"\$\d+", value) else value

    later = [{**_mapped(task, moved), "id": task["id"] + shift} for task in plans[1]]
    plan = [*plans[0], *later]
    before = {"request": f"{first['request']}\n{second['request']}", "plans": [plan]}
    both = {"id": f"{first['id']}&{second['id']}", "request": head + joint + tail, "plans": [plan]}
    return both if _keeps(before, both) else None


def _mapped(task: PlanRow, change: Callable[[str], str]) -> dict[str, Any]:
    return {"id": task["id"], "task": task["task"], "args": _changed(task["args"], change)}


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _changed(inner, change) for key, inner in value.items()}
    return [_changed(inner, change) for inner in value] if isinstance(value, list) else value


def _literals(plans: Iterable[Iterable[PlanRow]]) -> Iterator[str]:
    for plan in plans:
        for task in plan:
            for value in task["args"].values():
                yield from value if isinstance(value, list) else [value]


def _keeps(old: Row, new: Row) -> bool:
    """Whether each value of `old` that stands in its request stands, as it is in `new`, in the request there."""
    before, after = (normalize(row["request"]).text.casefold() for row in (old, new))
    pairs = zip(_literals(old["plans"]), _literals(new["plans"]), strict=True)
    return all(_folded(now) in after or _folded(then) not in before for then, now in pairs)


def _folded(value: str) -> str:
    return normalize(value).text.casefold()


def _is_name(word: str) -> bool:
    return "." in word[1:-1] or "://" in word


def _in_name(request: str, match: re.Match[str]) -> bool:
    around = request[max(0, match.start() - 1) : match.start()] + request[match.end() : match.end() + 1]
    return any(c in "._-/@'\"0123456789" for c in around.rstrip(".")) or (
        "." in around and request[match.end() + 1 :][:1].isalnum()
    )


def _typo(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    return rng.choice(
        (
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
        )
    )
