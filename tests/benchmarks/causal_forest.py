"""EconML's CausalForestDML on the trials with known effects, in a process and an environment of its own.

Started by ``bench uplift``; says as one line of JSON its mean error in points, and the mean CPU seconds of fitting and
of predicting.
"""

from __future__ import annotations

import argparse
import json
import time

import numpy as np
import pandas as pd
from econml.dml import CausalForestDML
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from tests.engine.uplift.known_effects import KnownEffects, error_in_points, known_effects


def causal_forest(trial: KnownEffects, others: KnownEffects) -> tuple[float, float, float]:
    """Fit a forest on a trial and ask it of others; return its error in points, and the CPU seconds of both."""
    x, x_others = (pd.get_dummies(one.features, dtype=float).to_numpy() for one in (trial, others))
    learner = CausalForestDML(
        model_y=HistGradientBoostingClassifier(), model_t=HistGradientBoostingClassifier(),
        discrete_outcome=True, discrete_treatment=True, n_estimators=200, min_samples_leaf=50, n_jobs=1, random_state=0,
    )  # fmt: skip
    start = time.process_time()
    learner.fit(trial.outcome, (trial.treatment != "none").astype(int), X=x)
    fitted = time.process_time()
    predicted = np.asarray(learner.effect(x_others)).ravel()
    return error_in_points(others.uplift, predicted), fitted - start, time.process_time() - fitted


def main() -> None:
    """Fit so many trials of so many customers."""
    parser = argparse.ArgumentParser()
    for name in ("customers", "others", "seeds"):
        parser.add_argument(name, type=int)
    chosen = parser.parse_args()
    found = []
    for seed in range(chosen.seeds):
        trial, others = known_effects(chosen.customers, seed), known_effects(chosen.others, 10_000 + seed)
        with threadpool_limits(1):
            found.append(causal_forest(trial, others))
    print(json.dumps(dict(zip(("error", "fit", "predict"), np.mean(found, axis=0).tolist(), strict=True))))


if __name__ == "__main__":
    main()
