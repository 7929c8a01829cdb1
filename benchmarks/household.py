"""Prints what household sentences cost, by their grammar and by the embedded planner, side by side.

    python benchmarks/household.py [--quick] [--languages en de fr es zh] [--repeat 20] [--no-model] [--json]

Each language is measured in a process of its own: the first sentence with a grammar that has to be compiled, the first
one with a grammar that lies on the disk, the sentences after that, requests that are none, and memory. Then the same
sentences go through the embedded planner in one process, and it is told how often both plan the same.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SENTENCES = {
    "en": (
        "turn on the kitchen light",
        "Hey Jarvis, could you please turn off the lights in the kitchen?",
        "all lights off",
        "dim the reading lamp to twenty percent",
        "set the living room light to blue",
        "set a timer for five minutes called pasta",
        "what timers are running",
        "add milk to the shopping list",
        "is the back door locked",
        "what is the temperature in the kitchen",
        "show me the front door camera",
        "close the bedroom blinds",
        "set the thermostat to 21.5 degrees",
        "pause the tv",
        "start the vacuum",
        "activate movie night",
        "weather in Lisbon tomorrow",
        "turn the hall light off and close the living room blinds",
    ),
    "de": (
        "schalte das Küchenlicht aus",
        "mach mal das licht im flur an",
        "stell einen timer auf acht minuten für die eier",
        "was steht auf der einkaufsliste",
        "setz hafermilch auf die einkaufsliste",
        "ist die haustür abgeschlossen",
        "fahr die rollläden im schlafzimmer runter",
        "stell die lampe im schlafzimmer auf blau",
        "wie wird das wetter morgen in Hamburg",
        "zeig mir die Haustürkamera",
        "mach das Licht im Flur aus und schließe die Rollläden im Schlafzimmer",
    ),
    "fr": (
        "éteins la lumière de la cuisine",
        "allume la lampe de la chambre",
        "mets le chauffage du salon à vingt degrés",
        "minuteur 9 minutes pour les pâtes",
        "ferme les volets de la chambre",
        "ajoute du lait à la liste de courses",
        "montre-moi la caméra du jardin",
        "quel temps fait-il demain à Lyon",
    ),
    "es": (
        "apaga la luz de la cocina",
        "pon la calefacción a 20 grados",
        "pon un temporizador de doce minutos para el arroz",
        "añade leche a la lista de la compra",
        "baja la persiana del dormitorio",
        "enséñame la cámara del jardín",
    ),
    "zh": (
        "打开客厅的灯",
        "把卧室的窗帘关上",
        "把空调调到26度",
        "设一个十五分钟的闹铃",
        "把牛奶加到购物清单里",
        "前门锁了吗",
        "看看花园摄像头",
        "关闭卧室的灯，然后打开客厅的窗帘",
    ),
    "nl": ("doe de reading lamp aan", "zet de kitchen light uit", "zet een timer voor vijf minuten"),
    "it": ("accendi reading lamp", "spegni kitchen light", "imposta un timer di cinque minuti"),
}
OTHERS = (
    "what is the capital of france",
    "read page.png aloud",
    "write a poem about the sea and translate it into French",
    "wie heißt die hauptstadt von frankreich",
    "résume cet article en trois phrases",
    "法国的首都是哪里",
)
"""Requests that no household sentence is."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--languages", nargs="+", default=list(SENTENCES), choices=list(SENTENCES))
    parser.add_argument("--repeat", type=int, default=20)
    parser.add_argument("--quick", action="store_true", help="English and German, three times")
    parser.add_argument("--no-model", action="store_true", help="leave the embedded planner out")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--measure", metavar="LANGUAGE", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.quick:
        options.languages, options.repeat = ["en", "de"], 3
    if options.measure:
        measure = embedded if options.measure == "embedded" else grammar
        print(json.dumps(measure(options)))
        return
    found = compare(options)
    print(json.dumps(found, indent=1, ensure_ascii=False) if options.json else table(found))


def compare(options: argparse.Namespace) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for language in options.languages:
            kept = str(Path(folder, language))
            first = child(language, kept, options)
            found[language] = child(language, kept, options) | {"compiling_ms": first["first_ms"]}
        if not options.no_model:
            found["embedded"] = child("embedded", str(Path(folder, "all")), options)
    return found


def child(what: str, folder: str, options: argparse.Namespace) -> dict[str, Any]:
    command = [sys.executable, __file__, "--measure", what, "--folder", folder, "--repeat", str(options.repeat)]
    done = subprocess.run([*command, "--languages", *options.languages], check=True, capture_output=True, text=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def things() -> Any:
    from jarvis.settings import Settings
    from jarvis.tools.homes.opening import open_home

    return open_home(Settings()).things()


def grammar(options: argparse.Namespace) -> dict[str, Any]:
    """One language in this process."""
    language = options.measure
    sentences = SENTENCES[language]
    from jarvis.planners.household.planner import Household

    known = things()
    household = Household(lambda: known, (language,), options.folder)
    before = memory()
    began = time.perf_counter()
    first = household.read(sentences[0], language)
    first_ms = 1000 * (time.perf_counter() - began)
    new_ms, again_ms, matched = [], [], 0
    for sentence in sentences:
        began = time.perf_counter()
        matched += bool(household.read(sentence, language))
        new_ms.append(1000 * (time.perf_counter() - began))
    for _ in range(options.repeat):
        for sentence in sentences:
            began = time.perf_counter()
            household.read(sentence, language)
            again_ms.append(1000 * (time.perf_counter() - began))
    other_ms = []
    for _ in range(options.repeat):
        for sentence in OTHERS:
            began = time.perf_counter()
            household.read(sentence, language)
            other_ms.append(1000 * (time.perf_counter() - began))
    return {
        "first_ms": first_ms,
        "first_known": bool(first),
        "new_ms": statistics.median(new_ms),
        "median_ms": statistics.median(again_ms),
        "slowest_ms": max(min(again_ms[place :: len(sentences)]) for place in range(len(sentences))),
        "other_ms": statistics.median(other_ms),
        "matched": matched,
        "of": len(sentences),
        "memory_mb": memory() - before,
    }


def embedded(options: argparse.Namespace) -> dict[str, Any]:
    """The same sentences with the language model, and whether its plans are the same."""
    from jarvis.planners.household.planner import Household
    from jarvis.planners.local import LocalPlanner
    from jarvis.planners.protocol import PlanRequest
    from jarvis.tools.toolset import builtin_tools

    known, tools = things(), builtin_tools()
    household = Household(lambda: known, options.languages, options.folder)
    planner = LocalPlanner()
    began = time.perf_counter()
    planner.load()
    list(planner.tasks(PlanRequest("Describe photo.jpg", tools)))
    first_ms = 1000 * (time.perf_counter() - began)
    by_model, by_grammar, same, of = [], [], 0, 0
    for language in options.languages:
        for sentence in SENTENCES[language]:
            request = PlanRequest(sentence, tools, language=language)
            household.plan(request)
            began = time.perf_counter()
            fast = household.plan(request)
            by_grammar.append(1000 * (time.perf_counter() - began))
            began = time.perf_counter()
            slow = list(planner.tasks(request))
            by_model.append(1000 * (time.perf_counter() - began))
            same += [(t.tool, t.args) for t in fast] == [(t.tool, t.args) for t in slow]
            of += 1
    return {
        "first_ms": first_ms,
        "median_ms": statistics.median(by_model),
        "grammar_ms": statistics.median(by_grammar),
        "same": same,
        "of": of,
        "memory_mb": memory(),
    }


def memory() -> float:
    """The most that this process had in memory, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def table(found: dict[str, Any]) -> str:
    lines = ["language  compiled once  first use  next ones  slowest  not for it  known   memory"]
    for name, row in found.items():
        if name != "embedded":
            known = f"{row['matched']}/{row['of']}"
            lines.append(
                f"{name:<8} {row['compiling_ms']:>11.0f} ms {row['first_ms']:>7.0f} ms {row['median_ms']:>7.2f} ms "
                f"{row['slowest_ms']:>5.1f} ms {row['other_ms']:>8.2f} ms  {known:<6} {row['memory_mb']:>4.0f} MB"
            )
    if row := found.get("embedded"):
        lines.append(
            f"embedded planner: loading {row['first_ms']:.0f} ms, then {row['median_ms']:.0f} ms a sentence against "
            f"{row['grammar_ms']:.2f} ms in the same process; {row['same']} of {row['of']} plans are the same"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
