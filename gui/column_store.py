"""The columns of a large table, arranged by index arrays: which rows are shown, and in which order.

Nothing here copies rows or builds Python strings per row. Numbers are numpy arrays; texts stay in Arrow, and repeated
texts are compared once, in Arrow's dictionary. Every function may be called in a job.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Rank = Callable[[str], Any]  # what a text is sorted by


def fold(text: str) -> str:
    """Return a text for comparing: without accents and case, so that "gyor" finds "Győr"."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def sort_order(values: FloatArray | IntArray, *, descending: bool = False) -> IntArray:
    """Return the row numbers in the order of their values; ties keep the order of rows, missing ones come last."""
    keys = np.asarray(values, dtype=np.float64)
    keys = -keys if descending else keys.copy()
    keys[np.isnan(keys)] = np.inf
    order = np.argsort(keys)
    if len(order) < 2:
        return order
    ordered = keys[order]
    run = np.zeros(len(order), dtype=np.int64)
    np.cumsum(ordered[1:] != ordered[:-1], out=run[1:])
    places = run * len(order) + order
    places.sort()
    result: IntArray = places % len(order)
    return result


class TextColumn:
    """A column of texts with few different ones (makers, towns, offers): each row is a code into ``values``."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        import pyarrow.compute as pc

        whole = column.combine_chunks().dictionary_encode()
        self.codes: npt.NDArray[np.int32] = pc.fill_null(whole.indices, -1).to_numpy(zero_copy_only=False)
        self.values: tuple[str, ...] = tuple(whole.dictionary.to_pylist())

    def counts(self) -> dict[str, int]:
        """Return how many rows have each text."""
        found = np.bincount(self.codes[self.codes >= 0], minlength=len(self.values))
        return dict(zip(self.values, found.tolist(), strict=True))

    def rows_with(self, wanted: Callable[[str], bool]) -> BoolArray:
        """Return which rows have a text that is wanted."""
        table = np.array([*(wanted(value) for value in self.values), False])  # the last is for a missing text
        return table[self.codes]

    def ranks(self, rank: Rank) -> FloatArray:
        """Return a number per row by which the texts sort; missing ones are nan."""
        places = np.full(len(self.values) + 1, np.nan)
        places[sorted(range(len(self.values)), key=lambda code: rank(self.values[code]))] = np.arange(len(self.values))
        return places[self.codes]


@dataclass(frozen=True)
class Arrangement:
    """What is shown: rows with all words of ``search``, with one of ``kept`` (empty = any), sorted by a column."""

    search: str = ""
    kept: frozenset[str] = frozenset()
    column: str = ""
    descending: bool = False


class ColumnStore:
    """A table to look things up in by column and row.

    ``key`` is the column that names each row, ``searched`` are the columns of repeated texts that are searched
    besides it, ``filtered`` is the column that ``Arrangement.kept`` is about; ``ranks`` say how a column of texts
    sorts where the alphabet is not meant.
    """

    def __init__(
        self, table: pa.Table, *, key: str, searched: Sequence[str], filtered: str, ranks: dict[str, Rank] | None = None
    ) -> None:
        self._table = table
        self._key = key
        self._searched = tuple(name for name in searched if name in table.column_names)
        self._filtered = filtered
        self._ranks = ranks or {}
        self._texts: dict[str, TextColumn] = {}
        self._numbers: dict[str, FloatArray] = {}
        self._orders: dict[tuple[str, bool], IntArray] = {}

    def __len__(self) -> int:
        """Return how many rows there are."""
        return int(self._table.num_rows)

    def has(self, name: str) -> bool:
        """Whether there is a column of a name."""
        return name in self._table.column_names

    def numbers(self, name: str) -> FloatArray:
        """Return a column of numbers; missing ones are nan."""
        if name not in self._numbers:
            column = self._table[name].to_numpy()
            self._numbers[name] = np.asarray(column, dtype=np.float64)
        return self._numbers[name]

    def text(self, name: str) -> TextColumn:
        """Return a column of repeated texts."""
        if name not in self._texts:
            self._texts[name] = TextColumn(self._table[name])
        return self._texts[name]

    @cached_property
    def keys(self) -> pa.Array:
        """The texts that name the rows."""
        return self._table[self._key].combine_chunks()

    def key(self, row: int) -> str:
        """Return the text that names a row."""
        return str(self.keys[row].as_py())

    def row_of(self, key: str) -> int:
        """Return the row of a key, -1 if there is none."""
        import pyarrow.compute as pc

        return int(pc.index(self.keys, key).as_py())

    def value(self, name: str, row: int) -> str:
        """Return the text in a column of repeated texts, empty where it is missing."""
        column = self.text(name)
        code = int(column.codes[row])
        return column.values[code] if code >= 0 else ""

    def arrange(self, how: Arrangement) -> IntArray:
        """Return the rows to show, in their order."""
        order = self._order(how.column, how.descending) if how.column else np.arange(len(self), dtype=np.int64)
        shown = self._shown(how)
        return order if shown is None else order[shown[order]]

    def _order(self, name: str, descending: bool) -> IntArray:
        """Return all rows sorted by a column, worked out once."""
        place = (name, descending)
        if place not in self._orders:
            if name == self._key:
                self._orders[place] = self._order_by_key(descending)
            elif name in self._ranks or _is_text(self._table, name):
                ranks = self.text(name).ranks(self._ranks.get(name, fold))
                self._orders[place] = sort_order(ranks, descending=descending)
            else:
                self._orders[place] = sort_order(self.numbers(name), descending=descending)
        return self._orders[place]

    def _order_by_key(self, descending: bool) -> IntArray:
        import pyarrow.compute as pc

        keys = self.keys
        if len(keys) < 2 or pc.all(pc.less_equal(keys[:-1], keys[1:])).as_py():
            ascending = np.arange(len(keys), dtype=np.int64)
        else:
            ascending = pc.sort_indices(keys).to_numpy().astype(np.int64)
        return ascending[::-1].copy() if descending else ascending

    def _shown(self, how: Arrangement) -> BoolArray | None:
        """Return which rows pass search and filter; None means all."""
        passing = [self._with_word(word) for word in search_words(how.search)]
        if how.kept:
            passing.append(self.text(self._filtered).rows_with(how.kept.__contains__))
        return np.logical_and.reduce(passing) if passing else None

    def _with_word(self, word: str) -> BoolArray:
        """Return which rows have a word in their key or in one of the searched columns."""
        import pyarrow.compute as pc

        found: BoolArray = pc.match_substring(self.keys, word, ignore_case=not word.isdigit()).to_numpy(
            zero_copy_only=False
        )
        for name in self._searched:
            found = found | self.text(name).rows_with(lambda value: word in fold(value))
        return found


def _is_text(table: pa.Table, name: str) -> bool:
    from pyarrow import types

    kind = table.schema.field(name).type
    return bool(types.is_string(kind) or types.is_large_string(kind))


def search_words(search: str) -> tuple[str, ...]:
    """Split what was typed into words; digits that stand apart ("018 204") are one key."""
    words = fold(search).split()
    if words and all(word.isdigit() for word in words):
        return ("".join(words),)
    return tuple(words)
