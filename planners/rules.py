"""Planning by rules: keywords and file names, for the plainest English requests. No model is asked.

The request is cut into clauses at commas, "and" and "then", and each clause must be one of a few fixed phrases. Its
input is a file or quoted text that the clause names, else what was named or made last, else what came along. One clause
that no rule knows, and there is no plan: nothing is dropped in silence. A turn after a question is a request of its own
if the rules know it, else the answer: the request that was asked about is planned, with what the answer names at hand.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import takewhile

from jarvis.errors import PlannerError
from jarvis.graph import Arg, Ref, Task
from jarvis.planners.grammar import LANGUAGES
from jarvis.planners.protocol import AskBack, PlanRequest
from jarvis.spec import Slot, ToolSpec, ValueType, fits

_FILES = {
    ValueType.IMAGE: r"[^\s\"'“”,;]+\.(?:jpe?g|png|gif|bmp|webp|tiff?)",
    ValueType.AUDIO: r"[^\s\"'“”,;]+\.(?:wav|mp3|flac|ogg|m4a)",
    ValueType.TEXT: r"[^\s\"'“”,;]+\.(?:txt|md|log|srt)",
}
_QUOTED = re.compile(r"[\"“](.+?)[\"”]|(?<!\w)'(.+?)'(?!\w)")
_BREAK = re.compile(r"\s*(?:[,;]\s*(?:and\s+)?(?:then\s+)?|[.!?]\s+|\s+and\s+(?:then\s+)?|\s+then\s+)", re.IGNORECASE)
_ALOUD = re.compile(r"\s+(?:aloud|out loud|to me)$", re.IGNORECASE)
_POLITE = re.compile(r"^(?:please|(?:can|could) you(?: please)?|also)\s+|\s+please$", re.IGNORECASE)

_WHICH = {"first": 0, "second": 1, "third": 2, "last": -1}
_THIS = (
    r"(?:(?:it|this|that|them)\b|'?{file}'?"
    rf"|(?:(?:this|that|the|my|an?) )?(?:(?:{'|'.join(_WHICH)}) )?(?:{{words}})(?: (?:called |named )?'?{{file}}'?)?)"
)
_ORDINAL = re.compile(rf"\b({'|'.join(_WHICH)})\b", re.IGNORECASE)
_WORDS = {
    "IMAGE": _THIS.format(words="image|picture|photo|photograph|scan|page", file=_FILES[ValueType.IMAGE]),
    "AUDIO": _THIS.format(words="audio|recording|sound|clip|speech|memo", file=_FILES[ValueType.AUDIO]),
    "TEXT": _THIS.format(words="text|result|file|article|description|answer|summary", file=_FILES[ValueType.TEXT])
    + r"|[\"“].+[\"”]|'.+'",
    "DEVICE": r"(?!it\b|up\b|that\b)[\w'-]+(?: [\w'-]+){0,3}",
    "LANGUAGE": "|".join(LANGUAGES),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A phrase that stands for a task; a named group of it fills the slot of that name."""

    tool: str
    phrase: re.Pattern[str]
    literals: dict[str, str] = field(default_factory=dict[str, str])
    """Slots that the rule itself fills."""


def _rule(tool: str, phrase: str, **literals: str) -> Rule:
    for name, words in _WORDS.items():
        phrase = phrase.replace(name, f"(?:{words})")
    return Rule(tool, re.compile(phrase, re.IGNORECASE), literals)


_RULES = (
    _rule("image-to-text", r"(?:describe|caption) IMAGE|what(?:'s| is) (?:in|on) IMAGE"),
    _rule("object-detection", r"(?:detect|find|count|locate) (?:all )?(?:the )?objects (?:in|on) IMAGE"),
    _rule("face-detection", r"(?:detect|find|count) (?:all )?(?:the )?faces (?:in|on) IMAGE"),
    _rule("image-classification", r"classify IMAGE|what kind of thing is (?:in|on) IMAGE"),
    _rule("canny-control", r"(?:find|draw|detect|show) (?:the )?edges (?:in|of) IMAGE"),
    _rule("background-removal", r"remove the background (?:of|from) IMAGE"),
    _rule("depth-estimation", r"(?:estimate|show) the depth (?:of|in) IMAGE"),
    _rule(
        "optical-character-recognition",
        r"(?:read|extract|get) (?:all )?(?:the )?(?:text|words) (?:in|on|from|of) IMAGE",
    ),
    _rule("optical-character-recognition", rf"read (?:the )?(?:\w+ (?:in|on) )?{_FILES[ValueType.IMAGE]}"),
    _rule("automatic-speech-recognition", r"transcribe AUDIO|write down what is said in AUDIO"),
    _rule("audio-to-audio", r"(?:denoise|clean up) AUDIO|remove the noise from AUDIO"),
    _rule("translation", r"translate (?:TEXT) (?:in)?to (?P<target_language>LANGUAGE)"),
    _rule("summarization", r"(?:summari[sz]e|shorten) (?:TEXT)"),
    _rule("text-classification", r"(?:what is|tell|find) the sentiment of (?:TEXT)"),
    _rule("language-identification", r"(?:what|which) language is (?:TEXT)(?: in)?"),
    _rule("token-classification", r"(?:find|list|extract) the (?:named )?entities (?:in|of|from) (?:TEXT)"),
    _rule("text-to-speech", r"(?:say|speak|read) (?:TEXT)"),
    _rule("home-control", r"(?:turn|switch) on (?:the )?(?P<target>DEVICE)", action="turn_on"),
    _rule("home-control", r"(?:turn|switch) off (?:the )?(?P<target>DEVICE)", action="turn_off"),
    _rule("home-control", r"unlock (?:the )?(?P<target>DEVICE)", action="unlock"),
    _rule("home-control", r"lock (?:the )?(?P<target>DEVICE)", action="lock"),
    _rule("timer", r"(?:set|start) a timer (?:for|of) (?P<duration>.+)", action="start"),
    _rule("list-item", r"(?:add|put) \"?(?P<item>[^\"]+)\"? (?:to|on) (?:the|my) (?P<list>.+ list)", action="add"),
    _rule("list-item", r"(?:what(?:'s| is) on|read) (?:the|my) (?P<list>.+ list)", action="read"),
    _rule(
        "weather", r"(?:what(?:'s| is)|how is) the weather(?: in (?P<place>[\w .'-]+?))?(?: (?P<when>today|tomorrow))?"
    ),
)


class RulePlanner:
    """Plans by keywords. It says so in its name, and says no to what it does not know."""

    @property
    def name(self) -> str:
        """What it is, for people."""
        return "rules (keywords, no model)"

    async def plan(self, request: PlanRequest) -> AsyncIterator[Task]:
        """Yields the tasks of the whole request.

        Raises:
            AskBack: it speaks of a thing that is neither named nor given.
            PlannerError: a part of the request fits no rule.
        """
        for task in _planned(request):
            yield task


def _planned(request: PlanRequest) -> list[Task]:
    try:
        return _Plan(request).tasks(request.text)
    except PlannerError:
        answers = [request.text]
        for turn in takewhile(lambda turn: bool(turn.question), reversed(request.history)):
            with suppress(PlannerError):
                return _Plan(request, answers).tasks(turn.text)
            answers.insert(0, turn.text)
        raise


def _things(text: str) -> list[tuple[ValueType, str]]:
    """What an answer names: files and quoted texts; without any it is a text itself."""
    found = [(kind, match[0]) for kind, phrase in _FILES.items() for match in re.finditer(phrase, text, re.IGNORECASE)]
    found += [(ValueType.TEXT, match[1] or match[2]) for match in _QUOTED.finditer(text)]
    return found or [(ValueType.TEXT, text)]


class _Plan:
    """One plan in the making."""

    def __init__(self, request: PlanRequest, answers: Iterable[str] = ()) -> None:
        self._request = request
        self._tasks: list[Task] = []
        self._earlier: list[tuple[ValueType, str | Ref]] = []
        for task in (task for turn in request.history for task in turn.tasks):
            tool = request.tools[task.tool]
            for name, value in task.values():
                slot = tool.slot(name)
                if slot and slot.type in _FILES and isinstance(value, str):
                    self._earlier.append((slot.type, value))
            self._earlier.append((tool.output, Ref(task.id)))
        self._at_hand: list[tuple[ValueType, str | Ref]] = [thing for text in answers for thing in _things(text)]

    def tasks(self, text: str) -> list[Task]:
        """The tasks of a text.

        Raises:
            AskBack: it speaks of a thing that is neither named nor given.
            PlannerError: a part of it fits no rule.
        """
        pieces = _pieces(text)
        unknown = [piece for piece in pieces if not self._clause(piece)]
        if unknown or not pieces:
            raise PlannerError(
                f"no rule knows what to do for {(unknown or [text])[0]!r}; say it in plainer words, or "
                "have the embedded model plan (`jarvis setup` fetches it, JARVIS_PLANNER=local chooses it)"
            )
        return self._tasks

    def _clause(self, clause: str) -> bool:
        plain = _ALOUD.sub("", clause)
        for rule in _RULES:
            if rule.tool in self._request.tools and (match := rule.phrase.fullmatch(plain)):
                self._add(plain, rule, match)
                if plain != clause and rule.tool != "text-to-speech":
                    self._append("text-to-speech", {"text": Ref(self._tasks[-1].id)})
                return True
        return False

    def _add(self, clause: str, rule: Rule, match: re.Match[str]) -> None:
        tool = self._request.tools[rule.tool]
        args: dict[str, Arg] = {**rule.literals, **{k: v for k, v in match.groupdict().items() if v}}
        for slot in tool.slots:
            if slot.required and slot.name not in args:
                args[slot.name] = self._value(clause, slot)
        self._append(tool.name, _in_order(args, tool))

    def _value(self, clause: str, slot: Slot) -> str | Ref:
        if slot.type in _FILES and (file := re.search(_FILES[slot.type], clause, re.IGNORECASE)):
            self._at_hand.append((slot.type, file[0]))
            return file[0]
        if slot.type == ValueType.TEXT and (quoted := _QUOTED.search(clause)):
            return quoted[1] or quoted[2]
        if (spoken_of := self._spoken_of(clause, slot)) is None:
            raise AskBack(f"Which {slot.type.value} do you mean? Name the file, or attach it.")
        return spoken_of

    def _spoken_of(self, clause: str, slot: Slot) -> str | Ref | None:
        """What "it" is: the latest of this request, else what came along, else the latest of earlier turns."""
        now, earlier = ([v for kind, v in things if fits(kind, slot.type)] for things in (self._at_hand, self._earlier))
        names = re.compile(_FILES.get(slot.type, r"(?!)"), re.IGNORECASE)
        came = [name for name in self._request.files if names.fullmatch(name)]
        if ordinal := _ORDINAL.search(clause):
            known = list(dict.fromkeys(v for v in (*earlier, *came, *now) if isinstance(v, Ref) or v[:1] != "@"))
            return next(iter(known[_WHICH[ordinal[1].lower()] :]), None)
        given = [f"@{slot.type.value}"]
        order = [*(given if self._request.files else ()), *earlier, *(given if came else ()), *now]
        return order[-1] if order else None

    def _append(self, tool: str, args: dict[str, Arg]) -> None:
        task = Task(self._request.first_id + len(self._tasks), tool, args)
        self._tasks.append(task)
        self._at_hand.append((self._request.tools[tool].output, Ref(task.id)))


def _in_order(args: dict[str, Arg], tool: ToolSpec) -> dict[str, Arg]:
    return {slot.name: args[slot.name] for slot in tool.slots if slot.name in args}


def _pieces(text: str) -> list[str]:
    """The clauses of a request, without please and full stops; a break inside quotation marks is none."""
    quotes = [match.span() for match in _QUOTED.finditer(text)]
    pieces, start = list[str](), 0
    for match in _BREAK.finditer(text):
        if not any(begin < match.start() < end for begin, end in quotes):
            pieces.append(text[start : match.start()])
            start = match.end()
    plain = [_POLITE.sub("", piece.strip(" .!?")) for piece in [*pieces, text[start:]]]
    return [piece for piece in plain if piece]
