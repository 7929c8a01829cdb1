"""Home Assistant: a client of its WebSocket and REST APIs. Only what it exposes to voice assistants is reached."""

from jarvis.tools.homes.assistant.home import AssistantHome

__all__ = ["AssistantHome"]
