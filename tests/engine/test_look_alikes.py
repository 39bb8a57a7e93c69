"""Whose face goes into an ad, and the scale that says who is close."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.campaign import Campaign
from engine.creative import CreativeStudio
from engine.errors import InputError
from engine.faces import LikenessScale, likeness, pair_cosines
from engine.look_alikes import SCALE_DOCUMENT, face_in_ad, likeness_scale


@pytest.fixture
def campaign(demo_campaign_path: Path, tmp_path: Path) -> Iterator[Campaign]:
    path = tmp_path / "demo.semblance"
    shutil.copy(demo_campaign_path, path)
    with Campaign.open(path, "demo") as campaign:
        yield campaign


def test_the_scale_is_measured_on_the_campaign_s_photos_and_kept(campaign: Campaign):
    rows = np.stack([campaign.photo(key).embedding for key in campaign.photo_keys("inventory")])
    scale = likeness_scale(campaign)
    assert scale.strangers == pytest.approx(float(np.median(pair_cosines(rows))), abs=1e-6)
    assert scale.one_person == LikenessScale().one_person
    kept = json.loads(campaign.read_document(SCALE_DOCUMENT) or "")
    campaign.write_document(SCALE_DOCUMENT, json.dumps(kept | {"strangers": 0.111}))
    assert likeness_scale(campaign).strangers == 0.111


def test_another_inventory_is_measured_anew(campaign: Campaign):
    kept = likeness_scale(campaign)
    photo = campaign.photo(campaign.photo_keys("inventory")[0])
    campaign.add_photo(replace(photo, key="again.jpg"))
    assert likeness_scale(campaign) != kept


def test_the_nearest_face_is_in_the_ad_only_if_it_is_close(campaign: Campaign):
    customer = campaign.matched_customers()[0]
    matches, scale = campaign.matches(customer), likeness_scale(campaign)
    assert likeness(matches[0].cosine, scale) >= 20
    assert face_in_ad(campaign, customer, scale) == matches[0].photo
    campaign.write_matches([replace(match, cosine=0.3) for match in matches])
    assert face_in_ad(campaign, customer, scale) is None
    campaign.choose_face(customer, matches[3].photo)
    assert face_in_ad(campaign, customer, scale) == matches[3].photo
    assert [match.photo for match in campaign.matches_in_ads() if match.customer == customer] == [matches[3].photo]


def test_whoever_has_an_offer_can_have_an_ad_without_a_face(campaign: Campaign):
    studio = CreativeStudio(campaign)
    table = campaign.read_table("customers", ["customer", "offer"])
    assert table is not None
    offers = dict(zip(table["customer"].to_pylist(), table["offer"].to_pylist(), strict=True))
    matched = set(campaign.matched_customers())
    with_offer = next(one for one, offer in offers.items() if offer != "none" and one not in matched)
    without = next(one for one, offer in offers.items() if offer == "none")
    creative = studio.creative(with_offer)
    assert creative.photo is None
    assert not studio.compose(creative, "1200x628").is_blocked
    assert with_offer not in studio.customers()
    with pytest.raises(InputError, match="has no offer"):
        studio.creative(without)
