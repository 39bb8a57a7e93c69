"""The columns of a large table, arranged by index arrays: which rows are shown, and in which order.

Nothing here copies rows or builds Python strings per row. Numbers are numpy arrays; texts stay in Arrow, and repeated
texts are compared once, in Arrow's dictionary. Every function may be called in a job.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
CodeArray = npt.NDArray[np.int32]
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

    def __init__(self, codes: CodeArray, values: Sequence[str]) -> None:
        self.codes = codes  # -1 where a text is missing
        self.values = tuple(values)

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> TextColumn:
        """Return an Arrow column as codes."""
        import pyarrow.compute as pc

        whole = column.combine_chunks().dictionary_encode()
        codes = pc.fill_null(whole.indices, -1).to_numpy(zero_copy_only=False)
        return cls(codes, whole.dictionary.to_pylist())

    def code(self, text: str) -> int:
        """Return the code of a text, -1 if no row has it."""
        return self.values.index(text) if text in self.values else -1

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
class ColumnFilter:
    """A column of repeated texts, and those of them that are kept."""

    column: str
    kept: frozenset[str]


@dataclass(frozen=True)
class Arrangement:
    """What is shown: rows with all words of ``search`` that pass all ``filters``, sorted by a column."""

    search: str = ""
    filters: tuple[ColumnFilter, ...] = ()
    column: str = ""
    descending: bool = False

    def kept(self, column: str) -> frozenset[str]:
        """Return the texts of a column that are kept; none means all."""
        return next((each.kept for each in self.filters if each.column == column), frozenset())

    def keeping(self, column: str, kept: Iterable[str]) -> Arrangement:
        """Return the same with other texts of a column kept; none means all."""
        others = tuple(each for each in self.filters if each.column != column)
        new = ColumnFilter(column, frozenset(kept))
        return replace(self, filters=(*others, new) if new.kept else others)


class ColumnStore:
    """A table to look things up in by column and row.

    ``key`` is the column that names each row, ``searched`` are the columns of repeated texts that are searched
    besides it; ``ranks`` say how a column of texts sorts where the alphabet is not meant. Columns can be put in the
    place of the table's, or beside them.
    """

    def __init__(
        self, table: pa.Table, *, key: str, searched: Sequence[str], ranks: dict[str, Rank] | None = None
    ) -> None:
        self._table = table
        self._key = key
        self._searched = tuple(name for name in searched if name in table.column_names)
        self._put: set[str] = set()
        self._staying: set[str] = set()
        self._ranks = dict(ranks or {})
        self._texts: dict[str, TextColumn] = {}
        self._numbers: dict[str, FloatArray] = {}
        self._orders: dict[tuple[str, bool], IntArray] = {}

    def __len__(self) -> int:
        """Return how many rows there are."""
        return int(self._table.num_rows)

    def has(self, name: str) -> bool:
        """Whether there is a column of a name."""
        return name in self._table.column_names or name in self._put

    def put(self, name: str, column: TextColumn | FloatArray, *, stays: bool = False, rank: Rank | None = None) -> None:
        """Put a column in the place of one, or beside the others; no order by it is kept unless it ``stays``."""
        self._put.add(name)
        if stays:
            self._staying.add(name)
        if rank is not None:
            self._ranks[name] = rank
        if isinstance(column, TextColumn):
            self._texts[name] = column
        else:
            self._numbers[name] = column

    def numbers(self, name: str) -> FloatArray:
        """Return a column of numbers; missing ones are nan."""
        if name not in self._numbers:
            column = self._table[name].to_numpy()
            self._numbers[name] = np.asarray(column, dtype=np.float64)
        return self._numbers[name]

    def text(self, name: str) -> TextColumn:
        """Return a column of repeated texts."""
        if name not in self._texts:
            self._texts[name] = TextColumn.of(self._table[name])
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
        """Return all rows sorted by a column, worked out once where the column stays."""
        if name in self._put - self._staying:
            return self._sorted(name, descending)
        place = (name, descending)
        if place not in self._orders:
            by_key = name == self._key
            self._orders[place] = self._order_by_key(descending) if by_key else self._sorted(name, descending)
        return self._orders[place]

    def _sorted(self, name: str, descending: bool) -> IntArray:
        if name in self._texts or name in self._ranks or (name not in self._put and _is_text(self._table, name)):
            return sort_order(self.text(name).ranks(self._ranks.get(name, fold)), descending=descending)
        return sort_order(self.numbers(name), descending=descending)

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
        passing.extend(self.text(each.column).rows_with(each.kept.__contains__) for each in how.filters)
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
