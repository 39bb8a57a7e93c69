"""Boosted trees as plain arrays: they can be kept without pickle, and predict several times as fast.

Each inner node knows which leaves are out of reach once a row goes right; the first leaf that no node rules out is the
row's. Nodes that split one more column, the treatment, are asked for each of its values at once, so that trees without
such a node run once for all of them. Source: Lucchese et al. (2015), QuickScorer, SIGIR.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.uplift.trial import BoolArray, FloatArray, IntArray

INNER, LEAVES = 7, 8  # of the largest tree: the learners' trees have eight leaves
CODES = 256  # categories that a node can tell apart
FIRST_OPEN = np.array([next((i for i in range(8) if not byte >> i & 1), 0) for byte in range(256)])

Bits = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Split:
    """A node that splits a number: leaves ``closed`` are out of reach for a row that goes right."""

    feature: int
    threshold: float
    missing_left: bool
    closed: np.uint8


@dataclass(frozen=True)
class PlannedTree:
    """A tree as it is walked: its numeric splits, what categories close (CODES + 1, the last for missing), its leaves.

    ``leaf`` (256,) is the value of the first leaf that is still open, by the closed ones.
    """

    splits: tuple[Split, ...]
    closed_by_code: tuple[tuple[int, Bits], ...]
    leaf: FloatArray


@dataclass(frozen=True)
class TreeArrays:
    """Trees of one model: arrays (trees, INNER), leaves (trees, LEAVES), ``left_codes`` (category nodes, CODES).

    ``node_codes`` is a node's row in ``left_codes``, -1 for a node that splits a number. A node that is not there has
    a mask that rules nothing out.
    """

    baseline: float
    feature: IntArray
    threshold: FloatArray
    missing_left: BoolArray
    mask: Bits
    node_codes: IntArray
    left_codes: BoolArray
    leaf: FloatArray

    def margin(self, codes: FloatArray, treatments: Sequence[float] = (np.nan,)) -> FloatArray:
        """Return (treatments, rows) sums of the leaves, with each treatment as one more column behind the codes."""
        rows, treatment = codes.shape
        columns = np.ascontiguousarray(codes.T)
        split_by_code = {feature for tree in self._planned for feature, _ in tree.closed_by_code} - {treatment}
        positions = {feature: code_positions(columns[feature]) for feature in split_by_code}
        given = [(value, code_positions(np.array([value]))[0]) for value in treatments]
        margin = np.full((len(given), rows), self.baseline)
        right, closed = np.empty(rows, dtype=bool), np.empty(rows, dtype=np.uint8)
        for tree in self._planned:
            closed[:] = 0
            for split in tree.splits:
                if split.feature != treatment:
                    goes_right(columns[split.feature], split, right)
                    closed |= right.view(np.uint8) * split.closed
            for feature, by_code in tree.closed_by_code:
                if feature != treatment:
                    closed |= by_code.take(positions[feature])
            more = [closed_by_treatment(tree, treatment, *one) for one in given]
            told = {bits: tree.leaf.take(closed | np.uint8(bits)) for bits in set(more)}
            for place, bits in enumerate(more):
                margin[place] += told[bits]
        return margin

    def chance(self, codes: FloatArray, treatments: Sequence[float] = (np.nan,)) -> FloatArray:
        """Return (treatments, rows) chances to say yes, of a classifier."""
        return np.asarray(1.0 / (1.0 + np.exp(-self.margin(codes, treatments))))

    @cached_property
    def _planned(self) -> tuple[PlannedTree, ...]:
        """The trees as they are walked."""
        return tuple(self._plan(place) for place in range(len(self.leaf)))

    def _plan(self, tree: int) -> PlannedTree:
        splits: list[Split] = []
        by_code: dict[int, Bits] = {}
        for node in np.flatnonzero(self.mask[tree] != 255).tolist():
            feature, closed = int(self.feature[tree, node]), np.uint8(255 - self.mask[tree, node])
            missing_left, row = bool(self.missing_left[tree, node]), int(self.node_codes[tree, node])
            if row < 0:
                splits.append(Split(feature, float(self.threshold[tree, node]), missing_left, closed))
                continue
            is_right = ~np.append(self.left_codes[row], missing_left)
            by_code[feature] = by_code.get(feature, np.uint8(0)) | is_right.astype(np.uint8) * closed
        return PlannedTree(tuple(splits), tuple(by_code.items()), self.leaf[tree][FIRST_OPEN])

    def to_lists(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        held = {
            name: getattr(self, name).tolist() for name in ("feature", "missing_left", "mask", "node_codes", "leaf")
        }
        codes = [np.flatnonzero(row).tolist() for row in self.left_codes]
        threshold = [[None if np.isinf(value) else value for value in row] for row in self.threshold.tolist()]
        return held | {"baseline": self.baseline, "left_codes": codes, "threshold": threshold}

    @classmethod
    def from_lists(cls, held: dict[str, Any]) -> TreeArrays:
        """Return the trees that ``to_lists`` wrote."""
        left_codes = np.zeros((len(held["left_codes"]), CODES), dtype=bool)
        for row, codes in zip(left_codes, held["left_codes"], strict=True):
            row[codes] = True
        threshold = [[np.inf if value is None else value for value in row] for row in held["threshold"]]
        return cls(
            float(held["baseline"]),
            np.array(held["feature"], dtype=np.int64),
            np.array(threshold, dtype=np.float64),
            np.array(held["missing_left"], dtype=bool),
            np.array(held["mask"], dtype=np.uint8),
            np.array(held["node_codes"], dtype=np.int64),
            left_codes,
            np.array(held["leaf"], dtype=np.float64),
        )


def code_positions(column: FloatArray) -> IntArray:
    """Return categories as positions in PlannedTree's tables; CODES where missing."""
    return np.where(np.isnan(column), CODES, column).astype(np.int64)


def goes_right(column: FloatArray, split: Split, right: BoolArray) -> None:
    """Write which rows go right; a comparison with a missing value is false."""
    if split.missing_left:
        np.greater(column, split.threshold, out=right)
    else:
        np.less_equal(column, split.threshold, out=right)
        np.logical_not(right, out=right)


def closed_by_treatment(tree: PlannedTree, treatment: int, value: float, position: int) -> int:
    """Return the leaves that the treatment, which is the column of that number, puts out of reach."""
    closed = 0
    for split in tree.splits:
        if split.feature == treatment and not (value <= split.threshold or (np.isnan(value) and split.missing_left)):
            closed |= int(split.closed)
    for feature, by_code in tree.closed_by_code:
        if feature == treatment:
            closed |= int(by_code[position])
    return closed


def tree_arrays(model: Any) -> TreeArrays:
    """Return a fitted histogram boosting model's trees, in terms of the codes that it was fitted on."""
    trees = [stage[0] for stage in model._predictors]
    shape = (len(trees), INNER)
    feature, node_codes = np.zeros(shape, dtype=np.int64), np.full(shape, -1, dtype=np.int64)
    threshold, missing_left = np.full(shape, np.inf), np.zeros(shape, dtype=bool)
    mask, leaf = np.full(shape, 255, dtype=np.uint8), np.zeros((len(trees), LEAVES))
    left_codes: list[BoolArray] = []
    order, categories = _columns(model)
    for place, tree in enumerate(trees):
        nodes = {name: tree.nodes[name].tolist() for name in NODE_FIELDS}
        inner = 0
        for node, first, middle in _leaves_below(nodes["is_leaf"], nodes["left"], nodes["right"]):
            if nodes["is_leaf"][node]:
                leaf[place, first] = nodes["value"][node]
                continue
            mask[place, inner] = 255 - sum(1 << bit for bit in range(first, middle))
            split_by = nodes["feature_idx"][node]
            feature[place, inner] = order[split_by]
            missing_left[place, inner] = nodes["missing_go_to_left"][node]
            threshold[place, inner] = nodes["num_threshold"][node]
            if nodes["is_categorical"][node]:
                node_codes[place, inner] = len(left_codes)
                bits = tree.raw_left_cat_bitsets[nodes["bitset_idx"][node]]
                left_codes.append(_codes_left(bits, categories[split_by], bool(missing_left[place, inner])))
            inner += 1
    table = np.array(left_codes, dtype=bool).reshape(-1, CODES)
    baseline = float(np.ravel(model._baseline_prediction)[0])
    return TreeArrays(baseline, feature, threshold, missing_left, mask, node_codes, table, leaf)


NODE_FIELDS = (
    "is_leaf", "left", "right", "value", "feature_idx", "missing_go_to_left", "num_threshold", "is_categorical",
    "bitset_idx",
)  # fmt: skip


def _leaves_below(is_leaf: list[int], left: list[int], right: list[int]) -> list[tuple[int, int, int]]:
    """Return each node with its first leaf, counted from the left, and the first leaf right of its split."""
    found = []

    def walk(node: int, first: int) -> int:
        if is_leaf[node]:
            found.append((node, first, first + 1))
            return first + 1
        middle = walk(left[node], first)
        found.append((node, first, middle))
        return walk(right[node], middle)

    walk(0, 0)
    return found


def _columns(model: Any) -> tuple[list[int], dict[int, IntArray]]:
    """Return the column that each of the trees' features is, and the codes that a categorical one knows."""
    if model._preprocessor is None:
        return list(range(model.n_features_in_)), {}
    is_category = np.asarray(model.is_categorical_)
    order = [*np.flatnonzero(is_category).tolist(), *np.flatnonzero(~is_category).tolist()]
    known = model._preprocessor.named_transformers_["encoder"].categories_
    return order, {place: codes[~np.isnan(codes)].astype(np.int64) for place, codes in enumerate(known)}


def _codes_left(bits: npt.NDArray[np.uint32], known: IntArray, others: bool) -> BoolArray:
    """Return which codes go left; codes that the trees never saw go where missing ones go."""
    left = np.full(CODES, others)
    places = np.arange(len(known))
    left[known] = (bits[places // 32] >> (places % 32).astype(np.uint32) & 1).astype(bool)
    return left
