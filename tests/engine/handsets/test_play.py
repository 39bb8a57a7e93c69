"""The compact table of the Play device list, and the script that makes it."""

from __future__ import annotations

import gzip
import importlib.util
from pathlib import Path

import pytest

from engine.errors import InputError
from engine.handsets.play import play_table, read_play_table

SCRIPT = Path(__file__).resolve().parents[3] / "packaging" / "make_play_table.py"
DEVICES = [
    ("Samsung", "Galaxy S5", "SM-G900F"),
    ("LGE", "LG K10", "LG-K420"),
    ("Huawei", "HONOR 9", "STF-L09"),
    ("Huawei", "HONOR 20", "YAL-L21"),
    ("Huawei", "HUAWEI nova 5T", "YAL-L21"),
    ("Redmi", "Redmi Note 11", "2201117TG"),
    ("Redmi", "Redmi Note 11 NFC", "2201117TX"),
    ("Redmi", "Redmi Note 11S", "2201117TX"),
    ("Nobody", "Nobody TV Box", "NB4000"),
    ("Nobody", "Edge", "Edge"),
    ("Nobody", "3310", "3310"),
    ("", "", "FJL21"),
]


@pytest.fixture(scope="module")
def text() -> str:
    spec = importlib.util.spec_from_file_location("make_play_table", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script.table([{"brand": brand, "name": name, "model": model} for brand, name, model in DEVICES])


def test_the_script_keeps_codes_of_one_maker_and_marks_those_that_several_share(text: str, tmp_path: Path) -> None:
    path = tmp_path / "play.tsv.gz"
    path.write_bytes(gzip.compress(text.encode()))
    assert read_play_table(path) == {
        "yall21": ("", ""),
        "smg900f": ("Samsung", "Galaxy S5"),
        "k420": ("LG", "K10"),
        "lgk420": ("LG", "K10"),
        "stfl09": ("Honor", "9"),
        "2201117tg": ("Xiaomi", "Redmi Note 11"),
        "2201117tx": ("Xiaomi", ""),
    }


def test_the_programs_table_is_the_whole_list() -> None:
    table = play_table()
    assert len(table) > 30_000
    assert len({maker for maker, _ in table.values()}) > 1_500
    assert table["smg900f"] == ("Samsung", "Galaxy S5")


def test_a_missing_table_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is missing"):
        read_play_table(tmp_path / "play.tsv.gz")
