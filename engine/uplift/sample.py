"""What learners learn from: a trial's customers in folds, and what models that never saw them expect of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from engine.job import JobContext
from engine.uplift.additive import Moments, gather_moments
from engine.uplift.features import FeatureSpace, Rows
from engine.uplift.outcome import OutcomeByArm, fit_outcome_by_arm
from engine.uplift.propensity import estimate_propensity
from engine.uplift.trial import BoolArray, FloatArray, IntArray, Trial

FOLDS, MORE_FOLDS = 3, 5
LARGE = 300_000  # customers from which more folds are worth it: the trees take no longer, and the sums see a fifth more


@dataclass(frozen=True)
class Sample:
    """A trial cut into folds. ``expected`` (customers,) is the outcome expected from the features alone, out of fold.

    What several learners need is worked out once, when the first of them asks.
    """

    space: FeatureSpace
    rows: Rows
    trial: Trial
    fold: IntArray
    expected: FloatArray
    seed: int
    _moments: list[Moments] = field(default_factory=list)
    _by_arm: list[FloatArray] = field(default_factory=list)
    _told: list[FloatArray] = field(default_factory=list)

    def inside(self, folds: Sequence[int]) -> BoolArray:
        """Return who is in one of these folds."""
        return np.isin(self.fold, list(folds))

    @cached_property
    def all_folds(self) -> tuple[int, ...]:
        """The number of each fold."""
        return tuple(range(int(self.fold.max()) + 1))

    def moments(self, context: JobContext) -> Moments:
        """Return the additive learner's sums over all customers."""
        if not self._moments:
            found = gather_moments(self.space, self.rows.codes, self.trial, self.expected, self.fold, context)
            self._moments.append(found)
        return self._moments[0]

    def chances_to_say_yes(self, context: JobContext) -> FloatArray:
        """Return (customers, arms) the outcome expected in each arm, out of fold."""
        if not self._by_arm:
            found = np.zeros((len(self.rows), len(self.trial.offers) + 1))
            for k in self.all_folds:
                outside = self.fold == k
                model = self.fit_by_arm(~outside, context)
                found[outside] = model.predict(self.rows.codes[outside], context)
            self._by_arm.append(found)
        return self._by_arm[0]

    def told_chances(self, context: JobContext) -> FloatArray:
        """Return (customers, arms) the chances to be in each arm that the features tell, out of fold."""
        if not self._told:
            codes, categorical = self.rows.codes, self.space.categorical
            self._told.append(estimate_propensity(codes, categorical, self.trial, self.fold, self.seed, context))
        return self._told[0]

    def fit_by_arm(self, inside: BoolArray, context: JobContext) -> OutcomeByArm:
        """Fit the outcome on features and arm."""
        return fit_outcome_by_arm(self.rows.codes, self.space.categorical, self.trial, inside, self.seed, context)


def draw_folds(trial: Trial, seed: int) -> IntArray:
    """Draw folds at random with the same share of every arm, and of those who said yes in it, in each.

    Three, or five for a large trial.
    """
    random = np.random.default_rng(seed)
    order = random.permutation(len(trial.arm))
    kind = 2 * trial.arm + trial.outcome.astype(np.int64)
    alike = order[np.argsort(kind[order], kind="stable")]
    fold = np.empty(len(order), dtype=np.int64)
    fold[alike] = np.arange(len(order)) % (FOLDS if len(order) < LARGE else MORE_FOLDS)
    return fold
