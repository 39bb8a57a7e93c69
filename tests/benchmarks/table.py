"""Measures the customers' table and the budget: python dev.py bench table [--rows N] [--json F]. Figures only.

CPU time of the window's thread and of those that work for it, offscreen, the median of some repetitions.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
from PySide6.QtWidgets import QApplication

from engine.offers import Offer, PolicyValue, ProfitCurve
from engine.offers.segments import LOST_CAUSE, PERSUADABLE
from engine.uplift import UpliftEvaluation
from engine.uplift.qini import Curve
from gui.application import make_application
from gui.column_store import Arrangement
from gui.jobs import JobQueue
from gui.recommendations_page import RecommendationsPage
from gui.results import CampaignResults
from gui.settings import Settings

OFFERS = (
    Offer("samsung-5g", "Samsung 5G", "Samsung", 20_000.0, 900.0, unit="Ft"),
    Offer("xiaomi-15", "Xiaomi 15", "Xiaomi", 14_000.0, 700.0, unit="Ft"),
    Offer("iphone-tradein", "iPhone trade-in", "Apple", 26_000.0, 1_500.0, unit="Ft"),
)
MAKERS = ("Samsung", "Xiaomi", "Apple", "Huawei", "Honor", "Motorola", "Nokia", "Oppo")


@dataclass(frozen=True)
class Figure:
    """What was measured, in ms of CPU time, beside what it may take."""

    name: str
    cpu: float
    target: float


def made_results(rows: int, seed: int = 0) -> CampaignResults:
    """Return the results of a campaign with a signal and so many customers: 12 columns, one row each."""
    rng = np.random.default_rng(seed)
    uplift = rng.normal(0.03, 0.05, rows)
    chosen = rng.integers(0, len(OFFERS), rows)
    margins, costs = (np.array([getattr(offer, name) for offer in OFFERS]) for name in ("margin", "cost"))
    worth = margins[chosen] * uplift - costs[chosen]
    asked = (worth > 0) & (uplift > 0)
    names = np.array([*(offer.key for offer in OFFERS), "none"])
    width = rng.uniform(0.02, 0.08, rows)

    def texts(values: np.ndarray) -> pa.Array:
        return pa.array(values.tolist(), pa.string())

    table = pa.table(
        {
            "customer": texts(np.char.zfill(rng.permutation(rows).astype(str), 7)),
            "current_maker": texts(np.array(MAKERS)[rng.integers(0, len(MAKERS), rows)]),
            "offer": texts(names[np.where(asked, chosen, len(OFFERS))]),
            "uplift": uplift,
            "uplift_low": uplift - width,
            "uplift_high": uplift + width,
            "expected_value": np.where(asked, worth, 0.0),
            "segment": texts(np.where(asked, PERSUADABLE, LOST_CAUSE)),
            "residence": texts(np.array([f"Town {n:04d}" for n in range(3_000)])[rng.integers(0, 3_000, rows)]),
            "birth_year": rng.integers(1940, 2008, rows).astype(np.float64),
            "current_model": texts(np.array([f"Model {n}" for n in range(300)])[rng.integers(0, 300, rows)]),
            "baseline": rng.uniform(0.05, 0.3, rows),
        }
    )
    share = np.linspace(0.0, 1.0, 101)
    profit = tuple((400 * share * (1.2 - share)).tolist())
    low, high = (tuple((np.array(profit) + end * share).tolist()) for end in (-60, 60))
    line = tuple((40 * share).tolist())
    curve = ProfitCurve(tuple(share.tolist()), profit, low, high, line, line, OFFERS[0].key, float(asked.mean()))
    value = PolicyValue(120.0, 90.0, 150.0, OFFERS[0].key, 40.0, 20.0, 60.0, 80.0, 50.0, 110.0, rows, 0.5)
    curve_of_qini = Curve((0.0, 1.0), (0.0, 0.1), (0.0, 0.1), (0.0, 0.1), (0.0, 0.1))
    evaluation = UpliftEvaluation(0.02, 0.01, 0.03, True, 9.0, 0.0, rows, (), (), curve_of_qini, ())
    span = (date(2026, 1, 1), date(2026, 6, 30))
    return CampaignResults(customers=table, offers=OFFERS, evaluation=evaluation, value=value, curve=curve, span=span)


def median_of(work: Callable[[], object], times: int) -> float:
    """Return the median CPU time of some work in ms, after one time that does not count."""
    work()
    taken = []
    for _ in range(times):
        start = time.process_time()
        work()
        taken.append((time.process_time() - start) * 1000)
    return statistics.median(taken)


def shown_page(results: CampaignResults) -> RecommendationsPage:
    """Return the page with the customers on it."""
    page = RecommendationsPage(JobQueue())
    page.resize(1440, 820)
    page.show()
    page.set_campaign(None, results)
    until = time.monotonic() + 120
    while (not len(page.customers.rows) or page.curve is None) and time.monotonic() < until:
        QApplication.processEvents()
        time.sleep(0.01)
    return page


def measure(page: RecommendationsPage) -> list[Figure]:
    """Measure what somebody does with the page."""
    table, shown = page.customers.table, page._shown
    assert shown is not None and shown.budget is not None and page.curve is not None
    store, bar, slider = shown.store, table.verticalScrollBar(), page.curve.profit.slider
    turn = iter(range(10**9))

    def scroll() -> None:
        bar.setValue(bar.value() + bar.pageStep())
        table.viewport().grab()

    def sort() -> None:
        store._orders.clear()
        store.arrange(Arrangement(column="uplift", descending=next(turn) % 2 == 0))

    def search() -> None:
        store.arrange(Arrangement(search="1234", column="uplift"))

    def select() -> None:
        table.clearSelection()
        table.selectAll()

    def move() -> None:
        slider.setValue(slider.maximum() - 1 - next(turn) * 997 % (slider.maximum() - 1))
        QApplication.processEvents()

    figures = [
        Figure("Page scroll", median_of(scroll, 30), 10),
        Figure("Numeric sort", median_of(sort, 6), 450),
        Figure("Substring filter", median_of(search, 10), 80),
        Figure("Select all", median_of(select, 10), 20),
    ]
    table.clearSelection()
    figures.append(Figure("Budget slider", median_of(move, 30), 50))
    page._budget.settling.stop()
    return figures


def main(arguments: list[str]) -> None:
    """Measure everything and say it."""
    parser = argparse.ArgumentParser(prog="dev.py bench table", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--json", type=Path, metavar="F", help="write the figures there too")
    chosen = parser.parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    make_application(Settings())
    figures = measure(shown_page(made_results(chosen.rows)))
    print(f"{chosen.rows:,} rows x 12{'CPU ms':>20}{'at most':>10}")
    for figure in figures:
        print(f"{figure.name:24}{figure.cpu:12.1f}{figure.target:10.0f}")
    if chosen.json:
        report = {"rows": chosen.rows, "figures": [asdict(figure) for figure in figures]}
        chosen.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
