"""The one protocol of all learners, and their names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from engine.errors import InputError
from engine.job import JobContext
from engine.uplift.features import Rows
from engine.uplift.sample import Sample
from engine.uplift.trial import FloatArray, Trial


class Effect(Protocol):
    """What a learner found."""

    def predict(self, rows: Rows, context: JobContext) -> FloatArray:
        """Return (rows, offers) uplifts in probability."""
        ...


class Learner(Protocol):
    """Learns from some folds of a sample what each offer changes."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    def refusal(self, trial: Trial) -> str:
        """Return why it would be wrong here; empty if it is right."""
        ...

    def fit(self, sample: Sample, folds: Sequence[int], context: JobContext) -> Effect:
        """Learn from the customers of these folds only."""
        ...


def learner_named(name: str) -> Learner:
    """Return the learner of that name; raise InputError if there is none."""
    from engine.uplift.additive import AdditiveLearner
    from engine.uplift.meta import DRLearner, RLearner, SLearner, TLearner, XLearner
    from engine.uplift.yardsticks import ClassTransformationLearner, SoloLearner, TwoModelsLearner

    known: tuple[Learner, ...] = (
        AdditiveLearner(), RLearner(), DRLearner(), XLearner(), TLearner(), SLearner(),
        SoloLearner(), TwoModelsLearner(), ClassTransformationLearner(),
    )  # fmt: skip
    for learner in known:
        if learner.name == name:
            return learner
    raise InputError(f'There is no learner "{name}". Choose one of {", ".join(one.name for one in known)}.')


def fit_out_of_fold(learner: Learner, sample: Sample, context: JobContext) -> tuple[FloatArray, tuple[Effect, ...]]:
    """Return (customers, offers) uplifts for everybody by fits on the other folds, and these fits."""
    uplift, effects = np.zeros((len(sample.rows), len(sample.trial.offers))), []
    folds = sample.all_folds
    for k in folds:
        part = context.part(k / len(folds), (k + 1) / len(folds))
        effect = learner.fit(sample, [j for j in folds if j != k], part)
        uplift[sample.fold == k] = effect.predict(sample.rows[sample.fold == k], part)
        effects.append(effect)
    return uplift, tuple(effects)
