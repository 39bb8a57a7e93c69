"""A table that a person made, CSV, workbook or Parquet, found by what its columns are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

from engine.logs.names import plain_name
from engine.logs.plan import ColumnPlan, FilePlan
from engine.logs.probing import probe_source
from engine.logs.sources import Source, find_sources
from engine.logs.text_table import TextTable, read_text_table

LATEST_HEADER = 10  # lines above the columns' names may be a title


@dataclass(frozen=True)
class HeadedTable:
    """The rows below the columns' names, and at which places the wanted columns stand."""

    table: TextTable
    places: Mapping[str, int]

    def cell(self, role: str, row: Sequence[str]) -> str:
        """Return a row's cell in a column, empty where there is none."""
        return row[self.places[role]] if role in self.places and self.places[role] < len(row) else ""


def find_table(path: Path, columns: Mapping[str, Set[str]], needed: Set[str]) -> HeadedTable | None:
    """Return the first table of a file, of a workbook the first sheet, that has the ``needed`` columns.

    ``columns``: what each may be called, as ``plain_name`` writes it. None without such a table. Raises InputError if
    the file cannot be read.
    """
    for table in (_text_table(source) for source in find_sources(path)):
        for begin, (_, header) in enumerate(table.rows[:LATEST_HEADER]):
            places = _places(header, columns)
            if needed <= places.keys():
                return HeadedTable(replace(table, rows=table.rows[begin + 1 :]), places)
    return None


def _text_table(source: Source) -> TextTable:
    """Return all lines of a table as rows: the line that names the columns is known by these names."""
    probe = probe_source(source)
    columns = tuple(ColumnPlan(name) for name in probe.names)
    return read_text_table(FilePlan(source, None, 1.0, columns, probe.encoding, probe.delimiter, has_header=False))


def _places(header: Sequence[str], columns: Mapping[str, Set[str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for role, names in columns.items():
        place = next((place for place, name in enumerate(header) if plain_name(name) in names), None)
        if place is not None:
            found[role] = place
    return found
