"""Boosted trees as plain arrays: they can be kept without pickle, and predict a few hundred rows in milliseconds.

Each inner node knows which leaves are out of reach once a row goes right; the first leaf that no node rules out is the
row's. Source: Lucchese et al. (2015), QuickScorer, SIGIR.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.uplift.trial import BoolArray, FloatArray, IntArray

INNER, LEAVES = 7, 8  # of the largest tree: the learners' trees have eight leaves
CODES = 256  # categories that a node can tell apart
FIRST_BIT = np.array([next((i for i in range(8) if byte >> i & 1), 0) for byte in range(256)])


@dataclass(frozen=True)
class TreeArrays:
    """Trees of one classifier: arrays (trees, INNER), leaves (trees, LEAVES), ``left_codes`` (category nodes, CODES).

    ``node_codes`` is a node's row in ``left_codes``, -1 for a node that splits a number. A node that is not there has
    a mask that rules nothing out.
    """

    baseline: float
    feature: IntArray
    threshold: FloatArray
    missing_left: BoolArray
    mask: npt.NDArray[np.uint8]
    node_codes: IntArray
    left_codes: BoolArray
    leaf: FloatArray

    def chance(self, codes: FloatArray) -> FloatArray:
        """Return (rows,) chances to say yes."""
        values = codes[:, self.feature.ravel()]
        absent = np.isnan(values)
        left = values <= self.threshold.ravel()
        split = np.flatnonzero(self.node_codes.ravel() >= 0)
        if len(split):
            position = np.nan_to_num(values[:, split], nan=0.0).astype(np.int64)
            left[:, split] = self.left_codes[self.node_codes.ravel()[split], position]
        left = np.where(absent, self.missing_left.ravel(), left)
        reachable = np.where(left, np.uint8(255), self.mask.ravel()).reshape(len(codes), *self.mask.shape)
        exits = FIRST_BIT[np.bitwise_and.reduce(reachable, axis=2)]
        margin = self.baseline + self.leaf[np.arange(len(self.leaf)), exits].sum(axis=1)
        return np.asarray(1.0 / (1.0 + np.exp(-margin)))

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


def tree_arrays(classifier: Any) -> TreeArrays:
    """Return a fitted HistGradientBoostingClassifier's trees, in terms of the codes that it was fitted on."""
    trees = [stage[0] for stage in classifier._predictors]
    shape = (len(trees), INNER)
    feature, node_codes = np.zeros(shape, dtype=np.int64), np.full(shape, -1, dtype=np.int64)
    threshold, missing_left = np.full(shape, np.inf), np.zeros(shape, dtype=bool)
    mask, leaf = np.full(shape, 255, dtype=np.uint8), np.zeros((len(trees), LEAVES))
    left_codes: list[BoolArray] = []
    order, categories = _columns(classifier)
    for place, tree in enumerate(trees):
        inner = 0
        for node, first, middle in _leaves_below(tree.nodes):
            row = tree.nodes[node]
            if row["is_leaf"]:
                leaf[place, first] = row["value"]
                continue
            mask[place, inner] = 255 - sum(1 << bit for bit in range(first, middle))
            feature[place, inner] = order[row["feature_idx"]]
            missing_left[place, inner] = bool(row["missing_go_to_left"])
            threshold[place, inner] = row["num_threshold"]
            if row["is_categorical"]:
                known = categories[row["feature_idx"]]
                node_codes[place, inner] = len(left_codes)
                left_codes.append(
                    _codes_left(tree.raw_left_cat_bitsets[row["bitset_idx"]], known, missing_left[place, inner])
                )
            inner += 1
    table = np.array(left_codes, dtype=bool).reshape(-1, CODES)
    baseline = float(np.ravel(classifier._baseline_prediction)[0])
    return TreeArrays(baseline, feature, threshold, missing_left, mask, node_codes, table, leaf)


def _leaves_below(nodes: npt.NDArray[Any]) -> list[tuple[int, int, int]]:
    """Return each node with its first leaf, counted from the left, and the first leaf right of its split."""
    found = []

    def walk(node: int, first: int) -> int:
        row = nodes[node]
        if row["is_leaf"]:
            found.append((node, first, first + 1))
            return first + 1
        middle = walk(int(row["left"]), first)
        found.append((node, first, middle))
        return walk(int(row["right"]), middle)

    walk(0, 0)
    return found


def _columns(classifier: Any) -> tuple[list[int], dict[int, FloatArray]]:
    """Return the column that each of the trees' features is, and the codes that a categorical one knows."""
    if classifier._preprocessor is None:
        return list(range(classifier.n_features_in_)), {}
    is_category = np.asarray(classifier.is_categorical_)
    order = [*np.flatnonzero(is_category).tolist(), *np.flatnonzero(~is_category).tolist()]
    return order, dict(enumerate(classifier._preprocessor.named_transformers_["encoder"].categories_))


def _codes_left(bits: npt.NDArray[np.uint32], known: FloatArray, others: bool) -> BoolArray:
    """Return which codes go left; codes that the trees never saw go where missing ones go."""
    left = np.full(CODES, others)
    for place, code in enumerate(known):
        if not np.isnan(code):
            left[int(code)] = bool(int(bits[place // 32]) >> (place % 32) & 1)
    return left
