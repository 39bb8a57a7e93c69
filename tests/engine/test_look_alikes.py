"""Whose face goes into an ad, and the scale that says who is close."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from engine.ad_files import write_ads
from engine.ads import encode_jpeg
from engine.campaign import Campaign, Consent, FaceChoice
from engine.creative import CreativeStudio
from engine.errors import InputError
from engine.export import match_table
from engine.faces import LikenessScale, likeness, pair_cosines
from engine.look_alikes import (
    SCALE_DOCUMENT,
    Whose,
    choose_whose_face,
    day_of_consent,
    likeness_scale,
    whose_face,
)
from tests.engine.ad_faces import faces_of, in_ad
from tests.engine.demo_circle import DemoCircle, circle_of_demo


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
    assert in_ad(campaign, customer) == matches[0].photo
    campaign.write_matches([replace(match, cosine=0.3) for match in matches])
    assert in_ad(campaign, customer) is None
    campaign.choose_face(FaceChoice(customer, photo=matches[3].photo))
    assert in_ad(campaign, customer) == matches[3].photo


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


@pytest.fixture
def circle(campaign: Campaign) -> DemoCircle:
    return circle_of_demo(campaign)


def test_own_look_alikes_are_the_rule_until_another_is_chosen(campaign: Campaign, circle: DemoCircle):
    assert whose_face(campaign) == "own"
    assert in_ad(campaign, circle.without_photo) is None
    own, matches = in_ad(campaign, circle.first), match_table(campaign)
    choose_whose_face(campaign, "contact")
    assert in_ad(campaign, circle.without_photo) == campaign.matches(circle.first)[0].photo
    assert in_ad(campaign, circle.first) == campaign.matches(circle.second)[0].photo
    assert match_table(campaign) == matches  # of the customers' own photos, whatever the ads bear
    choose_whose_face(campaign, "own")
    assert in_ad(campaign, circle.first) == own


def test_the_next_contact_stands_in_where_nobody_is_close_to_the_first(campaign: Campaign, circle: DemoCircle):
    choose_whose_face(campaign, "contact")
    campaign.write_matches([replace(match, cosine=0.3) for match in campaign.matches(circle.first)])
    on = day_of_consent(campaign)
    assert faces_of(campaign).of(circle.without_photo, on).contact == circle.second
    campaign.write_matches([replace(match, cosine=0.3) for match in campaign.matches(circle.second)])
    assert faces_of(campaign).of(circle.without_photo, on).contact is None


def test_a_photo_that_may_show_the_contact_is_never_in_somebody_else_s_ad(campaign: Campaign, circle: DemoCircle):
    choose_whose_face(campaign, "contact")
    first, *others = campaign.matches(circle.first)
    campaign.write_matches([replace(first, cosine=0.99), *others])
    assert in_ad(campaign, circle.without_photo) == others[0].photo
    campaign.choose_face(FaceChoice(circle.without_photo, circle.first, first.photo), on=day_of_consent(campaign))
    assert in_ad(campaign, circle.without_photo) == others[0].photo


@pytest.mark.parametrize("whose", ["own", "contact"])
def test_a_contact_s_face_goes_with_the_consent_of_either(campaign: Campaign, circle: DemoCircle, whose: Whose):
    on = day_of_consent(campaign)
    choose_whose_face(campaign, whose)
    campaign.choose_face(FaceChoice(circle.without_photo, circle.first), on=on)
    faces = faces_of(campaign)
    assert faces.of(circle.without_photo, on).contact == circle.first
    consent = campaign.consent(circle.first)
    assert consent is not None
    campaign.record_consent(replace(consent, ends_on=on - timedelta(days=1)))
    assert faces.of(circle.without_photo, on).contact != circle.first
    campaign.record_consent(consent)
    campaign.withdraw_consent(circle.first, on)
    assert faces.of(circle.without_photo, on).contact is None
    expected = circle.second if whose == "contact" else None
    assert faces_of(campaign).of(circle.without_photo, on).contact == expected
    campaign.record_consent(Consent(circle.without_photo, on, "said so", withdrawn_on=on))
    assert faces.of(circle.without_photo, on).matches == ()
    assert circle.without_photo not in [each.customer for each in faces_of(campaign).everybody(on)]


def test_what_was_decided_for_one_customer_stands_above_the_rule(campaign: Campaign, circle: DemoCircle):
    on = day_of_consent(campaign)
    own = in_ad(campaign, circle.first)
    choose_whose_face(campaign, "contact")
    campaign.choose_face(FaceChoice(circle.first))
    campaign.choose_face(FaceChoice(circle.without_photo, circle.second), on=on)
    assert in_ad(campaign, circle.first) == own
    assert in_ad(campaign, circle.without_photo) == campaign.matches(circle.second)[0].photo
    assert faces_of(campaign).by_rule(circle.first, on) == circle.second
    campaign.forget_face_choice(circle.first)
    assert in_ad(campaign, circle.first) == campaign.matches(circle.second)[0].photo


def test_exported_ads_follow_the_choice_and_say_nothing_of_the_contact(
    campaign: Campaign, circle: DemoCircle, tmp_path: Path
):
    choose_whose_face(campaign, "contact")
    studio = CreativeStudio(campaign)
    customers = studio.customers()
    assert circle.without_photo in customers
    written = write_ads(campaign, tmp_path / "ads", most=customers.index(circle.without_photo) + 1)
    assert len(written.files) == customers.index(circle.without_photo) + 1
    (ad,) = (tmp_path / "ads").glob(f"{circle.without_photo}_*.jpg")
    data = ad.read_bytes()
    photo = campaign.matches(circle.first)[0].photo
    same = studio.compose(studio.creative_with(circle.without_photo, photo), "1080x1080")
    assert data == encode_jpeg(same.image)  # offer and campaign photo, and nothing else
    assert circle.first.encode() not in data
    assert [path.name for path in (tmp_path / "ads").iterdir() if circle.first in path.name] == (
        [f"{circle.first}_1080x1080.jpg"] if circle.first < circle.without_photo else []
    )
