"""What is known of each customer, number by number."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from engine.handsets import handset_history
from engine.logs import Logs, customer_features
from engine.logs.features import HABITS, features_of
from tests.engine.logs.delivery import call_lines, read

MONTH = 365.25 / 12
AS_OF = datetime(2026, 4, 1)
CUSTOMERS = """customer,residence,birth_year,sex,since,left_on,phone_since
001,Győr,1980,female,2016-04-01,,2025-10-01
002,Pécs,1990,,2026-03-01,,
003,Győr,,male,2020-01-01,2026-02-01,
004,,1955,,,,
"""
CALLS = [
    "001,002,2026-01-01 00:00:00,60,X,SM-G991B",  # at midnight
    "001,002,2026-01-09 23:00:00,120,X,SM-G991B",  # at night
    "001,+3611,2026-01-20 18:59:59,60,X,SM-G991B",  # in the evening
    '003,001,2026-01-21 06:59:59,60,X,"iPhone14,5"',  # at night
    "001,003,2026-02-10 12:00:00,60,X,Nokia G42",
    "001,003,2026-02-20 12:00:00,60,X,Nokia G42",
    "001,003,2026-03-20 19:00:00,60,Y,Nokia G42",  # at night, elsewhere
    "002,001,2026-03-21 12:00:00,60,X,Nokia G42",
    "001,002,2026-04-01 00:00:00,60,X,Nokia G42",  # the end of the logs
]
USAGE = """customer,time,megabytes
001,2026-01-01 12:00:00,30
001,2026-03-31 12:00:00,60
002,2026-03-31 12:00:00,10
"""


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Logs:
    history = "customer,offer,outcome\n001,none,0\n"
    folder = tmp_path_factory.mktemp("logs")
    return read(folder, calls=call_lines(CALLS), usage=USAGE, customers=CUSTOMERS, history=history)


@pytest.fixture(scope="module")
def features(logs: Logs) -> pd.DataFrame:
    return customer_features(logs, handset_history(logs))


def test_there_is_one_row_per_customer_in_the_order_of_the_keys(features: pd.DataFrame) -> None:
    assert features.index.tolist() == ["001", "002", "003", "004"]
    assert features.index.name == "customer"
    categories = {name for name in features if isinstance(features[name].dtype, pd.CategoricalDtype)}
    assert categories == {"residence", "sex", "maker"}
    assert set(features.drop(columns=list(categories)).dtypes.astype(str)) == {"float64"}


def test_the_person_is_as_the_list_has_it(features: pd.DataFrame) -> None:
    assert features["residence"].tolist()[:3] == ["Győr", "Pécs", "Győr"]
    assert features["age"].tolist()[:2] == [46, 36]
    assert features["tenure_months"]["001"] == pytest.approx(120, abs=0.1)
    assert features["tenure_months"]["002"] == pytest.approx(31 / MONTH)
    assert features.loc["003", "age"] != features.loc["003", "age"]
    assert features.loc["004", ["residence", "tenure_months", "night_share"]].isna().all()


def test_calls_and_megabytes_are_per_month_of_observation(features: pd.DataFrame) -> None:
    watched = 90 / MONTH
    first = features.loc["001"]
    assert first["calls"] == pytest.approx(9 / watched)
    assert first["minutes"] == pytest.approx(10 / watched)
    assert first["contacts"] == 3
    assert first["incoming_share"] == pytest.approx(2 / 9)
    assert first["night_share"] == pytest.approx(5 / 9)
    assert first["megabytes"] == pytest.approx(90 / watched)
    assert first["usage_records"] == pytest.approx(2 / watched)
    assert features.loc["002", "megabytes"] == pytest.approx(10 / (31 / MONTH))
    assert features.loc["003", "calls"] == pytest.approx(4 / (31 / MONTH))  # left after a month
    assert features.loc["004", ["calls", "minutes", "contacts", "megabytes"]].tolist() == [0, 0, 0, 0]


def test_habits_are_those_of_the_indicators(features: pd.DataFrame) -> None:
    first = features.loc["001"]
    shares = np.array([4, 1, 4]) / 9  # of 002, +3611 and 003 in the calls
    assert first["contact_entropy"] == pytest.approx(-(shares * np.log(shares)).sum())
    assert first["balance_mean"] == pytest.approx(7 / 9 / 3)
    assert first["pareto_share"] == pytest.approx(2 / 9)
    assert first["home_share"] == pytest.approx(6 / 7)
    assert first["place_entropy"] == pytest.approx(-(6 / 7 * np.log(6 / 7) + 1 / 7 * np.log(1 / 7)))
    assert first["interevent_std"] > 86_400


def test_the_order_in_which_a_database_adds_changes_nothing(features: pd.DataFrame) -> None:
    random = np.random.default_rng(0)
    described = features[list(HABITS)].reset_index()
    numbers = described.select_dtypes("float64").columns
    shaken = described.copy()
    shaken[numbers] *= 1 + random.uniform(-1e-14, 1e-14, (len(shaken), len(numbers)))
    phones = features.drop(columns=list(HABITS))
    one, other = (features_of(pa.Table.from_pandas(table), phones) for table in (described, shaken))
    assert not shaken.equals(described)
    pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_the_handset_is_the_one_in_use_and_what_came_before(features: pd.DataFrame) -> None:
    first = features.loc["001"]
    assert first["maker"] == "Nokia"
    assert first["phone_age_months"] == pytest.approx(49.5 / MONTH)
    assert first[["phones_before", "makers_before", "own_maker_share"]].tolist() == [1, 1, 0.5]
    assert first["same_maker_contacts"] == pytest.approx(0.5)  # 002 has a Nokia, 003 an iPhone, +3611 is unknown
    assert features.loc["004", "maker"] == "Unknown"
    assert math.isnan(features.loc["004", "phone_age_months"])


def test_nothing_later_than_the_moment_is_looked_at(logs: Logs) -> None:
    features = customer_features(logs, handset_history(logs), as_of=datetime(2026, 1, 31))
    first = features.loc["001"]
    assert first["maker"] == "Samsung"
    assert first["phone_age_months"] == pytest.approx(122 / MONTH)
    assert first[["phones_before", "makers_before", "own_maker_share"]].tolist() == [0, 0, 1]
    assert first["calls"] == pytest.approx(4 / (30 / MONTH))
    assert first["contacts"] == 3
    assert first["megabytes"] == pytest.approx(30 / (30 / MONTH))
    assert features.loc["002", "megabytes"] == 0


def test_the_trend_tells_more_from_less(tmp_path: Path) -> None:
    months = [(2025, month) for month in range(5, 13)] + [(2026, month) for month in range(1, 5)]
    usage = "customer,time,megabytes\n" + "".join(
        f"001,{year}-{month:02d}-01 12:00:00,{100 if year == 2026 else 10}\n"
        f"002,{year}-{month:02d}-01 12:00:00,{10 if year == 2026 else 100}\n"
        f"003,{year}-{month:02d}-01 12:00:00,50\n"
        for year, month in months
    )
    customers = "customer,residence,birth_year\n001,,\n002,,\n003,,\n"
    history = "customer,offer,outcome\n001,none,0\n"
    calls = call_lines(["001,002,2025-05-01 00:00:00,60,X,Nokia G42"])
    logs = read(tmp_path, calls=calls, usage=usage, customers=customers, history=history)
    trend = customer_features(logs, handset_history(logs))["megabytes_trend"]
    assert trend["001"] > 0.5
    assert trend["002"] < -0.5
    assert abs(trend["003"]) < 0.15


def test_a_thousand_residences_stay_categories(tmp_path: Path) -> None:
    customers = "customer,residence,birth_year\n" + "".join(
        f"{number:04d},Town {number},1980\n" for number in range(1_000)
    )
    logs = read(tmp_path, customers=customers, history="customer,offer,outcome\n0001,none,0\n")
    residence = customer_features(logs, handset_history(logs))["residence"]
    assert len(residence.cat.categories) == 1_000
    assert residence.astype(str).tolist()[7] == "Town 7"
