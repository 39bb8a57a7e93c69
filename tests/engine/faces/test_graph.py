from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ModelError
from engine.faces.graph import read_graph


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def node(name: str, op: str, inputs: list[str], tensor: bytes | None = None) -> bytes:
    parts = [field(1, name.encode()), field(2, op.encode()), *(field(3, text.encode()) for text in inputs)]
    if tensor is not None:
        parts.append(field(5, field(1, b"value") + field(2, field(8, tensor))))
    return field(1, b"".join(parts))


def shape(*sizes: int) -> bytes:
    return field(2, b"".join(field(2, field(1, size)) for size in sizes))


def read_one(tmp_path: Path, tensor: bytes) -> np.ndarray:
    path = tmp_path / "graph.pb"
    path.write_bytes(node("constant", "Const", [], tensor))
    (only,) = read_graph(path)
    assert only.value is not None
    return only.value


@given(
    st.lists(
        st.tuples(st.text(max_size=300), st.text(max_size=20), st.lists(st.text(max_size=9), max_size=4)), max_size=5
    )
)
def test_names_operations_and_inputs_come_back(tmp_path_factory: pytest.TempPathFactory, nodes):
    path = tmp_path_factory.mktemp("graph") / "graph.pb"
    path.write_bytes(b"".join(node(*one) for one in nodes) + field(4, field(1, 27)))
    assert [(one.name, one.op, list(one.inputs)) for one in read_graph(path)] == nodes


def test_constants_are_read_in_every_way_they_are_written(tmp_path: Path):
    raw = np.arange(6, dtype="<f4").reshape(2, 3)
    content = field(1, 1) + shape(2, 3) + field(4, raw.tobytes())
    assert (read_one(tmp_path, content) == raw).all()
    single = field(1, 1) + shape(2, 2) + varint(5 << 3 | 5) + struct.pack("<f", 0.17)
    assert read_one(tmp_path, single) == pytest.approx(np.full((2, 2), 0.17))
    packed = field(1, 1) + shape(3) + field(5, raw.tobytes()[:12])
    assert read_one(tmp_path, packed).tolist() == [0, 1, 2]
    whole = field(1, 3) + shape(2) + field(7, varint(-1) + varint(512))
    assert read_one(tmp_path, whole).tolist() == [-1, 512]
    alone = field(1, 3) + field(2, b"") + field(7, 3)
    assert read_one(tmp_path, alone) == 3


@pytest.mark.parametrize(
    "content",
    [
        field(1, b"x" * 50)[:20],
        b"\xff" * 20,
        field(1, 7),
        node("a", "Const", [], field(1, 1) + shape(3) + field(4, b"\0" * 4 * 5)),
        node("a", "Const", [], field(1, 99) + shape(3)),
        b"\x0b\x00",
        field(1, field(1, b"\xff\xfe")),
    ],
)
def test_what_is_no_graph_is_named(tmp_path: Path, content: bytes):
    path = tmp_path / "graph.pb"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"graph\.pb cannot be read"):
        read_graph(path)


def test_a_missing_graph_is_named(tmp_path: Path):
    with pytest.raises(ModelError, match=r"gone\.pb cannot be read"):
        read_graph(tmp_path / "gone.pb")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes):
    path = tmp_path_factory.mktemp("graph") / "graph.pb"
    path.write_bytes(content)
    try:
        read_graph(path)
    except ModelError as error:
        assert str(path) in str(error)
