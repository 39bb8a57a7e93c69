"""One offer for all in the place of personal ones, kept in the campaign file, and taken back."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from engine.campaign import Campaign
from engine.columns import EXPECTED_VALUE, HAS_LEFT, NO_OFFER, OFFER, SEGMENT
from engine.creative import CreativeStudio
from engine.errors import InputError
from engine.export import write_tables
from engine.job import JobCancelled, JobContext
from engine.offers import SLEEPING_DOG, Choice
from engine.recommending import choose_offers

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
