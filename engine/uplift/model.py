"""The uplift model: who is won by which offer, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import pandas as pd

from engine.job import JobContext
from engine.libraries import FOR_LEARNING, load_libraries
from engine.uplift.crossfit import CrossFit, cross_fit
from engine.uplift.evaluation import UpliftEvaluation, evaluate
from engine.uplift.features import learn_features
from engine.uplift.learner import Forecast, Learner
from engine.uplift.trial import FloatArray, check_trial, unknown_offer
from engine.uplift.yardsticks import Yardstick, run_yardsticks

MANY_ROWS = 300_000


@dataclass(frozen=True)
class UpliftModel:
    """A fitted model. Offers are in alphabetical order, and so are the columns of what it returns."""

    offers: tuple[str, ...]
    evaluation: UpliftEvaluation
    crossfit: CrossFit
    learner: Learner

    def predict(self, features: pd.DataFrame, *, context: JobContext | None = None) -> FloatArray:
        """Return (customers, offers) uplifts: how much likelier a yes is with the offer than without.

        Unseen categories and missing values count as average. Raises InputError if a feature column is missing.
        """
        self.learner.space.check(features)
        with _threads(len(features)):
            return self.learner.uplift(features, context or JobContext())

    def forecast(self, features: pd.DataFrame, *, context: JobContext | None = None) -> Forecast:
        """Return uplifts, likely ranges and baseline at once, at little more than the cost of ``predict``.

        The range comes from the additive effect's posterior and from how far the two learners are apart, and is then
        made a tenth wider. On simulated trials with 5,000 to 80,000 customers, three offers and four kinds of truth
        it held the true uplift of 94 to 98 of 100 customers (100 where there was none).
        """
        self.learner.space.check(features)
        with _threads(len(features)):
            return self.learner.forecast(features, context or JobContext())

    def columns_of(self, offers: Sequence[str]) -> list[int]:
        """Return the columns of these offers; raise InputError for one that was not in the trial."""
        for offer in offers:
            if offer not in self.offers:
                raise unknown_offer(offer, self.offers)
        return [self.offers.index(offer) for offer in offers]


def fit_uplift(
    features: pd.DataFrame,
    treatment: Sequence[Any],
    outcome: Sequence[Any],
    *,
    seed: int = 0,
    yardsticks: bool = True,
    context: JobContext | None = None,
) -> UpliftModel:
    """Learn from a randomised campaign which offer wins whom, and check the answer honestly.

    ``treatment`` holds an offer key per customer, NO_OFFER for the control group; ``outcome`` 0 or 1. Rows belong
    together by position, whatever their indexes. ``yardsticks`` says whether TwoModels and ClassTransformation are
    scored beside it.
    Raises InputError for what cannot be a trial, and JobCancelled.
    """
    context = context or JobContext()
    context.progress(0.0, "Learning from the last campaign")
    load_libraries(FOR_LEARNING, context)
    trial = check_trial(features, treatment, outcome)
    space = learn_features(features)
    codes = space.codes(features)
    with _threads(len(features)):
        crossfit, learner = cross_fit(space, features, codes, trial, seed=seed, context=context.part(0.0, 0.6))
        known: tuple[Yardstick, ...] = (Yardstick("SoloModel", crossfit.solo),)
        if yardsticks:
            known += run_yardsticks(codes, space.categorical, trial, crossfit.fold, seed, context.part(0.6, 0.9))
    context.progress(0.9, "Checking whether the signal is real")
    evaluation = evaluate(trial, crossfit, known, context)
    context.progress(1.0)
    return UpliftModel(trial.offers, evaluation, crossfit, learner)


def _threads(rows: int) -> AbstractContextManager[object]:
    """Return a context in which small tables are worked on by one thread: handing out the work costs more than it."""
    import sklearn.ensemble  # noqa: F401  # only what is loaded can be limited
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    return threadpool_limits(1) if rows < MANY_ROWS else nullcontext()
