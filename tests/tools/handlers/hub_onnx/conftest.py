"""Agreement with transformers is tested where torch is installed (extra `hub`)."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore = [] if find_spec("torch") and find_spec("transformers") else ["test_models.py"]
