"""Planning by rules: keywords and file names, for the plainest English requests. No model is asked.

The request is cut into clauses at commas, "and" and "then", and each clause must be one of a few fixed phrases. Its
input is a file or quoted text that the clause names, else what was named or made last, else what came along. One clause
that no rule knows, and there is no plan: nothing is dropped in silence.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

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

_THIS = (
    r"(?:(?:it|this|that|them)\b|'?{file}'?"
    r"|(?:(?:this|that|the|my|an?) )?(?:{words})(?: (?:called |named )?'?{file}'?)?)"
)
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
        for task in _Plan(request).tasks():
            yield task


class _Plan:
    """One plan in the making."""

    def __init__(self, request: PlanRequest) -> None:
        self._request = request
        self._tasks: list[Task] = []
        self._at_hand: list[tuple[ValueType, str | Ref]] = []
        for task in (task for turn in request.history for task in turn.tasks):
            self._at_hand.append((request.tools[task.tool].output, Ref(task.id)))

    def tasks(self) -> list[Task]:
        pieces = _pieces(self._request.text)
        unknown = [piece for piece in pieces if not self._clause(piece)]
        if unknown or not pieces:
            message = f"no rule knows what to do for {(unknown or [self._request.text])[0]!r}; use the local planner"
            raise PlannerError(message)
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
        fitting = [value for kind, value in self._at_hand if fits(kind, slot.type)]
        if not fitting and not self._request.files:
            raise AskBack(f"Which {slot.type.value} do you mean? Name the file, or attach it.")
        return fitting[-1] if fitting else f"@{slot.type.value}"

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
