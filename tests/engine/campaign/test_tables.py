"""Tables come back as they went in, whole or by column; one person is erased from them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.campaign import Campaign
from engine.campaign.tables import CHUNK_ROWS
from tests.engine.campaign.conftest import PASSPHRASE

TEXT = st.text(max_size=12)
COLUMN_VALUES = {
    pa.string(): TEXT,
    pa.large_string(): TEXT,
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.float64(): st.floats(allow_nan=False),
    pa.bool_(): st.booleans(),
    pa.date32(): st.dates(),
    pa.timestamp("us"): st.datetimes(),
    pa.binary(): st.binary(max_size=12),
    pa.dictionary(pa.int8(), pa.string()): st.sampled_from(["Samsung", "Xiaomi", "Ősz", ""]),
}


@st.composite
def arrow_tables(draw: st.DrawFn) -> pa.Table:
    """Draw a table with any names, types, nulls and number of chunks."""
    names = draw(st.lists(TEXT, min_size=1, max_size=4, unique=True))
    rows = draw(st.integers(0, 20))
    arrays = []
    for _ in names:
        kind = draw(st.sampled_from(list(COLUMN_VALUES)))
        values = draw(st.lists(st.none() | COLUMN_VALUES[kind], min_size=rows, max_size=rows))
        if pa.types.is_dictionary(kind):
            arrays.append(pa.array(values, pa.string()).dictionary_encode().cast(kind))
        else:
            arrays.append(pa.array(values, kind))
    table = pa.table(arrays, names=names)
    middle = draw(st.integers(0, rows))
    return pa.concat_tables([table.slice(0, middle), table.slice(middle)])


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campaign]:
    path = tmp_path_factory.mktemp("tables") / "tables.semblance"
    with Campaign.create(path, PASSPHRASE, name="Tables") as campaign:
        yield campaign


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(table=arrow_tables(), data=st.data())
def test_any_table_comes_back_equal(shared: Campaign, table: pa.Table, data: st.DataObject) -> None:
    shared.write_table("any", table)
    stored = shared.read_table("any")
    assert stored.schema.equals(table.schema)
    assert stored.to_pydict() == table.to_pydict()
    some = data.draw(st.lists(st.sampled_from(table.column_names), min_size=1, unique=True))
    projected = shared.read_table("any", some)
    assert projected.column_names == some
    assert projected.to_pydict() == table.select(some).to_pydict()


def test_no_table_and_no_column(shared: Campaign) -> None:
    shared.write_table("one", pa.table({"a": [1]}))
    assert shared.read_table("none") is None
    with pytest.raises(KeyError, match="b"):
        shared.read_table("one", ["a", "b"])
    with pytest.raises(ValueError, match="two columns"):
        shared.write_table("two", pa.table([[1], [2]], names=["a", "a"]))


def test_pandas_frame_with_categories_comes_back(shared: Campaign) -> None:
    bands = pd.CategoricalDtype(["young", "middle", "old"], ordered=True)
    rows = CHUNK_ROWS + 10
    frame = pd.DataFrame(
        {
            "customer": [f"{row:06d}" for row in range(rows)],
            "maker": pd.Categorical(["Samsung"] * CHUNK_ROWS + ["Apple"] * 10, ["Apple", "Samsung"]),
            "age_band": pd.Categorical(["old"] * CHUNK_ROWS + ["young"] * 10, dtype=bands),
            "uplift": np.where(np.arange(rows) % 7 == 0, np.nan, 0.01),
        }
    )
    shared.write_table("frame", pa.Table.from_pandas(frame))
    back = shared.read_table("frame").to_pandas()
    assert back["age_band"].dtype == bands
    back["maker"] = back["maker"].cat.set_categories(["Apple", "Samsung"])
    pd.testing.assert_frame_equal(back, frame)


def wide_table(rows: int) -> pa.Table:
    random = np.random.default_rng(0)
    columns = {"customer": pa.array([f"{row:06d}" for row in range(rows)])}
    columns["maker"] = pa.array(random.choice(["Samsung", "Xiaomi", "Apple"], rows)).dictionary_encode()
    columns |= {f"uplift:{offer}": pa.array(random.normal(size=rows)) for offer in range(10)}
    return pa.table(columns)


def test_two_hundred_thousand_rows_are_written_and_read_fast(shared: Campaign) -> None:
    table = wide_table(200_000)
    start = time.perf_counter()
    shared.write_table("customers", table)
    written = time.perf_counter()
    stored = shared.read_table("customers")
    read = time.perf_counter()
    assert stored.equals(table)
    assert stored.column("customer").num_chunks == 4
    assert written - start < 5
    assert read - written < 2
    names = shared.read_table("customers", ["maker", "customer"])
    assert names.equals(table.select(["maker", "customer"]))


def test_failed_write_leaves_the_table_that_was_there(shared: Campaign) -> None:
    shared.write_table("kept", pa.table({"a": [1, 2]}))
    with pytest.raises(RuntimeError), shared.transaction():
        shared.write_table("kept", pa.table({"a": [3]}))
        with pytest.raises(ValueError, match="inner"), shared.transaction():
            shared.write_document("inner", "x")
            raise ValueError("inner")
        assert shared.read_document("inner") is None
        assert shared.read_table("kept").to_pydict() == {"a": [3]}
        raise RuntimeError("cancelled")
    assert shared.read_table("kept").to_pydict() == {"a": [1, 2]}


def test_erasing_rewrites_only_the_chunks_of_the_person(tmp_path: Path) -> None:
    table = wide_table(3 * CHUNK_ROWS)
    phones = pa.table({"customer": ["000007", "070000", "000007"], "model": ["a", "b", "c"]})
    rejects = pa.table(
        {
            "file": ["calls.csv"] * 3,
            "text": ["070000,070001,2026-13-45", "1070000;070000x", '"070000"'],
            "line": [3, 5, 9],
        }
    )
    with Campaign.create(tmp_path / "a.semblance", PASSPHRASE, name="A") as campaign:
        campaign.write_table("customers", table)
        campaign.write_table("phones", phones)
        campaign.write_table("rejects", rejects)
        campaign.note_event("Composed the ad of 070000", 0.1)
        campaign.note_event("Composed the ad of 070001", 0.1)
        before = campaign._connection.execute("SELECT name, position, data FROM arrow_chunk").fetchall()
        campaign.erase_customer("070000")
        after = campaign._connection.execute("SELECT name, position, data FROM arrow_chunk").fetchall()
        changed = [(name, at) for (name, at, old), (_, _, new) in zip(before, after, strict=True) if old != new]
        assert sorted(changed) == [("customers", 1), ("phones", 0), ("rejects", 0)]
        left = campaign.read_table("customers")
        assert left.num_rows == table.num_rows - 1
        assert left.equals(pa.concat_tables([table.slice(0, 70_000), table.slice(70_001)]))
        assert campaign.read_table("phones").to_pydict() == {"customer": ["000007"] * 2, "model": ["a", "c"]}
        stored = campaign.read_table("rejects").to_pydict()
        assert stored["text"] == ["", "1070000;070000x", ""]
        assert stored["line"] == [3, 5, 9]
        assert [event.text for event in campaign.events()] == ["Composed the ad of 070001"]
        campaign.check()


def test_erased_person_does_not_live_on_in_a_dictionary(tmp_path: Path) -> None:
    customers = pa.array(["anna-1", "bela-2"] * CHUNK_ROWS).dictionary_encode()
    with Campaign.create(tmp_path / "a.semblance", PASSPHRASE, name="A") as campaign:
        campaign.write_table("customers", pa.table({"customer": customers.slice(0, CHUNK_ROWS + 3)}))
        campaign.erase_customer("anna-1")
        chunks = campaign._connection.execute("SELECT data FROM arrow_chunk").fetchall()
        values = [pa.ipc.open_stream(data).read_all().column(0).chunk(0).dictionary for (data,) in chunks]
        assert [value.to_pylist() for value in values] == [["bela-2"], ["bela-2"]]
