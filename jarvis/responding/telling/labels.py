"""Telling labels: what a thing is, its sentiment, its language, the names in it, how alike two texts are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from jarvis.responding.phrases import Named, Phrases
from jarvis.responding.shapes import Labelled, labelled, rows, score_of, text
from jarvis.responding.telling.telling import Telling

Namer = Callable[[Labelled, Phrases], str]
_SURE = 0.4
"""Probability below which the answer says that the model is unsure."""
_ALONE = 0.9
"""Probability from which other labels are not worth naming."""
_WORTH = 0.05
"""Probability from which a further label is named."""
_RUNNERS_UP = 2
_SENTIMENTS = frozenset({"positive", "negative", "neutral", "mixed", "pos", "neg", "neu"})
_NEARNESS: Sequence[tuple[float, str]] = ((0.85, "same"), (0.65, "close"), (0.4, "some"), (-1e9, "none"))
_ITEMS = 12
"""Entities of one kind that are named, and rows of a table that are told."""


def tell_picture_label(telling: Telling) -> str | None:
    """Like "photo.jpg most likely shows a tabby cat (62 %), then a tiger cat (20 %)."."""
    return _tell_labels(telling, "shows", _thing)


def tell_label(telling: Telling) -> str | None:
    """Like "“I love it”: most likely joy (91 %)."; a sentiment is called one."""
    found = labelled(telling.value)
    if found and all(item.label.lower() in _SENTIMENTS for item in found):
        return telling.say("sentiment", best=_worded(found[0], telling.phrases))
    return _tell_labels(telling, "label", _worded)


def tell_fit(telling: Telling) -> str | None:
    """Like "Of the labels given, “sports” fits news.txt best (81 %)."."""
    return _tell_labels(telling, "fits", _quoted)


def _tell_labels(telling: Telling, key: str, name: Namer) -> str | None:
    found = labelled(telling.value)
    if found is None:
        return None
    if not found:
        return telling.say("label.none")
    rankings, sources = _rankings(found), telling.naming.sources(telling.task)
    if len(rankings) == 1:
        return _tell_ranking(found, telling, key if sources else "label.alone", name)
    if len(rankings) == len(sources):
        told = [_tell_ranking(one, telling, key, name, src) for one, src in zip(rankings, sources, strict=True)]
        return telling.phrases.texts["between"].join(told)
    labels = telling.phrases.join([name(item, telling.phrases) for item in found])
    return telling.say("labels", labels=labels)


def _tell_ranking(
    found: Sequence[Labelled], telling: Telling, key: str, name: Namer, source: Named | None = None
) -> str:
    best, phrases = found[0], telling.phrases
    sure = best.score is None or best.score >= _SURE
    about = phrases.about(source) if source else {}
    said = {"best": name(best, phrases), "rest": _rest(found, phrases, name)}
    return telling.say(key if sure else f"{key}.unsure", **(about | said))


def _rankings(found: Sequence[Labelled]) -> list[list[Labelled]]:
    """A task on several files puts their rankings one behind the other: a new one begins where a score rises."""
    rankings: list[list[Labelled]] = []
    for item in found:
        if rankings and (item.score is None or item.score <= (rankings[-1][-1].score or 0)):
            rankings[-1].append(item)
        else:
            rankings.append([item])
    return rankings


def _rest(found: Sequence[Labelled], phrases: Phrases, name: Namer) -> str:
    if found[0].score is not None and found[0].score >= _ALONE:
        return ""
    others = [item for item in found[1:] if item.score is None or item.score >= _WORTH][:_RUNNERS_UP]
    return phrases.say("rest", labels=phrases.join([name(item, phrases) for item in others])) if others else ""


def _first_synonym(label: str) -> str:
    """WordNet lists synonyms, "tabby, tabby cat", and may put its number before them."""
    words = label.split(" ", 1)
    named = words[1] if len(words) > 1 and words[0][:1] == "n" and words[0][1:].isdigit() else label
    return named.split(",")[0].strip() or label


def _thing(item: Labelled, phrases: Phrases) -> str:
    return phrases.counted(_first_synonym(item.label), 1) + phrases.certainty(item.score)


def _worded(item: Labelled, phrases: Phrases) -> str:
    return phrases.word(item.label) + phrases.certainty(item.score)


def _quoted(item: Labelled, phrases: Phrases) -> str:
    return phrases.quoted(item.label) + phrases.certainty(item.score)


def tell_language(telling: Telling) -> str | None:
    """Like "The language of your text is French (99 %)."."""
    found = labelled(telling.value)
    if not found:
        return None
    best, phrases = found[0], telling.phrases
    name = text((rows(telling.value) or [{}])[0].get("name"))
    known = best.label in phrases.languages
    said = phrases.language(best.label if known or not name else name) + phrases.certainty(best.score)
    sure = best.score is None or best.score >= _SURE
    return telling.say("language" if sure else "language.unsure", best=said)


def tell_entities(telling: Telling) -> str | None:
    """Like "In your text: people: Ada Lovelace; places: London and Paris."."""
    found = labelled(telling.value)
    if found is None or not all(item.text for item in found):
        return None
    if not found:
        return telling.say("entities.none")
    phrases = telling.phrases
    groups: dict[str, dict[str, None]] = {}
    for item in found:
        groups.setdefault(phrases.kind(item.label), {})[item.text] = None
    told = [phrases.say("group", kind=kind, items=_some(list(items), phrases)) for kind, items in groups.items()]
    key = "entities" if telling.naming.source(telling.task) else "entities.alone"
    return telling.say(key, groups=phrases.texts["groups"].join(told))


def _some(items: Sequence[str], phrases: Phrases) -> str:
    left = len(items) - _ITEMS
    return phrases.join([*items[:_ITEMS], phrases.say("more", count=str(left))] if left > 0 else items)


def tell_similarity(telling: Telling) -> str | None:
    """Like "The two texts are close in meaning (similarity 0.83)."."""
    score = score_of(telling.value)
    if score is None:
        return None
    key = next(name for least, name in _NEARNESS if score >= least)
    return telling.say(f"similar.{key}", score=telling.phrases.number(score))


def tell_rows(telling: Telling) -> str | None:
    """Like "Rows of iris.csv: 1: setosa (98 %), 2: virginica (71 %)."."""
    found = labelled(telling.value)
    if not found:
        return None
    phrases = telling.phrases
    told = [f"{place}: {_worded(item, phrases)}" for place, item in enumerate(found, 1)]
    return telling.say("rows", rows=_some(told, phrases))
