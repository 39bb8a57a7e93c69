"""The Play device list: which maker an Android model code belongs to, and the name on the box."""

from __future__ import annotations

import functools
import gzip
from collections.abc import Mapping
from pathlib import Path

from engine.errors import InputError
from engine.resources import resource

Device = tuple[str, str]  # maker (empty if several share the code), and the name without it (empty if none or several)


def read_play_table(path: Path) -> Mapping[str, Device]:
    """Return the maker and name of each model_key in the compact table that packaging/make_play_table.py wrote."""
    if not path.is_file():
        raise InputError(f"The table of handsets {path} is missing. Install Semblance again.")
    devices: dict[str, Device] = {}
    maker = ""
    for line in gzip.decompress(path.read_bytes()).decode().splitlines():
        if line[0] == "=":
            maker = line[1:]
        else:
            code, _, name = line.partition("\t")
            devices[code] = (maker, name)
    return devices


@functools.cache
def play_table() -> Mapping[str, Device]:
    """Return the list that comes with the program."""
    return read_play_table(resource("handsets", "play.tsv.gz"))
