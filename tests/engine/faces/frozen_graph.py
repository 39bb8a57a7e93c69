"""A second way to FaceNet's packaged graph: protobuf's own parser, and each operation in numpy.

It shares no line with the conversion, so that the two can be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

FIELD = descriptor_pb2.FieldDescriptorProto
# tensorflow/core/framework: message -> (field, number, type, repeated)
MESSAGES = {
    "Dim": [("size", 1, FIELD.TYPE_INT64, False)],
    "Shape": [("dim", 2, "Dim", True)],
    "Tensor": [
        ("dtype", 1, FIELD.TYPE_INT32, False),
        ("tensor_shape", 2, "Shape", False),
        ("tensor_content", 4, FIELD.TYPE_BYTES, False),
        ("float_val", 5, FIELD.TYPE_FLOAT, True),
        ("int_val", 7, FIELD.TYPE_INT32, True),
    ],
    "Integers": [("i", 3, FIELD.TYPE_INT64, True)],
    "Value": [
        ("list", 1, "Integers", False),
        ("s", 2, FIELD.TYPE_BYTES, False),
        ("f", 4, FIELD.TYPE_FLOAT, False),
        ("tensor", 8, "Tensor", False),
    ],
    "Entry": [("key", 1, FIELD.TYPE_STRING, False), ("value", 2, "Value", False)],
    "Node": [
        ("name", 1, FIELD.TYPE_STRING, False),
        ("op", 2, FIELD.TYPE_STRING, False),
        ("input", 3, FIELD.TYPE_STRING, True),
        ("attr", 5, "Entry", True),
    ],
    "Graph": [("node", 1, "Node", True)],
}


def graph_message(path: Path) -> Any:
    """Parse a frozen graph with protobuf's parser."""
    file = descriptor_pb2.FileDescriptorProto(name="frozen_graph.proto", package="frozen", syntax="proto3")
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, kind, repeated in fields:
            entry = message.field.add(name=field, number=number)
            entry.label = FIELD.LABEL_REPEATED if repeated else FIELD.LABEL_OPTIONAL
            if isinstance(kind, str):
                entry.type, entry.type_name = FIELD.TYPE_MESSAGE, f".frozen.{kind}"
            else:
                entry.type = kind
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    graph = message_factory.GetMessageClass(pool.FindMessageTypeByName("frozen.Graph"))()
    graph.ParseFromString(path.read_bytes())
    return graph


def constant(tensor: Any) -> np.ndarray:
    shape = [dim.size for dim in tensor.tensor_shape.dim]
    if tensor.dtype == 1:
        values = np.frombuffer(tensor.tensor_content, "<f4") if tensor.tensor_content else np.array(tensor.float_val)
    else:
        values = np.frombuffer(tensor.tensor_content, "<i4") if tensor.tensor_content else np.array(tensor.int_val)
    return np.full(shape, values[0]) if values.size == 1 else values.reshape(shape)


def windows(x: np.ndarray, size: tuple[int, int], stride: tuple[int, int], padding: bytes, fill: float) -> np.ndarray:
    """Return (n, rows, columns, channels, height, width) windows of NHWC x, padded as TensorFlow does."""
    if padding == b"SAME":
        pads = []
        for side, window, step in zip(x.shape[1:3], size, stride, strict=True):
            needed = max((-(-side // step) - 1) * step + window - side, 0)
            pads.append((needed // 2, needed - needed // 2))
        x = np.pad(x, ((0, 0), *pads, (0, 0)), constant_values=fill)
    every = np.lib.stride_tricks.sliding_window_view(x, size, axis=(1, 2))
    return every[:, :: stride[0], :: stride[1]]


def convolve(x: np.ndarray, weights: np.ndarray, attr: Mapping[str, Any]) -> np.ndarray:
    stride = tuple(attr["strides"].list.i[1:3])
    parts = windows(x, weights.shape[:2], stride, attr["padding"].s, 0.0)
    return np.tensordot(parts, weights, axes=([4, 5, 3], [0, 1, 2])).astype(np.float32)


def pool(x: np.ndarray, attr: Mapping[str, Any], reduce: Callable[..., np.ndarray]) -> np.ndarray:
    size, stride = tuple(attr["ksize"].list.i[1:3]), tuple(attr["strides"].list.i[1:3])
    return reduce(windows(x, size, stride, attr["padding"].s, -np.inf), axis=(4, 5))


def normalise(attr: Mapping[str, Any], x, scale, offset, mean, variance) -> np.ndarray:
    return (x - mean) / np.sqrt(variance + attr["epsilon"].f) * scale + offset


OPERATIONS: dict[str, Callable[..., np.ndarray]] = {
    "Conv2D": lambda attr, x, weights: convolve(x, weights, attr),
    "BiasAdd": lambda attr, x, bias: x + bias,
    "Relu": lambda attr, x: np.maximum(x, 0),
    "ConcatV2": lambda attr, *parts: np.concatenate(parts[:-1], axis=int(parts[-1])),
    "Mul": lambda attr, a, b: a * b,
    "Add": lambda attr, a, b: a + b,
    "MaxPool": lambda attr, x: pool(x, attr, np.max),
    "AvgPool": lambda attr, x: pool(x, attr, np.mean),
    "Reshape": lambda attr, x, shape: x.reshape(shape),
    "MatMul": lambda attr, a, b: a @ b,
    "FusedBatchNorm": normalise,
    "Square": lambda attr, x: x * x,
    "Sum": lambda attr, x, axes: x.sum(axis=tuple(np.atleast_1d(axes)), keepdims=True),
    "Maximum": lambda attr, a, b: np.maximum(a, b),
    "Rsqrt": lambda attr, x: 1 / np.sqrt(x),
}


def sources(node: Any) -> list[str]:
    return [name.split(":")[0] for name in node.input if not name.startswith("^")]


def evaluate(path: Path, crops: np.ndarray, output: str = "embeddings") -> np.ndarray:
    """Run the frozen graph on one (1, 160, 160, 3) input and return the named node's answer."""
    known: dict[str, np.ndarray] = {}
    waiting = list(graph_message(path).node)
    while output not in known:
        ready = [node for node in waiting if all(name in known for name in sources(node))]
        waiting = [node for node in waiting if any(name not in known for name in sources(node))]
        for node in ready:
            attr = {entry.key: entry.value for entry in node.attr}
            if node.op == "Placeholder":
                known[node.name] = crops
            elif node.op == "Const":
                known[node.name] = constant(attr["value"].tensor)
            else:
                known[node.name] = OPERATIONS[node.op](attr, *(known[name] for name in sources(node)))
    return known[output]
