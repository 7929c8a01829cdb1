"""llama.cpp's own server with the packaged SmolLM2, as someone would run it: `PORT` is its argument."""

from __future__ import annotations

import importlib
import sys
import threading
from typing import Any

from jarvis.llm.tokens import BASE_FILE, BASE_PACKAGE
from jarvis.model_registry.packaged import package_file

if __name__ == "__main__":
    xllamacpp: Any = importlib.import_module("xllamacpp")
    options: Any = xllamacpp.CommonParams()
    options.model.path = str(package_file(BASE_PACKAGE, BASE_FILE))
    options.n_ctx, options.n_parallel = 1024, 1
    options.cpuparams.n_threads = 1
    options.hostnames, options.port = ["127.0.0.1"], int(sys.argv[1])
    options.verbosity, options.warmup, options.ui = 1, False, False
    server: Any = xllamacpp.Server(options)
    threading.Event().wait()  # `server` answers from threads of its own while it is held
