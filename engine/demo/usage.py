"""Internet use: some records a customer, one on the first day, and more in the first weeks of a new handset."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.demo.people import People
from engine.demo.spells import Spells
from engine.demo.world import DAY_SECONDS, LOG_DAYS, MONTH_SECONDS, FloatArray, IntArray, stream

RECORDS = 14.0
CATEGORIES = ("video", "social", "web", "music", "maps", "updates")
UPDATES = CATEGORIES.index("updates")
SET_UP_DAYS = ((0.05, 1.0), (7.0, 10.0), (15.0, 18.0))


@dataclass(frozen=True)
class Usage:
    """Internet usage records as parallel arrays, in order of time."""

    customer: IntArray
    second: IntArray  # after the first day
    megabytes: FloatArray
    category: IntArray


def simulate_usage(people: People, spells: Spells, until: IntArray, seed: int) -> Usage:
    """Draw the records from each one's first day with the operator ``until`` the last, in seconds."""
    rng = stream(seed, "usage")
    since = np.maximum(people.since_day, 0) * DAY_SECONDS
    everybody = np.arange(len(people))
    often = np.repeat(everybody, rng.poisson(RECORDS * (until - since) / (LOG_DAYS * DAY_SECONDS)))
    # The first day's record makes the handset then in use the one first seen, which phone_since is about.
    owner = np.concatenate([everybody, often])
    span = np.concatenate([np.minimum(until - since, DAY_SECONDS), (until - since)[often]])
    second = since[owner] + (rng.random(len(owner)) * span).astype(np.int64)
    category = rng.choice(UPDATES, len(owner), p=(0.3, 0.3, 0.2, 0.1, 0.1))
    starter, moment = _set_up(spells, since, rng)
    owner, second = np.concatenate([owner, starter]), np.concatenate([second, moment])
    category = np.concatenate([category, np.full(len(starter), UPDATES)])
    order = np.argsort(second, kind="stable")
    typical = np.exp(5.6 - 0.02 * (people.age - 40.0) + rng.normal(0.0, 0.7, len(people)))
    megabytes = np.round(typical[owner] * np.exp(rng.normal(0.0, 0.4, len(owner))), 1)
    return Usage(owner[order], second[order], megabytes[order], category[order])


def monthly_megabytes(usage: Usage, people: People, until: IntArray) -> FloatArray:
    """Return each customer's recorded megabytes per month with the operator."""
    months = np.maximum((until - np.maximum(people.since_day, 0) * DAY_SECONDS) / MONTH_SECONDS, 0.5)
    return np.asarray(np.bincount(usage.customer, usage.megabytes, minlength=len(people)) / months)


def _set_up(spells: Spells, since: IntArray, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
    """Return who loads the first things on to a new handset, and when."""
    new = spells.start > 0
    owners, moments = [], []
    for first, last in SET_UP_DAYS:
        moment = spells.start + (rng.uniform(first, last, len(new)) * DAY_SECONDS).astype(np.int64)
        kept = new & (moment < spells.end) & (moment >= since[spells.customer])
        owners.append(spells.customer[kept])
        moments.append(moment[kept])
    return np.concatenate(owners), np.concatenate(moments)
