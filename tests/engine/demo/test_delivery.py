import csv
import hashlib
import re
import time
from datetime import date, datetime

import pandas as pd
import pytest

from engine import columns
from engine.demo import simulate_operator
from engine.errors import InputError
from engine.job import JobCancelled, JobContext
from engine.logs import read_logs
from engine.resources import resource


def digest(folder):
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            total.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def read_text(path):
    """Read a file of the delivery as text, without the rows that are broken."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def sound(delivery, path):
    broken = set(delivery.dirty.loc[delivery.dirty["file"] == path.name, "line"])
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = list(csv.reader(line for number, line in enumerate(lines, 1) if number not in broken))
    return pd.DataFrame(rows[1:], columns=rows[0])


@pytest.fixture(scope="module")
def calls(delivery):
    return pd.concat([sound(delivery, path) for path in delivery.files.calls], ignore_index=True)


@pytest.fixture(scope="module")
def usage(delivery):
    return pd.concat([sound(delivery, path) for path in delivery.files.usage], ignore_index=True)


@pytest.fixture(scope="module")
def customers(delivery):
    return sound(delivery, delivery.files.customers).set_index("customer")


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    for name, seed in (("one", 5), ("two", 5), ("other", 6)):
        simulate_operator(tmp_path / name, customers=400, seed=seed)
    assert digest(tmp_path / "one") == digest(tmp_path / "two")
    assert digest(tmp_path / "one") != digest(tmp_path / "other")


def test_20000_customers_make_about_one_and_a_half_million_calls_in_fifteen_seconds(tmp_path):
    start = time.process_time()
    operator = simulate_operator(tmp_path, seed=1)
    seconds = time.process_time() - start
    calls = sum(path.read_bytes().count(b"\n") - 1 for path in operator.files.calls)
    assert 1_400_000 < calls < 1_600_000
    assert len(operator.population.customers) == 20_000
    assert seconds < 15.0


@pytest.mark.parametrize("customers", [1, 3, 10, 123])
def test_any_number_of_customers_can_be_had(tmp_path, customers):
    operator = simulate_operator(tmp_path, customers=customers, seed=2)
    rows = operator.files.customers.read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + customers
    assert len(list(operator.photos.glob("*.jpg"))) <= customers // 4
    assert not (tmp_path / "part.tmp").exists()


def test_no_customers_cannot_be_had(tmp_path):
    with pytest.raises(InputError, match="at least 1 customer"):
        simulate_operator(tmp_path, customers=0)


def test_files_carry_the_column_names_of_the_program(delivery):
    files = delivery.files
    expected = {
        columns.CALLER, columns.CALLEE, columns.TIME, columns.SECONDS, columns.CELL, columns.PHONE_TYPE,
    }  # fmt: skip
    assert all(set(read_text(path)[0]) == expected for path in files.calls)
    expected = {columns.CUSTOMER, columns.TIME, columns.MEGABYTES, columns.CATEGORY, columns.PHONE_TYPE}
    assert all(set(read_text(path)[0]) == expected for path in files.usage)
    assert set(read_text(files.customers)[0]) == {
        columns.CUSTOMER, columns.FIRST_NAME, columns.RESIDENCE, columns.BIRTH_YEAR, columns.SEX, columns.SINCE,
        columns.LEFT_ON, columns.PHONE_SINCE, columns.PHOTO_CONSENT,
    }  # fmt: skip
    assert read_text(files.history)[0] == [columns.CUSTOMER, columns.OFFER, columns.OUTCOME]


def test_calls_run_through_two_years_in_half_year_files(delivery, calls):
    names = [path.name for path in delivery.files.calls]
    assert names == [f"calls_{half}.csv" for half in ("2024h2", "2025h1", "2025h2", "2026h1", "2026h2")]
    times = pd.to_datetime(calls["time"], format="%Y-%m-%d %H:%M:%S")
    assert times.is_monotonic_increasing
    assert times.min() < datetime(2024, 11, 2) and times.max() > datetime(2026, 10, 30)
    assert times.min() >= datetime(2024, 11, 1) and times.max() < datetime(2026, 11, 1)
    by_hour = times.dt.hour.value_counts(normalize=True)
    assert by_hour[range(1, 5)].sum() < 0.05 < by_hour[18]


def test_callers_are_customers_and_some_callees_are_of_other_networks(calls, customers):
    assert calls["caller"].isin(customers.index).all()
    assert customers.index.str.fullmatch(r"\d{6}").all()
    foreign = calls["callee"].str.startswith("+36")
    assert 0.05 < foreign.mean() < 0.3
    assert calls.loc[~foreign, "callee"].isin(customers.index).all()
    assert (calls["caller"] != calls["callee"]).all()
    assert (calls["seconds"].astype(int) >= 0).all()


def test_nobody_calls_before_coming_or_after_leaving(calls, usage, customers):
    for events, who in ((calls, "caller"), (usage, "customer")):
        day = events["time"].str[:10]
        assert (day >= events[who].map(customers["since"])).all()
        left = events[who].map(customers["left_on"])
        assert ((left == "") | (day <= left)).all()
    assert 0.05 < (customers["left_on"] != "").mean() < 0.2


def luhn_holds(number):
    digits = [int(digit) for digit in reversed(number)]
    return (sum(digits[0::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])) % 10 == 0


def test_handsets_are_named_by_type_or_by_a_valid_imei(calls):
    known = set(pd.read_csv(resource("handsets", "phone_types.csv"))["phone_type"])
    tacs = set(pd.read_csv(resource("handsets", "tac.csv"), dtype=str)["tac"])
    types = calls["phone_type"]
    imeis = types[types.str.fullmatch(r"\d{15}")]
    assert 0.06 < len(imeis) / len(types) < 0.12
    assert 0.01 < (types == "").mean() < 0.04
    assert imeis.str[:8].isin(tacs).all() and imeis.str.startswith("00").all()
    assert all(luhn_holds(number) for number in imeis.drop_duplicates())
    assert types[(types != "") & ~types.index.isin(imeis.index)].isin(known).all()


def test_broken_rows_stand_where_the_operator_says(delivery):
    for file, rows in delivery.dirty.groupby("file"):
        lines = (delivery.files.customers.parent / file).read_text(encoding="utf-8").splitlines()
        assert [lines[line - 1] for line in rows["line"]] == rows["text"].tolist()
    total = sum(len(path.read_bytes().splitlines()) for path in delivery.files.calls + delivery.files.usage)
    assert 0.0005 < len(delivery.dirty) / total < 0.001
    assert set(delivery.dirty["kind"]) == {
        "time is not a date", "row is cut short", "seconds are negative", "caller is empty", "quote is not closed",
        "seconds are not a number", "row is too long", "megabytes are negative", "customer is listed twice",
        "birth year is impossible",
    }  # fmt: skip


def test_the_reader_sets_aside_exactly_the_broken_rows(delivery):
    logs = read_logs(delivery.files)
    rejects = logs.rejects.to_pandas()
    found = set(zip(rejects[columns.FILE], rejects[columns.LINE].astype(int), strict=True))
    assert found == set(zip(delivery.dirty["file"], delivery.dirty["line"].astype(int), strict=True))


def test_photos_belong_to_consenting_customers_of_that_age_and_sex_who_are_worth_an_offer(delivery, customers):
    people = pd.read_csv(resource("demo", "customers.csv"), index_col="photo")
    held = delivery.population.photos
    assert len(held) == 24 and held["photo"].is_unique
    assert {path.stem for path in delivery.photos.glob("*.jpg")} == set(held["customer"])
    assert len(list(delivery.inventory.glob("*.jpg"))) == 54
    for customer, photo in zip(held["customer"], held["photo"], strict=True):
        row = customers.loc[customer]
        assert row["sex"] == people.loc[photo, "sex"]
        assert abs(2026 - int(row["birth_year"]) - people.loc[photo, "age_years"]) <= 1
        assert date(2020, 1, 1) <= date.fromisoformat(row["photo_consent"]) <= date(2026, 10, 31)
        assert row["left_on"] == ""
        assert (delivery.photos / f"{customer}.jpg").read_bytes() == resource("demo", "customers", photo).read_bytes()
    offers = delivery.population.offers.set_index("offer")
    value = delivery.truth.uplift.loc[held["customer"]] * offers["margin"] - offers["cost"]
    assert (value.max(axis=1) > 0).sum() >= 20
    assert 0.65 < (customers["photo_consent"] != "").mean() < 0.75


def test_offers_have_copy_that_fits_the_templates_in_two_languages(delivery):
    offers = pd.read_csv(delivery.files.offers, dtype=str).set_index("offer")
    assert list(offers.index) == ["samsung-5g", "xiaomi-15", "iphone-tradein"]
    longest = {"headline": 40, "headline_short": 20, "cta": 14, "cta_short": 10, "legal": 110, "legal_short": 50}
    for column, length in longest.items():
        assert (offers[column].str.len() <= length).all(), column
    assert offers["price"].str.fullmatch(r"\d{1,3} \d{3}").all()
    assert set(offers["language"]) == {"en", "hu"}
    assert offers["template"].is_unique and set(offers["template"]) <= {"cover", "cut", "shelf", "loud"}


def test_a_cancel_stops_the_simulation(tmp_path):
    def report(fraction, message):
        seen.append(fraction)
        if fraction > 0.5:
            context.cancel()

    seen, context = [], JobContext(None)
    context = JobContext(report)
    with pytest.raises(JobCancelled):
        simulate_operator(tmp_path, customers=200, context=context)
    assert 0.5 < seen[-1] < 0.6
    assert seen == sorted(seen)
    assert not (tmp_path / "part.tmp").exists()


def test_no_file_speaks_of_effects_or_truth(delivery):
    for path in delivery.files.calls[0].parent.glob("*.csv"):
        assert not re.search(r"uplift|truth|sleeping", path.read_text(encoding="utf-8")[:2_000])
