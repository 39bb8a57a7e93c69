"""From a table of customer features to the numbers that the learners take."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from engine.errors import InputError
from engine.uplift.trial import BoolArray, FloatArray, IntArray

MOST_LEVELS = 200  # per categorical column; histogram boosting takes 255 at most
SMALLEST_LEVEL = 10  # customers; levels with fewer count as unseen
MISSING = "\0missing"
LARGEST = 1e150
KNOTS = (0.2, 0.35, 0.5, 0.65, 0.8)
PAIRED_LEVELS = 10  # the most frequent levels of a category enter pairs,
PAIRED_SHARE = 0.8  # if they hold at least this share of the customers
PAIRED_FEATURES = 24  # of each kind; with more, the later ones enter no pairs


@dataclass(frozen=True)
class Rows:
    """Customers as the learners take them.

    ``codes`` (rows, features) holds positions of categories first, then numbers, NaN where not known. ``rare`` (rows,
    categories that have rare levels) says which of them it is, -1 for none.
    """

    codes: FloatArray
    rare: IntArray

    def __getitem__(self, which: BoolArray | IntArray | slice) -> Rows:
        """Return some of the rows."""
        return Rows(self.codes[which], self.rare[which])

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True)
class Category:
    """A categorical column: its frequent levels, and the rare ones in bands of like frequency.

    ``shares`` are those of the frequent levels and of the bands, one after the other; ``band`` is each rare level's
    place among them, and ``rare_shares`` its own share. Unseen levels stand for "no idea": the average.
    """

    name: str
    levels: tuple[str, ...]
    shares: FloatArray
    rare: tuple[str, ...] = ()
    band: tuple[int, ...] = ()
    rare_shares: tuple[float, ...] = ()

    @cached_property
    def paired(self) -> IntArray:
        """Positions of the levels that enter pairs with quantities."""
        most = np.sort(np.argsort(-self.shares, kind="stable")[:PAIRED_LEVELS])
        return most if self.shares[most].sum() >= PAIRED_SHARE else most[:0]

    def positions(self, column: pd.Series) -> tuple[IntArray, IntArray]:
        """Return each row's level or band, and which rare level it is; -1 where there is none."""
        place, texts = _distinct(column)
        known = pd.Index((*self.levels, *self.rare)).get_indexer(pd.Index(texts)).astype(np.int64)
        level = np.array([*range(len(self.levels)), *self.band, -1], dtype=np.int64)[known]
        return level[place], np.where(known < len(self.levels), -1, known - len(self.levels))[place]

    def design_into(self, rows: FloatArray, codes: FloatArray) -> None:
        """Write (rows, shares) indicators over zeros; a row without a known level holds the shares of all levels."""
        known = ~np.isnan(codes)
        rows[np.flatnonzero(known), codes[known].astype(np.int64)] = 1.0
        rows[~known] = self.shares


@dataclass(frozen=True)
class Quantity:
    """A numeric column: its middle and spread, and the knots at which an effect may bend."""

    name: str
    low: float
    high: float
    mean: float
    knots: tuple[float, ...]
    has_missing: bool

    @property
    def width(self) -> int:
        """How many design columns it takes."""
        return 1 + len(self.knots) + self.has_missing

    def scaled(self, numbers: FloatArray) -> FloatArray:
        """Return numbers between -1 and 1 from their 5th to their 95th percentile, cut at 1.6, NaN kept."""
        return np.clip((2 * numbers - self.low - self.high) / (self.high - self.low), -1.6, 1.6)

    def design_into(self, rows: FloatArray, numbers: FloatArray) -> None:
        """Write (rows, width) columns: the straight line, its bends, and whether the value is missing."""
        scaled = self.scaled(numbers)
        absent = np.isnan(scaled)
        line = np.where(absent, self.mean, scaled)
        rows[:, 0] = line
        for place, knot in enumerate(self.knots, start=1):
            np.maximum(0.0, line - knot, out=rows[:, place])
        if self.has_missing:
            rows[:, -1] = absent


@dataclass(frozen=True)
class Layout:
    """Per design column: the group of columns that share one variance, and the two features it is made of.

    The constant has group -1 and parents -1; a column of a single feature has that feature twice. All pairs of one
    category with the quantities share a group, and so do all pairs of quantities.
    """

    group: IntArray
    parents: IntArray

    @property
    def is_pair(self) -> BoolArray:
        """Which columns belong to two features."""
        pair: BoolArray = self.parents[:, 0] != self.parents[:, 1]
        return pair


@dataclass(frozen=True)
class FeatureSpace:
    """What was learnt about the feature columns: levels, scales and knots."""

    categories: tuple[Category, ...]
    quantities: tuple[Quantity, ...]

    def check(self, features: pd.DataFrame) -> None:
        """Raise InputError if a column that the model was made with is missing."""
        names = [category.name for category in self.categories] + [quantity.name for quantity in self.quantities]
        missing = [name for name in names if name not in features.columns]
        if missing:
            found = ", ".join(map(str, features.columns))
            raise InputError(
                f'The customer feature "{missing[0]}" is missing; the model was made with it. Found: {found}.'
            )

    def design(self, codes: FloatArray) -> FloatArray:
        """Return (rows, columns) for the additive model, as ``layout`` describes them."""
        rows = np.zeros((len(codes), len(self.layout.group)))
        rows[:, 0] = 1.0
        widths = [len(one.shares) for one in self.categories] + [one.width for one in self.quantities]
        starts = np.concatenate([[1], 1 + np.cumsum(widths)]).astype(np.int64).tolist()
        columns: tuple[Category | Quantity, ...] = (*self.categories, *self.quantities)
        for place, one in enumerate(columns):
            one.design_into(rows[:, starts[place] : starts[place + 1]], codes[:, place])
        at, first = starts[-1], len(self.categories)
        lines = [rows[:, starts[first + i]] - q.mean for i, q in enumerate(self.quantities[:PAIRED_FEATURES])]
        for position in self._paired:
            category = self.categories[position]
            indicator = rows[:, starts[position] + category.paired] - category.shares[category.paired]
            for line in lines:
                np.multiply(indicator, line[:, None], out=rows[:, at : at + indicator.shape[1]])
                at += indicator.shape[1]
        for place, line in enumerate(lines):
            for other in lines[:place]:
                np.multiply(line, other, out=rows[:, at])
                at += 1
        return rows

    @cached_property
    def layout(self) -> Layout:
        """What each design column is: first the constant 1, then the features one by one, then pairs of them."""
        group, parents = [-1], [(-1, -1)]
        names = len(self.categories)
        widths = [(i, len(category.shares)) for i, category in enumerate(self.categories)]
        for i, quantity in enumerate(self.quantities, start=names):
            widths += [(i, 1)] + [(i, len(quantity.knots))] * bool(quantity.knots) + [(i, 1)] * quantity.has_missing
        for place, (feature, width) in enumerate(widths):
            group += [place] * width
            parents += [(feature, feature)] * width
        lines = range(names, names + min(len(self.quantities), PAIRED_FEATURES))
        for place, i in enumerate(self._paired, start=len(widths)):
            group += [place] * (len(self.categories[i].paired) * len(lines))
            parents += [(i, line) for line in lines for _ in self.categories[i].paired]
        among = [(i, j) for i in lines for j in range(names, i)]
        group += [len(widths) + len(self._paired)] * len(among)
        return Layout(np.array(group, dtype=np.int64), np.array(parents + among, dtype=np.int64))

    @property
    def _paired(self) -> list[int]:
        """Positions of the categories that enter pairs."""
        return [i for i, category in enumerate(self.categories) if len(category.paired)][:PAIRED_FEATURES]

    def rows(self, features: pd.DataFrame) -> Rows:
        """Return customers as the learners take them."""
        columns, rare = [], []
        for category in self.categories:
            level, own = category.positions(features[category.name])
            columns.append(np.where(level < 0, np.nan, level))
            if category.rare:
                rare.append(own)
        columns += [_numbers(features[quantity.name]) for quantity in self.quantities]
        codes = np.column_stack(columns) if columns else np.zeros((len(features), 0))
        return Rows(codes, np.column_stack(rare) if rare else np.zeros((len(features), 0), dtype=np.int64))

    @cached_property
    def with_rare(self) -> tuple[int, ...]:
        """Positions of the categories that have rare levels."""
        return tuple(place for place, category in enumerate(self.categories) if category.rare)

    @property
    def categorical(self) -> list[int]:
        """Positions of the categorical columns in ``codes``."""
        return list(range(len(self.categories)))


def learn_features(features: pd.DataFrame) -> FeatureSpace:
    """Learn levels, scales and knots of every column; constant columns are left out.

    Text, category and yes/no columns are categorical; numbers are numeric. Raises InputError for other columns
    (dates, lists), for a column name that occurs twice, and if no column tells customers apart.
    """
    names = [str(name) for name in features.columns]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise InputError(f'The customer feature "{sorted(twice)[0]}" occurs twice. Keep one of the two columns.')
    categories: list[Category] = []
    quantities: list[Quantity] = []
    for name in features.columns:
        column = features[name]
        if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
            quantities += _learn_quantity(name, _numbers(column))
        elif pd.api.types.is_datetime64_any_dtype(column) or pd.api.types.is_timedelta64_dtype(column):
            raise InputError(f'The customer feature "{name}" holds times. Give a number, such as days since then.')
        else:
            categories += _learn_category(name, column)
    if not categories and not quantities:
        raise InputError("All customers of the history have the same features, so nothing tells them apart.")
    return FeatureSpace(tuple(categories), tuple(quantities))


def _learn_category(name: str, column: pd.Series) -> list[Category]:
    counts = _texts(column).value_counts()
    counts = counts[counts >= SMALLEST_LEVEL]
    if len(counts) < 2:
        return []
    frequent, rare = counts.head(MOST_LEVELS).sort_index(), counts.iloc[MOST_LEVELS:].sort_index()
    sizes, band = np.unique(np.log2(rare).astype(np.int64), return_inverse=True)
    in_bands = np.bincount(band, rare, len(sizes))
    total = float(counts.sum())
    return [
        Category(
            name,
            tuple(map(str, frequent.index)),
            np.concatenate([frequent, in_bands]) / total,
            tuple(map(str, rare.index)),
            tuple((len(frequent) + band).tolist()),
            tuple((rare / total).tolist()),
        )
    ]


def _learn_quantity(name: str, numbers: FloatArray) -> list[Quantity]:
    absent = np.isnan(numbers)
    given = numbers[~absent]
    if len(given) < SMALLEST_LEVEL or given.min() == given.max():
        return []
    low, high = np.quantile(given, (0.05, 0.95))
    if low == high:
        low, high = given.min(), given.max()
    scaled = np.clip((2 * given - low - high) / (high - low), -1.6, 1.6)
    knots = np.unique(np.quantile(scaled, KNOTS))
    inner = knots[(knots > scaled.min()) & (knots < scaled.max())] if len(np.unique(given[:10_000])) > 3 else []
    return [Quantity(name, float(low), float(high), float(scaled.mean()), tuple(map(float, inner)), bool(absent.any()))]


def _distinct(column: pd.Series) -> tuple[IntArray, pd.Series]:
    """Return each row's place in the texts, and the texts; where that is quick, each text only once."""
    if not isinstance(column.dtype, pd.CategoricalDtype | pd.StringDtype):
        return np.arange(len(column)), _texts(column)
    place, known = pd.factorize(column)
    texts = _texts(pd.Series(np.append(np.asarray(known, dtype=object), [None]), dtype=object))
    return place, texts  # what is missing has the place -1, the last


def _texts(column: pd.Series) -> pd.Series:
    """Return the column as text with one word for what is missing."""
    return column.astype(object).where(column.notna(), MISSING).map(str)


def _numbers(column: pd.Series) -> FloatArray:
    """Return the column as numbers; missing and infinite values, and what overflows when squared, become NaN."""
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.abs(numbers) < LARGEST, numbers, np.nan)
