"""Measures what more features cost and bring: python dev.py bench features [--customers N] [--seed N]. Figures only."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import ibis
import numpy as np
import pandas as pd

from engine.demo import simulate_operator
from engine.handsets import handset_history
from engine.indicators import Tables, customer_indicators
from engine.logs import read_logs
from engine.logs.features import HABITS, current_makers, handsets_at, last_time
from engine.uplift import fit_uplift
from tests.engine.uplift.trials import share_of_true_qini

FIGURES = (
    "residence", "sex", "age", "tenure_months", "calls", "messages", "minutes", "incoming_share", "contacts",
    "night_share", "same_maker_contacts", "megabytes", "megabytes_trend", "usage_records",
)  # fmt: skip
CONTACTS = (*FIGURES, "contact_entropy", "balance_mean", "pareto_share")
REGULARITY = (*CONTACTS, "interevent_std")
LENGTHS = (*REGULARITY, "call_seconds_mean")
PLACES = (*LENGTHS, "places", "place_entropy", "home_share")
CATEGORIES = (*PLACES, "categories", "category_entropy", "top_category", "top_category_share")
SETS = {
    "figures of the month": FIGURES,
    "+ contacts": CONTACTS,
    "+ regularity": REGULARITY,
    "+ length of calls": LENGTHS,
    "+ places": PLACES,
    "+ categories": CATEGORIES,
    "as they are": HABITS,
}
TEXTS = ("residence", "sex", "maker", "top_category")


def main(arguments: list[str]) -> None:
    """Fit uplift on the demo's last campaign with each set of columns and say how much of the truth it finds."""
    parser = argparse.ArgumentParser(prog="dev.py bench features", description=__doc__)
    parser.add_argument("--customers", type=int, default=20_000, metavar="N")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the demo operator")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        operator = simulate_operator(Path(folder), customers=chosen.customers, seed=chosen.seed)
        logs = read_logs(operator.files)
    phones = handsets_at(handset_history(logs), last_time(logs))
    logs.connection.register("current", current_makers(phones))
    backend = ibis.duckdb.from_connection(logs.connection)
    tables = Tables(*(backend.table(name) for name in ("calls", "customers", "usage", "cells", "current")))
    history = logs.connection.execute("FROM history ORDER BY customer").df()
    print(f"{'columns':24}{'number':>8}{'true Qini':>11}{'read, CPU s':>13}{'fit':>7}{'forecast':>10}")
    for name, columns in SETS.items():
        start = time.process_time()
        found = customer_indicators(logs.connection, tables, names=columns)
        read = time.process_time() - start
        features = found.to_pandas().set_index("customer").join(phones).loc[history["customer"]]
        features = features.astype({text: "category" for text in TEXTS if text in features})
        print(f"{name:24}{features.shape[1]:8}" + _fitted(features, history, operator.truth.uplift, read))


def _fitted(features: pd.DataFrame, history: pd.DataFrame, uplift: pd.DataFrame, read: float) -> str:
    start = time.process_time()
    model = fit_uplift(features, history["offer"].to_list(), history["outcome"].to_list(), yardsticks=False)
    fit = time.process_time() - start
    predicted = model.forecast(features).uplift
    forecast = time.process_time() - start - fit
    truth = np.asarray(uplift.loc[features.index, list(model.offers)])
    return f"{share_of_true_qini(truth, predicted):11.3f}{read:13.1f}{fit:7.1f}{forecast:10.1f}"
