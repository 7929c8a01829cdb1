"""Counts the bytes that a file costs when its transfer breaks off and is asked for again: huggingface_hub beside ours.

    python -m tests.hubserver.compare_resume [TIMES]

Each time the connection is reset at a random place, and the same call is made anew until the file is there.
"""

from __future__ import annotations

import hashlib
import os
import random
import sys
import tempfile
from pathlib import Path

SIZE = 3_000_000


def main(times: int) -> None:
    os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    os.environ.pop("HF_HUB_OFFLINE", None)
    from huggingface_hub import HfApi

    from jarvis.errors import JarvisError
    from jarvis.model_registry.card import RepositoryFile
    from jarvis.model_registry.hubs.asking import Patience
    from jarvis.model_registry.hubs.huggingface import HuggingFace
    from jarvis.model_registry.store.transfer import fetch
    from tests.hubserver.faults import Cut
    from tests.hubserver.hub import HubServer
    from tests.hubserver.models import noise

    content = noise(SIZE)
    sha256 = hashlib.sha256(content).hexdigest()
    file = RepositoryFile(path="model.onnx", bytes=SIZE, sha256=sha256)
    with HubServer() as hub, tempfile.TemporaryDirectory() as name:
        hub.add("acme/big", {"model.onnx": content})
        api = HfApi(endpoint=hub.url, token=False)
        ours = HuggingFace(hub.url, also=[hub.cdn.url], patience=Patience(tries=1))

        def by_hub(folder: Path) -> Path:
            return Path(api.hf_hub_download("acme/big", "model.onnx", local_dir=folder))

        def by_us(folder: Path) -> Path:
            fetch(ours.asker, file, f"{hub.url}/acme/big/resolve/main/model.onnx", folder / "m", lambda done: None)
            return folder / "m"

        for label, get in (("huggingface_hub", by_hub), ("jarvis", by_us)):
            chance, right, sent, calls = random.Random(1), 0, hub.cdn.sent, 0
            for number in range(times):
                hub.faults.clear()
                hub.faults.add("model.onnx", Cut(chance.randrange(SIZE * 9 // 10), reset=True))
                for _ in range(5):
                    calls += 1
                    try:
                        path = get(Path(name) / f"{label}-{number}")
                    except (OSError, JarvisError):
                        continue
                    except Exception as error:
                        if "httpx2" not in type(error).__module__:
                            raise
                        continue
                    right += path.read_bytes() == content
                    path.unlink()
                    break
            ratio = (hub.cdn.sent - sent) / (SIZE * times)
            sys.stdout.write(f"{label}: {right} of {times} right, {ratio:.2f} times its size sent, {calls} calls\n")
        ours.asker.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
