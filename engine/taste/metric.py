"""A low-rank metric on the embeddings, learnt from many judgements together with the three weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.faces.likeness import LikenessScale
from engine.inventory.faces import Looks
from engine.inventory.metric import Metric
from engine.taste.comparisons import FACE, PARTS, Comparisons, FloatArray
from engine.taste.evaluation import folds

RANK = 8
PULL = 50.0  # how strongly the metric is held back; the weights' pull is 1
VALIDATION = 6  # one of so many parts of the people says when to stop
PATIENCE = 8  # steps without a gain on them
MOST_STEPS = 100
NOTHING = 1e-9


@dataclass(frozen=True, eq=False)
class MetricFit:
    """The coefficients of the three parts and the metric that was learnt with them."""

    coefficients: FloatArray  # (3,), none negative
    metric: Metric

    def margins(self, comparisons: Comparisons, looks: Looks) -> FloatArray:
        """Return by how much a is ahead of b."""
        probe, a, b = (self.metric.placed(looks.embeddings[rows]) for rows in comparisons.faces)
        return comparisons.parts @ self.coefficients + _bilinear(probe, a - b, self.metric.strength)


def fit_metric(comparisons: Comparisons, looks: Looks, scale: LikenessScale, *, seed: int) -> MetricFit:
    """Learn a metric of rank 8 and the three coefficients by logistic regression on the choices.

    The directions are the principal ones of all the faces; within them the loss is convex. It is held back by a
    quadratic penalty and stopped early on people left out of the fit. Source: Schultz and Joachims (2003), NIPS 16.
    """
    mean, directions, spread = _principal(looks.embeddings)
    placed = ((looks.embeddings - mean) @ directions.T) / spread
    validation = next(folds(comparisons.persons, VALIDATION, seed=seed))
    problem = _Problem(comparisons.part(~validation), comparisons.part(validation), placed)
    values = problem.solve()
    coefficients, whitened = problem.split(values)
    strength = _at_least(
        whitened / np.outer(spread, spread), -coefficients[FACE] / (scale.one_person - scale.strangers)
    )
    return MetricFit(coefficients, Metric(mean, directions, strength))


class _Problem:
    """The regression's loss, and the values that make it least before those left out get worse."""

    def __init__(self, train: Comparisons, left_out: Comparisons, placed: FloatArray) -> None:
        self._train, self._left_out, self._placed = train, left_out, placed
        self._best: tuple[float, FloatArray] | None = None
        self._since = 0

    def solve(self) -> FloatArray:
        from scipy.optimize import minimize

        rank = self._placed.shape[1]
        start = np.zeros(PARTS + rank * rank)
        start[FACE] = 1.0
        self._look(start)
        bounds = [(0.0, None)] * PARTS + [(None, None)] * (rank * rank)
        options = {"maxiter": MOST_STEPS}
        minimize(self._loss, start, jac=True, method="L-BFGS-B", bounds=bounds, callback=self._look, options=options)
        assert self._best is not None
        return self._best[1]

    def split(self, values: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the three coefficients and the symmetric matrix that the values stand for."""
        rank = self._placed.shape[1]
        matrix = values[PARTS:].reshape(rank, rank)
        return values[:PARTS], (matrix + matrix.T) / 2

    def _margins(self, values: FloatArray, comparisons: Comparisons) -> FloatArray:
        coefficients, matrix = self.split(values)
        probe, a, b = (self._placed[rows] for rows in comparisons.faces)
        return comparisons.parts @ coefficients + _bilinear(probe, a - b, matrix)

    def _loss(self, values: FloatArray) -> tuple[float, FloatArray]:
        from scipy.special import expit

        coefficients, matrix = self.split(values)
        answers = np.where(self._train.chose_a, 1.0, -1.0)
        margins = answers * self._margins(values, self._train)
        slope = -answers * expit(-margins)
        probe, a, b = (self._placed[rows] for rows in self._train.faces)
        outer = probe.T @ (slope[:, np.newaxis] * (a - b))
        by_matrix = (outer + outer.T) / 2 + PULL * matrix
        loss = np.logaddexp(0.0, -margins).sum() + coefficients @ coefficients / 2 + PULL * np.sum(matrix**2) / 2
        return float(loss), np.concatenate([self._train.parts.T @ slope + coefficients, by_matrix.ravel()])

    def _look(self, values: FloatArray) -> None:
        """Note the values that are best on those left out; stop once they have not got better for a while."""
        answers = np.where(self._left_out.chose_a, 1.0, -1.0)
        loss = float(np.logaddexp(0.0, -answers * self._margins(values, self._left_out)).mean())
        self._since += 1
        if self._best is None or loss < self._best[0]:
            self._best, self._since = (loss, values.copy()), 0
        if self._since >= PATIENCE:
            raise StopIteration


def _bilinear(left: FloatArray, right: FloatArray, matrix: FloatArray) -> FloatArray:
    result: FloatArray = np.einsum("ij,ij->i", left @ matrix, right)
    return result


def _principal(embeddings: npt.NDArray[np.floating]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the mean of (n, 512) embeddings, their principal directions and the spread along each."""
    rows = np.asarray(embeddings, np.float64)
    mean = rows.mean(axis=0)
    centred = rows - mean
    values, vectors = np.linalg.eigh(centred.T @ centred / len(rows))
    first = np.argsort(values)[::-1][:RANK]
    first = first[values[first] > NOTHING]
    return mean, np.ascontiguousarray(vectors[:, first].T), np.sqrt(values[first])


def _at_least(matrix: FloatArray, least: float) -> FloatArray:
    """Return a symmetric matrix with its eigenvalues below ``least`` raised to it."""
    values, vectors = np.linalg.eigh(matrix)
    raised: FloatArray = (vectors * np.maximum(values, least)) @ vectors.T
    return raised
