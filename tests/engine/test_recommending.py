"""From the logs to the uplift model: what the job bar is told on the way."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from engine.columns import ASKED_ON
from engine.customer_base import CustomerBase, base_of_logs
from engine.demo import simulate_operator
from engine.errors import InputError
from engine.handsets.tables import default_tables
from engine.job import JobContext
from engine.logs import read_logs
from engine.offers import Offer, read_offers
from engine.recommending import learn_uplift
from engine.stages import OneBar, Stages
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


def test_an_offer_that_was_never_tried_is_named_before_the_long_work(base: CustomerBase, offers: tuple[Offer, ...]):
    seen: list[float] = []
    voucher = Offer("voucher", "Voucher", "", 1.0, 0.0)
    with pytest.raises(InputError, match=r'"voucher" was not in the last campaign \(it had iphone-tradein, samsung-5g'):
        learn_uplift(base, (*offers, voucher), 0, JobContext(lambda part, _: seen.append(part)))
    assert not seen
