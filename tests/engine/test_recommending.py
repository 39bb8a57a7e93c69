"""From the logs to the uplift model: what the job bar is told on the way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.columns import ASKED_ON, CUSTOMER, NO_OFFER, OFFER
from engine.customer_base import CustomerBase, base_of_logs
from engine.demo import simulate_operator
from engine.errors import InputError
from engine.handsets.tables import default_tables
from engine.job import JobContext
from engine.logs import read_logs
from engine.offers import Offer, read_offers
from engine.recommending import learn_uplift
from engine.stages import OneBar, Stages
from engine.uplift import check_honesty
from tests.engine.uplift.conftest import few_trees


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> CustomerBase:
    """The demo operator's customers; the day on which they were asked is known."""
    files = simulate_operator(tmp_path_factory.mktemp("operator"), customers=1_200, seed=5).files
    assert files.history is not None
    pd.read_csv(files.history, dtype=str).assign(**{ASKED_ON: "2026-03-02"}).to_csv(files.history, index=False)
    return base_of_logs(read_logs(files), "customers.csv", default_tables(), Stages(OneBar(JobContext())))


@pytest.fixture(scope="module")
def offers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Offer, ...]:
    folder: Path = tmp_path_factory.mktemp("offers")
    (folder / "offers.csv").write_text("offer,margin,cost\nsamsung-5g,20000,600\nxiaomi-15,14000,1500\n")
    return read_offers(folder / "offers.csv")


def test_progress_only_rises_while_uplift_is_learnt(base: CustomerBase, offers: tuple[Offer, ...]):
    seen: list[float] = []
    with few_trees():
        model = learn_uplift(base, offers, 0, JobContext(lambda part, _: seen.append(part)))
    assert model is not None
    assert seen == sorted(seen)
    assert 0.0 <= seen[0] < 0.05 < seen[-1] == 1.0
    assert model.sample.trial.is_randomised


def test_where_somebody_chose_whom_to_ask_everything_found_is_an_association(
    base: CustomerBase, offers: tuple[Offer, ...]
):
    random = np.random.default_rng(0)
    age = base.features_when_asked.loc[base.history[CUSTOMER], "age"].to_numpy()
    asked = random.random(len(age)) < np.where(age > 45, 0.85, 0.15)
    chosen = base.history.assign(**{OFFER: np.where(asked, offers[0].key, NO_OFFER)})
    with few_trees():
        model = learn_uplift(replace(base, history=chosen), offers[:1], 0, JobContext())
    assert model is not None
    assert not model.sample.trial.is_randomised
    chances = model.sample.trial.chances[:, 1]
    assert chances[age > 50].mean() > 0.65 > 0.35 > chances[age < 40].mean()
    found = check_honesty(model)
    assert not found.is_randomised
    assert "not randomised" in {finding.kind for finding in found.findings}


def test_an_offer_that_was_never_tried_is_named_before_the_long_work(base: CustomerBase, offers: tuple[Offer, ...]):
    seen: list[float] = []
    voucher = Offer("voucher", "Voucher", "", 1.0, 0.0)
    with pytest.raises(InputError, match=r'"voucher" was not in the last campaign \(it had iphone-tradein, samsung-5g'):
        learn_uplift(base, (*offers, voucher), 0, JobContext(lambda part, _: seen.append(part)))
    assert not seen
