"""FaceNet's ONNX file taken apart before its last block."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.faces.crop import network_input
from engine.faces.network_file import LINEAR, NORM, THREADS, FloatArray, NetworkFile, Pictures, Place
from engine.faces.session import network_session

CONVOLUTIONS = (
    "/block8/branch0/conv/Conv",
    "/block8/branch1/branch1.0/conv/Conv",
    "/block8/branch1/branch1.1/conv/Conv",
    "/block8/branch1/branch1.2/conv/Conv",
    "/block8/conv2d/Conv",
)


class LastLayers(NetworkFile):
    """The last block and the head of a network, with their numbers, and the layers before them."""

    def __init__(self, file: Path) -> None:
        """Read the file. Raises ModelError if these are not its last layers."""
        super().__init__(file)
        places: list[Place] = [(node, at) for node in CONVOLUTIONS for at in (1, 2)]
        places += [(LINEAR, 1), *((NORM, at) for at in (1, 2, 3, 4))]
        self.numbers = {place: self.read(place) for place in places}

    def frozen(self) -> FrozenLayers:
        """Return the layers before the last block."""
        import onnx

        part = onnx.ModelProto()
        part.CopyFrom(self.model)
        del part.graph.output[:]
        part.graph.output.append(onnx.helper.make_empty_tensor_value_info(self.nodes[CONVOLUTIONS[0]].input[0]))
        return FrozenLayers(part.SerializeToString())


class FrozenLayers:
    """The layers before the last block, in ONNX Runtime, which runs them three times as fast as torch."""

    def __init__(self, model: bytes) -> None:
        self._session = network_session(model, THREADS)

    def __call__(self, crops: Pictures) -> FloatArray:
        """Return (n, 1792, 3, 3) features of (n, 160, 160, 3) crops."""
        (features,) = self._session.run(None, {"crops": network_input(list(crops))})
        return np.asarray(features, np.float32)
