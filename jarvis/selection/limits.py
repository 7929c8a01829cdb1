"""Hard limits: what rules a model out, each with its own reason in words. A table, looked at from top to bottom.

A limit says which of many cards it rules out in one go, and puts the reason into words only for those that are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from jarvis.languages import language_name
from jarvis.model_registry.terms import matches
from jarvis.selection.available import Availability, InputSize
from jarvis.selection.facts import Facts
from jarvis.spec import Effect

_DISK_RESERVE_MB = 200
"""What a pull leaves free."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What one task asks of a model."""

    task: str
    language: str
    """Of the text that goes in; empty when it is not known."""
    reads_text: bool
    size: InputSize
    effect: Effect = Effect.NONE
    target: str = ""
    """The language that the result is to be in, where the task has a slot for that."""
    fits: Mapping[str, float] = field(default_factory=dict[str, float])
    """By id, from 0 to 1, how well models fit the subject of the request, where that is known."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One reason to rule models out."""

    name: str
    breaks: Callable[[Sequence[Facts], Demand, Availability], Iterable[Facts]]
    """Those of the cards that are ruled out."""
    says: Callable[[Facts, Demand, Availability], str]
    """Why this one is."""


def ruled_out(
    cards: Sequence[Facts], demand: Demand, available: Availability
) -> tuple[list[Facts], list[tuple[Facts, Limit]]]:
    """Those that can run, in their order, and the others with the first limit that each breaks."""
    left, out = list(cards), list[tuple[Facts, Limit]]()
    for limit in LIMITS:
        broken = list(limit.breaks(left, demand, available))
        if broken:
            gone = set(broken)
            left = [card for card in left if card not in gone]
            out += [(card, limit) for card in broken]
    return left, out


def _unpinned(cards: Sequence[Facts], demand: Demand, available: Availability) -> Iterable[Facts]:
    pinned = available.pinned.get(demand.task)
    return () if pinned is None else [card for card in cards if card.id != pinned]


def _unnamed(cards: Sequence[Facts], demand: Demand, available: Availability) -> Iterable[Facts]:
    only = available.wishes.only
    if not only or not any(card.id in only for card in cards):
        return ()
    return [card for card in cards if card.id not in only]


def _named(card: Facts, demand: Demand, available: Availability) -> str:
    return f"the request names {' or '.join(sorted(available.wishes.only))}"


def _forbidden(cards: Sequence[Facts], demand: Demand, available: Availability) -> Iterable[Facts]:
    forbid = available.wishes.forbid
    return [card for card in cards if card.id in forbid] if forbid else ()


def _license(cards: Sequence[Facts], demand: Demand, available: Availability) -> Iterable[Facts]:
    wishes = available.wishes
    if not wishes.licenses and not wishes.no_licenses:
        return ()
    return [card for card in cards if not allowed(card.card.license, wishes.licenses, wishes.no_licenses)]


@cache
def allowed(license_id: str, only: tuple[str, ...], never: tuple[str, ...]) -> bool:
    """Whether a licence is among those that may be used. One that nobody names might be any of the forbidden ones."""
    if never and (matches("unknown", license_id) or any(matches(name, license_id) for name in never)):
        return False
    return not only or any(matches(name, license_id) for name in only)


def _license_words(card: Facts, demand: Demand, available: Availability) -> str:
    wishes = available.wishes
    if card.terms == "unknown":
        return "its licence is not stated"
    told = f"its licence, {card.card.license}," if card.card.license else "its licence"
    kind = f"is {card.terms.replace('-', ' ')}" if card.terms != "own-terms" else "has terms of its own"
    if wishes.no_licenses and any(matches(name, card.card.license) for name in wishes.no_licenses):
        return f"{told} {kind}, which is forbidden"
    return f"{told} {kind}, and only {' or '.join(wishes.licenses)} is allowed"


def _formats(cards: Sequence[Facts], demand: Demand, available: Availability) -> Iterable[Facts]:
    return [card for card in cards if card.unsafe]


def _network(cards: Sequence[Facts], demand: Demand, available: Availability) -> Iterable[Facts]:
    if not (available.offline or available.wishes.offline):
        return ()
    return [card for card in cards if card.network]


def _network_words(card: Facts, demand: Demand, available: Availability) -> str:
    who = "Jarvis is set" if available.offline else "the request asks Jarvis"
    return f"needs the network, and {who} to stay offline"


def _too_large(cards: Sequence[Facts], demand: Demand, available: Availability) -> Iterable[Facts]:
    limit = available.wishes.max_mb
    return () if limit is None else [card for card in cards if card.weights_mb > limit]


def _language(cards: Sequence[Facts], demand: Demand, available: Availability) -> Iterable[Facts]:
    wanted = {demand.target, demand.language if demand.reads_text else ""} - {""}
    if not wanted:
        return ()
    foreign = [card for card in cards if not card.any_language and not wanted <= card.languages]
    if not demand.target:
        return foreign
    return foreign + [card for card in cards if _other_way(card, demand) and card not in foreign]


def _other_way(card: Facts, demand: Demand) -> bool:
    """Whether it translates one pair of languages, and not this one."""
    source, target = card.direction
    return bool(target) and (target != demand.target or (demand.language not in ("", source)))


def _language_words(card: Facts, demand: Demand, available: Availability) -> str:
    if _other_way(card, demand):
        source, target = map(language_name, card.direction)
        return f"translates from {source} into {target}"
    names = [language_name(code) for code in card.card.languages or sorted(card.languages)]
    speaks = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    speaks = f"{', '.join(names[:4])} and {len(names) - 4} more" if len(names) > 6 else speaks
    if demand.target and demand.target not in card.languages:
        return f"{speaks} only, and the result is to be {language_name(demand.target)}"
    return f"{speaks} only, and the text is {language_name(demand.language)}"


def _size(cards: Sequence[Facts], demand: Demand, available: Availability) -> Iterable[Facts]:
    size = demand.size
    characters, tokens = size.characters or 0, size.tokens or 0
    megapixels, seconds = size.megapixels or 0.0, size.seconds or 0.0
    texts = [card for card in cards if characters > card.max_characters or tokens > card.max_tokens]
    return texts + [
        card for card in cards if (megapixels > card.max_megapixels or seconds > card.max_seconds) and card not in texts
    ]


def _size_words(card: Facts, demand: Demand, available: Availability) -> str:
    size = demand.size
    if (size.characters or 0) > card.max_characters:
        return f"reads {card.max_characters:.0f} characters, and the text has {size.characters}"
    if (size.tokens or 0) > card.max_tokens:
        return f"reads {card.max_tokens:.0f} tokens, and the text has about {size.tokens}"
    if (size.megapixels or 0) > card.max_megapixels:
        return f"takes {card.max_megapixels:g} megapixels, and the picture has {size.megapixels:.1f}"
    return f"takes {card.max_seconds:g} s, and the recording has {size.seconds:.0f} s"


def _runtime(cards: Sequence[Facts], demand: Demand, available: Availability) -> Iterable[Facts]:
    return [card for card in cards if not card.runs]


def _runtime_words(card: Facts, demand: Demand, available: Availability) -> str:
    kind = card.card.architecture or card.card.library
    return f"nothing here runs it{f' ({kind})' if kind else ''}"


def _memory(cards: Sequence[Facts], demand: Demand, available: Availability) -> Iterable[Facts]:
    free = available.free_memory_mb
    if free is None:
        return ()
    return [card for card in cards if card.memory_mb > free and card.id not in available.loaded]


def _memory_words(card: Facts, demand: Demand, available: Availability) -> str:
    about = "" if card.card.measured else "about "
    return f"needs {about}{card.memory_mb} MB of memory and {available.free_memory_mb} MB are free"


def _budget(cards: Sequence[Facts], demand: Demand, available: Availability) -> Iterable[Facts]:
    seconds, memory, money = available.budget_seconds, available.budget_memory_mb, available.budget_money
    if seconds is None and memory is None and money is None:
        return ()
    return [card for card in cards if _over_budget(card, seconds, memory, money)]


def _over_budget(card: Facts, seconds: float | None, memory: int | None, money: float | None) -> bool:
    too_slow = seconds is not None and card.seconds > seconds
    too_much = memory is not None and card.memory_mb > memory
    return too_slow or too_much or (money is not None and card.price > money)


def _budget_words(card: Facts, demand: Demand, available: Availability) -> str:
    seconds, memory = available.budget_seconds, available.budget_memory_mb
    if seconds is not None and card.seconds > seconds:
        return f"takes about {card.seconds:.1f} s, and the run may take {seconds:g} s"
    if memory is not None and card.memory_mb > memory:
        return f"needs {card.memory_mb} MB, and the run may take {memory} MB"
    return f"costs {card.price:g} a call, and the run may cost {available.budget_money:g}"


def _gated(cards: Sequence[Facts], demand: Demand, available: Availability) -> Iterable[Facts]:
    return () if available.token else [card for card in cards if not card.pulled and card.card.gated]


def _disk(cards: Sequence[Facts], demand: Demand, available: Availability) -> Iterable[Facts]:
    free = available.free_disk_mb
    if free is None:
        return ()
    return [card for card in cards if not card.pulled and card.weights_mb + _DISK_RESERVE_MB > free]


def _disk_words(card: Facts, demand: Demand, available: Availability) -> str:
    return f"needs {card.weights_mb:.0f} MB on disk and {available.free_disk_mb} MB are free there"


def _absent(cards: Sequence[Facts], demand: Demand, available: Availability) -> Iterable[Facts]:
    return [card for card in cards if not card.pulled]


def _missing(cards: Sequence[Facts], demand: Demand, available: Availability) -> Iterable[Facts]:
    missing = available.missing
    return [card for card in cards if card.id in missing and card.pulled] if missing else ()


# What the user said comes first, then what the model is, what the task needs, what the machine has, and last what a
# single command would mend: of those that only the last limit rules out, the best are offered.
ABSENT = Limit("pull", _absent, lambda card, demand, available: f"not here yet; `jarvis models pull {card.id}` gets it")
LIMITS: tuple[Limit, ...] = (
    Limit("pin", _unpinned, lambda card, demand, available: (
        f"the settings name {available.pinned[demand.task]} for {demand.task}")),
    Limit("forbid", _forbidden, lambda card, demand, available: "it is forbidden by the request or the settings"),
    Limit("name", _unnamed, _named),
    Limit("licence", _license, _license_words),
    Limit("format", _formats, lambda card, demand, available: f"not safe to run: {card.unsafe}"),
    Limit("installed", _missing, lambda card, demand, available: available.missing[card.id]),
    Limit("offline", _network, _network_words),
    Limit("size", _too_large, lambda card, demand, available: (
        f"has {card.weights_mb:.0f} MB of weights, and at most {available.wishes.max_mb:g} MB are asked for")),
    Limit("language", _language, _language_words),
    Limit("input", _size, _size_words),
    Limit("runtime", _runtime, _runtime_words),
    Limit("memory", _memory, _memory_words),
    Limit("budget", _budget, _budget_words),
    Limit("gated", _gated, lambda card, demand, available: (
        "its owner grants access to it first, and there is no token here (HF_TOKEN)")),
    Limit("disk", _disk, _disk_words),
    ABSENT,
)  # fmt: skip
