"""Make resources/models/selfie_segmentation.onnx of what MediaPipe publishes for TensorFlow Lite.

    python packaging/tflite_to_onnx.py selfie_segmentation.tflite

Only the operations of this network are known. The picture comes as (1, 3, height, width) instead of (1, height, width,
3), and so does the answer; weights stay as they are. Compare the result with SHA256SUMS beside it.
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

TARGET = Path(__file__).resolve().parent.parent / "resources" / "models" / "selfie_segmentation.onnx"
TYPES = {0: np.float32, 1: np.float16, 2: np.int32}
RELU, RELU6 = 1, 3
OPSET = 13
Array = npt.NDArray[np.generic]


class Table:
    """A table of a FlatBuffer. Source: FlatBuffers' internals; schema.fbs of TensorFlow Lite."""

    def __init__(self, data: bytes, place: int) -> None:
        self.data = data
        self.place = place

    @classmethod
    def root(cls, data: bytes) -> Table:
        """Return the outermost table."""
        return cls(data, struct.unpack_from("<I", data)[0])

    def _field(self, number: int) -> int:
        layout = self.place - struct.unpack_from("<i", self.data, self.place)[0]
        size, offset = struct.unpack_from("<H", self.data, layout)[0], 4 + 2 * number
        found = struct.unpack_from("<H", self.data, layout + offset)[0] if offset < size else 0
        return self.place + found if found else 0

    def number(self, number: int, form: str = "<i") -> int:
        """Return a field's number, 0 if it is left out."""
        place = self._field(number)
        return int(struct.unpack_from(form, self.data, place)[0]) if place else 0

    def _vector(self, number: int) -> tuple[int, int]:
        place = self._field(number)
        if not place:
            return 0, 0
        place += struct.unpack_from("<I", self.data, place)[0]
        return place + 4, struct.unpack_from("<I", self.data, place)[0]

    def array(self, number: int, kind: type[np.generic]) -> Array:
        """Return a field's numbers."""
        place, count = self._vector(number)
        return np.frombuffer(self.data, kind, count, place)

    def tables(self, number: int) -> list[Table]:
        """Return a field's tables."""
        place, count = self._vector(number)
        places = [place + 4 * index for index in range(count)]
        return [Table(self.data, at + struct.unpack_from("<I", self.data, at)[0]) for at in places]

    def table(self, number: int) -> Table:
        """Return a field's table."""
        place = self._field(number)
        return Table(self.data, place + struct.unpack_from("<I", self.data, place)[0])

    def text(self, number: int) -> str:
        """Return a field's text."""
        return self.array(number, np.uint8).tobytes().decode()


class Converter:
    """Goes through the operations in their order."""

    def __init__(self, data: bytes) -> None:
        model = Table.root(data)
        self.buffers = model.tables(4)
        self.codes = [max(code.number(0, "<b"), code.number(3)) for code in model.tables(1)]
        self.graph = model.tables(2)[0]
        self.tensors = self.graph.tables(0)
        self.names = [f"t{place}" for place in range(len(self.tensors))]
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, Array] = {}
        self.known: dict[int, Array] = {}
        for place, tensor in enumerate(self.tensors):
            values = self.buffers[tensor.number(2, "<I")].array(0, np.uint8)
            if len(values):
                self.known[place] = values.view(TYPES[tensor.number(1, "<b")]).reshape(tensor.array(0, np.int32))

    def convert(self, name: str) -> onnx.ModelProto:
        """Return the network as ONNX; outputs keep their names."""
        inputs, outputs = (self.graph.array(number, np.int32) for number in (1, 2))
        for place in outputs:
            self.names[place] = self.tensors[place].text(3)
        for operation in self.graph.tables(3):
            self._add(operation)
        answers = [self._told(int(place)) for place in outputs]
        weights = [numpy_helper.from_array(np.ascontiguousarray(value), key) for key, value in self.constants.items()]
        graph = helper.make_graph(self.nodes, name, [self._told(int(inputs[0]))], answers, weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
        onnx.checker.check_model(model, full_check=True)
        return model

    def _told(self, place: int) -> onnx.ValueInfoProto:
        rows, height, width, channels = (int(size) for size in self.tensors[place].array(0, np.int32))
        return helper.make_tensor_value_info(self.names[place], TensorProto.FLOAT, [rows, channels, height, width])

    def _node(self, kind: str, inputs: list[str], output: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def _constant(self, name: str, value: Array) -> str:
        self.constants[name] = value
        return name

    def _operand(self, place: int) -> str:
        """Return the name of an operand of a sum or product, with channels first."""
        if place not in self.known:
            return self.names[place]
        value = self.known[place].astype(np.float32)
        return self._constant(self.names[place], value.transpose(0, 3, 1, 2) if value.ndim == 4 else value)

    def _activated(self, kind: int, output: str) -> str:
        """Return under which name an operation's answer goes; what follows it makes ``output`` of it."""
        if kind == 0:
            return output
        raw = f"{output}_raw"
        self._later = ("Relu", [raw], output, {}) if kind == RELU else ("Clip", [raw, *self._six()], output, {})
        assert kind in (RELU, RELU6)
        return raw

    def _six(self) -> list[str]:
        return [self._constant(f"limit_{value}", np.array(value, np.float32)) for value in (0, 6)]

    def _add(self, operation: Table) -> None:
        code = self.codes[operation.number(0, "<I")]
        inputs, output = operation.array(1, np.int32), int(operation.array(2, np.int32)[0])
        if code == 6:  # float16 to float32
            self.known[output] = self.known[int(inputs[0])].astype(np.float32)
            return
        self._later: tuple[str, list[str], str, dict[str, object]] | None = None
        out = self.names[output]
        handler = {
            0: self._sum, 1: self._mean, 3: self._convolution, 4: self._depthwise, 14: self._plain, 18: self._sum,
            19: self._plain, 23: self._resize, 32: self._transposed, 117: self._hard_swish,
        }[code]  # fmt: skip
        handler(code, operation, [int(place) for place in inputs], out)
        if self._later is not None:
            kind, names, name, attributes = self._later
            self._node(kind, names, name, **attributes)

    def _sum(self, code: int, operation: Table, inputs: list[int], out: str) -> None:
        target = self._activated(operation.table(4).number(0, "<b"), out)
        self._node({0: "Add", 18: "Mul"}[code], [self._operand(place) for place in inputs], target)

    def _plain(self, code: int, _operation: Table, inputs: list[int], out: str) -> None:
        self._node({14: "Sigmoid", 19: "Relu"}[code], [self.names[inputs[0]]], out)

    def _hard_swish(self, _code: int, _operation: Table, inputs: list[int], out: str) -> None:
        name = self.names[inputs[0]]
        gate = self._node("HardSigmoid", [name], f"{out}_gate", alpha=1 / 6, beta=0.5)
        self._node("Mul", [name, gate], out)

    def _mean(self, _code: int, operation: Table, inputs: list[int], out: str) -> None:
        options = operation.table(4)
        kernel = [options.number(4), options.number(3)]
        assert kernel == list(self.tensors[inputs[0]].array(0, np.int32)[1:3]), "it is of the whole picture"
        self._node("GlobalAveragePool", [self.names[inputs[0]]], self._activated(options.number(5, "<b"), out))

    def _convolution(self, _code: int, operation: Table, inputs: list[int], out: str) -> None:
        options = operation.table(4)
        self._conv(inputs, out, options, options.number(3, "<b"), self.known[inputs[1]].transpose(0, 3, 1, 2), 1)

    def _depthwise(self, _code: int, operation: Table, inputs: list[int], out: str) -> None:
        options = operation.table(4)
        weights = self.known[inputs[1]].transpose(3, 0, 1, 2)
        self._conv(inputs, out, options, options.number(4, "<b"), weights, len(weights))

    def _conv(self, inputs: list[int], out: str, options: Table, activation: int, weights: Array, groups: int) -> None:
        target = self._activated(activation, out)
        self._node(
            "Conv", [self.names[inputs[0]], *self._weights(out, weights, inputs[2])], target, group=groups,
            auto_pad=_padding(options.number(0, "<b")), strides=[options.number(2), options.number(1)],
        )  # fmt: skip

    def _weights(self, out: str, weights: Array, bias: int) -> list[str]:
        return [
            self._constant(f"{out}_weights", weights.astype(np.float32)),
            self._constant(f"{out}_bias", self.known[bias].astype(np.float32).ravel()),
        ]

    def _transposed(self, _code: int, operation: Table, inputs: list[int], out: str) -> None:
        _, across, down = np.frombuffer(operation.array(5, np.uint8).tobytes()[:12], np.int32)
        weights = self.known[inputs[1]].transpose(3, 0, 1, 2)
        names = [self.names[inputs[0]], *self._weights(out, weights, inputs[2])]
        self._node("ConvTranspose", names, out, strides=[int(down), int(across)], auto_pad="SAME_UPPER")

    def _resize(self, _code: int, operation: Table, inputs: list[int], out: str) -> None:
        options = operation.table(4)
        corners, halves = options.number(2, "<b"), options.number(3, "<b")
        way = "align_corners" if corners else "half_pixel" if halves else "asymmetric"
        before = self.tensors[inputs[0]].array(0, np.int32)[1:3]
        factors = np.array([1, 1, *(self.known[inputs[1]] / before)], np.float32)
        names = [self.names[inputs[0]], "", self._constant(f"{out}_factors", factors)]
        self._node("Resize", names, out, mode="linear", coordinate_transformation_mode=way)


def _padding(kind: int) -> str:
    return "VALID" if kind else "SAME_UPPER"


if __name__ == "__main__":
    source = Path(sys.argv[1])
    TARGET.write_bytes(Converter(source.read_bytes()).convert(source.stem).SerializeToString(deterministic=True))
