"""Measures uplift: python dev.py bench uplift [--json F] [--seeds N] [--large N] [--hillstrom F] [--simulations N].

Peers: scikit-uplift's learners always; EconML's CausalForestDML where requirements-peers.txt beside this file is
installed. Hillstrom's e-mail campaign (MineThatData, 2008) is read from a file of one's own.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

from engine.columns import NO_OFFER
from engine.job import JobContext
from engine.offers import Offer, policy_value
from engine.threads import one_thread
from engine.uplift import UpliftModel, evaluate_uplift, fit_uplift
from engine.uplift.learners import learner_named
from engine.uplift.qini import mean_and_error, qini, qini_contributions, rank_best_first
from tests.benchmarks.social import peak_memory
from tests.engine.uplift.known_effects import (
    KnownEffects,
    error_in_points,
    known_effects,
    share_of_oracle,
    true_slope,
)

Result = TypeVar("Result")
OTHERS = 200_000  # customers of the same world whom no learner saw
PEERS = ("SoloModel", "TwoModels")
KNOWN = ("SoloModel", "TwoModels", "ClassTransformation")
KEPT = ["recency", "history_segment", "history", "mens", "womens", "zip_code", "newbie", "channel"]


@dataclass(frozen=True)
class Figure:
    """One measured figure, and its target where it has one."""

    name: str
    value: float
    unit: str = ""
    target: str = ""


def cpu_of(work: Callable[[], Result]) -> tuple[Result, float]:
    """Do some work; return what came of it and the CPU seconds."""
    start = time.process_time()
    return work(), time.process_time() - start


def fitted(trial: KnownEffects, seed: int) -> UpliftModel:
    """Fit the default learner."""
    return fit_uplift(trial.features, trial.treatment, trial.outcome, seed=seed, yardsticks=False)


def judged(truth: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Return error in points, share of the oracle's value, and slope."""
    return np.array(
        [error_in_points(truth, predicted), share_of_oracle(truth, predicted), true_slope(truth, predicted)]
    )


def peer_predictions(model: UpliftModel, name: str, features: pd.DataFrame) -> np.ndarray:
    """Return what a peer, fitted on the model's whole trial, says of others."""
    context = JobContext()
    with one_thread():
        effect = learner_named(name).fit(model.sample, model.sample.all_folds, context)
        return effect.predict(model.learner.rows(features), context)[:, 0]


def measure_known_effects(
    customers: int, seeds: int, targets: tuple[str, str, str, str], *, peers: bool
) -> list[Figure]:
    """Fit trials with known effects and judge the predictions for customers who were not in them."""
    rows: dict[str, list[np.ndarray]] = {}
    used = []
    for seed in range(seeds):
        trial, others = known_effects(customers, seed), known_effects(OTHERS, 10_000 + seed)
        model, cpu = cpu_of(lambda trial=trial, seed=seed: fitted(trial, seed))
        used.append(cpu)
        rows.setdefault("Semblance", []).append(judged(others.uplift, model.predict(others.features)[:, 0]))
        rows.setdefault("Semblance, out of fold", []).append(judged(trial.uplift, model.crossfit.predictions[:, 0]))
        for name in PEERS if peers else ():
            rows.setdefault(name, []).append(judged(others.uplift, peer_predictions(model, name, others.features)))
    figures = []
    for name, found in rows.items():
        means, ours = np.mean(found, axis=0), name == "Semblance"
        for place, (what, unit) in enumerate((("error", "points"), ("share of the oracle's value", ""), ("slope", ""))):
            place_of = f"{customers:,} customers, {name}: {what}"
            figures.append(Figure(place_of, float(means[place]), unit, targets[place] if ours else ""))
    figures.append(Figure(f"{customers:,} customers: fit", float(np.mean(used)), "CPU s", targets[3]))
    return figures


def measure_million(customers: int) -> list[Figure]:
    """Fit one large trial; its memory is the greatest of the process so far."""
    figures = measure_known_effects(customers, 1, ("<= .85", ">= .93", "", "<= 60"), peers=False)
    return [*figures, Figure(f"{customers:,} customers: memory", peak_memory(), "GB", "< 2")]


def causal_forest(trial: KnownEffects, others: KnownEffects) -> np.ndarray:
    """Return what EconML's CausalForestDML, fitted on a trial, says of others."""
    from econml.dml import CausalForestDML
    from sklearn.ensemble import HistGradientBoostingClassifier

    x, x_others = (pd.get_dummies(one.features, dtype=float).to_numpy() for one in (trial, others))
    learner = CausalForestDML(
        model_y=HistGradientBoostingClassifier(), model_t=HistGradientBoostingClassifier(),
        discrete_outcome=True, discrete_treatment=True, n_estimators=200, min_samples_leaf=50, n_jobs=1, random_state=0,
    )  # fmt: skip
    learner.fit(trial.outcome, (trial.treatment != NO_OFFER).astype(int), X=x)
    return np.asarray(learner.effect(x_others)).ravel()


def measure_causal_forest(seeds: int, customers: int = 50_000) -> list[Figure]:
    """Compare with EconML's CausalForestDML on the same trials."""
    if find_spec("econml") is None:
        print("EconML is not installed (requirements-peers.txt), so its causal forest is left out.")
        return []
    found = []
    for seed in range(seeds):
        pair = known_effects(customers, seed), known_effects(OTHERS, 10_000 + seed)
        ours, cpu = cpu_of(lambda pair=pair, seed=seed: fitted(pair[0], seed).predict(pair[1].features)[:, 0])
        with one_thread():
            theirs, their_cpu = cpu_of(lambda pair=pair: causal_forest(*pair))
        truth = pair[1].uplift
        found.append([error_in_points(truth, ours), cpu, error_in_points(truth, theirs), their_cpu])
    error, cpu, their_error, their_cpu = np.mean(found, axis=0)
    name = f"{customers:,} customers"
    return [
        Figure(f"{name}, Semblance: error", error, "points", "below CausalForestDML's"),
        Figure(f"{name}, Semblance: fit and predict", cpu, "CPU s", "<= a tenth of CausalForestDML's"),
        Figure(f"{name}, CausalForestDML: error", their_error, "points"),
        Figure(f"{name}, CausalForestDML: fit and predict", their_cpu, "CPU s"),
    ]


def read_hillstrom(path: Path) -> pd.DataFrame:
    """Read Hillstrom's campaign; the segment becomes the offer."""
    table = pd.read_csv(path)
    table["history_segment"] = table["history_segment"].str[0].astype(int)
    table["offer"] = table["segment"].replace({"No E-Mail": NO_OFFER})
    return table


def measure_hillstrom(path: Path, splits: int) -> list[Figure]:
    """Compare rankings of women's e-mail against none on halves that were not learnt from; then three arms."""
    table = read_hillstrom(path)
    two = table[table["offer"] != "Mens E-Mail"].reset_index(drop=True)
    added: dict[str, list[np.ndarray]] = {}
    for split in range(splits):
        order = np.random.default_rng(split).permutation(len(two))
        train, test = two.iloc[order[: len(two) // 2]], two.iloc[order[len(two) // 2 :]]
        model = fit_uplift(train[KEPT], train["offer"], train["visit"], seed=split, yardsticks=False)
        rankings = {"Semblance": model.predict(test[KEPT])[:, 0]}
        rankings |= {name: peer_predictions(model, name, test[KEPT]) for name in KNOWN}
        treated = (test["offer"] != NO_OFFER).to_numpy()
        expected = model.learner.expected.predict(model.learner.rows(test[KEPT]).codes, JobContext())
        score = (test["visit"].to_numpy() - expected) * np.where(treated, 1 / treated.mean(), -1 / (1 - treated.mean()))
        for name, ranking in rankings.items():
            places = rank_best_first(ranking, np.zeros(len(test), dtype=np.int64))
            added.setdefault(name, []).append(qini_contributions(score, places))
    means = {name: float(np.mean([part.mean() for part in parts])) for name, parts in added.items()}
    best = max(KNOWN, key=lambda name: means[name])
    apart = [a - b for a, b in zip(added["Semblance"], added[best], strict=True)]
    error = float(np.mean([mean_and_error(part)[1] for part in apart]))
    figures = [Figure(f"Hillstrom, {name}: Qini", 1000 * mean, "in 1,000") for name, mean in means.items()]
    figures += [
        Figure(f"Hillstrom: Qini above {best}'s", 1000 * (means["Semblance"] - means[best]), "in 1,000", ">= -1 error"),
        Figure("Hillstrom: paired standard error", 1000 * error, "in 1,000"),
    ]
    model = fit_uplift(table[KEPT], table["offer"], table["visit"], yardsticks=False)
    worth = policy_value(model, [Offer(key, key, "", 1.0, 0.0) for key in model.offers])
    name = f"Hillstrom, three arms: personal offers over {worth.best_single_offer} for all, visits in 1,000"
    return [
        *figures,
        Figure(name, 1000 * worth.gain),
        Figure(f"{name}, low", 1000 * worth.gain_low),
        Figure(f"{name}, high", 1000 * worth.gain_high),
    ]


def measure_coverage(simulations: int) -> list[Figure]:
    """Count how often Qini's interval holds the truth of a fixed ranking, by doubly-robust scores."""
    whole, random = known_effects(400_000, 99), np.random.default_rng(0)
    ranked_by = whole.uplift + random.normal(0, 0.03, len(whole.uplift))
    none = np.zeros(len(ranked_by), dtype=np.int64)
    truth = float(qini_contributions(whole.uplift, rank_best_first(ranked_by, none)).mean())
    control = np.clip(whole.baseline + random.normal(0, 0.03, len(none)), 0.0, 1.0)
    asked, by_offer = whole.treatment != NO_OFFER, control + 0.035
    score = by_offer - control + np.where(asked, 2.0 * (whole.outcome - by_offer), -2.0 * (whole.outcome - control))
    held = 0
    for simulation in range(simulations):
        some = np.random.default_rng(simulation).choice(len(none), 20_000, replace=False)
        found = qini(score[some], ranked_by[some], none[some])
        held += found.low <= truth <= found.high
    return [Figure(f"Qini's interval holds the truth, of {simulations}", 100 * held / simulations, "%", "93 to 97")]


def measure_false_signals(simulations: int, customers: int = 2_000) -> list[Figure]:
    """Count how often the test finds a signal at the 5 % level where none was planted."""
    below, told = 0, 0
    for seed in range(simulations):
        trial = known_effects(customers, 5_000 + seed, effect=0.0)
        found = evaluate_uplift(trial.features, trial.treatment, trial.outcome, seed=seed)
        below += found.p_value < 0.05
        told += found.has_signal
    name = f"of {simulations} trials of {customers:,} customers without effect"
    return [
        Figure(f"p below 0.05, {name}", 100 * below / simulations, "%", "3 to 7"),
        Figure(f"Signal told, {name}", 100 * told / simulations, "%"),
    ]


def main(arguments: list[str]) -> None:
    """Measure everything and say it."""
    parser = argparse.ArgumentParser(prog="dev.py bench uplift", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="F", help="write the figures there too")
    parser.add_argument("--seeds", type=int, default=5, metavar="N", help="trials with known effects")
    parser.add_argument(
        "--large", type=int, default=1_000_000, metavar="N", help="customers of the large trial; 0: none"
    )
    parser.add_argument("--hillstrom", type=Path, metavar="F", help="Hillstrom's campaign, a CSV file")
    parser.add_argument("--splits", type=int, default=10, metavar="N", help="of Hillstrom's campaign")
    parser.add_argument("--simulations", type=int, default=400, metavar="N", help="for the intervals and the test")
    chosen = parser.parse_args(arguments)
    parts: list[Callable[[], list[Figure]]] = [
        lambda: measure_known_effects(100_000, chosen.seeds, ("<= 1.70", ">= .70", ".9 to 1.1", ""), peers=True),
        lambda: measure_causal_forest(min(chosen.seeds, 2)),
    ]
    if chosen.simulations:
        parts += [lambda: measure_coverage(chosen.simulations), lambda: measure_false_signals(chosen.simulations)]
    if chosen.large:
        parts.insert(0, lambda: measure_million(chosen.large))
    if chosen.hillstrom:
        parts.append(lambda: measure_hillstrom(chosen.hillstrom, chosen.splits))
    else:
        print("Hillstrom's campaign is left out: no file was given (--hillstrom F).")
    figures = []
    for part in parts:
        for figure in part():
            figures.append(figure)
            print(f"{figure.name:86}{figure.value:10.3f} {figure.unit:9}{figure.target}", flush=True)
    if chosen.json:
        report = {"python": sys.version.split()[0], "figures": [asdict(figure) for figure in figures]}
        chosen.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
