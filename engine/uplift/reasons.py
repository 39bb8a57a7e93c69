"""Why a customer's uplift is what it is: Shapley values over the features, which add up to the last digit.

The model itself is not kept; what is needed to predict and explain is, as numbers and names in JSON. Customers are
compared with a crowd that has everybody's ages, towns and phones, each drawn by itself, so that it holds nobody.
Source: Štrumbelj and Kononenko (2014), Knowledge and Information Systems 41(3); antithetic permutations after
Mitchell, Cooper, Frank and Holmes (2022), JMLR 23(43).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from engine.errors import InputError
from engine.job import JobContext
from engine.uplift.additive import AdditiveFound
from engine.uplift.features import Category, FeatureSpace, Quantity, Rows
from engine.uplift.model import UpliftModel
from engine.uplift.stack import DEFAULT
from engine.uplift.trees import TreeArrays
from engine.uplift.trial import FloatArray, unknown_offer
from engine.uplift.yardsticks import SoloModels, solo_uplift

CROWD = 32


@dataclass(frozen=True)
class Reason:
    """What a feature adds to the uplift, in probability, and the customer's value of it (None if not known)."""

    feature: str
    value: str | float | None
    uplift: float


@dataclass(frozen=True)
class Reasons:
    """A customer's uplift with an offer: that of the crowd, and what each feature adds, the largest first.

    ``average`` and all reasons add up to ``uplift``. It is what the model uses, not causes.
    """

    offer: str
    uplift: float
    average: float
    reasons: tuple[Reason, ...]

    def foremost(self, count: int) -> tuple[tuple[Reason, ...], float]:
        """Return the largest reasons, and what all else adds."""
        return self.reasons[:count], sum(reason.uplift for reason in self.reasons[count:])


@dataclass(frozen=True)
class Explainer:
    """The stacked effect as plain numbers, and the crowd that customers are compared with.

    ``rare`` holds (levels + 1, offers) own effects of the rare levels, for each category that has some.
    """

    offers: tuple[str, ...]
    space: FeatureSpace
    centre: FloatArray
    coefficients: FloatArray
    trees: tuple[TreeArrays, ...]
    intercept: FloatArray
    say: FloatArray
    crowd: pd.DataFrame
    rare: tuple[FloatArray, ...] = ()

    @property
    def features(self) -> tuple[str, ...]:
        """The features that the model looks at."""
        texts = (category.name for category in self.space.categories)
        return (*texts, *(quantity.name for quantity in self.space.quantities))

    def uplift(self, features: pd.DataFrame, offer: str) -> FloatArray:
        """Return (rows,) uplifts with an offer; raise InputError if it was not in the trial."""
        return self._uplift(self.space.rows(features), offer)

    def _uplift(self, rows: Rows, offer: str) -> FloatArray:
        if offer not in self.offers:
            raise unknown_offer(offer, self.offers)
        place = self.offers.index(offer)
        smooth = self.space.design(rows.codes) @ self.coefficients[place] - self.coefficients[place] @ self.centre
        for effect, level in zip(self.rare, rows.rare.T, strict=True):
            smooth += effect[level, place]
        solo = solo_uplift(self.trees[place], rows.codes)
        found: FloatArray = self.intercept[place] + self.say[0] * smooth + self.say[1] * solo
        return found

    @cached_property
    def _crowd_rows(self) -> Rows:
        return self.space.rows(self.crowd)

    def explain(self, customer: pd.DataFrame, offer: str) -> Reasons:
        """Explain the uplift of one customer, a table of one row.

        One after the other, a member of the crowd gets the customer's features in a random order, and then in the
        order turned round; what the uplift gains with each is averaged. Raises InputError for a feature that is
        missing.
        """
        self.space.check(customer)
        names = list(self.features)
        steps = len(names) + 1
        random = np.random.default_rng(0)
        orders = [order for _ in range(CROWD) for order in _both_ways(random.permutation(len(names)))]
        taken = np.stack([np.argsort(order)[:, None] < np.arange(steps) for order in orders])
        mine = taken.transpose(0, 2, 1).reshape(-1, len(names))
        crowd, own = self._crowd_rows[np.repeat(np.arange(CROWD), 2 * steps)], self.space.rows(customer)
        walked = Rows(
            np.where(mine, own.codes, crowd.codes), np.where(mine[:, self.space.with_rare], own.rare, crowd.rare)
        )
        value = self._uplift(walked, offer).reshape(len(orders), steps)
        gained = np.diff(value, axis=1)
        added = np.zeros(len(names))
        for order, gain in zip(orders, gained, strict=True):
            added[order] += gain
        added /= len(orders)
        reasons = [
            Reason(name, _shown(customer[name].iloc[0]), float(add)) for name, add in zip(names, added, strict=True)
        ]
        ranked = tuple(sorted(reasons, key=lambda reason: -abs(reason.uplift)))
        return Reasons(offer, float(value[0, -1]), float(value[:, 0].mean()), ranked)

    def to_json(self) -> str:
        """Return the explainer as JSON text."""
        space = self.space
        return json.dumps(
            {
                "offers": self.offers,
                "categories": [
                    [one.name, one.levels, one.shares.tolist(), one.rare, one.band, one.rare_shares]
                    for one in space.categories
                ],
                "rare": [effect.tolist() for effect in self.rare],
                "quantities": [
                    [one.name, one.low, one.high, one.mean, one.knots, one.has_missing] for one in space.quantities
                ],
                "centre": self.centre.tolist(),
                "coefficients": self.coefficients.tolist(),
                "trees": [trees.to_lists() for trees in self.trees],
                "intercept": self.intercept.tolist(),
                "say": self.say.tolist(),
                "crowd": {
                    name: [None if pd.isna(value) else value for value in self.crowd[name].tolist()]
                    for name in self.features
                },
            },
            allow_nan=False,
        )

    @classmethod
    def from_json(cls, text: str) -> Explainer:
        """Return the explainer that ``to_json`` wrote."""
        held: dict[str, Any] = json.loads(text)
        categories = tuple(
            Category(name, tuple(levels), np.array(shares), *map(tuple, rare))
            for name, levels, shares, *rare in held["categories"]
        )
        quantities = tuple(
            Quantity(name, low, high, mean, tuple(knots), has_missing)
            for name, low, high, mean, knots, has_missing in held["quantities"]
        )
        crowd = {one.name: pd.Series(held["crowd"][one.name], dtype=object) for one in categories}
        crowd |= {one.name: pd.Series(held["crowd"][one.name], dtype="float64") for one in quantities}
        return cls(
            tuple(held["offers"]),
            FeatureSpace(categories, quantities),
            np.array(held["centre"]),
            np.array(held["coefficients"]),
            tuple(TreeArrays.from_lists(one) for one in held["trees"]),
            np.array(held["intercept"]),
            np.array(held["say"]),
            pd.DataFrame(crowd),
            tuple(np.array(effect) for effect in held.get("rare", ())),
        )


def explainer_of(model: UpliftModel, *, context: JobContext | None = None) -> Explainer:
    """Return what explains a model of the default learners; raise InputError for another."""
    (context or JobContext()).check()
    stack = model.learner
    smooth, solo = stack.parts[0], stack.parts[-1]
    if stack.names != DEFAULT or not isinstance(smooth, AdditiveFound) or not isinstance(solo, SoloModels):
        raise InputError(f"Only {' and '.join(DEFAULT)} together can be explained, not {', '.join(stack.names)}.")
    return Explainer(
        model.offers,
        stack.space,
        smooth.effect.centre,
        smooth.effect.coefficients,
        solo.trees,
        stack.calibration.intercept,
        stack.calibration.say,
        _crowd(stack.space, model.sample.rows),
        tuple(one.effect for one in smooth.rare),
    )


def _crowd(space: FeatureSpace, rows: Rows) -> pd.DataFrame:
    """Return CROWD rows that hold nobody: each column has the spread of everybody's, in an order of its own."""
    random = np.random.default_rng(0)
    ranks = (np.arange(CROWD) + 0.5) / CROWD
    columns: dict[str, Any] = {}
    for category in space.categories:
        levels = np.array((*category.levels, *category.rare), dtype=object)
        shares = (*category.shares[: len(category.levels)], *category.rare_shares)
        drawn = np.searchsorted(np.cumsum(shares), ranks, side="right")
        columns[category.name] = random.permutation(levels[np.minimum(drawn, len(levels) - 1)])
    for place, quantity in enumerate(space.quantities, start=len(space.categories)):
        numbers = rows.codes[:, place]
        known = numbers[~np.isnan(numbers)]
        values = np.quantile(known, ranks)
        values[: round(CROWD * (1 - len(known) / len(numbers)))] = np.nan
        columns[quantity.name] = random.permutation(values)
    return pd.DataFrame(columns)


def _both_ways(order: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    return order, order[::-1]


def _shown(value: Any) -> str | float | None:
    if pd.isna(value):
        return None
    return float(value) if isinstance(value, (int, float, np.number)) and not isinstance(value, bool) else str(value)
