"""A real Home Assistant on loopback: `make check-home`.

It runs in an environment of its own; environments.py says where the program is.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import connect

from tests.homeassistant.environments import HOME_ASSISTANT

_STARTS = 300.0
"""Seconds for the first start, in which it installs what its integrations need."""

PICTURE = Path(__file__).parents[2] / "examples" / "media" / "cat.jpg"
"""What one camera sees; the others see cartoons."""

CONFIGURATION = """
homeassistant:
  name: Test home
  unit_system: metric
  time_zone: UTC
http:
  server_host: 127.0.0.1
  server_port: {port}
api:
websocket_api:
config:
demo:
camera:
  - platform: local_file
    name: Cat flap
    file_path: {picture}
input_boolean:
  guests:
    name: Guests
input_number:
  comfort:
    name: Comfort
    min: 0
    max: 10
input_select:
  house_mode:
    name: House mode
    options: [Home, Away]
input_text:
  note:
    name: Note
input_button:
  doorbell:
    name: Doorbell
scene:
  - name: Evening
    entities:
      light.bed_light:
        state: "on"
        brightness: 51
script:
  greeting:
    alias: Greeting
    sequence:
      - service: input_boolean.turn_on
        target:
          entity_id: input_boolean.guests
"""


@dataclass
class RealAssistant:
    """One Home Assistant with its demo devices."""

    folder: Path
    port: int = 0
    token: str = ""
    """A long-lived access token of its owner."""
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def websocket_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/api/websocket"

    def start(self) -> None:
        """Starts it and waits until it has started everything."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = self.port or _free_port()
        (self.folder / "configuration.yaml").write_text(
            CONFIGURATION.format(port=self.port, picture=PICTURE), encoding="utf-8"
        )
        log = (self.folder / "output.txt").open("ab")
        program = HOME_ASSISTANT.path
        self._process = subprocess.Popen(
            [str(program), "-c", str(self.folder)], stdout=log, stderr=log, env=_environment(program)
        )
        log.close()
        self._wait("/api/onboarding")
        if not self.token:
            self.token = self._token()
            self.set_up("shopping_list")
        deadline = time.monotonic() + _STARTS
        while self.ask("get_config")["state"] != "RUNNING":
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.2)

    def stop(self) -> None:
        """Ends it, as its owner would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(60)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def set_up(self, integration: str, **fields: Any) -> dict[str, Any]:
        """Adds an integration as its dialog in the browser does, and fills its one form in."""
        with httpx.Client(base_url=self.url, headers=self._headers, trust_env=False, timeout=120) as browser:
            flow = "/api/config/config_entries/flow"
            step = browser.post(flow, json={"handler": integration}).raise_for_status().json()
            if step["type"] == "form":
                step = browser.post(f"{flow}/{step['flow_id']}", json=fields).raise_for_status().json()
        assert step["type"] == "create_entry", step
        entry: dict[str, Any] = step["result"]
        return entry

    def state(self, entity_id: str) -> dict[str, Any]:
        """A state, asked past our client."""
        reply = httpx.get(f"{self.url}/api/states/{entity_id}", headers=self._headers, trust_env=False)
        found: dict[str, Any] = reply.raise_for_status().json()
        return found

    def ask(self, kind: str, **fields: Any) -> Any:
        """The result of one message of the WebSocket API, asked past our client."""
        with connect(self.websocket_url, max_size=None, proxy=None) as line:
            json.loads(line.recv())
            line.send(json.dumps({"type": "auth", "access_token": self.token}))
            assert json.loads(line.recv())["type"] == "auth_ok"
            line.send(json.dumps({"id": 1, "type": kind, **fields}))
            answer = json.loads(line.recv())
        assert answer["success"], answer
        return answer["result"]

    def expose(self, *entity_ids: str, to_voice: bool = True) -> None:
        """Decides what may be reached by voice."""
        self.ask(
            "homeassistant/expose_entity",
            assistants=["conversation"],
            entity_ids=list(entity_ids),
            should_expose=to_voice,
        )

    def said(self) -> str:
        """The end of what it printed."""
        return (self.folder / "output.txt").read_text(errors="replace")[-4000:]

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def _wait(self, path: str) -> None:
        deadline = time.monotonic() + _STARTS
        while True:
            assert self._process is not None
            assert self._process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            try:
                if httpx.get(f"{self.url}{path}", trust_env=False, timeout=2).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.2)

    def _token(self) -> str:
        """The first user is made as the browser would, and a long-lived token for them."""
        client = f"{self.url}/"
        person = {"client_id": client, "name": "Test", "username": "test", "password": "test", "language": "en"}
        with httpx.Client(base_url=self.url, trust_env=False, timeout=30) as browser:
            code = browser.post("/api/onboarding/users", json=person).raise_for_status().json()["auth_code"]
            form = {"grant_type": "authorization_code", "code": code, "client_id": client}
            self.token = browser.post("/auth/token", data=form).raise_for_status().json()["access_token"]
        return str(self.ask("auth/long_lived_access_token", client_name="Jarvis", lifespan=1))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment(program: Path) -> dict[str, str]:
    """Its own programs first: it installs with the pip of its environment."""
    path = os.pathsep.join([str(program.parent), os.environ.get("PATH", "")])
    left_out = ("PYTHONPATH", "VIRTUAL_ENV", "PIP_NO_INDEX")
    return {name: value for name, value in os.environ.items() if name not in left_out} | {"PATH": path}
