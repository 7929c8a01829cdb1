"""Jarvis inside LangChain: a link of a chain, and its task types as tools of an agent.

Run it with `pip install 'jarvis[local,langchain]'`, then `python examples/langchain_chain.py`.
"""

from __future__ import annotations

from pathlib import Path

from langchain_core.runnables import RunnableLambda

from jarvis import Jarvis, Response
from jarvis.langchain import Ask, JarvisRunnable, as_tools

PAGE = Path(__file__).parent / "media" / "page.png"


def first_words(answer: Response) -> str:
    return answer.text[:60]


with Jarvis.open_sync() as jarvis:
    chain = JarvisRunnable(jarvis) | RunnableLambda(first_words)
    print(chain.invoke(Ask(text="Read the text in page.png", files=[PAGE])))

    (read,) = as_tools(jarvis, ["optical-character-recognition"])
    # What an agent sends: a tool call. The content is for the model, the artifact is the whole Response.
    call = {"name": read.name, "args": {"image": str(PAGE)}, "id": "call-1", "type": "tool_call"}
    message = read.invoke(call)
    print(message.content[:60])
    print("made by", message.artifact.results[0].model)
