"""Which model runs a task, why, and what was passed over; then the same with a preference of your own.

Run it with `python examples/choose_a_model.py`.
"""

from __future__ import annotations

from pathlib import Path

from jarvis import Jarvis, Response, Settings

CAT = Path(__file__).parent / "media" / "cat.jpg"


def explain(answer: Response) -> None:
    for task in answer.graph:
        assignment = answer.assignments[task.id]
        print(f"{task.tool} ran on {answer.results[task.id].model}")
        for candidate in assignment.candidates:
            print(f"  could run on {candidate.model_id}: {candidate.reason}")
        for rejected in assignment.rejected:
            print(f"  not on {rejected.model_id}: {rejected.reason}")


with Jarvis.open_sync() as jarvis:
    answer = jarvis.run_sync("Classify cat.jpg", files=[CAT])
    explain(answer)

second_choice = answer.assignments[0].candidates[-1].model_id
with Jarvis.open_sync(Settings(prefer=(second_choice,))) as jarvis:
    explain(jarvis.run_sync("Classify cat.jpg", files=[CAT]))
