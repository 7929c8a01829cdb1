"""What the loop says of its own, in five languages."""

from __future__ import annotations

from collections.abc import Mapping

_SENTENCES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "volume": "Volume {percent} percent.",
        "cancelled": "All right, cancelled.",
        "nothing to repeat": "I have not said anything yet.",
        "not done": "All right, I leave it.",
        "no answer": "I did not hear a yes, so I leave it.",
        "yes or no": "Please say yes or no. {question}",
        "did not work": "That did not work: {problem}",
        "not understood": "I did not understand that.",
        "no voice": "I have no voice for this language: {problem}",
        "file": "{thing} is ready.",
    },
    "de": {
        "volume": "Lautstärke {percent} Prozent.",
        "cancelled": "Gut, abgebrochen.",
        "nothing to repeat": "Ich habe noch nichts gesagt.",
        "not done": "Gut, ich lasse es.",
        "no answer": "Ich habe kein Ja gehört, also lasse ich es.",
        "yes or no": "Bitte sag Ja oder Nein. {question}",
        "did not work": "Das hat nicht geklappt: {problem}",
        "not understood": "Das habe ich nicht verstanden.",
        "no voice": "Für diese Sprache habe ich keine Stimme: {problem}",
        "file": "{thing} ist fertig.",
    },
    "fr": {
        "volume": "Volume à {percent} pour cent.",
        "cancelled": "D’accord, c’est annulé.",
        "nothing to repeat": "Je n’ai encore rien dit.",
        "not done": "D’accord, je n’y touche pas.",
        "no answer": "Je n’ai pas entendu de oui, alors je n’y touche pas.",
        "yes or no": "Dites oui ou non. {question}",
        "did not work": "Cela n’a pas marché : {problem}",
        "not understood": "Je n’ai pas compris.",
        "no voice": "Je n’ai pas de voix pour cette langue : {problem}",
        "file": "{thing} : c’est prêt.",
    },
    "es": {
        "volume": "Volumen al {percent} por ciento.",
        "cancelled": "De acuerdo, cancelado.",
        "nothing to repeat": "Todavía no he dicho nada.",
        "not done": "De acuerdo, lo dejo.",
        "no answer": "No he oído un sí, así que lo dejo.",
        "yes or no": "Di sí o no. {question}",
        "did not work": "Eso no ha funcionado: {problem}",
        "not understood": "No lo he entendido.",
        "no voice": "No tengo voz para este idioma: {problem}",
        "file": "{thing}: ya está.",
    },
    "zh": {
        "volume": "音量百分之{percent}。",
        "cancelled": "好的，已取消。",
        "nothing to repeat": "我还没有说过什么。",
        "not done": "好的，我不做。",
        "no answer": "我没有听到“是”，所以没有做。",
        "yes or no": "请说“是”或“不”。{question}",
        "did not work": "没有成功：{problem}",
        "not understood": "我没听懂。",
        "no voice": "我没有这种语言的声音：{problem}",
        "file": "{thing}好了。",
    },
}


def sentence(key: str, language: str, **values: str) -> str:
    """A sentence of the loop's own; in English where the language (ISO 639-1) is not one of the five."""
    return _SENTENCES.get(language, _SENTENCES["en"])[key].format(**values)
