"""Loyalty on the simulated operator, whose loyalty is known: from its population, and through its files."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from engine.demo import DemoOperator, Population, simulate_operator, simulate_population
from engine.demo.world import FIRST_DAY
from engine.handsets import handset_history, loyalty, resolve_handset
from engine.logs import Logs, customer_features, read_logs

MONTH = np.timedelta64(1, "D") * (365.25 / 12)
LAST_DAY = date(2026, 10, 31)
HORIZON = 24
SEEDS = range(2)


def true_history(population: Population) -> pd.DataFrame:
    """Return the handsets as somebody saw them who missed nothing: no dwell, every change at its moment."""
    spells, customers = population.spells, population.customers.set_index("customer")
    begin = FIRST_DAY.astype("datetime64[s]")
    since = customers["since"].reindex(spells["customer"]).to_numpy().astype("datetime64[s]")
    until = (begin + population.drawn.until)[customers.index.get_indexer(spells["customer"])]
    start = spells["start"].to_numpy().astype("datetime64[s]")
    end = np.where(spells["end"].isna(), until, spells["end"].to_numpy().astype("datetime64[s]"))
    has_left = customers["left_on"].notna().reindex(spells["customer"]).to_numpy()
    months = (end - start).astype("timedelta64[s]") / np.timedelta64(1, "s") / (MONTH / np.timedelta64(1, "s"))
    entry = (np.maximum(since, begin) - start) / np.timedelta64(1, "s") / (MONTH / np.timedelta64(1, "s"))
    return spells.assign(
        entry_months=np.maximum(entry, 0.0),
        months=months,
        sure_months=months,
        left=spells["end"].isna().to_numpy() & has_left,
    )


def against_truth(rows: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Return the told rows of a loyalty table with the planted probability beside them, where there is one."""
    planted = truth.replace({"age_band": "all", "residence": "all"}, "").rename(columns={"probability": "truth"})
    told = rows[rows["probability"].notna() & (rows["followed_months"] == HORIZON)]
    table = told.merge(planted, on=["age_band", "residence", "maker", "next_maker"])
    is_covered = (table["low"] <= table["truth"] + 1e-12) & (table["truth"] <= table["high"] + 1e-12)
    return table.assign(
        error=table["probability"] - table["truth"], covered=is_covered, loyal=table["maker"] == table["next_maker"]
    )


@pytest.fixture(scope="module")
def compared() -> pd.DataFrame:
    tables = []
    for seed in SEEDS:
        population = simulate_population(20_000, seed)
        rows = loyalty(true_history(population), population.customers, as_of=LAST_DAY).rows
        tables.append(against_truth(rows, population.truth.loyalty).assign(seed=seed))
    return pd.concat(tables, ignore_index=True)


def test_every_cell_that_is_told_has_a_planted_value(compared: pd.DataFrame) -> None:
    cells = compared.groupby(["seed", "group"]).size().unstack()
    assert cells["all"].tolist() == [64] * len(SEEDS)
    assert cells["age"].min() > 350
    assert cells["residence"].min() > 700
    assert cells["both"].min() > 1_600


@pytest.mark.parametrize("group", ["all", "age", "residence", "both"])
def test_intervals_cover_the_planted_values(compared: pd.DataFrame, group: str) -> None:
    """At 95 % nominal; cells of a seed are not independent."""
    cells = compared[compared["group"] == group]
    assert cells["covered"].mean() >= 0.92
    assert cells.loc[cells["loyal"], "covered"].mean() >= 0.90


@pytest.mark.parametrize("group", ["all", "age", "residence", "both"])
def test_estimates_are_not_biased(compared: pd.DataFrame, group: str) -> None:
    cells = compared[(compared["group"] == group)]
    assert abs(cells.loc[cells["loyal"], "error"].mean()) < 0.01
    assert abs(cells.loc[~cells["loyal"], "error"].mean()) < 0.003


def test_cells_by_age_and_place_are_told_to_within_a_few_points(compared: pd.DataFrame) -> None:
    """Cells of some 40 owners would be 8 points off by their own counts."""
    small = compared[(compared["group"] == "both") & compared["loyal"]]
    assert small["owners"].median() < 120
    assert np.sqrt((small["error"] ** 2).mean()) < 0.035


def test_large_makers_are_told_to_within_three_points(compared: pd.DataFrame) -> None:
    large = compared[(compared["group"] == "all") & compared["loyal"] & (compared["owners"] > 2_000)]
    assert len(large) >= 8
    assert large["error"].abs().max() < 0.04
    assert (large["high"] - large["low"]).max() < 0.06


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> DemoOperator:
    return simulate_operator(tmp_path_factory.mktemp("operator"), customers=8_000, seed=5)


@pytest.fixture(scope="module")
def logs(operator: DemoOperator) -> Logs:
    return read_logs(operator.files)


@pytest.fixture(scope="module")
def history(logs: Logs) -> pd.DataFrame:
    return handset_history(logs)


def test_exactly_the_planted_dirty_rows_are_set_aside(operator: DemoOperator, logs: Logs) -> None:
    found = logs.rejects.to_pandas()
    planted = operator.dirty.sort_values(["file", "line"])
    assert len(planted) > 300
    found = found.sort_values(["file", "line"])
    assert found[["file", "line"]].to_numpy().tolist() == planted[["file", "line"]].to_numpy().tolist()
    calls = planted["file"].str.startswith("calls").to_numpy()
    assert found.loc[calls, "text"].tolist() == planted.loc[calls, "text"].tolist()


def test_histories_from_the_files_are_the_planted_ones(operator: DemoOperator, history: pd.DataFrame) -> None:
    """What is found was planted, within three days; what was planted is found, if it was seen for two months."""
    planted = operator.population.spells
    named = [
        resolve_handset(model if maker == "Other" else f"{maker} {model}")
        for maker, model in zip(planted["maker"], planted["model"], strict=True)
    ]
    planted = planted.assign(maker=[one.maker for one in named], model=[one.model for one in named])
    both = history.merge(planted, on=["customer", "maker", "model"], suffixes=("", "_planted"))
    both = both[(both["start"] - both["start_planted"]).abs() < pd.Timedelta(days=3)]
    end, begin = planted["end"].fillna(pd.Timestamp(LAST_DAY)), planted["start"].clip(lower=pd.Timestamp(FIRST_DAY))
    assert len(both) >= 0.99 * len(history)
    assert len(both) >= 0.99 * ((end - begin) > pd.Timedelta(days=60)).sum()
    changed = both[both["next_maker"].notna()]
    assert len(changed) > 2_000
    named_next = changed[changed["next_maker_planted"] != "Other"]
    assert (named_next["next_maker"] == named_next["next_maker_planted"]).mean() > 0.99


def test_loyalty_from_the_files_covers_the_planted_values(
    operator: DemoOperator, logs: Logs, history: pd.DataFrame
) -> None:
    customers = logs.connection.sql("SELECT * FROM customers").df()
    cells = against_truth(loyalty(history, customers).rows, operator.truth.loyalty)
    assert set(cells["maker"]) == set(operator.truth.loyalty["maker"])
    assert cells["covered"].mean() >= 0.92
    assert cells.loc[cells["loyal"], "covered"].mean() >= 0.88
    weights = cells["owners"] * (cells["group"] == "all") * cells["loyal"]
    assert abs(np.average(cells["error"], weights=weights)) < 0.01


def test_features_from_the_files_are_the_planted_ones(
    operator: DemoOperator, logs: Logs, history: pd.DataFrame
) -> None:
    planted = operator.population.features
    found = customer_features(logs, history).loc[planted.index]
    assert (found["age"] == planted["age"]).all()
    assert (found["residence"].astype(str) == planted["residence"].astype(str)).all()
    assert np.allclose(found["tenure_months"], planted["tenure_months"], atol=0.1)
    same = (found["maker"].astype(str) == planted["maker"].astype(str)) | (planted["maker"] == "Other")
    assert same.mean() > 0.98
    assert (found["phone_age_months"] - planted["phone_age_months"]).abs()[same].lt(0.2).mean() > 0.95
    assert found["megabytes"].corr(planted["megabytes"]) > 0.98
