"""The meta-learners on boosted trees: R and DR (cross-fitted, with a strongly regularised last stage), X, T and S.

Sources: R: Nie and Wager (2021), Biometrika 108(2); DR: Kennedy (2023), Electronic Journal of Statistics 17(2);
X, T, S: Künzel, Sekhon, Bickel and Yu (2019), PNAS 116(10). Each offer is compared with none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.job import JobContext
from engine.uplift.features import Rows
from engine.uplift.outcome import (
    OutcomeByArm,
    OutcomeModel,
    draw_rows,
    effect_trees,
    outcome_trees,
    predict_in_chunks,
)
from engine.uplift.sample import Sample
from engine.uplift.trees import TreeArrays, tree_arrays
from engine.uplift.trial import BoolArray, FloatArray, Trial, too_few_answers


@dataclass(frozen=True)
class TreeEffects:
    """Trees per offer that predict its uplift itself."""

    trees: tuple[TreeArrays, ...]

    def predict(self, rows: Rows, context: JobContext) -> FloatArray:
        """Return (rows, offers) uplifts in probability."""
        return np.column_stack([self._of(trees, rows, context) for trees in self.trees])

    def _of(self, trees: TreeArrays, rows: Rows, context: JobContext) -> FloatArray:
        return predict_in_chunks(lambda codes: trees.margin(codes)[0], rows.codes, context)


def _fit_effects(
    sample: Sample, inside: BoolArray, target: FloatArray, weight: FloatArray, context: JobContext
) -> TreeEffects:
    """Fit (customers, offers) targets with (customers, offers) weights; a weight of 0 leaves a customer out."""
    found = []
    for j in range(target.shape[1]):
        context.progress(j / target.shape[1])
        rows = np.flatnonzero(inside & (weight[:, j] > 0))
        trees = effect_trees(sample.space.categorical, len(rows), sample.seed, context)
        found.append(tree_arrays(trees.fit(sample.rows.codes[rows], target[rows, j], sample_weight=weight[rows, j])))
    return TreeEffects(tuple(found))


def _against_none(trial: Trial) -> tuple[BoolArray, FloatArray]:
    """Return (customers, offers) who got the offer or none, and the chance of the offer among the two."""
    chances = trial.chances
    asked = chances[:, 1:] / (chances[:, 1:] + chances[:, :1])
    offers = np.arange(1, chances.shape[1])
    return (trial.arm[:, None] == 0) | (trial.arm[:, None] == offers), asked


@dataclass(frozen=True)
class RLearner:
    """Residual on residual: what is unexpected in the outcome, over what is unexpected in the offer."""

    name: str = "R"

    def refusal(self, trial: Trial) -> str:
        """Return nothing: it is right for every trial."""
        return ""

    def fit(self, sample: Sample, folds: Sequence[int], context: JobContext) -> TreeEffects:
        """Learn from the customers of these folds only."""
        trial = sample.trial
        by_arm = sample.chances_to_say_yes(context.part(0.0, 0.4))
        mine, asked = _against_none(trial)
        expected = by_arm[:, :1] * (1 - asked) + by_arm[:, 1:] * asked
        surprise = (trial.arm[:, None] > 0) - asked
        target = (trial.outcome[:, None] - expected) / surprise
        weight = np.where(mine, surprise**2 * trial.weights[:, None], 0.0)
        return _fit_effects(sample, sample.inside(folds), target, weight, context.part(0.4, 1.0))


@dataclass(frozen=True)
class DRLearner:
    """Trees on doubly-robust scores."""

    name: str = "DR"

    def refusal(self, trial: Trial) -> str:
        """Return nothing: it is right for every trial."""
        return ""

    def fit(self, sample: Sample, folds: Sequence[int], context: JobContext) -> TreeEffects:
        """Learn from the customers of these folds only."""
        scores = doubly_robust(sample.trial, sample.chances_to_say_yes(context.part(0.0, 0.4)))
        weight = np.broadcast_to(sample.trial.weights[:, None], scores.shape)
        return _fit_effects(sample, sample.inside(folds), scores, weight, context.part(0.4, 1.0))


def doubly_robust(trial: Trial, by_arm: FloatArray) -> FloatArray:
    """Return (customers, offers) doubly-robust scores of each offer against none.

    ``by_arm`` (customers, arms) is the outcome expected in each arm. Source: Robins, Rotnitzky and Zhao (1994),
    JASA 89.
    """
    arms = np.arange(by_arm.shape[1])
    found = by_arm + (trial.arm[:, None] == arms) * (trial.outcome[:, None] - by_arm) / trial.chances
    scores: FloatArray = found[:, 1:] - found[:, :1]
    return scores


@dataclass(frozen=True)
class CrossedEffects:
    """The X-learner's two sets of trees, and the chance of each offer by which they are mixed."""

    among_asked: TreeEffects
    among_others: TreeEffects
    asked: FloatArray

    def predict(self, rows: Rows, context: JobContext) -> FloatArray:
        """Return (rows, offers) uplifts in probability."""
        left, right = (part.predict(rows, context) for part in (self.among_others, self.among_asked))
        return self.asked * left + (1 - self.asked) * right


@dataclass(frozen=True)
class XLearner:
    """Each customer's answer less the one expected in the other arm, learnt in both arms and mixed."""

    name: str = "X"

    def refusal(self, trial: Trial) -> str:
        """Return nothing: it is right for every trial."""
        return ""

    def fit(self, sample: Sample, folds: Sequence[int], context: JobContext) -> CrossedEffects:
        """Learn from the customers of these folds only."""
        trial, inside = sample.trial, sample.inside(folds)
        by_arm = sample.chances_to_say_yes(context.part(0.0, 0.3))
        mine, asked = _against_none(trial)
        control = (trial.arm == 0)[:, None]
        gained = trial.outcome[:, None] - by_arm[:, :1]
        missed = by_arm[:, 1:] - trial.outcome[:, None]
        weight = trial.balance[:, None]
        among_asked = np.where(mine & ~control, weight, 0.0)
        among_others = np.where(control, weight, 0.0) * np.ones_like(missed)
        return CrossedEffects(
            _fit_effects(sample, inside, np.broadcast_to(gained, missed.shape), among_asked, context.part(0.3, 0.65)),
            _fit_effects(sample, inside, missed, among_others, context.part(0.65, 1.0)),
            asked.mean(axis=0),
        )


@dataclass(frozen=True)
class OutcomeEffects:
    """The difference between the outcomes expected in the arms."""

    outcome: OutcomeByArm

    def predict(self, rows: Rows, context: JobContext) -> FloatArray:
        """Return (rows, offers) uplifts in probability."""
        by_arm = self.outcome.predict(rows.codes, context)
        return by_arm[:, 1:] - by_arm[:, :1]


@dataclass(frozen=True)
class SLearner:
    """One model of the outcome that sees the arm as one more feature."""

    name: str = "S"

    def refusal(self, trial: Trial) -> str:
        """Return nothing: it is right for every trial."""
        return ""

    def fit(self, sample: Sample, folds: Sequence[int], context: JobContext) -> OutcomeEffects:
        """Learn from the customers of these folds only."""
        return OutcomeEffects(sample.fit_by_arm(sample.inside(folds), context))


@dataclass(frozen=True)
class ArmModels:
    """A model of the outcome for each arm, the control group's first."""

    arms: tuple[OutcomeModel, ...]

    def predict(self, rows: Rows, context: JobContext) -> FloatArray:
        """Return (rows, offers) uplifts in probability."""
        by_arm = np.column_stack([arm.predict(rows.codes, context) for arm in self.arms])
        return by_arm[:, 1:] - by_arm[:, :1]


@dataclass(frozen=True)
class TLearner:
    """A model of the outcome for each arm by itself."""

    name: str = "T"

    def refusal(self, trial: Trial) -> str:
        """Return why it cannot learn from each arm by itself; empty if it can."""
        return too_few_answers(trial)

    def fit(self, sample: Sample, folds: Sequence[int], context: JobContext) -> ArmModels:
        """Learn from the customers of these folds only."""
        trial, found = sample.trial, []
        for arm in range(len(trial.offers) + 1):
            context.progress(arm / (len(trial.offers) + 1))
            rows = draw_rows(sample.inside(folds) & (trial.arm == arm), sample.seed)
            weight = None if trial.weight is None else trial.weight[rows]
            trees = outcome_trees(sample.space.categorical, sample.seed, context)
            trees.fit(sample.rows.codes[rows], trial.outcome[rows], sample_weight=weight)
            found.append(OutcomeModel(tree_arrays(trees)))
        return ArmModels(tuple(found))
