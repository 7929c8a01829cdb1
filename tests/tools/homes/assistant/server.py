"""A server of our own on loopback that speaks what is needed of Home Assistant's APIs, with faults to switch on.

The real one is in tests/homeassistant; this one cuts, stalls and garbles, which the real one does not do on demand.
"""

from __future__ import annotations

import asyncio
import http
import json
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

TOKEN = "a-long-lived-token"
JPEG = b"\xff\xd8\xff\xe0 a picture"

Row = dict[str, Any]
Effect = Callable[["OwnAssistant", str, Row], None]


def _light(server: OwnAssistant, service: str, data: Row) -> None:
    attributes = {"brightness": data["brightness"]} if "brightness" in data else {}
    server.put(str(data["entity_id"]), "on" if service == "turn_on" else "off", **attributes)


def _cover(server: OwnAssistant, service: str, data: Row) -> None:
    server.put(str(data["entity_id"]), "opening" if service == "open_cover" else "closing")


def _list(server: OwnAssistant, service: str, data: Row) -> None:
    if service == "add_item":
        server.items.append({"summary": data["item"], "uid": str(len(server.items)), "status": "needs_action"})
    else:
        server.items = [row for row in server.items if row["uid"] != data["item"]]


@dataclass
class Faults:
    """What goes wrong."""

    cut: frozenset[str] = frozenset()
    """Kinds of messages after which the connection is cut without an answer."""
    garble: frozenset[str] = frozenset()
    """Kinds of messages that are answered by half a message."""
    mute: frozenset[str] = frozenset()
    """Kinds of messages that are never answered."""
    unknown: frozenset[str] = frozenset()
    """Kinds of messages that this server is too old for."""
    forbidden: frozenset[str] = frozenset()
    """Kinds of messages that need an administrator."""
    deaf: bool = False
    """Whether services are taken, and nothing is done."""
    refuse: str = ""
    """What is said when a service fails."""
    status: int = 200
    """Of the camera's picture."""
    slow: float = 0.0
    """Seconds before a picture."""


@dataclass
class OwnAssistant:
    """Runs in a thread of its own from `start` to `stop`, again and again on the same port."""

    token: str = TOKEN
    faults: Faults = field(default_factory=Faults)
    states: dict[str, Row] = field(default_factory=dict[str, Row])
    areas: list[Row] = field(default_factory=list[Row])
    floors: list[Row] = field(default_factory=list[Row])
    devices: list[Row] = field(default_factory=list[Row])
    entities: list[Row] = field(default_factory=list[Row])
    exposed: dict[str, bool] = field(default_factory=dict[str, bool])
    items: list[Row] = field(default_factory=list[Row])
    forecast: list[Row] = field(default_factory=list[Row])
    calls: list[tuple[str, str, Row]] = field(default_factory=list[tuple[str, str, Row]])
    connections: int = 0
    logins: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        begun = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, args=(begun,), daemon=True)
        self._thread.start()
        assert begun.wait(10)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def cut_all(self) -> None:
        """Cuts every connection, as a restart does; the server goes on."""

        async def cut() -> None:
            for socket in list(self._sockets):
                socket.transport.abort()

        asyncio.run_coroutine_threadsafe(cut(), self._loop).result(10)

    def put(self, entity_id: str, state: str, **attributes: Any) -> None:
        """Gives an entity a state, and tells it to who listens."""
        now = time.time()
        before = self.states.get(entity_id)
        row = {"s": state, "a": {**(before["a"] if before else {}), **attributes}, "lc": now}
        self.states[entity_id] = row
        event = {"a": {entity_id: row}} if before is None else {"c": {entity_id: {"+": {**row, "a": attributes}}}}
        self._spread(event)

    def remove(self, entity_id: str) -> None:
        del self.states[entity_id]
        self._spread({"r": [entity_id]})

    def changed(self, registry: str) -> None:
        """Tells that a registry has changed."""
        self._loop.call_soon_threadsafe(self._tell, f"{registry}_registry_updated", {"event_type": registry})

    def _spread(self, event: Row) -> None:
        self._loop.call_soon_threadsafe(self._tell, "states", event)

    def _tell(self, kind: str, event: Row) -> None:
        for socket, subscriptions in list(self._sockets.items()):
            if kind in subscriptions:
                message = {"id": subscriptions[kind], "type": "event", "event": event}
                self._tasks.add(task := asyncio.ensure_future(_send(socket, message)))
                task.add_done_callback(self._tasks.discard)

    def _serve(self, begun: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._sockets: dict[ServerConnection, dict[str, int]] = {}
        self._tasks: set[asyncio.Future[None]] = set()

        async def begin() -> Server:
            server = await serve(
                self._talk,
                "127.0.0.1",
                self.port,
                process_request=self._answer,
                ping_interval=None,
                close_timeout=0.1,
                logger=_quiet(),
            )
            self.port = server.sockets[0].getsockname()[1]
            return server

        self._server = self._loop.run_until_complete(begin())
        begun.set()
        self._loop.run_forever()

    async def _end(self) -> None:
        self._server.close()
        for socket in list(self._sockets):
            socket.transport.abort()
        await self._server.wait_closed()

    async def _answer(self, socket: ServerConnection, request: Request) -> Response | None:
        if request.path == "/api/websocket":
            return None
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return _page(http.HTTPStatus.UNAUTHORIZED, b"401: Unauthorized", "text/plain")
        await asyncio.sleep(self.faults.slow)
        if self.faults.status != 200 or not request.path.startswith("/api/camera_proxy/camera."):
            return _page(http.HTTPStatus(self.faults.status if self.faults.status != 200 else 404), b"no", "text/plain")
        return _page(http.HTTPStatus.OK, JPEG, "image/jpeg")

    async def _talk(self, socket: ServerConnection) -> None:
        self.connections += 1
        await _send(socket, {"type": "auth_required", "ha_version": "2024.3.3"})
        said = json.loads(await socket.recv())
        self.logins += 1
        if said.get("access_token") != self.token:
            await _send(socket, {"type": "auth_invalid", "message": "Invalid access token or password"})
            return
        await _send(socket, {"type": "auth_ok", "ha_version": "2024.3.3"})
        self._sockets[socket] = {}
        try:
            async for data in socket:
                await self._hear(socket, json.loads(data))
        except ConnectionClosed:
            pass
        finally:
            self._sockets.pop(socket, None)

    async def _hear(self, socket: ServerConnection, message: Row) -> None:
        kind, number, faults = message["type"], message["id"], self.faults
        if kind in faults.cut:
            socket.transport.abort()
            return
        if kind in faults.garble:
            await socket.send('{"id": 4, "type": "resu')
            return
        if kind in faults.mute:
            return
        for names, code, text in (
            (faults.unknown, "unknown_command", "Unknown command."),
            (faults.forbidden, "unauthorized", "Unauthorized"),
        ):
            if kind in names:
                error = {"code": code, "message": text}
                await _send(socket, {"id": number, "type": "result", "success": False, "error": error})
                return
        if kind == "call_service" and faults.refuse:
            error = {"code": "home_assistant_error", "message": faults.refuse}
            await _send(socket, {"id": number, "type": "result", "success": False, "error": error})
            return
        result = self._result(socket, kind, message)
        await _send(socket, {"id": number, "type": "result", "success": True, "result": result})
        if kind == "subscribe_entities":
            await _send(socket, {"id": number, "type": "event", "event": {"a": dict(self.states)}})

    def _result(self, socket: ServerConnection, kind: str, message: Row) -> Any:
        if kind == "subscribe_entities":
            self._sockets[socket]["states"] = message["id"]
            return None
        if kind == "subscribe_events":
            self._sockets[socket][message["event_type"]] = message["id"]
            return None
        if kind == "call_service":
            return self._service(message)
        wanted = message.get("entity_ids", ())
        return {
            "get_config": {"location_name": "Home", "unit_system": {"temperature": "°C"}, "state": "RUNNING"},
            "config/area_registry/list": self.areas,
            "config/floor_registry/list": self.floors,
            "config/device_registry/list": self.devices,
            "config/entity_registry/list": [
                {key: value for key, value in row.items() if key != "aliases"} for row in self.entities
            ],
            "config/entity_registry/get_entries": {
                row["entity_id"]: row for row in self.entities if row["entity_id"] in wanted
            },
            "homeassistant/expose_entity/list": {
                "exposed_entities": {entity_id: {"conversation": yes} for entity_id, yes in self.exposed.items()}
            },
            "homeassistant/expose_new_entities/get": {"expose_new": True},
            "todo/item/list": {"items": self.items},
        }[kind]

    def _service(self, message: Row) -> Any:
        domain, service, data = message["domain"], message["service"], message["service_data"]
        self.calls.append((domain, service, data))
        if service == "get_forecasts":
            return {"response": {data["entity_id"]: {"forecast": self.forecast}}}
        effect = {"light": _light, "cover": _cover, "todo": _list}.get(domain)
        if effect and not self.faults.deaf:
            effect(self, service, data)
        return {"context": {}}


def _quiet() -> logging.Logger:
    """What is logged in a test is the client's."""
    log = logging.getLogger("own-assistant")
    log.setLevel(logging.WARNING)
    return log


async def _send(socket: ServerConnection, message: Row) -> None:
    try:
        await socket.send(json.dumps(message))
    except ConnectionClosed:
        return


def _page(status: http.HTTPStatus, body: bytes, media_type: str) -> Response:
    headers = Headers({"Content-Type": media_type, "Content-Length": str(len(body)), "Connection": "close"})
    return Response(status.value, status.phrase, headers, body)


def small_house() -> OwnAssistant:
    """Two floors, three rooms, nine things, one of which is not exposed."""
    house = OwnAssistant(
        areas=[
            {"area_id": "kitchen", "name": "Küche", "aliases": ["Kochnische"], "floor_id": "ground"},
            {"area_id": "bedroom", "name": "Schlafzimmer", "aliases": [], "floor_id": "first"},
            {"area_id": "hall", "name": "Flur", "aliases": [], "floor_id": "ground"},
        ],
        floors=[
            {"floor_id": "ground", "name": "Erdgeschoss", "aliases": ["parterre"], "level": 0},
            {"floor_id": "first", "name": "Erster Stock", "aliases": [], "level": 1},
        ],
        devices=[{"id": "lamp-device", "area_id": "kitchen"}],
        entities=[
            {"entity_id": "light.ceiling", "device_id": "lamp-device", "area_id": None, "aliases": ["big light"]},
            {"entity_id": "light.bed", "area_id": "bedroom", "aliases": []},
            {"entity_id": "light.bed_two", "area_id": "bedroom", "aliases": []},
            {"entity_id": "cover.garage", "area_id": "hall", "aliases": []},
            {"entity_id": "lock.secret", "area_id": "hall", "aliases": []},
            {"entity_id": "sensor.signal", "area_id": "hall", "entity_category": "diagnostic"},
        ],
        exposed={"lock.secret": False, "camera.door": True, "weather.home": True, "media_player.radio": True},
        items=[{"summary": "Milk", "uid": "m", "status": "needs_action"}],
    )
    dimmable = {"supported_color_modes": ["brightness"], "brightness": 255}
    rows: dict[str, tuple[str, Row]] = {
        "light.ceiling": ("off", {"friendly_name": "Deckenlampe", **dimmable}),
        "light.bed": ("off", {"friendly_name": "Bed left", **dimmable}),
        "light.bed_two": ("off", {"friendly_name": "Bed right", **dimmable}),
        "cover.garage": ("closed", {"friendly_name": "Garage door", "device_class": "garage", "supported_features": 3}),
        "lock.secret": ("locked", {"friendly_name": "Secret door"}),
        "camera.door": ("idle", {"friendly_name": "Door camera"}),
        "weather.home": ("sunny", {"friendly_name": "Home", "temperature": 21.5, "temperature_unit": "°C"}),
        "todo.shopping": ("1", {"friendly_name": "Shopping List"}),
        "sensor.signal": ("-60", {"friendly_name": "Signal", "device_class": "temperature"}),
        "sensor.outside": ("19.5", {"friendly_name": "Outside", "device_class": "temperature",
                                    "unit_of_measurement": "°C"}),
        "media_player.radio": ("unavailable", {"friendly_name": "Radio"}),
    }  # fmt: skip
    house.states = {name: {"s": state, "a": attributes, "lc": 1.0} for name, (state, attributes) in rows.items()}
    return house
