"""Which handset follows which: competing risks that know age, town, community and contacts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.demo.loyalty import RiskTally
from engine.demo.people import People
from engine.demo.ties import Ties
from engine.demo.world import (
    MAKERS,
    MONTHS,
    PLANTED,
    FloatArray,
    IntArray,
    Planted,
    middle_out,
    stream,
    town_wealth,
)
from engine.job import JobContext

BURN_IN_MONTHS = 60
EXPOSURE_EVERY = 6
HANDSET_MONTHS_AT_FIRST = 40.0


@dataclass(frozen=True)
class PhoneLives:
    """What became of the handsets, in months after the start of the logs (negative before it)."""

    first_maker: IntArray  # per customer, in use when the logs begin
    first_start: FloatArray
    customer: IntArray  # per change of handset within the logs, in order of time
    month: FloatArray
    maker: IntArray  # of the new handset
    left: FloatArray  # per customer, month of leaving the operator; inf for those who stay
    last_maker: IntArray  # per customer, at the end of the logs or on leaving
    last_start: FloatArray
    exposure: FloatArray  # (customers, makers) share of ties, at the end
    risk: RiskTally


@dataclass
class _State:
    """The handset in hand, month by month."""

    maker: IntArray
    start: FloatArray
    left: FloatArray
    exposure: FloatArray


class Hazards:
    """The planted monthly hazards of each customer: one per maker of the next handset, and one of leaving."""

    def __init__(self, people: People, seed: int, planted: Planted = PLANTED) -> None:
        rng = stream(seed, "taste")
        communities = int(people.community.max()) + 1
        taste = rng.normal(0.0, planted.taste_spread, (communities, len(MAKERS)))
        age, wealth = middle_out(people.band)[:, None], town_wealth(people.town)[:, None]
        shift = age * np.array(planted.attraction_by_age) + wealth * np.array(planted.attraction_by_wealth)
        self.planted = planted
        self.attraction = np.array(planted.attraction) * np.exp(taste[people.community] + shift)
        odds = np.log(np.array(planted.loyalty) / (1.0 - np.array(planted.loyalty)))
        odds = odds + age * np.array(planted.loyalty_by_age) + wealth * np.array(planted.loyalty_by_wealth)
        self.loyalty = 1.0 / (1.0 + np.exp(-odds))
        self.pace = np.array(planted.change_by_age_band)[people.band]

    def next_handset(self, maker: IntArray, months: FloatArray, exposure: FloatArray) -> FloatArray:
        """Return (customers, makers) hazards per month, given the handset in hand and its age in months."""
        planted = self.planted
        rows = np.arange(len(maker))
        change = np.interp(months, planted.change_months, planted.change_hazard) * self.pace
        others = self.attraction.sum(axis=1) - self.attraction[rows, maker]
        loyal = self.loyalty[rows, maker]
        chance = self.attraction * ((1.0 - loyal) / others)[:, None]
        chance[rows, maker] = loyal
        share = np.bincount(maker, minlength=len(MAKERS)) / len(maker)
        chance *= np.exp(planted.influence * (exposure - share))
        return np.asarray(chance * change[:, None])

    def leaving(self, months: FloatArray) -> FloatArray:
        """Return the hazard per month of leaving the operator."""
        return np.asarray(self.planted.leave_hazard * np.where(months < self.planted.change_months[2], 1.0, 2.0))


def simulate_phones(
    people: People, ties: Ties, seed: int, *, planted: Planted = PLANTED, context: JobContext | None = None
) -> PhoneLives:
    """Live through five years before the logs, then through the logs, month by month."""
    context = context or JobContext()
    rng = stream(seed, "phones")
    customers = len(people)
    hazards = Hazards(people, seed, planted)
    matrix = ties.matrix(customers)
    eye = np.eye(len(MAKERS), dtype=np.float32)
    maker = rng.choice(len(MAKERS), customers, p=planted.first_share)
    start = -BURN_IN_MONTHS - rng.random(customers) * HANDSET_MONTHS_AT_FIRST
    state = _State(maker, start, np.full(customers, np.inf), np.zeros((customers, len(MAKERS))))
    for month in range(-BURN_IN_MONTHS, 0):
        if month % EXPOSURE_EVERY == 0:
            state.exposure = matrix @ eye[state.maker]
        _live_a_month(state, hazards, month, np.zeros(customers), rng)
        context.progress((month + BURN_IN_MONTHS) / (BURN_IN_MONTHS + MONTHS))
    first_maker, first_start = state.maker.copy(), state.start.copy()
    risk = RiskTally(people)
    changes = []
    for month in range(MONTHS):
        state.exposure = matrix @ eye[state.maker]
        seen = np.clip(month + 1 - people.present_from, 0.0, 1.0)
        changes.append(_live_a_month(state, hazards, month, seen, rng, risk))
        context.progress((month + BURN_IN_MONTHS) / (BURN_IN_MONTHS + MONTHS))
    customer, time, chosen = (np.concatenate(part) for part in zip(*changes, strict=True))
    return PhoneLives(
        first_maker, first_start, customer, time, chosen, state.left, state.maker, state.start,
        matrix @ eye[state.maker], risk,
    )  # fmt: skip


def _live_a_month(
    state: _State,
    hazards: Hazards,
    month: int,
    seen: FloatArray,
    rng: np.random.Generator,
    risk: RiskTally | None = None,
) -> tuple[IntArray, FloatArray, IntArray]:
    """Let handsets change and customers leave; return who changed, when and to which maker.

    ``seen`` is the share of the month in which each one is a customer: nobody leaves, or counts as at risk, otherwise.
    """
    months = month + 0.5 - state.start
    hazard = hazards.next_handset(state.maker, months, state.exposure)
    here = state.left == np.inf
    leaving = hazards.leaving(months) * seen
    if risk is not None:
        rows = np.flatnonzero(here & (seen > 0.0))
        risk.add(rows, state.maker[rows], month - state.start[rows], hazard[rows], leaving[rows], seen[rows])
    change = hazard.sum(axis=1)
    total = change + leaving
    event = (rng.random(len(months)) < -np.expm1(-total)) & here
    cause = rng.random(len(months)) * total
    when = month + rng.random(len(months))
    leaves = event & (cause >= change) & (seen > 0.0)
    state.left = np.where(leaves, np.maximum(when, month + 1.1 - seen), state.left)
    changers = np.flatnonzero(event & ~leaves)
    reached = np.cumsum(hazard[changers], axis=1)
    chosen = (reached < np.minimum(cause[changers], reached[:, -1] * (1.0 - 1e-9))[:, None]).sum(axis=1)
    state.maker[changers] = chosen
    state.start[changers] = when[changers]
    return changers, when[changers], chosen
