"""The customers that are shown, as a CSV file that repeats how far its numbers can be trusted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.columns import RECOMMENDATION_COLUMNS
from engine.job import JobContext
from gui.column_store import IntArray

if TYPE_CHECKING:
    import pyarrow as pa

NOTE = "note"
CHUNK = 50_000


def write_recommendations(table: pa.Table, rows: IntArray, note: str, path: Path, context: JobContext) -> None:
    """Write rows of the customers' table in their order, with a last column ``note``; whole or not at all.

    Raises OSError.
    """
    import pyarrow as pa
    from pyarrow import csv

    names = [name for name in RECOMMENDATION_COLUMNS if name in table.column_names]
    chosen = table.select(names)
    schema = chosen.schema.append(pa.field(NOTE, pa.string()))
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with csv.CSVWriter(unfinished, schema, write_options=csv.WriteOptions(quoting_style="needed")) as writer:
            for start in range(0, len(rows), CHUNK):
                context.progress(start / len(rows))
                part = chosen.take(pa.array(rows[start : start + CHUNK]))
                writer.write_table(
                    part.append_column(schema.field(NOTE), pa.array([note] * part.num_rows, pa.string()))
                )
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
