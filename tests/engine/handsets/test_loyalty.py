"""The loyalty table: groups, small cells, small makers, and the lead of owners over others."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from engine.handsets import LoyaltyTable, loyalty
from engine.handsets.loyalty import AGE_BANDS
from engine.job import JobCancelled, JobContext

NOW = pd.Timestamp(2026, 10, 31)
KEYS = ["group", "level", "maker", "next_maker"]


def spells(rows: list[tuple[str, str, str | None, float]], **columns: object) -> pd.DataFrame:
    """Return a history of spells that begin within the logs: (customer, maker, next maker, months)."""
    history = pd.DataFrame(rows, columns=["customer", "maker", "next_maker", "months"])
    history["sure_months"] = history["months"]
    history["start"], history["end"] = NOW - pd.DateOffset(months=30), pd.NaT
    history["left"], history["entry_months"] = False, 0.0
    return history.astype({"maker": "str", "next_maker": "str"}).assign(**columns)


def people(history: pd.DataFrame, residence: str = "Eger", birth_year: float = 1990) -> pd.DataFrame:
    """Return one row per customer of a history."""
    names = sorted(set(history["customer"]))
    return pd.DataFrame({"customer": names, "residence": residence, "birth_year": birth_year})


def market(owners: int, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a history and customers: Apple's owners stay in 6 of 10, others come to it in 2 of 10; towns differ."""
    rng = np.random.default_rng(seed)
    names = [f"{number:05d}" for number in range(owners)]
    own = rng.random(owners) < 0.4
    likely = np.where(own, 0.6, 0.2)
    following = np.where(rng.random(owners) < likely, "Apple", "Samsung")
    changes = rng.random(owners) < 0.8
    rows = list(zip(names, np.where(own, "Apple", "Samsung"), following, rng.uniform(5, 23, owners), strict=True))
    history = spells(rows)
    history["next_maker"] = history["next_maker"].where(changes)
    history.loc[~changes, ["months", "sure_months"]] = 24.5
    born = rng.integers(1950, 2006, owners)
    return history, pd.DataFrame(
        {"customer": names, "residence": rng.choice(["Eger", "Győr", "Pécs"], owners), "birth_year": born}
    )


def test_each_maker_has_a_row_per_next_maker_in_each_group() -> None:
    rows = loyalty(*market(3_000)).rows
    assert list(rows.columns[:4]) == KEYS
    assert not rows.duplicated(KEYS).any()
    assert set(rows["group"]) == {"all", "age", "residence"}
    assert set(rows.loc[rows["group"] == "age", "level"]) == set(AGE_BANDS)
    assert set(rows.loc[rows["group"] == "residence", "level"]) == {"Eger", "Győr", "Pécs"}
    assert len(rows) == 4 * (1 + 6 + 3)
    stays = rows.query("group == 'all' and maker == 'Apple' and next_maker == 'Apple'").iloc[0]
    assert stays["probability"] == pytest.approx(0.6 * 0.8, abs=0.05)
    counts = rows.query("next_maker == maker").groupby("group")["owners"].sum()
    assert counts.tolist() == [3_000] * 3


def test_groups_count_the_changes_within_the_horizon() -> None:
    history = spells([("a", "Apple", "Apple", 23.0)] * 6 + [("b", "Apple", "Apple", 25.0)] * 6)
    history["customer"] = [f"c{number}" for number in range(12)]
    rows = loyalty(history, people(history)).rows
    assert rows["changes"].tolist() == [6] * 3
    assert rows["probability"].tolist() == pytest.approx([0.5] * 3)


def test_fewer_than_ten_owners_are_not_told() -> None:
    rows = [(f"a{number}", "Apple", "Apple", 10.0) for number in range(9)]
    rows += [(f"s{number}", "Samsung", "Apple", 10.0) for number in range(10)]
    table = loyalty(spells(rows), people(spells(rows))).rows.set_index(KEYS)
    few = table.loc[("all", "", "Apple", "Apple")]
    assert (few["owners"], few["changes"]) == (9, 9)
    assert few[["probability", "low", "high", "uplift"]].isna().all()
    assert ("all", "", "Apple", "Samsung") not in table.index
    assert table.loc[("all", "", "Samsung", "Apple"), "probability"] == pytest.approx(1.0)


def test_one_owner_of_many_handsets_is_one_owner() -> None:
    history = spells([("a", "Apple", "Apple", 10.0)] * 12)
    assert loyalty(history, people(history)).rows["owners"].tolist() == [1] * 3


def test_not_yet_changed_is_neither_loyal_nor_disloyal() -> None:
    changed = [(f"a{number}", "Apple", "Apple" if number % 2 else "Nokia", 20.0) for number in range(40)]
    waiting = [(f"w{number}", "Apple", None, 19.0) for number in range(400)]
    history = spells(changed + waiting)
    row = loyalty(history, people(history)).rows.set_index(KEYS).loc[("all", "", "Apple", "Apple")]
    assert row["probability"] == pytest.approx(0.5)


def test_small_makers_are_told_together_and_unknown_ones_not_at_all() -> None:
    rows = [(f"s{number}", "Samsung", "Doro", 10.0) for number in range(1_000)]
    rows += [(f"d{number}", "Doro", "Sony", 10.0) for number in range(8)]
    rows += [(f"y{number}", "Sony", "Sony", 10.0) for number in range(8)]
    rows += [(f"u{number}", "Unknown", "Samsung", 10.0) for number in range(50)]
    rows += [(f"t{number}", "Samsung", "Unknown", 10.0) for number in range(50)]
    table = loyalty(spells(rows), people(spells(rows))).rows
    assert set(table["maker"]) == {"Samsung", "Other"}
    assert set(table["next_maker"]) == {"Samsung", "Other", "Unknown"}
    loyal = table.set_index(KEYS).loc[("all", "", "Other", "Other")]
    assert (loyal["owners"], loyal["probability"]) == (16, 1.0)


def test_spells_of_unknown_beginning_and_people_of_unknown_age_or_town_are_left_out() -> None:
    history = spells([(f"a{number:02d}", "Apple", "Apple", 10.0) for number in range(60)])
    history.loc[:19, "entry_months"] = np.nan
    customers = people(history)
    customers.loc[20:39, "residence"] = None
    customers.loc[40:49, "birth_year"] = np.nan
    owners = loyalty(history, customers).rows.groupby("group")["owners"].first()
    assert owners.to_dict() == {"all": 40, "age": 30, "residence": 20}


def test_age_is_that_of_the_last_year_or_of_the_year_asked_for() -> None:
    history = spells([(f"a{number}", "Apple", "Apple", 10.0) for number in range(10)], end=NOW)
    customers = people(history, birth_year=2026 - 35)
    assert loyalty(history, customers).rows["level"].tolist() == ["", "35-44", "Eger"]
    assert loyalty(history, customers, as_of=date(2025, 6, 1)).rows["level"].tolist() == ["", "25-34", "Eger"]


def test_customers_may_be_the_index() -> None:
    history, customers = market(500)
    by_index = loyalty(history, customers.set_index("customer"))
    assert by_index.rows.equals(loyalty(history, customers).rows)


def test_the_lead_of_owners_is_found_and_told_once() -> None:
    rows = loyalty(*market(4_000)).rows
    told = rows[rows["uplift"].notna()]
    assert told[KEYS].to_numpy().tolist() == [["all", "", "Samsung", "Samsung"], ["all", "", "Apple", "Apple"]]
    apple = told.iloc[1]
    assert apple["uplift"] == pytest.approx(0.4 * 0.8, abs=0.04)
    assert apple["uplift_low"] < 0.32 < apple["uplift_high"]


def test_the_lead_is_that_at_equal_age_and_residence() -> None:
    """Where one town has both more owners and more comers, the plain difference shows a lead that is none."""
    rng = np.random.default_rng(3)
    n = 12_000
    rich = rng.random(n) < 0.5
    own = rng.random(n) < np.where(rich, 0.7, 0.2)
    following = np.where(rng.random(n) < np.where(rich, 0.6, 0.1), "Apple", "Samsung")
    rows = list(
        zip(map(str, range(n)), np.where(own, "Apple", "Samsung"), following, rng.uniform(2, 20, n), strict=True)
    )
    customers = people(spells(rows)).set_index("customer").loc[[row[0] for row in rows]]
    customers["residence"] = np.where(rich, "Buda", "Eger")
    table = loyalty(spells(rows), customers).rows.set_index(KEYS)
    plain = (
        table.loc[("all", "", "Apple", "Apple"), "probability"]
        - table.loc[("all", "", "Samsung", "Apple"), "probability"]
    )
    equal = table.loc[("all", "", "Apple", "Apple")]
    assert plain > 0.2
    assert abs(equal["uplift"]) < 0.03
    assert equal["uplift_low"] < 0 < equal["uplift_high"]


def test_the_leads_interval_covers_at_its_rate() -> None:
    covered = [
        row["uplift_low"] <= 0.32 <= row["uplift_high"]
        for seed in range(40)
        for row in loyalty(*market(600, seed))
        .rows.query("group == 'all' and maker == 'Apple'")
        .dropna()
        .to_dict("records")
    ]
    assert len(covered) == 40
    assert np.mean(covered) >= 0.85  # fewer by chance once in 1,000 times


def test_a_table_comes_back_from_its_json() -> None:
    table = loyalty(*market(90), horizon_months=12)
    back = LoyaltyTable.from_json(table.to_json())
    assert back.horizon_months == 12
    pd.testing.assert_frame_equal(back.rows, table.rows)
    assert table.rows["probability"].isna().any()


def test_an_empty_history_is_an_empty_table() -> None:
    history = spells([]).astype({"start": "datetime64[us]", "end": "datetime64[us]", "left": bool})
    table = loyalty(history, people(history))
    assert table.rows.empty
    assert LoyaltyTable.from_json(table.to_json()).rows.empty


def test_a_cancel_stops_the_estimate() -> None:
    context = JobContext()
    context.cancel()
    with pytest.raises(JobCancelled):
        loyalty(*market(100), context=context)
