"""Zips that lie about themselves are refused before they cost memory."""

from __future__ import annotations

import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from engine.errors import InputError
from engine.photo_sources.archive import END, FAR_END, FAR_END_AT, MOST_MEMBERS, opened_zip, read_member


def test_a_member_is_not_unpacked_where_a_few_bytes_may_become_any_number(tmp_path: Path):
    path = tmp_path / "f.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as opened:
        opened.writestr("a.jpg", bytes(30 << 20))
    data = bytearray(path.read_bytes())
    listed = data.rfind(b"PK\1\2")
    data[listed + 24 : listed + 28] = struct.pack("<L", 1000)  # what it says of its size
    path.write_bytes(data)
    assert len(data) < 1000
    tracemalloc.start()
    try:
        with opened_zip(path) as opened, pytest.raises(InputError, match="packed in an unusual way"):
            read_member(path, opened, "a.jpg", 1 << 20)
        assert tracemalloc.get_traced_memory()[1] < 5 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("members", [2, MOST_MEMBERS + 1])
def test_a_long_list_is_not_hidden_by_a_decoy(tmp_path: Path, members: int):
    path = tmp_path / "f.zip"
    with zipfile.ZipFile(path, "w") as opened:
        for name in "ab":
            opened.writestr(name, name)
    data = path.read_bytes()
    end = data.rfind(END)
    size, offset = struct.unpack("<LL", data[end + 12 : end + 20])

    def far_end(count: int) -> bytes:
        return FAR_END + struct.pack("<QHHLLQQQQ", 44, 45, 45, 0, 0, count, count, size, offset)

    decoy, real = far_end(1), far_end(members)
    pointer = FAR_END_AT + struct.pack("<LQL", 0, 0, 1)
    path.write_bytes(decoy + data[:end] + real + pointer + data[end:])
    if members == 2:
        with opened_zip(path) as opened:
            assert opened.namelist() == ["a", "b"]
    else:
        with pytest.raises(InputError, match="lists more than 300,000 files"), opened_zip(path):
            raise AssertionError("its list was read")
