"""The process that is connected to the cluster: `python -m jarvis.execution.cluster.driver ADDRESS LIMITS`.

It is a process of its own because Ray ends the one that is connected a minute after the cluster's head has gone. It
reads calls as lines of JSON from standard input and answers on standard output; at the end of its input it leaves.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import threading
from dataclasses import asdict
from importlib import import_module
from typing import Any, TextIO

from jarvis.execution.cluster.calls import Call, CallError
from jarvis.execution.cluster.nodes import Limits
from jarvis.execution.cluster.pool import Pool

_log = logging.getLogger(__name__)


def main(address: str, limits: str) -> int:
    """Connects, serves, leaves."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # Whatever else prints must not get between the lines.
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    ray: Any = import_module("ray")
    try:
        ray.init(address=address, namespace="jarvis", log_to_driver=False, logging_level=logging.WARNING)
    except Exception as error:  # noqa: BLE001 - whatever it is, the one who asked must hear of it
        _say(out, {"failed": f"{error}".strip().splitlines()[0] if str(error).strip() else type(error).__name__})
        return 1
    asyncio.run(_serve(Pool(Limits(**json.loads(limits))), out))
    ray.shutdown()
    return 0


async def _serve(pool: Pool, out: TextIO) -> None:
    lines: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    threading.Thread(target=_read, args=(loop, lines), daemon=True).start()
    calls: dict[int, asyncio.Task[None]] = {}
    _say(out, {"ready": True})
    while line := await lines.get():
        message = json.loads(line)
        call_id = message["id"]
        if message["do"] == "cancel":
            if call_id in calls:
                calls[call_id].cancel()
            continue
        calls[call_id] = asyncio.create_task(_answered(pool, message, out, calls))


async def _answered(pool: Pool, message: dict[str, Any], out: TextIO, calls: dict[int, asyncio.Task[None]]) -> None:
    call_id = message["id"]
    try:
        if message["do"] == "state":
            answer: Any = await pool.state()
        else:
            answer = asdict(await pool.run(Call(**message["call"])))
    except CallError as error:
        _say(out, {"id": call_id, "error": {"kind": error.kind, "message": error.message}})
    except Exception as error:  # noqa: BLE001 - the driver lives on, and who asked hears of it
        _log.exception("a call failed in a way that it should not")
        told = f"the cluster's driver broke ({type(error).__name__}: {error}); report it"
        _say(out, {"id": call_id, "error": {"kind": "TaskError", "message": told}})
    else:
        _say(out, {"id": call_id, "answer": answer})
    finally:
        calls.pop(call_id, None)


def _read(loop: asyncio.AbstractEventLoop, lines: asyncio.Queue[str]) -> None:
    for line in sys.stdin:
        loop.call_soon_threadsafe(lines.put_nowait, line)
    loop.call_soon_threadsafe(lines.put_nowait, "")


def _say(out: TextIO, message: dict[str, Any]) -> None:
    out.write(json.dumps(message) + "\n")
    out.flush()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
