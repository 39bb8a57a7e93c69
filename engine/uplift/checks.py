"""Whether a trial can be believed: are the arms alike, do they overlap, is nothing found where offers are shuffled."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from engine.job import JobContext
from engine.uplift.additive import AdditiveLearner
from engine.uplift.crossfit import CrossFit, agreement_of, drawn, robust_scores
from engine.uplift.evaluation import signal_test
from engine.uplift.features import FeatureSpace, Rows
from engine.uplift.learners import fit_out_of_fold
from engine.uplift.qini import mean_and_error
from engine.uplift.sample import Sample
from engine.uplift.trial import LEAST_CHANCE, FloatArray, IntArray, Trial

BINS = 20
SHUFFLES = 5
MOST_SHUFFLED = 20_000  # customers, by lot; the placebo is about the way, not about their number


@dataclass(frozen=True)
class Imbalance:
    """How much the customers with an offer differ from those without in a feature, in standard deviations.

    ``z`` is that over its standard error; ``looked_at`` says of how many differences between the arms it is one.
    """

    feature: str
    offer: str
    difference: float
    z: float
    looked_at: int = 1

    @property
    def z_alone(self) -> float:
        """The |z| that is as rare alone as the largest of so many is at most (Bonferroni); 0 where it is not rare."""
        from scipy.special import log_ndtr, ndtri_exp

        log_chance = float(log_ndtr(-abs(self.z))) + math.log(self.looked_at)
        return -float(ndtri_exp(log_chance)) if log_chance < math.log(0.5) else 0.0


@dataclass(frozen=True)
class Overlap:
    """Who could have got what. ``counts`` (offers, bins) are customers by their chance of the offer against none.

    The chances are those that the features tell, out of fold, in bins of equal width from 0 to 1. ``effective`` is how
    many customers the weighted ones are worth; ``trimmed`` the share whose chance had to be cut at 0.02 or 0.98.
    ``told`` is the z by which the features tell who got what: near or below 0 where a lot was drawn.
    """

    offers: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    effective: float
    trimmed: float
    told: float


@dataclass(frozen=True)
class Placebo:
    """The signal's z where the offers were shuffled among the customers, so that there can be none."""

    z: tuple[float, ...]
    customers: int


def imbalances(space: FeatureSpace, rows: Rows, trial: Trial) -> tuple[Imbalance, ...]:
    """Return each feature's largest standardised difference between an offer and none, the largest first.

    Weighted so that the arms are as if drawn by lot. Source: Austin (2009), Statistics in Medicine 28(25).
    """
    names = [category.name for category in space.categories] + [quantity.name for quantity in space.quantities]
    levels = [len(category.shares) for category in space.categories] + [1] * len(space.quantities)
    looked_at = len(trial.offers) * sum(levels)
    found = []
    for place, name in enumerate(names):
        column = rows.codes[:, place]
        differences = [
            _level_difference(column, levels[place], trial, arm)
            if place < len(space.categories)
            else _difference(column, trial, arm)
            for arm in range(1, len(trial.offers) + 1)
        ]
        worst = int(np.argmax([abs(z) for _, z in differences]))
        found.append(Imbalance(name, trial.offers[worst], *differences[worst], looked_at))
    return tuple(sorted(found, key=lambda one: -abs(one.difference)))


def _difference(column: FloatArray, trial: Trial, arm: int) -> tuple[float, float]:
    """Return the standardised difference of a number between an arm and none, and its z."""
    means, errors, spreads = [], [], []
    for mine in (trial.arm == arm, trial.arm == 0):
        known = mine & ~np.isnan(column)
        if not known.any():
            return 0.0, 0.0
        weight = trial.balance[known]
        mean, error = mean_and_error(column[known], weight)
        means.append(mean)
        errors.append(error)
        spreads.append(float(np.average((column[known] - mean) ** 2, weights=weight)))
    spread, error = math.sqrt(sum(spreads) / 2), math.hypot(*errors)
    gap = means[0] - means[1]
    return (gap / spread if spread > 0 else 0.0), (gap / error if error > 0 else 0.0)


def _level_difference(codes: FloatArray, levels: int, trial: Trial, arm: int) -> tuple[float, float]:
    """Return the largest standardised difference of a level's share between an arm and none, and its z."""
    shares, sizes = [], []
    for mine in (trial.arm == arm, trial.arm == 0):
        known = mine & ~np.isnan(codes)
        weight = trial.balance[known]
        counts = np.bincount(codes[known].astype(np.int64), weight, minlength=levels)
        shares.append(counts / max(counts.sum(), 1e-12))
        sizes.append(weight.sum() ** 2 / max(float((weight**2).sum()), 1e-12))
    variance = [share * (1 - share) for share in shares]
    gap = shares[0] - shares[1]
    spread = np.sqrt((variance[0] + variance[1]) / 2)
    error = np.sqrt(variance[0] / max(sizes[0], 1.0) + variance[1] / max(sizes[1], 1.0))
    z = np.divide(gap, error, out=np.zeros(levels), where=error > 0)
    worst = int(np.abs(z).argmax())
    return (float(gap[worst] / spread[worst]) if spread[worst] > 0 else 0.0), float(z[worst])


def overlap(sample: Sample, context: JobContext) -> Overlap:
    """Return who could have got what, by propensities that the features tell."""
    trial = sample.trial
    told = sample.told_chances(context) if trial.is_randomised else trial.chances
    rows = np.arange(len(trial.arm))
    gained = np.log(np.maximum(told[rows, trial.arm], 1e-9) / trial.shares[trial.arm])
    gain, error = mean_and_error(gained, trial.weights)
    chance = told[:, 1:] / (told[:, 1:] + told[:, :1])
    counts = [np.histogram(chance[:, j], bins=BINS, range=(0.0, 1.0))[0] for j in range(len(trial.offers))]
    balance = trial.balance
    extreme = trial.chances.min(axis=1) <= LEAST_CHANCE * 1.0001
    return Overlap(
        offers=trial.offers,
        counts=tuple(tuple(int(count) for count in row) for row in counts),
        effective=float(balance.sum() ** 2 / (balance**2).sum()),
        trimmed=float(extreme.mean()) if trial.propensity is not None else 0.0,
        told=gain / error if error > 0 else 0.0,
    )


def placebo(sample: Sample, context: JobContext) -> Placebo:
    """Shuffle the offers among the customers and look for a signal that cannot be there, five times."""
    random = np.random.default_rng(sample.seed + 1)
    some = _some(len(sample.fold), random)
    rows, found = sample.rows[some], []
    few = drawn(rows, sample.seed)
    for turn in range(SHUFFLES):
        part = context.part(turn / SHUFFLES, (turn + 1) / SHUFFLES)
        part.progress(0.0, "Shuffling the offers")
        shuffled = Trial(
            sample.trial.offers,
            random.permutation(sample.trial.arm[some]),
            sample.trial.outcome[some],
            _scaled(sample.trial.weight, some),
        )
        again = replace(
            sample, rows=rows, trial=shuffled, fold=sample.fold[some], expected=sample.expected[some],
            _moments=[], _by_arm=[], _told=[],
        )  # fmt: skip
        uplift, effects = fit_out_of_fold(AdditiveLearner(), again, part)
        agreement = agreement_of([effect.predict(few, part) for effect in effects])
        scores = robust_scores(again, uplift)
        found.append(signal_test(CrossFit(again.fold, uplift, scores, shuffled.weights, {}, agreement)).z)
    return Placebo(tuple(found), len(some))


def _some(rows: int, random: np.random.Generator) -> IntArray:
    if rows <= MOST_SHUFFLED:
        return np.arange(rows)
    return np.sort(random.choice(rows, MOST_SHUFFLED, replace=False))


def _scaled(weight: FloatArray | None, some: IntArray) -> FloatArray | None:
    return None if weight is None else weight[some] / weight[some].mean()


def control_rate(trial: Trial) -> float:
    """Return how many of 1 say yes without an offer, as if all had been in the control group."""
    mine = trial.arm == 0
    return float(np.average(trial.outcome[mine], weights=trial.balance[mine]))
