"""Measures uplift and loyalty: python dev.py bench uplift [--json F] [--only PART ...] [--hillstrom F] [--peers P].

Peers: scikit-uplift's learners always; EconML's CausalForestDML in a process of its own, by a Python where
requirements-peers.txt beside this file is installed. Hillstrom's e-mail campaign (MineThatData, 2008) is read from a
file of one's own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

from engine.columns import NO_OFFER
from engine.handsets.incidence import cumulative_incidence
from engine.job import JobContext
from engine.offers import Offer, policy_value
from engine.threads import one_thread
from engine.uplift import UpliftModel, evaluate_uplift, explainer_of, fit_uplift
from engine.uplift.learners import learner_named
from engine.uplift.qini import mean_and_error, qini, qini_contributions, rank_best_first
from tests.benchmarks.social import peak_memory
from tests.engine.handsets.market import HORIZON, A, Market, without_entry
from tests.engine.uplift.known_effects import (
    KnownEffects,
    error_in_points,
    known_effects,
    share_of_oracle,
    town_effects,
    true_slope,
)

Result = TypeVar("Result")
ROOT = Path(__file__).resolve().parent.parent.parent
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


def measure_causal_forest(python: Path, seeds: int, customers: int = 50_000) -> list[Figure]:
    """Compare with EconML's CausalForestDML on the same trials."""
    asked = ("-m", "tests.benchmarks.causal_forest", str(customers), str(OTHERS), str(seeds))
    fitted(known_effects(1_000, 0), 0)  # libraries are loaded before, as the peer's are
    found = []
    for seed in range(seeds):
        trial, others = known_effects(customers, seed), known_effects(OTHERS, 10_000 + seed)
        model, fit = cpu_of(lambda trial=trial, seed=seed: fitted(trial, seed))
        ours, predict = cpu_of(lambda model=model, others=others: model.predict(others.features)[:, 0])
        found.append((error_in_points(others.uplift, ours), fit, predict))
    done = subprocess.run([str(python), *asked], cwd=ROOT, capture_output=True, text=True, check=True)
    theirs = json.loads(done.stdout.splitlines()[-1])
    error, fit, predict = np.mean(found, axis=0)
    name = f"{customers:,} customers"
    share = (fit + predict) / (theirs["fit"] + theirs["predict"])
    return [
        Figure(f"{name}, Semblance: error", error, "points", "below CausalForestDML's"),
        Figure(f"{name}, Semblance: fit", fit, "CPU s"),
        Figure(f"{name}, Semblance: predict {OTHERS:,} others", predict, "CPU s"),
        Figure(f"{name}, CausalForestDML: error", theirs["error"], "points"),
        Figure(f"{name}, CausalForestDML: fit", theirs["fit"], "CPU s"),
        Figure(f"{name}, CausalForestDML: predict {OTHERS:,} others", theirs["predict"], "CPU s"),
        Figure(f"{name}: CPU of both as a share of CausalForestDML's", share, "", "<= .10"),
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


def measure_false_signals(simulations: int, customers: int = 1_000) -> list[Figure]:
    """Count how often the test finds a signal at the 5 % level where none was planted.

    The test's one constant was chosen on the seeds from 20,000 on.
    """
    trials = {
        f"{customers:,} customers": lambda seed: known_effects(customers, seed, effect=0.0),
        "8,000 customers of 400 towns": lambda seed: town_effects(8_000, seed, towns=400, effect=0.0),
    }
    return [figure for name, draw in trials.items() for figure in _false_signals(simulations, name, draw)]


def _false_signals(simulations: int, of_whom: str, draw: Callable[[int], KnownEffects]) -> list[Figure]:
    below, told = 0, 0
    for seed in range(simulations):
        trial = draw(60_000 + seed)
        found = evaluate_uplift(trial.features, trial.treatment, trial.outcome, seed=60_000 + seed)
        below += found.p_value < 0.05
        told += found.has_signal
    name = f"of {simulations} trials of {of_whom} without effect"
    return [
        Figure(f"p below 0.05, {name}", 100 * below / simulations, "%", "3 to 7"),
        Figure(f"Signal told, {name}", 100 * told / simulations, "%", "3 to 7"),
    ]


def measure_reasons(repetitions: int = 50) -> list[Figure]:
    """Explain customers one by one; the least of many, and the middle one."""
    trial = known_effects(20_000, 0)
    explainer = explainer_of(fitted(trial, 0))
    used, waited = [], []
    for row in range(repetitions):
        start, begun = time.perf_counter(), time.process_time()
        explainer.explain(trial.features.iloc[[row]], "plan")
        used.append(1000 * (time.process_time() - begun))
        waited.append(1000 * (time.perf_counter() - start))
    name = f"Reasons of one customer, 10 features, {repetitions} of them"
    return [
        Figure(f"{name}: least", min(used), "CPU ms", "< 100"),
        Figure(f"{name}: middle", float(np.median(used)), "CPU ms"),
        Figure(f"{name}: least", min(waited), "ms", "< 100"),
        Figure(f"{name}: middle", float(np.median(waited)), "ms"),
    ]


def measure_towns(customers: int = 200_000) -> list[Figure]:
    """Fit a trial in 2,000 towns whose groups nothing tells, with and without what was learnt of rare towns."""
    trial, others = town_effects(customers, 0), town_effects(50_000, 1)
    model, cpu = cpu_of(lambda: fitted(trial, 0))
    rows = model.learner.rows(others.features)
    is_rare = rows.rare[:, 0] >= 0
    strangers = replace(rows, rare=np.full_like(rows.rare, -1))
    name = f"{customers:,} customers of 2,000 towns"
    told = {"error in rare towns": rows, "the same without their own effects": strangers}
    errors = {
        what: error_in_points(others.uplift[is_rare], model.learner.uplift_of(seen, JobContext())[is_rare, 0])
        for what, seen in told.items()
    }
    figures = [Figure(f"{name}: {what}", error, "points") for what, error in errors.items()]
    found, truth = model.forecast(others.features), others.uplift[:, None]
    held = 100 * float(((found.low <= truth) & (truth <= found.high))[is_rare].mean())
    figures.append(Figure(f"{name}: likely ranges that hold the truth in rare towns", held, "%"))
    return [*figures, Figure(f"{name}: fit", cpu, "CPU s")]


def measure_late_entry(logs: int = 50, handsets: int = 20_000) -> list[Figure]:
    """Return the mean error of owners' lead where logs cut on both sides, with and without late entry."""
    owners, others = Market(True), Market(False)
    truth = owners.truth() - others.truth()
    errors = []
    for seed in range(logs):
        random = np.random.default_rng(1_000 + seed)
        sides = [market.seen(handsets, random) for market in (owners, others)]
        leads = [
            [cumulative_incidence(see(side), 2, HORIZON).probability[A] for side in sides]
            for see in (lambda side: side, without_entry)
        ]
        errors.append([own - other - truth for own, other in leads])
    bias, blind = np.mean(errors, axis=0)
    return [
        Figure(f"Aalen-Johansen with late entry, mean error in {logs} logs", bias, "", "below .005"),
        Figure("The same without late entry", blind),
    ]


PARTS = ("large", "known", "forest", "towns", "reasons", "qini", "null", "late", "hillstrom")


def parts_chosen(chosen: argparse.Namespace) -> dict[str, Callable[[], list[Figure]]]:
    """Return what is to be measured, by name."""
    parts: dict[str, Callable[[], list[Figure]]] = {
        "large": lambda: measure_million(chosen.large),
        "known": lambda: measure_known_effects(
            100_000, chosen.seeds, ("<= 1.70", ">= .70", ".9 to 1.1", ""), peers=True
        ),
        "forest": lambda: measure_causal_forest(chosen.peers, min(chosen.seeds, 3)),
        "towns": measure_towns,
        "reasons": measure_reasons,
        "qini": lambda: measure_coverage(chosen.simulations),
        "null": lambda: measure_false_signals(chosen.simulations),
        "late": measure_late_entry,
        "hillstrom": lambda: measure_hillstrom(chosen.hillstrom, chosen.splits),
    }
    return {name: parts[name] for name in chosen.only}


def main(arguments: list[str]) -> None:
    """Measure everything and say it."""
    parser = argparse.ArgumentParser(prog="dev.py bench uplift", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="F", help="write the figures there too")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="parts to measure")
    parser.add_argument("--seeds", type=int, default=5, metavar="N", help="trials with known effects")
    parser.add_argument("--large", type=int, default=1_000_000, metavar="N", help="customers of the large trial")
    parser.add_argument("--hillstrom", type=Path, metavar="F", help="Hillstrom's campaign, a CSV file")
    parser.add_argument("--splits", type=int, default=10, metavar="N", help="of Hillstrom's campaign")
    parser.add_argument("--simulations", type=int, default=400, metavar="N", help="for the intervals and the test")
    parser.add_argument("--peers", type=Path, metavar="PYTHON", help="has requirements-peers.txt installed")
    chosen = parser.parse_args(arguments)
    figures = []
    for name, measure in parts_chosen(chosen).items():
        wanted = {"hillstrom": ("--hillstrom F", chosen.hillstrom), "forest": ("--peers PYTHON", chosen.peers)}
        option, given = wanted.get(name, ("", True))
        if not given:
            print(f"{name} is left out: {option} was not given.")
            continue
        for figure in measure():
            figures.append(figure)
            print(f"{figure.name:86}{figure.value:10.4f} {figure.unit:9}{figure.target}", flush=True)
    if chosen.json:
        report = {"python": sys.version.split()[0], "figures": [asdict(figure) for figure in figures]}
        chosen.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
