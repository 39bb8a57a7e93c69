"""FaceNet as an ONNX file whose numbers are read and replaced; the layers stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.errors import ModelError
from engine.faces.crop import network_input
from engine.faces.session import network_session

Pictures = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float32]
Place = tuple[str, int]  # a node, and which of its inputs: 1 is the weight, 2 the bias; of the norm 3 mean, 4 variance

THREADS = 2  # of a process that has nothing else to do
LINEAR = "/last_linear/MatMul"
NORM = "/last_bn/BatchNormalization"


class NetworkFile:
    """The layers by name, and the numbers that they hold. Batch norms are folded into the convolutions before them."""

    def __init__(self, file: Path) -> None:
        """Read the file. Raises ModelError if it is not FaceNet as this program writes it."""
        import onnx

        self._file = file
        self.model = onnx.load(str(file))
        self.nodes = {node.name: node for node in self.model.graph.node}
        self._kept = {kept.name: kept for kept in self.model.graph.initializer}
        self.convolutions = tuple(node.name for node in self.model.graph.node if node.op_type == "Conv")
        if NORM not in self.nodes:
            raise self.unexpected()
        self.epsilon = next(float(one.f) for one in self.nodes[NORM].attribute if one.name == "epsilon")

    def unexpected(self) -> ModelError:
        """Return the error that the layers are others."""
        return ModelError(f"The layers of {self._file} are not those expected. Delete it and start again.")

    def read(self, place: Place) -> FloatArray:
        """Return the numbers at a place. Raises ModelError if there are none."""
        import onnx

        node, at = place
        try:
            return np.array(onnx.numpy_helper.to_array(self._kept[self.nodes[node].input[at]]), np.float32)
        except (KeyError, IndexError) as error:
            raise self.unexpected() from error

    def write(self, numbers: Mapping[Place, FloatArray], target: Path) -> None:
        """Write the whole network with these numbers in the place of its own.

        Raises ModelError if their shapes differ.
        """
        import onnx

        whole = onnx.ModelProto()
        whole.CopyFrom(self.model)
        kept = {one.name: one for one in whole.graph.initializer}
        for (node, at), values in numbers.items():
            if values.shape != self.read((node, at)).shape:
                raise self.unexpected()
            name = self.nodes[node].input[at]
            kept[name].CopyFrom(onnx.numpy_helper.from_array(np.ascontiguousarray(values, np.float32), name))
        target.write_bytes(whole.SerializeToString())


def embeddings_of(file: Path, crops: Pictures) -> FloatArray:
    """Return (n, 512) embeddings of (n, 160, 160, 3) crops by a network as ONNX, as it gives them."""
    (rows,) = network_session(str(file), THREADS).run(None, {"crops": network_input(list(crops))})
    return np.asarray(rows, np.float32)
