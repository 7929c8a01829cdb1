"""A real Ray cluster of three nodes on this machine, in a process of its own, as tests use it.

Started as a program it reads commands from standard input, one a line, and answers each with a line of JSON:
`kill NODE_ID` kills every process of a node as a power cut would, `add` starts another node, `stop` ends the cluster.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

_NODE: dict[str, Any] = {
    "num_cpus": 1,
    "memory": 1500 * 2**20,
    "object_store_memory": 80 * 2**20,
    "node_ip_address": "127.0.0.2",  # Ray takes 127.0.0.1 for the address of this machine in its network.
    "include_dashboard": False,
    "include_log_monitor": False,
    "no_monitor": True,
}
_PATIENCE = 300.0
_LIMITS = {
    "health_check_initial_delay_ms": 5000,
    "health_check_period_ms": 1000,
    "health_check_failure_threshold": 20,
    "agent_register_timeout_ms": 300_000,  # Tests run on machines that are busy with other things.
    "worker_register_timeout_seconds": 300,
}


class RayCluster:
    """Controls that program from the tests, which do not load Ray themselves."""

    def __init__(self, folder: Path) -> None:
        environment = {
            **os.environ,
            "JARVIS_CACHE_DIR": str(folder),
            "RAY_USAGE_STATS_ENABLED": "0",
            "PYTHONWARNINGS": "ignore",
        }
        self._log = (folder / "ray.log").open("w")
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env=environment,
        )
        try:
            ready = self._answer()
        except AssertionError:
            self._close()
            raise
        self.address: str = ready["address"]
        self.head: str = ready["nodes"][0]

    def kill(self, node: str) -> None:
        self._ask(f"kill {node}")

    def add(self, **resources: float) -> str:
        added: str = self._ask(f"add {json.dumps(resources)}")["node"]
        return added

    def stop(self) -> None:
        self._ask("stop")
        self._close()

    def _close(self) -> None:
        self._process.wait(60)
        for pipe in (self._process.stdin, self._process.stdout, self._log):
            assert pipe is not None
            pipe.close()

    def _ask(self, command: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the cluster did not start; see ray.log"
        answer: dict[str, Any] = json.loads(line)
        return answer


def main() -> None:
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    from ray.cluster_utils import Cluster

    be_patient()

    def say(**answer: Any) -> None:
        out.write(json.dumps(answer) + "\n")
        out.flush()

    cluster = Cluster(initialize_head=True, head_node_args={**options(), "_system_config": _LIMITS})
    started: list[Any] = [cluster.head_node, *(cluster.add_node(**options()) for _ in range(2))]
    nodes = {node.node_id: node for node in started}
    say(address=cluster.address, nodes=list(nodes))
    for line in sys.stdin:
        command, _, argument = line.strip().partition(" ")
        if command == "kill":
            cluster.remove_node(nodes.pop(argument), allow_graceful=False)
            say(killed=argument)
        elif command == "add":
            node = cluster.add_node(**{**options(), **json.loads(argument)})
            nodes[node.node_id] = node
            say(node=node.node_id)
        else:
            break
    end: Any = cluster.shutdown
    end()
    say(stopped=True)


def options() -> dict[str, Any]:
    """Those of a node. Ports that it need not find out itself: it would wait 15 s for them and give up."""
    names = ("metrics_agent_port", "metrics_export_port", "runtime_env_agent_port", "dashboard_agent_listen_port")
    with ExitStack() as held:
        sockets = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in names]
        ports = [listener.getsockname()[1] for listener in sockets]
    return {**_NODE, **dict(zip(names, ports, strict=True))}


def be_patient() -> None:
    """Ray gives a node 15 and 30 s to start, which is not enough on a machine that is busy with other things."""
    from ray._private import services

    look: Any = services.get_node
    start: Any = services.start_ray_process

    def get_node(*arguments: Any) -> Any:
        late = time.monotonic() + _PATIENCE
        while True:
            try:
                return look(*arguments)
            except RuntimeError:
                if time.monotonic() > late:
                    raise
                time.sleep(0.5)

    def start_ray_process(command: list[str], kind: str, *arguments: Any, **named: Any) -> Any:
        port = re.search(r"--listen-port=(\d+)", " ".join(command))
        told = [f"--dashboard_agent_listen_port={port[1]}"] if kind == "raylet" and port else []
        return start([*command, *told], kind, *arguments, **named)

    patient: Any = services
    patient.get_node, patient.start_ray_process = get_node, start_ray_process


if __name__ == "__main__":
    main()
