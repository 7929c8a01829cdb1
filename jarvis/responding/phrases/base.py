"""What a language must know to answer: templates, names of outputs, how to count, list and quote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import ClassVar

from jarvis.languages import language_code, language_name
from jarvis.responding.phrases import english_words
from jarvis.responding.phrases.objects import object_names

_PARSE = Formatter().parse
_ENDS = ".!?…。！？"


@dataclass(frozen=True, slots=True)
class Named:
    """What something is called: as a subject, and as it stands after a preposition (they differ in German)."""

    subject: str
    object: str
    fixed: bool = False
    """Whether it is a file name or a quotation, which keeps its first letter at the start of a sentence."""

    @classmethod
    def same(cls, name: str) -> Named:
        """A name that never changes its form, such as that of a file."""
        return cls(name, name, fixed=True)


class Phrases:
    """Templates and small grammar of one language; the subclasses fill the tables.

    A template holds `{names}`; `{of}`, `{within}` and `{out_of}` are phrases about the thing that a task
    worked on and are empty when there is nothing to name.
    """

    code: ClassVar[str]
    texts: ClassVar[Mapping[str, str]]
    nouns: ClassVar[Mapping[str, str]]
    """Task name -> what its output is called, with its article."""
    languages: ClassVar[Mapping[str, str]]
    """ISO 639-1 code -> name of the language."""
    words: ClassVar[Mapping[str, str]]
    """Labels and states that have a word of their own: `positive`, `on`."""
    kinds: ClassVar[Mapping[str, str]]
    """Kinds of entities and parts of speech, in the plural, by label in small letters: `person`, `noun`."""
    quotes: ClassVar[tuple[str, str]] = ("“", "”")
    comma: ClassVar[str] = ", "
    conjunction: ClassVar[str] = " and "
    decimal: ClassVar[str] = "."
    score_comma: ClassVar[str] = ", "
    percent_sign: ClassVar[str] = " %"
    brackets: ClassVar[tuple[str, str]] = (" (", ")")

    def say(self, key: str, **values: str) -> str:
        """The template `key` with the values put in."""
        return self.fill(self.texts[key], values)

    def fill(self, template: str, values: Mapping[str, str]) -> str:
        """A template with the values put in; a name without a value becomes nothing."""
        said = ""
        for literal, name, _, _ in _PARSE(template):
            said = self.glue(said, literal)
            if name is not None:
                said = self.glue(said, values.get(name, ""))
        return said

    def glue(self, left: str, right: str) -> str:
        """Two pieces of a sentence put together."""
        return left + right

    def join(self, items: Sequence[str]) -> str:
        """Like "a, b and c"."""
        if len(items) < 2:
            return "".join(items)
        return self.comma.join(items[:-1]) + self.conjunction_before(items[-1]) + items[-1]

    def conjunction_before(self, item: str) -> str:
        """The word "and" as it stands before `item`."""
        return self.conjunction

    def number(self, value: float, digits: int = 2) -> str:
        """A number with `digits` decimals and the decimal sign of the language."""
        return f"{value:.{digits}f}".replace(".", self.decimal)

    def plain_number(self, value: float) -> str:
        """A number with as many decimals as it needs, at most six significant figures."""
        return f"{value:.6g}".replace(".", self.decimal)

    def percent(self, share: float) -> str:
        """A probability for people; never "100 %" or "0 %", which no model can know."""
        points = round(share * 100)
        shown = ">99" if points > 99 else "<1" if points < 1 else str(points)
        return shown + self.percent_sign

    def certainty(self, score: float | None) -> str:
        """A score as it stands behind a label: a probability as percents, another number as it is."""
        if score is None:
            return ""
        return self.bracketed(self.percent(score) if 0 <= score <= 1 else self.number(score))

    def bracketed(self, text: str) -> str:
        """` (text)` with the brackets of the language."""
        return self.brackets[0] + text + self.brackets[1]

    def quoted(self, text: str) -> str:
        """The text between the quotation marks of the language."""
        return self.quotes[0] + text + self.quotes[1]

    def all_quoted(self, texts: Iterable[str]) -> str:
        """The texts, each between quotation marks, as a list."""
        return self.join([self.quoted(text) for text in texts])

    def capital(self, text: str) -> str:
        """The text as the start of a sentence."""
        return text[:1].upper() + text[1:]

    def ended(self, message: str) -> str:
        """A message, which may be in another language, with a full stop if it has no end yet."""
        if message.rstrip("”»\"')）").endswith(tuple(_ENDS)):
            return message
        return message + ("." if message[-1:].isascii() else self.texts["stop"])

    def noun(self, tool: str, values: Mapping[str, str]) -> Named:
        """What the output of a task is called."""
        template = self.nouns.get(tool, self.nouns["*"])
        name = self.fill(template, {"tool": tool} | dict(values))
        return Named(name, name)

    def about(self, source: Named | None) -> dict[str, str]:
        """The phrases `of`, `within`, `out_of`, `src`, `obj` and `start` about a source; empty without one."""
        if source is None:
            return dict.fromkeys(("of", "within", "out_of", "src", "obj", "start"), "")
        return {
            "of": self.of(source),
            "within": self.fill(self.texts["within"], {"src": source.object}),
            "out_of": self.fill(self.texts["out_of"], {"src": source.object}),
            "src": source.subject,
            "obj": source.object,
            "start": source.subject if source.fixed else self.capital(source.subject),
        }

    def of(self, source: Named) -> str:
        """Like " of the page"."""
        return self.fill(self.texts["of"], {"src": source.object})

    def word(self, label: str) -> str:
        """The word for a label or state; the label itself, underscores as spaces, when it has none."""
        return self.words.get(label.lower(), self.foreign(label.replace("_", " ")))

    def state(self, state: str) -> str:
        """The word for the state of a device."""
        return self.words.get(state.lower(), state)

    def kind(self, label: str) -> str:
        """What to call a group of entities with this label."""
        return self.kinds.get(label.lower(), label.replace("_", " ").lower())

    def foreign(self, label: str) -> str:
        """A label that has no word in this language."""
        return self.quoted(label)

    def language(self, name: str) -> str:
        """The name of a language, from its code or its English name."""
        return self.languages.get(language_code(name), language_name(name))

    def own_name(self, label: str, seen_as: str) -> str:
        """A label for one of what the user calls `label` and the model `seen_as`, to be counted.

        It is `seen_as` where the user's name is a form of that: "Tassen" or "cups" for "cup".
        """
        forms = object_names(self.code).get(seen_as.lower(), ())[:-1]  # The last one is a gender or measure word.
        known = {form.lower() for form in (*forms, seen_as, english_words.plural(seen_as))}
        return seen_as if known & {label.lower(), english_words.one(label).lower()} else label

    def counted(self, label: str, count: int) -> str:
        """Like "2 cups", "a cup"."""
        return self.foreign(label) if count == 1 else f"{count} × {self.foreign(label)}"
