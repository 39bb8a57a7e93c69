"""What cannot be learnt from is said in a sentence before anything is trained."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine.errors import InputError
from engine.uplift import fit_uplift
from engine.uplift.qini import calibration_line, qini, rank_best_first

ROWS = 600
Given = dict[str, Any]


def given() -> Given:
    random = np.random.default_rng(0)
    return {
        "features": pd.DataFrame({"age": random.uniform(20, 80, ROWS), "town": random.choice(["Pécs", "Eger"], ROWS)}),
        "treatment": random.choice(["none", "plan"], ROWS).astype(object),
        "outcome": random.integers(0, 2, ROWS),
    }


BAD: dict[str, tuple[Callable[[Given], Given], str]] = {
    "one arm only": (lambda g: g | {"treatment": np.full(ROWS, "plan")}, "has no control group"),
    "control group only": (lambda g: g | {"treatment": np.full(ROWS, "none")}, "control group only"),
    "no outcomes": (lambda g: g | {"outcome": np.zeros(ROWS)}, "Only 0 of the customers .* said yes"),
    "all outcomes": (lambda g: g | {"outcome": np.ones(ROWS)}, "Only 0 of the customers .* said no"),
    "missing outcomes": (
        lambda g: g | {"outcome": np.full(ROWS, np.nan)},
        'Row 1 of the history has the outcome "nan"',
    ),
    "outcomes in two columns": (lambda g: g | {"outcome": np.zeros((ROWS, 2))}, "outcomes of the history are a table"),
    "a small control group": (
        lambda g: g | {"treatment": np.where(np.arange(ROWS) < 40, "none", "plan")},
        "The control group has only 40 customers.*Use a campaign with a larger one",
    ),
    "numbers that are too large to be true": (
        lambda g: g | {"features": pd.DataFrame({"age": np.random.default_rng(0).normal(size=ROWS) * 1e308})},
        "have the same features",
    ),
    "constant features": (lambda g: g | {"features": pd.DataFrame({"age": [40.0] * ROWS})}, "have the same features"),
    "few customers": (
        lambda g: {"features": g["features"][:499], "treatment": g["treatment"][:499], "outcome": g["outcome"][:499]},
        "only 499 customers; at least 500",
    ),
    "treatment that is 0 and 1": (
        lambda g: g | {"treatment": np.random.default_rng(1).integers(0, 2, ROWS)},
        'no customer has the offer "none"',
    ),
    "treatment that is text without a control group": (
        lambda g: g | {"treatment": np.random.default_rng(1).choice(["yes", "no"], ROWS)},
        'no customer has the offer "none"',
    ),
    "treatment that is missing": (lambda g: g | {"treatment": [None, *g["treatment"][1:]]}, "Row 1 .* names no offer"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_sentence_is_said_before_anything_is_trained(case: str, monkeypatch: pytest.MonkeyPatch):
    def train(*_: object, **__: object) -> None:
        pytest.fail("something was trained")

    monkeypatch.setattr("engine.uplift.model.cross_fit", train)
    change, said = BAD[case]
    with pytest.raises(InputError, match=said):
        fit_uplift(**change(given()))


def test_scores_that_are_no_numbers_are_refused():
    score, fold = np.arange(10.0), np.zeros(10, dtype=np.int64)
    broken = np.where(score == 3, np.nan, score)
    for work in (
        lambda: qini(score, broken, fold),
        lambda: rank_best_first(broken, fold),
        lambda: calibration_line(score, broken, np.ones(10)),
    ):
        with pytest.raises(InputError, match="Row 4 has no predicted uplift"):
            work()
