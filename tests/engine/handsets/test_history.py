"""Handsets one after the other: what counts as the customer's own, from when, and until when it was watched."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import ibis
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.handsets import handset_history, history_of_runs, logged_phone_types, maker_shares
from engine.handsets import history as history_module
from engine.handsets.changes import handset_runs
from engine.handsets.runs import DWELL_DAYS, DWELL_EVENTS
from engine.job import JobCancelled, JobContext
from tests.engine.logs.delivery import call_lines, read

START = datetime(2025, 1, 1)
END = 700.0  # days after it, the last event in the logs
SAMSUNG, APPLE, NOKIA, SAMSUNG_2 = "SM-G991B", "iPhone14,5", "Nokia G42", "SM-A546B"
MODELS = {SAMSUNG: "Galaxy S21 5G", APPLE: "iPhone 13", NOKIA: "G42", SAMSUNG_2: "Galaxy A54 5G"}
MONTH = 365.25 / 12
Event = tuple[float, str]


def steady(phone: str, first: float, last: float, every: float = 5.0) -> list[Event]:
    """Return an event each few days."""
    return [(first + number * every, phone) for number in range(int((last - first) / every) + 1)]


def history_of(
    folder: Path, events: Sequence[Event], *, since: float | None = None, left: float | None = None
) -> pd.DataFrame:
    """Return the history of customer 001 from events (day, phone type); somebody else's logs last until END."""
    rows = [f"001,002,{START + timedelta(days=day)},60,X," + f'"{phone}"' for day, phone in events]
    rows += [f'999,002,{START},60,X,"{NOKIA}"', f'999,002,{START + timedelta(days=END)},60,X,"{NOKIA}"']
    days = [f"{START + timedelta(days=day):%Y-%m-%d}" if day is not None else "" for day in (since, left)]
    customers = "customer,residence,birth_year,phone_since,left_on\n001,Eger,1980," + ",".join(days) + "\n002,Eger,,,\n"
    history = "customer,offer,outcome\n001,none,0\n"
    usage = f"customer,time,megabytes\n002,{START},1\n"
    return handset_history(read(folder, calls=call_lines(rows), customers=customers, history=history, usage=usage))


def models(history: pd.DataFrame) -> list[str]:
    return history["model"].tolist()


def test_a_change_ends_one_spell_and_begins_the_next(tmp_path: Path) -> None:
    history = history_of(tmp_path, steady(SAMSUNG, 0, 300) + steady(APPLE, 301, 700), since=-100)
    assert history["customer"].tolist() == ["001", "001"]
    assert history["maker"].tolist() == ["Samsung", "Apple"]
    assert history["next_maker"].isna().tolist() == [False, True]
    assert history["next_maker"][0] == "Apple"
    assert history["start"].tolist() == [START - timedelta(days=100), START + timedelta(days=301)]
    assert history["end"][0] == START + timedelta(days=301)
    assert pd.isna(history["end"][1])
    assert not history["left"].any()


def test_customers_taken_in_shares_have_the_same_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(3)
    people = [f"{number:03}" for number in range(9)]
    rows = [f"{draw.choice(people)},x,{START + timedelta(hours=hour)},60,X,{draw.choice((SAMSUNG, 'SM-A546B'))}"
            for hour in range(0, 9_000, 60)]  # fmt: skip
    customers = "customer,residence,birth_year\n" + "".join(f"{person},Eger,1980\n" for person in people)
    history = "customer,offer,outcome\n001,none,0\n"
    logs = read(tmp_path, calls=call_lines(rows), customers=customers, history=history)
    whole = handset_history(logs)
    monkeypatch.setattr(history_module, "RECORDS_AT_ONCE", 40)
    pd.testing.assert_frame_equal(handset_history(logs), whole)
    assert whole["customer"].nunique() == 9


def test_months_count_ownership_before_and_within_the_logs(tmp_path: Path) -> None:
    history = history_of(tmp_path, steady(SAMSUNG, 2, 300) + steady(APPLE, 301, 700), since=-100)
    # The first handset is watched from its third event on: before that it could not have been told from a visitor.
    assert history["entry_months"].to_numpy() == pytest.approx([112 / MONTH, 0.0])
    assert history["months"].to_numpy() == pytest.approx([401 / MONTH, 399 / MONTH])
    assert history["sure_months"].to_numpy() == pytest.approx([401 / MONTH, (399 - DWELL_DAYS) / MONTH])


def test_an_unknown_beginning_stays_unknown(tmp_path: Path) -> None:
    history = history_of(tmp_path, steady(SAMSUNG, 0, 300) + steady(APPLE, 301, 700))
    assert history["entry_months"].isna().tolist() == [True, False]
    assert history["start"][0] == START


def test_a_beginning_after_the_first_event_is_not_believed(tmp_path: Path) -> None:
    history = history_of(tmp_path, steady(SAMSUNG, 0, 300), since=50)
    assert history["entry_months"].isna().all()
    assert history["start"][0] == START


def test_another_model_of_the_same_maker_is_a_change_to_the_same_maker(tmp_path: Path) -> None:
    history = history_of(tmp_path, steady(SAMSUNG, 0, 300) + steady(SAMSUNG_2, 301, 700))
    assert models(history) == [MODELS[SAMSUNG], MODELS[SAMSUNG_2]]
    assert history["next_maker"][0] == "Samsung"


@pytest.mark.parametrize(
    "visit",
    [
        [(150.1, APPLE)],
        [(150.1, APPLE), (150.2, APPLE)],
        [(150.1, APPLE), (153.0, APPLE), (154.0, APPLE), (154.5, APPLE)],
        [(150.1, APPLE), (163.9, APPLE)],
    ],
)
def test_a_lent_phone_is_no_change(tmp_path: Path, visit: list[Event]) -> None:
    own = [event for event in steady(SAMSUNG, 0, 700) if not 150 < event[0] <= visit[-1][0]]
    history = history_of(tmp_path, sorted(own + visit), since=-10)
    assert models(history) == [MODELS[SAMSUNG]]
    assert history["months"][0] == pytest.approx(710 / MONTH)


def test_two_sim_cards_in_turn_are_no_change(tmp_path: Path) -> None:
    second = [(day + 0.5, APPLE) for day, _ in steady(SAMSUNG, 3, 700, every=20)]
    history = history_of(tmp_path, sorted(steady(SAMSUNG, 0, 700) + second))
    assert models(history) == [MODELS[SAMSUNG]]


def test_a_lent_phone_within_the_first_days_of_a_new_one_does_not_hide_the_change(tmp_path: Path) -> None:
    new = steady(APPLE, 301, 700)
    history = history_of(tmp_path, sorted([*steady(SAMSUNG, 0, 300), *new, (308.0, NOKIA), (318.0, NOKIA)]))
    assert models(history) == [MODELS[SAMSUNG], MODELS[APPLE]]
    assert history["start"][1] == START + timedelta(days=301)


def test_coming_back_after_a_dwell_is_a_change_each_time(tmp_path: Path) -> None:
    events = steady(SAMSUNG, 0, 100) + steady(APPLE, 101, 200) + steady(SAMSUNG, 201, 700)
    assert history_of(tmp_path, events)["next_maker"].tolist()[:2] == ["Apple", "Samsung"]


@pytest.mark.parametrize(
    ("events", "is_own"),
    [
        ([684.0, 690.0, 695.0], True),
        ([688.0, 690.0, 695.0], False),  # 12 days until the logs end
        ([600.0, 690.0], False),  # two events
    ],
)
def test_a_new_handset_needs_14_days_and_3_events(tmp_path: Path, events: list[float], is_own: bool) -> None:
    before = [event for event in steady(SAMSUNG, 0, 699) if event[0] < events[0]]
    history = history_of(tmp_path, [*before, *((day, APPLE) for day in events)])
    assert (DWELL_DAYS, DWELL_EVENTS) == (14, 3)
    assert (len(history) == 2) == is_own


def test_who_left_was_watched_until_the_end_of_that_day(tmp_path: Path) -> None:
    history = history_of(tmp_path, steady(SAMSUNG, 0, 399), since=-10, left=400)
    assert history["left"].tolist() == [True]
    assert history["end"].tolist() == [START + timedelta(days=401)]
    assert history["months"][0] == pytest.approx(411 / MONTH)
    assert history["sure_months"][0] == pytest.approx((411 - DWELL_DAYS) / MONTH)
    assert pd.isna(history["next_maker"][0])


def test_leaving_after_the_logs_is_not_known_yet(tmp_path: Path) -> None:
    history = history_of(tmp_path, steady(SAMSUNG, 0, 699), since=-10, left=800)
    assert history["left"].tolist() == [False]
    assert pd.isna(history["end"][0])


def test_only_the_handset_in_use_is_left_with(tmp_path: Path) -> None:
    history = history_of(tmp_path, steady(SAMSUNG, 0, 200) + steady(APPLE, 201, 399), left=400)
    assert history["left"].tolist() == [False, True]


def test_with_too_few_events_the_handset_seen_most_stands_but_tells_no_loyalty(tmp_path: Path) -> None:
    history = history_of(
        tmp_path, [(1, NOKIA), (2, APPLE), (3, NOKIA), (4, APPLE), (5, APPLE), (6, NOKIA), (7, APPLE)], since=-9
    )
    assert models(history) == [MODELS[APPLE]]
    assert history["entry_months"].isna().all()


def test_a_first_visitor_leaves_the_beginning_unknown(tmp_path: Path) -> None:
    history = history_of(tmp_path, [(0, APPLE), *steady(SAMSUNG, 2, 700)], since=-50)
    assert models(history) == [MODELS[SAMSUNG]]
    assert history["entry_months"].isna().all()


def test_an_imei_and_a_phone_type_of_one_phone_are_one_handset(tmp_path: Path) -> None:
    imei = "001012210000000"  # the TAC of a Galaxy S21 5G in the program's table, with its check digit
    events = [(day, imei if number % 2 else SAMSUNG) for number, (day, _) in enumerate(steady(SAMSUNG, 0, 600))]
    assert models(history_of(tmp_path, events)) == [MODELS[SAMSUNG]]


def test_rows_without_a_phone_are_no_events(tmp_path: Path) -> None:
    silent = [(day + 1.0, ("unknown", "", "99999999")[int(day) % 3]) for day, _ in steady(SAMSUNG, 0, 600)]
    assert models(history_of(tmp_path, sorted(steady(SAMSUNG, 0, 600) + silent))) == [MODELS[SAMSUNG]]
    assert history_of(tmp_path, silent).empty


def test_calls_and_internet_use_are_followed_together(tmp_path: Path) -> None:
    calls = call_lines([f"001,002,2025-01-{day:02d} 10:00:00,60,X,{SAMSUNG}" for day in (1, 9, 17)])
    usage = "customer,time,megabytes,phone_type\n" + "".join(
        f'001,2025-{month:02d}-01 10:00:00,1,"{APPLE}"\n' for month in (3, 4, 5)
    )
    assert models(handset_history(read(tmp_path, calls=calls, usage=usage))) == [MODELS[SAMSUNG], MODELS[APPLE]]


def in_turn(first: float, last: float, *, share: float, every: float, seed: int) -> list[Event]:
    """Return events of two handsets at the same time, of which SAMSUNG has this share."""
    draws = random.Random(seed)
    days = [first + number * every for number in range(int((last - first) / every))]
    return [(day, SAMSUNG if draws.random() < share else APPLE) for day in days]


@pytest.mark.parametrize("share", [0.5, 0.65, 0.85])
@pytest.mark.parametrize("every", [0.5, 3.0])
def test_two_handsets_used_at_the_same_time_are_no_change(tmp_path: Path, share: float, every: float) -> None:
    for seed in range(3):
        events = in_turn(0, 699, share=share, every=every, seed=seed)
        folder = tmp_path / str(seed)
        folder.mkdir()
        history = history_of(folder, events, since=-50)
        assert len(history) == 1
        if share > 0.6:
            assert models(history) == [MODELS[SAMSUNG]]
        assert history["censored"].tolist() == [True]


@pytest.mark.parametrize("seed", range(4))
def test_two_sims_for_some_weeks_between_two_handsets_are_one_change(tmp_path: Path, seed: int) -> None:
    both = in_turn(300, 342, share=0.5, every=1.5, seed=seed)
    history = history_of(tmp_path, steady(SAMSUNG, 0, 299) + both + steady(APPLE, 343, 700), since=-50)
    assert models(history) == [MODELS[SAMSUNG], MODELS[APPLE]]
    assert START + timedelta(days=300) <= history["start"][1] <= START + timedelta(days=348)


@pytest.mark.parametrize("seed", range(4))
def test_two_sims_for_some_weeks_and_back_to_the_one_are_no_change(tmp_path: Path, seed: int) -> None:
    both = in_turn(300, 342, share=0.5, every=1.5, seed=seed)
    history = history_of(tmp_path, steady(SAMSUNG, 0, 299) + both + steady(SAMSUNG, 343, 700), since=-50)
    assert models(history) == [MODELS[SAMSUNG]]


def test_the_old_phone_in_hand_now_and_then_after_a_change_is_one_change(tmp_path: Path) -> None:
    back = [(day + 0.2, SAMSUNG) for day in (305.0, 320.0, 345.0, 370.0)]
    history = history_of(tmp_path, sorted(steady(SAMSUNG, 0, 300) + steady(APPLE, 301, 700) + back))
    assert models(history) == [MODELS[SAMSUNG], MODELS[APPLE]]
    assert history["start"][1] == START + timedelta(days=301)


def test_a_sim_put_elsewhere_for_a_weekend_is_no_change_and_for_good_is_one(tmp_path: Path) -> None:
    own = [event for event in steady(SAMSUNG, 0, 400, every=1.0) if not 200 <= event[0] <= 202]
    weekend = [(200 + hour / 24, NOKIA) for hour in range(0, 48, 4)]
    history = history_of(tmp_path, sorted(own + weekend + steady(APPLE, 401, 700)))
    assert models(history) == [MODELS[SAMSUNG], MODELS[APPLE]]


@pytest.mark.parametrize("device", ["SM-T510", "HUAWEI E5573", "SM-R925F", "iPad13,1", "B525s-23a"])
def test_a_tablet_a_modem_or_a_watch_is_not_the_customers_phone(tmp_path: Path, device: str) -> None:
    for name, other in (("beside", steady(device, 2.5, 700)), ("after", steady(device, 401, 700, every=1.0))):
        folder = tmp_path / name
        folder.mkdir()
        history = history_of(folder, sorted(steady(SAMSUNG, 0, 400) + other), since=-10)
        assert models(history) == [MODELS[SAMSUNG]]
    (tmp_path / "alone").mkdir()
    assert history_of(tmp_path / "alone", steady(device, 0, 700)).empty


def test_a_row_says_from_when_to_when_and_whether_the_end_was_seen(tmp_path: Path) -> None:
    history = history_of(tmp_path, steady(SAMSUNG, 0, 200) + steady(NOKIA, 201, 399), left=400)
    assert history["censored"].tolist() == [False, False]
    assert history["end"].notna().all()
    (tmp_path / "stays").mkdir()
    history = history_of(tmp_path / "stays", steady(SAMSUNG, 0, 200) + steady(NOKIA, 201, 699))
    assert history["censored"].tolist() == [False, True]
    assert history["end"].isna().tolist() == [False, True]
    assert history["device_class"].tolist() == ["phone", "phone"]


def test_runs_that_come_from_elsewhere_give_the_same_history(tmp_path: Path) -> None:
    rows = [f'{who},x,{START + timedelta(days=day)},60,X,"{phone}"' for who, events in (
        ("a", steady(SAMSUNG, 0, 300) + steady(APPLE, 301, 700)),
        ("b", in_turn(0, 600, share=0.7, every=2.0, seed=1)),
        ("c", [(3.0, NOKIA)]),
        ("nobody", steady(NOKIA, 0, 700)),
    ) for day, phone in events]  # fmt: skip
    people = "customer,residence,birth_year,phone_since,left_on\nc,,,,\na,,,2024-12-01,2026-10-01\nb,,,,\nd,,,,\n"
    logs = read(tmp_path, calls=call_lines(rows), customers=people, history="customer,offer,outcome\na,none,0\n")
    types = logged_phone_types(logs)
    connection = ibis.duckdb.from_connection(logs.connection)
    calls = connection.table("calls")
    events = calls.select(customer=calls.caller, time=calls.time, phone_type=calls.phone_type)
    runs = connection.to_pandas(handset_runs(events, ibis.memtable(types.numbers)))
    customers = logs.connection.execute("SELECT * FROM customers").df()
    finish = START + timedelta(days=700)
    found = history_of_runs(runs.sample(frac=1.0, random_state=0), customers, finish, types.handsets)
    pd.testing.assert_frame_equal(found, handset_history(logs, phone_types=types))


def test_shares_are_those_of_the_handsets_in_use(tmp_path: Path) -> None:
    rows = [f"00{owner},x,2025-01-{day:02d} 10:00:00,60,X,{phone}" for day in (1, 9, 17, 30)
            for owner, phone in ((1, SAMSUNG), (2, SAMSUNG_2), (3, NOKIA), (4, NOKIA))]  # fmt: skip
    customers = "customer,residence,birth_year,left_on\n001,,,\n002,,,\n003,,,\n004,,,2025-01-20\n"
    shares = maker_shares(handset_history(read(tmp_path, calls=call_lines(rows), customers=customers)))
    assert shares["maker"].tolist() == ["Samsung", "Nokia"]
    assert shares["customers"].tolist() == [2, 1]
    assert shares["share"].tolist() == pytest.approx([2 / 3, 1 / 3])


def test_a_cancel_stops_the_following(tmp_path: Path) -> None:
    context = JobContext()
    context.cancel()
    with pytest.raises(JobCancelled):
        handset_history(read(tmp_path), context=context)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 7_000), st.sampled_from([SAMSUNG, APPLE, NOKIA, SAMSUNG_2])),
        min_size=1,
        max_size=120,
    )
)
def test_spells_of_any_events_follow_one_another_without_a_gap(events) -> None:
    rows = [f'{owner},x,{START + timedelta(hours=hour)},60,X,"{phone}"' for owner, hour, phone in events]
    with tempfile.TemporaryDirectory() as folder:
        customers = "customer,residence,birth_year\na,,\nb,,\nc,,\n"
        history_file = "customer,offer,outcome\na,none,0\n"
        usage = f"customer,time,megabytes\nx,{START},1\n"
        logs = read(Path(folder), calls=call_lines(rows), customers=customers, history=history_file, usage=usage)
        history = handset_history(logs)
    assert set(history["customer"]) == {owner for owner, _, _ in events}
    for owner, spells in history.groupby("customer"):
        assert (spells["model"].to_numpy()[1:] != spells["model"].to_numpy()[:-1]).all()
        assert spells["end"].tolist()[:-1] == spells["start"].tolist()[1:]
        assert spells["next_maker"].tolist()[:-1] == spells["maker"].tolist()[1:]
        assert pd.isna(spells["end"].iloc[-1])
        seen = {phone for who, _, phone in events if who == owner}
        assert set(spells["model"]) <= {MODELS[phone] for phone in seen}
        if len(seen) == 1:
            assert len(spells) == 1
    assert (history["months"] >= history["sure_months"]).all()
    assert (history["sure_months"] >= 0).all()
