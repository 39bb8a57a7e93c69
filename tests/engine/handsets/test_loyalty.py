"""The loyalty table: groups, small cells, small makers, and the lead of owners over others."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest

from engine.handsets import LoyaltyTable, loyalty
from engine.handsets.association import associations
from engine.handsets.spells import AGE_BANDS, spells_of
from engine.handsets.tally import tally_of
from engine.job import JobCancelled, JobContext
from engine.unseen_causes import e_value

NOW = pd.Timestamp(2026, 10, 31)
KEYS = ["group", "age_band", "residence", "maker", "next_maker"]


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
    assert list(rows.columns[:5]) == KEYS
    assert not rows.duplicated(KEYS).any()
    levels = rows.groupby("group")[["age_band", "residence"]].agg(set)
    towns, bands = {"Eger", "Győr", "Pécs"}, set(AGE_BANDS)
    assert levels.loc["all"].tolist() == [{""}, {""}]
    assert levels.loc["age"].tolist() == [bands, {""}]
    assert levels.loc["residence"].tolist() == [{""}, towns]
    assert levels.loc["both"].tolist() == [bands, towns]
    assert len(rows) == 4 * (1 + 6 + 3 + 6 * 3)
    stays = rows.query("group == 'all' and maker == 'Apple' and next_maker == 'Apple'").iloc[0]
    assert stays["probability"] == pytest.approx(0.6 * 0.8, abs=0.05)
    counts = rows.query("next_maker == maker").groupby("group")["owners"].sum()
    assert counts.tolist() == [3_000] * 4


def test_groups_count_the_changes_within_the_horizon() -> None:
    history = spells([("a", "Apple", "Apple", 23.0)] * 6 + [("b", "Apple", "Apple", 25.0)] * 6)
    history["customer"] = [f"c{number}" for number in range(12)]
    rows = loyalty(history, people(history)).rows
    assert rows["changes"].tolist() == [6] * 4
    assert rows["probability"].tolist() == pytest.approx([0.5] * 4)


def test_fewer_than_ten_owners_are_not_told() -> None:
    rows = [(f"a{number}", "Apple", "Apple", 10.0) for number in range(9)]
    rows += [(f"s{number}", "Samsung", "Apple", 10.0) for number in range(10)]
    table = loyalty(spells(rows), people(spells(rows))).rows.set_index(KEYS)
    few = table.loc[("all", "", "", "Apple", "Apple")]
    assert (few["owners"], few["changes"]) == (9, 9)
    assert few[["probability", "low", "high", "uplift"]].isna().all()
    assert ("all", "", "", "Apple", "Samsung") not in table.index
    assert table.loc[("all", "", "", "Samsung", "Apple"), "probability"] == pytest.approx(1.0)


def test_one_owner_of_many_handsets_is_one_owner() -> None:
    history = spells([("a", "Apple", "Apple", 10.0)] * 12)
    assert loyalty(history, people(history)).rows["owners"].tolist() == [1] * 4


def test_not_yet_changed_is_neither_loyal_nor_disloyal() -> None:
    changed = [(f"a{number}", "Apple", "Apple" if number % 2 else "Nokia", 20.0) for number in range(40)]
    waiting = [(f"w{number}", "Apple", None, 19.0) for number in range(400)]
    history = spells(changed + waiting)
    row = loyalty(history, people(history)).rows.set_index(KEYS).loc[("all", "", "", "Apple", "Apple")]
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
    loyal = table.set_index(KEYS).loc[("all", "", "", "Other", "Other")]
    assert (loyal["owners"], loyal["probability"]) == (16, 1.0)


def test_spells_of_unknown_beginning_and_people_of_unknown_age_or_town_are_left_out() -> None:
    history = spells([(f"a{number:02d}", "Apple", "Apple", 10.0) for number in range(60)])
    history.loc[:19, "entry_months"] = np.nan
    customers = people(history)
    customers.loc[20:39, "residence"] = None
    customers.loc[40:49, "birth_year"] = np.nan
    owners = loyalty(history, customers).rows.groupby("group")["owners"].first()
    assert owners.to_dict() == {"all": 40, "age": 30, "residence": 20, "both": 10}


def test_age_is_that_of_the_last_year_or_of_the_year_asked_for() -> None:
    history = spells([(f"a{number}", "Apple", "Apple", 10.0) for number in range(10)], end=NOW)
    customers = people(history, birth_year=2026 - 35)
    assert set(loyalty(history, customers).rows["age_band"]) == {"", "35-44"}
    assert set(loyalty(history, customers, as_of=date(2025, 6, 1)).rows["age_band"]) == {"", "25-34"}


def test_customers_may_be_the_index() -> None:
    history, customers = market(500)
    by_index = loyalty(history, customers.set_index("customer"))
    assert by_index.rows.equals(loyalty(history, customers).rows)


def test_the_lead_of_owners_is_found_for_everybody_and_at_each_age_and_place() -> None:
    rows = loyalty(*market(4_000)).rows.set_index(KEYS)
    apple = rows.loc["all", "", "", "Apple", "Apple"]
    assert apple["uplift"] == pytest.approx(0.4 * 0.8, abs=0.04)
    assert apple["uplift_low"] < 0.32 < apple["uplift_high"]
    assert apple["ratio"] == pytest.approx(3.0, rel=0.15)
    assert apple["ratio_low"] < 3.0 < apple["ratio_high"]
    own = rows[rows.index.get_level_values("maker") == rows.index.get_level_values("next_maker")]
    assert (own["uplift"] > 0).all()
    others = rows.drop(own.index)["uplift"]
    assert others.drop("all").isna().all()  # in groups, only those who come back are compared


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
        table.loc[("all", "", "", "Apple", "Apple"), "probability"]
        - table.loc[("all", "", "", "Samsung", "Apple"), "probability"]
    )
    equal = table.loc[("all", "", "", "Apple", "Apple")]
    assert plain > 0.2
    assert abs(equal["uplift"]) < 0.03
    assert equal["uplift_low"] < 0 < equal["uplift_high"]


def test_the_leads_interval_covers_at_its_rate() -> None:
    covered = []
    for seed in range(100):
        spells = spells_of(*market(600, seed))
        apple = spells.makers.index("Apple")
        found = associations(tally_of(spells, 730), [(apple, apple)])[apple, apple]
        covered.append((found.uplift_low <= 0.32 <= found.uplift_high, found.ratio_low <= 3.0 <= found.ratio_high))
    assert (np.mean(covered, axis=0) >= 0.88).all()  # fewer by chance once in 500 times


def test_a_table_comes_back_from_its_json() -> None:
    table = loyalty(*market(90), horizon_months=12)
    back = LoyaltyTable.from_json(table.to_json())
    assert back.horizon_months == 12
    pd.testing.assert_frame_equal(back.rows, table.rows, check_exact=False, rtol=0, atol=1e-6)
    pd.testing.assert_frame_equal(back.curves, table.curves, check_exact=False, rtol=0, atol=1e-6)
    assert table.rows["probability"].isna().any()
    assert back.has_groups


def test_a_table_of_the_first_version_can_be_read() -> None:
    rows = {
        "group": ["all", "age", "residence"], "level": ["", "25-34", "Eger"],
        "maker": ["Apple"] * 3, "next_maker": ["Apple"] * 3, "probability": [0.5, None, 0.25], "low": [0.4, None, 0.1],
        "high": [0.6, None, 0.5], "owners": [100, 8, 40], "changes": [40, 3, 8],
        "uplift": [0.2, None, None], "uplift_low": [0.1, None, None], "uplift_high": [0.3, None, None],
    }  # fmt: skip
    table = LoyaltyTable.from_json(json.dumps({"horizon_months": 24, "rows": rows}))
    assert table.rows[KEYS[:3]].to_numpy().tolist() == [
        ["all", "", ""],
        ["age", "25-34", ""],
        ["residence", "", "Eger"],
    ]
    assert table.rows["followed_months"].tolist() == [24] * 3
    assert table.rows["ratio"].isna().all()
    assert not table.has_groups


def test_few_that_were_followed_tell_a_shorter_time_not_a_smaller_chance() -> None:
    """Nokia's owners are in sight for 15 months only, all but two: their table ends there, Apple's does not."""
    rows = [
        (f"a{number:02d}", "Apple", "Apple" if number < 30 else None, 20.0 if number < 30 else 30.0)
        for number in range(60)
    ]
    rows += [
        (f"n{number:02d}", "Nokia", "Nokia" if number < 12 else None, 8.0 if number < 12 else 15.5)
        for number in range(40)
    ]
    rows += [(f"m{number}", "Nokia", None, 30.0) for number in range(2)]
    table = loyalty(spells(rows), people(spells(rows)))
    found = table.rows.set_index(KEYS)
    nokia, apple = found.loc["all", "", "", "Nokia", "Nokia"], found.loc["all", "", "", "Apple", "Apple"]
    assert table.horizon_months == 24
    assert (apple["followed_months"], nokia["followed_months"]) == (24, 15)
    assert nokia["probability"] == pytest.approx(12 / 42)
    assert np.isnan(nokia["uplift"])
    assert table.curves.query("maker == 'Nokia' and age_band == '' and residence == ''")["month"].max() == 15


def test_owners_seen_only_with_old_phones_tell_nothing_of_new_ones() -> None:
    rows = [(f"a{number:02d}", "Apple", "Apple", 20.0) for number in range(60)]
    rows += [(f"n{number:02d}", "Nokia", "Nokia", 20.0) for number in range(40)]
    history = spells(rows)
    history.loc[history["maker"] == "Nokia", "entry_months"] = 12.0
    nokia = loyalty(history, people(history)).rows.set_index(KEYS).loc["all", "", "", "Nokia", "Nokia"]
    assert (nokia["owners"], nokia["followed_months"]) == (40, 0)
    assert np.isnan(nokia["probability"])


def test_where_nobody_is_followed_to_the_horizon_it_is_shorter() -> None:
    rows = [
        (f"a{number:02d}", "Apple", "Apple" if number % 2 else None, 8.0 if number % 2 else 14.2)
        for number in range(60)
    ]
    table = loyalty(spells(rows), people(spells(rows)))
    assert table.horizon_months == 14
    assert table.rows["probability"].tolist() == pytest.approx([0.5] * 4)
    few = spells(rows[:9])
    assert loyalty(few, people(few)).rows.empty


def test_small_cells_are_drawn_toward_what_their_age_and_place_say() -> None:
    """At no association with age or place, cells of some 30 come closer to the truth than their own counts do."""
    rows = loyalty(*market(3_000, seed=1)).rows.query("group == 'both' and maker == 'Apple' and next_maker == 'Apple'")
    own = rows["changes"] / rows["owners"]
    assert len(rows) == 18
    assert ((rows["probability"] - 0.48) ** 2).mean() < 0.3 * ((own - 0.48) ** 2).mean()
    assert (rows["low"] < 0.48).all() and (rows["high"] > 0.48).all()


def test_the_curve_ends_where_the_chances_begin() -> None:
    table = loyalty(*market(3_000))
    last = table.curves[table.curves["month"] == 24].set_index(["age_band", "residence", "maker"])["waiting"]
    changed = table.rows.groupby(["age_band", "residence", "maker"])["probability"].sum()
    assert (1.0 - changed - last).abs().max() < 1e-9
    assert (table.curves["low"] <= table.curves["waiting"] + 1e-12).all()
    assert (table.curves["waiting"] <= table.curves["high"] + 1e-12).all()
    assert (table.curves[table.curves["month"] == 0]["waiting"] == 1.0).all()


def test_all_but_the_largest_towns_are_told_together() -> None:
    history = spells([(f"c{number:04d}", "Apple", "Apple", 10.0) for number in range(1_000)])
    customers = people(history).assign(residence=[f"Town {min(number % 45, 40)}" for number in range(1_000)])
    towns = loyalty(history, customers).rows.query("group == 'residence'").set_index("residence")["owners"]
    assert len(towns) == 31
    assert towns.sum() == 1_000
    assert towns.index[0] == "Elsewhere" or "Elsewhere" in towns.index


@pytest.mark.parametrize(("ratio", "expected"), [(1.0, 1.0), (2.0, 2.0 + 2.0**0.5), (0.5, 2.0 + 2.0**0.5), (3.9, 7.26)])
def test_an_e_value_is_that_of_the_paper(ratio: float, expected: float) -> None:
    assert e_value(ratio) == pytest.approx(expected, abs=0.005)
    assert np.isnan(e_value(float("nan")))


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
