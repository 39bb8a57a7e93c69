"""The indicators against bandicoot 0.6.0's own numbers (tests/data/indicators/make_reference.py made them)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
import ibis
import pandas as pd
import pytest

from engine.indicators import HABITS, habits, with_weeks
from engine.indicators.records import records_of
from tests.conftest import ROOT

DATA = Path(__file__).resolve().parents[2] / "data" / "indicators"
SAMPLES = ROOT.parent / "shared" / "data" / "bandicoot"
REFERENCE = json.loads((DATA / "reference.json").read_text(encoding="utf-8"))["reference"]
OWN = sorted(name for name in REFERENCE if name.isdigit())
THEIRS = sorted(name for name in REFERENCE if not name.isdigit())

needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="bandicoot's samples are not in ../shared")


@pytest.fixture(scope="module")
def connection() -> Iterator[ibis.BaseBackend]:
    with duckdb.connect() as tables:
        yield ibis.duckdb.from_connection(tables)


def table_of(name: str, frame: pd.DataFrame, connection: ibis.BaseBackend) -> ibis.Table:
    connection.con.register(name, frame)
    return connection.table(name)


def interactions_of(path: Path, connection: ibis.BaseBackend) -> ibis.Table:
    """A file in bandicoot's form as interactions; ``person`` is the text in the column customer, or the file's name."""
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    seconds = pd.to_datetime(rows["datetime"]).astype("datetime64[s]").astype("int64")
    frame = pd.DataFrame(
        {
            "person": rows.get("customer", path.stem),
            "contact": rows["correspondent_id"],
            "second": seconds,
            "is_message": rows["interaction"] == "text",
            "is_outgoing": rows["direction"] == "out",
            "seconds": pd.to_numeric(rows["call_duration"]).astype("Int64"),
            "cell": rows["antenna_id"].mask(rows["antenna_id"] == ""),
        }
    )
    return table_of(f"records_{path.stem}", frame, connection)


def cells_of(path: Path, connection: ibis.BaseBackend) -> ibis.Table:
    frame = pd.read_csv(path, dtype={"antenna_id": str}).rename(columns={"antenna_id": "cell"})
    return table_of(f"cells_{path.stem}", frame, connection)


@pytest.fixture(scope="module")
def own_files(connection: ibis.BaseBackend) -> tuple[ibis.Table, ibis.Table]:
    return interactions_of(DATA / "records.csv", connection), cells_of(DATA / "cells.csv", connection)


def over_all_time(every: ibis.Table, cells: ibis.Table) -> ibis.Table:
    return habits(records_of(every, ["person"]), cells)


@pytest.fixture(scope="module")
def whole(own_files: tuple[ibis.Table, ibis.Table]) -> pd.DataFrame:
    return over_all_time(*own_files).to_pyarrow().to_pandas().set_index("person")


@pytest.fixture(scope="module")
def weekly(own_files: tuple[ibis.Table, ibis.Table]) -> pd.DataFrame:
    return with_weeks(*own_files).to_pyarrow().to_pandas().set_index("person")


def assert_agrees(found: Mapping[str, float], expected: Mapping[str, float | None]) -> None:
    """Every number within 1e-6 of bandicoot's, and unknown where bandicoot has none."""
    wrong = {name: (found[name], value) for name, value in expected.items() if not agrees(found[name], value)}
    assert not wrong


def agrees(found: float, value: float | None) -> bool:
    if value is None:
        return bool(pd.isna(found))
    return abs(float(found) - value) <= 1e-6 * max(1.0, abs(value))


def flat(weekly: Mapping[str, Mapping[str, float | None]]) -> dict[str, float | None]:
    return {f"{name}_weekly_{part}": value[part] for name, value in weekly.items() for part in ("mean", "std")}


def test_the_reference_has_every_indicator() -> None:
    for reference in REFERENCE.values():
        assert set(reference["whole"]) == set(reference["weekly"]) == set(HABITS)


@pytest.mark.parametrize("customer", OWN)
def test_whole_time_agrees_with_bandicoot(customer: str, whole: pd.DataFrame) -> None:
    assert_agrees(whole.loc[customer], REFERENCE[customer]["whole"])


@pytest.mark.parametrize("customer", OWN)
def test_weeks_agree_with_bandicoot(customer: str, weekly: pd.DataFrame) -> None:
    assert_agrees(weekly.loc[customer], flat(REFERENCE[customer]["weekly"]))


@pytest.fixture(scope="module")
def samples(connection: ibis.BaseBackend) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Bandicoot's samples over all time and by week, in one question each."""
    records = ibis.union(*(interactions_of(SAMPLES / f"{sample}.csv", connection) for sample in THEIRS))
    cells = cells_of(SAMPLES / "towers.csv", connection)
    every, weeks = (question(records, cells).to_pyarrow().to_pandas() for question in (over_all_time, with_weeks))
    return every.set_index("person"), weeks.set_index("person")


@needs_samples
@pytest.mark.parametrize("sample", THEIRS)
def test_bandicoots_own_samples_agree(sample: str, samples: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    assert_agrees(samples[0].loc[sample], REFERENCE[sample]["whole"])
    assert_agrees(samples[1].loc[sample], flat(REFERENCE[sample]["weekly"]))


def test_every_indicator_is_tried_with_a_value() -> None:
    """No indicator agrees only by being unknown everywhere."""
    for name in HABITS:
        assert any(REFERENCE[customer]["whole"][name] is not None for customer in OWN), name
