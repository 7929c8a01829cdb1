"""Questions before what cannot be taken back: "Shall I unlock the front door?"."""

from __future__ import annotations

from collections.abc import Mapping

from jarvis.graph import Task
from jarvis.spec import ToolSpec
from jarvis.tools.deeds import deed

_SHALL: Mapping[str, str] = {
    "en": "Shall I {deed}?",
    "de": "Soll ich {deed}?",
    "fr": "Dois-je {deed} ?",
    "es": "¿Quieres que haga esto: {deed}?",
    "zh": "要我{deed}吗？",
}
_ACTIONS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "unlock": "unlock {target}", "open": "open {target}", "lock": "lock {target}", "close": "close {target}",
        "turn_on": "turn on {target}", "turn_off": "turn off {target}", "start": "start {target}",
        "stop": "stop {target}", "activate": "activate {target}",
    },
    "de": {
        "unlock": "{target} aufschließen", "open": "{target} öffnen", "lock": "{target} abschließen",
        "close": "{target} schließen", "turn_on": "{target} einschalten", "turn_off": "{target} ausschalten",
        "start": "{target} starten", "stop": "{target} anhalten", "activate": "{target} aktivieren",
    },
    "fr": {
        "unlock": "déverrouiller {target}", "open": "ouvrir {target}", "lock": "verrouiller {target}",
        "close": "fermer {target}", "turn_on": "allumer {target}", "turn_off": "éteindre {target}",
        "start": "démarrer {target}", "stop": "arrêter {target}", "activate": "activer {target}",
    },
    "es": {
        "unlock": "desbloquear {target}", "open": "abrir {target}", "lock": "bloquear {target}",
        "close": "cerrar {target}", "turn_on": "encender {target}", "turn_off": "apagar {target}",
        "start": "poner en marcha {target}", "stop": "parar {target}", "activate": "activar {target}",
    },
    "zh": {
        "unlock": "打开{target}的锁", "open": "打开{target}", "lock": "锁上{target}", "close": "关上{target}",
        "turn_on": "打开{target}", "turn_off": "关掉{target}", "start": "启动{target}", "stop": "停止{target}",
        "activate": "启用{target}",
    },
}  # fmt: skip
_ARTICLES = ("the ", "my ", "our ", "a ", "an ", "all ")


def approval_question(task: Task, tool: ToolSpec, language: str) -> str:
    """Asks whether a task may be done, with what it acts on; in English where the language is not one of the five."""
    code = language if language in _SHALL else "en"
    action, target = task.literal("action") or "", _named(task, code)
    template = _ACTIONS[code].get(action)
    if template and target:
        return _SHALL[code].format(deed=template.format(target=target))
    words = [action.replace("_", " "), *(value for slot, value in task.values() if slot != "action" and value)]
    said = ", ".join(str(word) for word in words if isinstance(word, str) and word)
    what = deed(tool, code)
    return _SHALL[code].format(deed=f"{what}: {said}" if said else what)


def _named(task: Task, language: str) -> str:
    target = task.literal("target") or ""
    if not target or language != "en" or target.casefold().startswith(_ARTICLES):
        return target
    return f"the {target}"
