"""The fence around scikit-uplift: its learners, per offer against the control group.

Only numpy arrays pass (a pandas index that differs changes its results in silence), its curves and metrics stay
outside (ties change them; its plots draw in matplotlib), and ClassTransformation runs only where it is right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.job import JobContext
from engine.uplift.features import Rows
from engine.uplift.outcome import draw_rows, outcome_trees, predict_in_chunks
from engine.uplift.sample import Sample
from engine.uplift.trees import TreeArrays, tree_arrays
from engine.uplift.trial import FloatArray, IntArray, Trial, too_few_answers

NEAR_HALF = 0.03


@dataclass(frozen=True)
class FencedModels:
    """A fitted learner of scikit-uplift per offer."""

    models: tuple[Any, ...]

    def predict(self, rows: Rows, context: JobContext) -> FloatArray:
        """Return (rows, offers) uplifts in probability."""
        return np.column_stack([predict_in_chunks(model.predict, rows.codes, context) for model in self.models])


@dataclass(frozen=True)
class SoloModels:
    """SoloModel's trees per offer: the chance with the offer less that without, both from one walk."""

    trees: tuple[TreeArrays, ...]

    def predict(self, rows: Rows, context: JobContext) -> FloatArray:
        """Return (rows, offers) uplifts in probability."""
        return np.column_stack([self._of(trees, rows, context) for trees in self.trees])

    def _of(self, trees: TreeArrays, rows: Rows, context: JobContext) -> FloatArray:
        return predict_in_chunks(lambda codes: solo_uplift(trees, codes), rows.codes, context)


def solo_uplift(trees: TreeArrays, codes: FloatArray) -> FloatArray:
    """Return (rows,) uplifts by trees that see the treatment as one more column."""
    asked, others = trees.chance(codes, (1.0, 0.0))
    return np.asarray(asked - others)


Weigh = Callable[[FloatArray, IntArray], dict[str, Any]]


def _weigh_all(weight: FloatArray, _treated: IntArray) -> dict[str, Any]:
    return {"estimator_fit_params": {"sample_weight": weight}}


def _weigh_both(weight: FloatArray, treated: IntArray) -> dict[str, Any]:
    return {
        "estimator_trmnt_fit_params": {"sample_weight": weight[treated == 1]},
        "estimator_ctrl_fit_params": {"sample_weight": weight[treated == 0]},
    }


def _fit(
    make: Callable[[Any], Any],
    sample: Sample,
    folds: Sequence[int],
    context: JobContext,
    *,
    weigh: Weigh = _weigh_all,
) -> FencedModels:
    """Fit one learner per offer; ``make`` gets what makes unfitted trees. Numpy goes in, nothing else."""
    trial, models = sample.trial, []
    inside = sample.inside(folds)
    for j, offer in enumerate(trial.offers):
        context.progress(j / len(trial.offers), f"Learning who is won by {offer}")
        rows = draw_rows(inside & ((trial.arm == 0) | (trial.arm == j + 1)), sample.seed)
        treated = (trial.arm[rows] > 0).astype(np.int64)
        learner = make(lambda: outcome_trees(sample.space.categorical, sample.seed, context))
        weight = {} if trial.weight is None else weigh(trial.weight[rows], treated)
        answers = trial.outcome[rows].astype(np.int64)
        models.append(learner.fit(sample.rows.codes[rows], answers, treated, **weight))
    return FencedModels(tuple(models))


@dataclass(frozen=True)
class SoloLearner:
    """SoloModel: one model of the outcome that sees the treatment as one more feature."""

    name: str = "SoloModel"

    def refusal(self, trial: Trial) -> str:
        """Return nothing: it is right for every trial."""
        return ""

    def fit(self, sample: Sample, folds: Sequence[int], context: JobContext) -> SoloModels:
        """Learn from the customers of these folds only."""
        from sklift.models import SoloModel

        found = _fit(lambda trees: SoloModel(trees()), sample, folds, context)
        return SoloModels(tuple(tree_arrays(model.estimator) for model in found.models))


@dataclass(frozen=True)
class TwoModelsLearner:
    """TwoModels: a model of the outcome with the offer, and one without."""

    name: str = "TwoModels"

    def refusal(self, trial: Trial) -> str:
        """Return why it cannot learn from each arm by itself; empty if it can."""
        return too_few_answers(trial)

    def fit(self, sample: Sample, folds: Sequence[int], context: JobContext) -> FencedModels:
        """Learn from the customers of these folds only."""
        from sklift.models import TwoModels

        return _fit(lambda trees: TwoModels(trees(), trees()), sample, folds, context, weigh=_weigh_both)


@dataclass(frozen=True)
class ClassTransformationLearner:
    """ClassTransformation: a model of whether outcome and treatment go together; wrong unless arms are equal."""

    name: str = "ClassTransformation"

    def refusal(self, trial: Trial) -> str:
        """Return why it would be wrong here; empty if it is right."""
        if trial.propensity is not None:
            return "It needs as many customers with an offer as without, drawn by lot with the same chance for all."
        counts = np.bincount(trial.arm)
        for offer, asked in zip(trial.offers, counts[1:], strict=True):
            share = asked / (asked + counts[0])
            if abs(share - 0.5) > NEAR_HALF:
                return (
                    f"It needs as many customers with an offer as without; {offer} was given to {share:.0%} of the two."
                )
        return ""

    def fit(self, sample: Sample, folds: Sequence[int], context: JobContext) -> FencedModels:
        """Learn from the customers of these folds only."""
        from sklift.models import ClassTransformation

        return _fit(lambda trees: ClassTransformation(trees()), sample, folds, context)
