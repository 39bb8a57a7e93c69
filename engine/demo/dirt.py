"""The broken rows that every delivery has, and where they were put."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

DIRTY_SHARE = 0.0007
Break = Callable[[list[str]], str]


@dataclass(frozen=True)
class DirtyRow:
    """A broken row that was planted: file name, line (1 is the header), what is wrong, the row's text."""

    file: str
    line: int
    kind: str
    text: str


def _put(column: int, value: str) -> Break:
    """Break a row by putting a value into a column."""
    return lambda cells: ",".join([*cells[:column], value, *cells[column + 1 :]])


CALL_BREAKS: tuple[tuple[str, Break], ...] = (
    ("time is not a date", _put(2, "31/09/2026 25:10")),
    ("row is cut short", lambda cells: ",".join(cells[:3])),
    ("seconds are negative", _put(3, "-42")),
    ("caller is empty", _put(0, "")),
    ("seconds are not a number", _put(3, "n/a")),
    ("row is too long", lambda cells: ",".join([*cells, "0", "ok"])),
    ("quote is not closed", lambda cells: ",".join([*cells[:5], '"SM-G9'])),
)
USAGE_BREAKS: tuple[tuple[str, Break], ...] = (
    ("megabytes are negative", _put(2, "-3.5")),
    ("time is not a date", _put(1, "2026-13-01 00:00:00")),
    ("row is cut short", lambda cells: ",".join(cells[:2])),
)


class DirtyFile:
    """A CSV file that grows by sound parts, into which broken rows are mixed."""

    def __init__(
        self, path: Path, header: str, breaks: tuple[tuple[str, Break], ...], rng: np.random.Generator
    ) -> None:
        self.path = path
        self.planted: list[DirtyRow] = []
        self._breaks = breaks
        self._rng = rng
        self._lines = 1
        path.write_bytes(header.encode() + b"\n")

    def append(self, part: bytes, dirty: int | None = None) -> None:
        """Append rows, each ended by a newline, and mix broken copies of some of them in."""
        ends = np.flatnonzero(np.frombuffer(part, dtype=np.uint8) == ord("\n")) + 1
        wanted = self._rng.poisson(DIRTY_SHARE * len(ends)) if dirty is None else dirty
        places = np.unique(self._rng.integers(0, len(ends), wanted)).tolist() if len(ends) else []
        view, done = memoryview(part), 0
        pieces: list[memoryview | bytes] = []
        for place in places:
            end = int(ends[place])
            row = part[int(ends[place - 1]) if place else 0 : end - 1].decode()
            kind, broken = self._breaks[int(self._rng.integers(len(self._breaks)))]
            text = broken(row.split(",", maxsplit=5))
            line = self._lines + place + 2 + len(pieces) // 2
            self.planted.append(DirtyRow(self.path.name, line, kind, text))
            pieces += [view[done:end], text.encode() + b"\n"]
            done = end
        with self.path.open("ab") as file:
            file.writelines([*pieces, view[done:]])
        self._lines += len(ends) + len(pieces) // 2


def dirty_customers(customers: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, dict[int, str]]:
    """Mix rows into the customer list: some customers twice, strangers who were born in impossible years.

    Returns the list, and by row of it (0 is the first) what is wrong there.
    """
    count = len(customers)
    twice = customers.iloc[np.sort(rng.choice(count, count // 1_000, replace=False))]
    unborn = customers.iloc[rng.choice(count, count // 2_000, replace=False)].copy()
    width = len(str(customers["customer"].iloc[0]))
    unborn["customer"] = [f"{count + number:0{width}d}" for number in range(1, len(unborn) + 1)]
    unborn["birth_year"] = rng.choice([1067, 1822, 2199], len(unborn))
    # The second row of a customer stands somewhere after the first.
    place = np.concatenate([np.arange(count), rng.integers(twice.index, count) + 0.5])
    table = pd.concat([customers, twice]).iloc[np.argsort(place, kind="stable")]
    table = pd.concat([table, unborn], ignore_index=True)
    again = np.flatnonzero(table["customer"].duplicated())
    wrong = dict.fromkeys(again.tolist(), "customer is listed twice")
    wrong |= dict.fromkeys(range(len(table) - len(unborn), len(table)), "birth year is impossible")
    return table, wrong
