"""What the documents show is run, and what they name is there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from jarvis.model_registry.licenses import table
from jarvis.model_registry.registry import Registry

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
BLOCKS = re.findall(r"```python\n(.+?)```", README, re.DOTALL)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: str(block).splitlines()[-1].strip())
def test_the_python_of_the_readme_runs(block: str, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "JARVIS_OUT": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", block],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert run.returncode == 0, run.stderr


def test_the_readme_stays_short() -> None:
    assert len(README.splitlines()) < 200


def test_continuous_integration_types_what_the_readme_says() -> None:
    said = re.search(r"To run the tests: `(.+)`", README)
    assert said
    for document in (".ci/run", "CONTRIBUTING.md"):
        assert said[1] in (ROOT / document).read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (document.parent / link).exists()] == []


def test_the_list_of_models_is_the_catalog() -> None:
    assert (ROOT / "docs" / "models.md").read_text(encoding="utf-8") == table(Registry.load())
