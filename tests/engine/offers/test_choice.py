"""One offer for all in the place of personal ones, or none for one customer: kept in the file, and taken back."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from engine.campaign import Campaign
from engine.columns import CUSTOMER, EXPECTED_VALUE, HAS_LEFT, NO_OFFER, OFFER, PLANNED, SEGMENT
from engine.creative import CreativeStudio
from engine.errors import InputError
from engine.export import write_tables
from engine.handsets import LoyaltyTable
from engine.job import JobCancelled, JobContext
from engine.offers import SLEEPING_DOG, Choice
from engine.offers.without_trial import offers_by_loyalty
from engine.recommending import choose_offers, withhold_offers

FOR_ALL = Choice("for_all", "xiaomi-15")


@pytest.fixture
def path(demo_campaign_path: Path, tmp_path: Path) -> Path:
    path = tmp_path / "demo.semblance"
    shutil.copy(demo_campaign_path, path)
    return path


@pytest.fixture
def campaign(path: Path) -> Iterator[Campaign]:
    with Campaign.open(path, "demo") as campaign:
        yield campaign


def customers(campaign: Campaign) -> pa.Table:
    table = campaign.read_table("customers")
    assert table is not None
    return table


def put_off(campaign: Campaign, rows: int) -> None:
    """Let every offer put the first customers off."""
    table = customers(campaign)
    for part, value in (("uplift", -0.2), ("low", -0.3), ("high", -0.1)):
        for offer in campaign.offers():
            place = table.schema.get_field_index(f"{part}:{offer.key}")
            changed = [value] * rows + table.column(place).to_pylist()[rows:]
            table = table.set_column(place, table.schema.field(place), pa.array(changed))
    campaign.write_table("customers", table)


def test_one_offer_goes_to_all_but_sleeping_dogs_and_those_who_left(campaign: Campaign):
    put_off(campaign, 300)
    choose_offers(campaign, Choice("personal"))
    before = customers(campaign).to_pandas()
    choose_offers(campaign, FOR_ALL)
    after = customers(campaign).to_pandas()
    assert after.columns.tolist() == before.columns.tolist()
    gone = before[SEGMENT] == HAS_LEFT
    assert gone.sum() > 0
    assert (after[SEGMENT] == HAS_LEFT).equals(gone)
    alone = after[SEGMENT] == SLEEPING_DOG
    assert alone[before[SEGMENT] == SLEEPING_DOG].all()
    assert 200 < alone.sum() < 400
    passed_over = gone | alone
    assert set(after.loc[passed_over, OFFER]) == {NO_OFFER}
    assert not after.loc[passed_over, EXPECTED_VALUE].any()
    assert set(after.loc[~passed_over, OFFER]) == {"xiaomi-15"}
    for part, name in (("uplift", "uplift"), ("low", "uplift_low"), ("high", "uplift_high")):
        assert after[name].equals(before[f"{part}:xiaomi-15"].rename(name))
    offer = next(offer for offer in campaign.offers() if offer.key == "xiaomi-15")
    worth = offer.margin * after["uplift"] - offer.cost
    assert after.loc[~passed_over, EXPECTED_VALUE].tolist() == pytest.approx(worth[~passed_over].tolist())


def test_the_choice_survives_closing_and_is_taken_back_to_the_last_digit(path: Path):
    with Campaign.open(path, "demo") as campaign:
        before = customers(campaign)
        choose_offers(campaign, FOR_ALL)
    with Campaign.open(path, "demo") as campaign:
        assert Choice.from_json(campaign.read_document("choice") or "") == FOR_ALL
        assert not customers(campaign).equals(before)
        choose_offers(campaign, Choice())
    with Campaign.open(path, "demo") as campaign:
        assert customers(campaign).equals(before, check_metadata=True)
        assert Choice.from_json(campaign.read_document("choice") or "") == Choice()


def test_ads_and_export_follow_the_choice(campaign: Campaign, tmp_path: Path):
    choose_offers(campaign, FOR_ALL)
    studio = CreativeStudio(campaign)
    wanted = studio.customers()
    assert wanted
    assert {studio.creative(customer).offer.key for customer in wanted} == {"xiaomi-15"}
    write_tables(campaign, tmp_path)
    with (tmp_path / "recommendations.csv").open(encoding="utf-8", newline="") as file:
        assert {row[OFFER] for row in csv.DictReader(file)} == {"xiaomi-15", NO_OFFER}


def test_none_for_all_asks_nobody(campaign: Campaign):
    segments = customers(campaign)[SEGMENT]
    choose_offers(campaign, Choice("for_all"))
    table = customers(campaign)
    assert set(table[OFFER].to_pylist()) == {NO_OFFER}
    assert not any(table[EXPECTED_VALUE].to_pylist())
    assert table[SEGMENT].equals(segments)
    assert CreativeStudio(campaign).customers() == ()


def test_what_cannot_be_chosen_is_said_and_changes_nothing(campaign: Campaign, tmp_path: Path):
    before = customers(campaign)
    with pytest.raises(InputError, match='has no offer "voucher"'):
        choose_offers(campaign, Choice("for_all", "voucher"))
    context = JobContext()
    context.cancel()
    with pytest.raises(JobCancelled):
        choose_offers(campaign, FOR_ALL, context)
    assert customers(campaign).equals(before)
    assert campaign.read_document("choice") is None
    with (
        Campaign.create(tmp_path / "bare.semblance", "open sesame", name="Bare") as bare,
        pytest.raises(InputError, match="holds no outcomes"),
    ):
        choose_offers(bare, FOR_ALL)


def offer_of(campaign: Campaign, customer: str) -> str:
    table = customers(campaign)
    return str(table[OFFER][table[CUSTOMER].to_pylist().index(customer)].as_py())


def test_an_offer_is_withheld_from_one_customer_whatever_goes_to_the_others(campaign: Campaign, tmp_path: Path):
    before = customers(campaign)
    customer, other = CreativeStudio(campaign).customers()[:2]
    was = offer_of(campaign, customer)
    withhold_offers(campaign, [customer])
    after = customers(campaign)
    frames = [table.to_pandas().set_index(CUSTOMER)[[OFFER, EXPECTED_VALUE]] for table in (before, after)]
    assert frames[1].loc[customer].tolist() == [NO_OFFER, 0.0]
    assert frames[0].drop(customer).equals(frames[1].drop(customer))
    assert customer not in CreativeStudio(campaign).customers()
    write_tables(campaign, tmp_path)
    with (tmp_path / "recommendations.csv").open(encoding="utf-8", newline="") as file:
        assert {row[CUSTOMER]: row[OFFER] for row in csv.DictReader(file)}[customer] == NO_OFFER
    choose_offers(campaign, FOR_ALL)
    assert (offer_of(campaign, customer), offer_of(campaign, other)) == (NO_OFFER, "xiaomi-15")
    withhold_offers(campaign, [customer], withheld=False)
    assert offer_of(campaign, customer) == "xiaomi-15"
    choose_offers(campaign, Choice())
    assert offer_of(campaign, customer) == was
    assert customers(campaign).equals(before, check_metadata=True)


def test_who_is_erased_is_not_remembered_as_one_without_an_offer(campaign: Campaign):
    customer, other = CreativeStudio(campaign).customers()[:2]
    for one in (customer, other):
        withhold_offers(campaign, [one])
    campaign.erase_customer(customer)
    choose_offers(campaign, FOR_ALL)
    assert customer not in customers(campaign)[CUSTOMER].to_pylist()
    assert offer_of(campaign, other) == NO_OFFER
    with pytest.raises(InputError, match=f"has no customer {customer}"):
        withhold_offers(campaign, [customer], withheld=False)


def test_without_a_past_campaign_an_offer_can_be_withheld_too(campaign: Campaign):
    table = customers(campaign)
    loyalty = LoyaltyTable.from_json(campaign.read_document("loyalty") or "")
    keys, makers = table[CUSTOMER].to_pylist(), table["current_maker"].to_pylist()
    frame = offers_by_loyalty(keys, makers, campaign.offers(), loyalty)
    before = pa.Table.from_pandas(frame, preserve_index=False)
    with campaign.transaction(), campaign._writing() as connection:
        connection.execute("DELETE FROM document WHERE name = 'evaluation'")
        campaign.write_table("customers", before)
    customer = next(key for key, offer in zip(keys, frame[OFFER], strict=True) if offer != NO_OFFER)
    withhold_offers(campaign, [customer])
    assert offer_of(campaign, customer) == NO_OFFER
    assert customers(campaign)[EXPECTED_VALUE].null_count == len(keys)
    withhold_offers(campaign, [customer], withheld=False)
    assert customers(campaign).equals(before, check_metadata=True)


def test_a_budget_asks_those_worth_most_and_is_taken_back(campaign: Campaign, tmp_path: Path):
    choose_offers(campaign, Choice("personal"))
    before = customers(campaign)
    frame = before.to_pandas()
    worth = np.sort(frame[EXPECTED_VALUE][frame[OFFER] != NO_OFFER])[::-1]
    choose_offers(campaign, Choice("personal", most=100))
    after = customers(campaign).to_pandas()
    asked = after[OFFER] != NO_OFFER
    assert np.sort(after[EXPECTED_VALUE][asked])[::-1].tolist() == worth[:100].tolist()
    assert after[EXPECTED_VALUE][~asked].eq(0.0).all()
    assert after[PLANNED].tolist() == frame[OFFER].tolist()
    assert after[SEGMENT].equals(frame[SEGMENT])
    assert set(CreativeStudio(campaign).customers()) <= set(after[CUSTOMER][asked])
    write_tables(campaign, tmp_path)
    with (tmp_path / "recommendations.csv").open(encoding="utf-8", newline="") as file:
        assert [row[OFFER] for row in csv.DictReader(file)] == after[OFFER].tolist()
    choose_offers(campaign, Choice("personal"))
    assert customers(campaign).equals(before, check_metadata=True)


def test_who_is_withheld_from_leaves_the_place_in_the_budget_to_the_next(campaign: Campaign):
    choose_offers(campaign, Choice("personal", most=100))
    frame = customers(campaign).to_pandas()
    first = frame[CUSTOMER][frame[OFFER] != NO_OFFER].tolist()[:2]
    withhold_offers(campaign, first)
    asked = customers(campaign).to_pandas().query("offer != 'none'")
    assert len(asked) == 100
    assert not set(first) & set(asked[CUSTOMER])
    withhold_offers(campaign, first, withheld=False)
    assert customers(campaign).to_pandas().equals(frame)


def test_nobodys_offer_is_withheld_where_one_of_the_customers_is_a_stranger(campaign: Campaign):
    before = customers(campaign)
    known = CreativeStudio(campaign).customers()[0]
    with pytest.raises(InputError, match="has no customer nobody"):
        withhold_offers(campaign, [known, "nobody"])
    assert customers(campaign).equals(before)
