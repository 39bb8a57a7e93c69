"""Ads as files: their names, what is left out and why, and that a folder of ads appears whole or not at all."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from engine.ad_files import CHANGED, NONE_WORDS, WITHHELD_WORDS, file_names, save_ad, save_ads
from engine.campaign import Campaign, FaceChoice, PhotoRights
from engine.columns import NO_OFFER
from engine.creative import SIZES, CreativeStudio
from engine.errors import OccupiedError
from engine.inventory import set_rights
from engine.job import JobCancelled, JobContext
from engine.look_alikes import day_of_consent
from engine.recommending import withhold_offers


def test_usual_keys_stay_as_they_are_and_other_signs_are_escaped() -> None:
    assert file_names(["018204", "+36-20", "CUST_7", "a/b"]) == {
        "018204": "018204", "+36-20": "+36-20", "CUST_7": "CUST_7", "a/b": "a%2Fb",
    }  # fmt: skip


def test_keys_that_differ_by_case_alone_make_different_files_where_case_is_nothing() -> None:
    names = file_names(["Ab1", "aB1", "ab1", "Zz"])
    assert names == {"Ab1": "%41b1", "aB1": "a%421", "ab1": "ab1", "Zz": "Zz"}


@given(st.sets(st.text("aAbB%4é É1ßẞſsS/", max_size=5), max_size=12))
def test_two_keys_never_become_one_name(keys: set[str]) -> None:
    names = file_names(sorted(keys))
    assert len({name.casefold() for name in names.values()}) == len(keys)


@pytest.fixture
def campaign(demo_campaign_path: Path, tmp_path: Path) -> Iterator[Campaign]:
    path = tmp_path / "spring.semblance"
    shutil.copy(demo_campaign_path, path)
    with Campaign.open(path, "demo") as campaign:
        yield campaign


def with_face(campaign: Campaign, count: int) -> list[str]:
    """Return customers with an offer and a look-alike in their ad."""
    studio = CreativeStudio(campaign)
    photos = studio.photos_of(studio.customers())
    return [customer for customer in photos if photos[customer] is not None][:count]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_folder_of_ads_honours_the_choice_and_says_who_is_left_out_and_why(campaign: Campaign, tmp_path: Path):
    chosen, withheld = with_face(campaign, 2)
    table = campaign.read_table("customers", ["customer", "offer"])
    assert table is not None
    nobody = next(row["customer"] for row in table.to_pylist() if row["offer"] == NO_OFFER)
    picked = campaign.matches(chosen)[2].photo
    campaign.choose_face(FaceChoice(chosen, photo=picked), on=day_of_consent(campaign))
    withhold_offers(campaign, [withheld], withheld=True)
    written = save_ads(campaign, tmp_path, [nobody, chosen, withheld], note="Look twice.")
    assert written.folder == tmp_path / "spring-ads"
    assert sorted(path.name for path in written.folder.iterdir()) == sorted(
        [*(f"{chosen}_{size}.jpg" for size in SIZES), "ads.csv", "left-out.csv"]
    )
    studio = CreativeStudio(campaign)
    assert studio.photos_of([chosen]) == {chosen: picked}
    ad = studio.compose(studio.creative_with(chosen, picked), SIZES[0])
    with Image.open(written.folder / f"{chosen}_{SIZES[0]}.jpg") as saved:
        colour = saved.convert("RGB").getpixel((540, 300))
    seen = ad.image.pixelColor(540, 300)
    assert max(abs(a - b) for a, b in zip(colour, (seen.red(), seen.green(), seen.blue()), strict=True)) < 12
    listed = rows_of(written.folder / "ads.csv")
    assert [(row["customer"], row["size"], row["note"]) for row in listed] == [
        (chosen, size, "Look twice.") for size in SIZES
    ]
    reasons = {row["customer"]: row["reason"] for row in rows_of(written.folder / "left-out.csv")}
    assert reasons == {nobody: NONE_WORDS, withheld: WITHHELD_WORDS}
    assert (written.customers, written.without("offer"), written.without("text")) == (1, 2, 0)
    assert save_ads(campaign, tmp_path, [chosen]).folder.name == "spring-ads-2", "what is there stays"


def test_a_photo_that_may_not_be_used_is_in_no_ad_and_is_counted_once(campaign: Campaign, tmp_path: Path):
    customers = with_face(campaign, 3)
    photo = CreativeStudio(campaign).photos_of(customers[:1])[customers[0]]
    assert photo is not None
    set_rights(campaign, [photo], PhotoRights("", "no"))
    written = save_ads(campaign, tmp_path, customers)
    assert photo not in CreativeStudio(campaign).photos_of(customers).values()
    assert written.without("photo") == 1
    about = {(each.customer, each.photo) for each in written.left_out if each.matter == "photo"}
    assert (customers[0], photo) in about
    assert {each.reason.split(".jpg ")[1] for each in written.left_out} == {
        "has no model release. Record the release, or choose another photo."
    }
    assert len(written.files) == 6


def test_a_consent_withdrawn_while_ads_are_saved_takes_its_ad_back(campaign: Campaign, tmp_path: Path):
    first, second = with_face(campaign, 2)

    def withdraw(fraction: float, message: str) -> None:
        if message == "Ad 3 of 4":
            campaign.withdraw_consent(first, day_of_consent(campaign))

    written = save_ads(campaign, tmp_path, [first, second], context=JobContext(withdraw))
    assert {path.name.split("_")[0] for path in written.folder.glob("*.jpg")} == {second}
    assert [(each.customer, each.reason) for each in written.left_out] == [(first, CHANGED)]


def test_a_cancel_leaves_nothing_behind(campaign: Campaign, tmp_path: Path):
    context = JobContext(lambda fraction, message: context.cancel())
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(JobCancelled):
        save_ads(campaign, tmp_path, with_face(campaign, 2), context=context)
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_single_ad_never_takes_the_place_of_a_file_unasked(campaign: Campaign, tmp_path: Path):
    (customer,) = with_face(campaign, 1)
    there = tmp_path / f"{customer}_{SIZES[1]}.jpg"
    there.write_bytes(b"mine")
    with pytest.raises(OccupiedError) as error:
        save_ad(campaign, tmp_path, customer)
    assert str(error.value) == (
        f"{there.name} is in {tmp_path} already and is not overwritten. Choose another folder, or move it away."
    )
    assert there.read_bytes() == b"mine"
    assert not list(tmp_path.glob(f"*_{SIZES[0]}.jpg"))
    written = save_ad(campaign, tmp_path, customer, replaces=True)
    assert [file.file for file in written.files] == [f"{customer}_{size}.jpg" for size in SIZES]
    assert there.read_bytes() != b"mine"
