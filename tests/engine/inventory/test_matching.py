"""What the designer sets for the match is what stands in the ads."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from engine.ad_files import write_ads
from engine.ads import FaultKind
from engine.campaign import Campaign, Consent, PhotoRights
from engine.creative import CreativeStudio
from engine.errors import ConsentError, ModelError
from engine.export import match_table
from engine.faces import LikenessScale, likeness
from engine.inventory import (
    Matcher,
    MatchSettings,
    MatchWeights,
    keep_match_settings,
    match_customer,
    match_everybody,
    match_settings,
    pin,
    renew_embeddings,
    set_rights,
)
from engine.inventory.matching import KEPT
from engine.job import JobContext
from engine.look_alikes import choose_whose_face, day_of_consent, likeness_scale, photo_usage
from tests.engine.ad_faces import faces_of, in_ads
from tests.engine.demo_circle import circle_of_demo


@pytest.fixture
def on(campaign: Campaign) -> date:
    return day_of_consent(campaign)


def test_what_is_kept_is_what_is_ranked(campaign: Campaign, on: date):
    scale, weights = likeness_scale(campaign), MatchWeights(1, 0.5, 0.5)
    plain = in_ads(campaign)
    settings = MatchSettings(weights)
    assert match_everybody(campaign, scale, on, settings=settings) == len(campaign.photo_keys("customer"))
    assert match_settings(campaign) == settings
    matcher = Matcher.read(campaign, scale, on)
    for customer in campaign.matched_customers()[:4]:
        ranked, kept = matcher.rank(customer, most=KEPT), campaign.matches(customer)
        assert [(face.photo, face.rank) for face in ranked] == [(match.photo, match.rank) for match in kept]
        assert [face.cosine for face in ranked] == pytest.approx([match.cosine for match in kept], abs=2e-6)
        assert [face.score for face in ranked] == pytest.approx([match.score for match in kept], abs=3e-6)
        assert all(face.years_apart is not None for face in ranked)
    weighed = in_ads(campaign)
    assert weighed != plain
    for customer, photo in weighed.items():
        cosines = {match.photo: match.cosine for match in campaign.matches(customer)}
        assert photo is None or likeness(cosines[photo], scale) >= 20
    assert matcher.rank("nobody") == ()
    everybody = campaign.all_matches()
    campaign.write_matches([replace(match, cosine=0.1) for match in campaign.matches(customer)])
    assert match_customer(campaign, customer, scale, on) == KEPT
    assert {one: [match.photo for match in matches] for one, matches in campaign.all_matches().items()} == {
        one: [match.photo for match in matches] for one, matches in everybody.items()
    }


def test_a_ban_a_pin_and_lost_rights_reach_preview_export_and_tables(campaign: Campaign, on: date, tmp_path: Path):
    studio = CreativeStudio(campaign)
    customer = studio.customers()[0]
    first, second, third = (match.photo for match in campaign.matches(customer)[:3])
    assert in_ads(campaign)[customer] == first
    campaign.inventory.ban(customer, first)
    assert in_ads(campaign)[customer] != first
    assert studio.creative(customer).photo is None or studio.creative(customer).photo.key == second
    rows = match_table(campaign).to_pylist()
    mine = [(row["photo"], row["rank"]) for row in rows if row["customer"] == customer]
    assert (mine[0], len(mine)) == ((second, 1), 5)
    assert any(row["photo"] == first for row in rows), "others may still have the photo"
    set_rights(campaign, [second], PhotoRights("", "yes", expires_on=on - timedelta(days=1)))
    assert second not in in_ads(campaign).values()
    assert second not in match_table(campaign)["photo"].to_pylist()
    pin(campaign, customer, third, on)
    assert in_ads(campaign)[customer] == third
    last = next(
        key for key in campaign.photo_keys("inventory") if key not in {m.photo for m in campaign.matches(customer)}
    )
    pin(campaign, customer, last, on)
    assert in_ads(campaign)[customer] == last
    shown = faces_of(campaign).of(customer, on)
    assert last in [match.photo for match in shown.matches[:5]]
    ranked = Matcher.read(campaign, likeness_scale(campaign), on).rank(customer)
    assert (ranked[0].photo, ranked[0].is_pinned) == (last, True)
    assert not {first, second} & {face.photo for face in ranked}
    match_everybody(campaign, likeness_scale(campaign), on)
    assert in_ads(campaign)[customer] == last, "matched again, the pick is still there"
    campaign.inventory.allow(customer, first)
    campaign.forget_face_choice(customer)
    assert campaign.face_choice(customer) is None
    match_everybody(campaign, likeness_scale(campaign), on)
    assert in_ads(campaign)[customer] == first


def test_an_ad_with_a_photo_that_may_not_be_used_does_not_leave(campaign: Campaign, on: date, tmp_path: Path):
    studio = CreativeStudio(campaign)
    customer = studio.customers()[0]
    photo = campaign.matches(customer)[0].photo
    ad = studio.compose(studio.creative_with(customer, photo), "1200x628", scale=0.25)
    assert not ad.is_blocked
    set_rights(campaign, [photo], PhotoRights("", "no"))
    ad = studio.compose(studio.creative_with(customer, photo), "1200x628", scale=0.25)
    assert ad.is_blocked
    (fault,) = [fault for fault in ad.faults if fault.kind is FaultKind.RIGHTS]
    assert fault.words.startswith(f"{photo} has no model release.")
    set_rights(campaign, campaign.photo_keys("inventory"), PhotoRights("", "no"))
    assert not write_ads(campaign, tmp_path / "ads", most=1).files or studio.creative(customer).photo is None
    assert match_table(campaign).num_rows == 0
    assert match_everybody(campaign, likeness_scale(campaign), on) == 0
    assert match_customer(campaign, customer, likeness_scale(campaign), on) == 0
    assert Matcher.read(campaign, likeness_scale(campaign), on).rank(customer) == ()
    assert campaign.matched_customers() == ()


def test_no_photo_is_in_more_ads_than_allowed(campaign: Campaign, on: date):
    free = photo_usage(faces_of(campaign), on)
    most = max(free.values())
    assert most > 2
    has_ad = faces_of(campaign).has_ad
    customer, photo = next((one, at) for one, at in in_ads(campaign).items() if free[at] == most and has_ad(one))
    pin(campaign, customer, photo, on)
    keep_match_settings(campaign, MatchSettings(most_ads=2))
    used = photo_usage(faces_of(campaign), on)
    assert max(used.values()) == 2
    assert in_ads(campaign)[customer] == photo
    assert sum(used.values()) > 0.8 * sum(free.values())
    assert {one.customer: one.share for one in faces_of(campaign).everybody(on)}[customer] is None, "a pick is no share"


def test_a_photo_that_is_replaced_while_it_is_embedded_gets_no_embedding_of_the_one_before(
    campaign: Campaign, on: date
):
    one, two = campaign.photo_keys("inventory")[:2]
    nothing = np.eye(512, dtype=np.float32)[0]
    campaign.inventory.keep_embeddings((key, nothing, "0" * 64) for key in (one, two))
    other = replace(campaign.photo(one), jpeg=b"another", embedding=np.eye(512, dtype=np.float32)[1])

    def report(fraction: float, words: str) -> None:
        if words.startswith("Photo 2"):
            campaign.add_photo(other)

    renew_embeddings(campaign, on, JobContext(report))
    kept = campaign.photo(one)
    assert (kept.model, kept.jpeg) == ("0" * 64, b"another")
    assert np.array_equal(kept.embedding, other.embedding)
    assert campaign.photo(two).model != "0" * 64


def test_photos_of_another_network_are_embedded_anew_before_anything_is_compared(campaign: Campaign, on: date):
    scale, before = likeness_scale(campaign), campaign.all_matches()
    first, second, *_ = campaign.matched_customers()
    keys = [*campaign.photo_keys("inventory")[:3], f"customer:{first}", f"customer:{second}"]
    nothing = np.eye(512, dtype=np.float32)[0]
    campaign.inventory.keep_embeddings((key, nothing, "0" * 64) for key in keys)
    with pytest.raises(ModelError):
        Matcher.read(campaign, scale, on).rank(first)
    campaign.record_consent(Consent(second, on - timedelta(days=9), "said so", ends_on=on - timedelta(days=1)))
    wrong = LikenessScale(0.5, 0.6)  # measured when the faces were other ones
    settings = MatchSettings(MatchWeights(1, 0.001, 0))
    assert match_everybody(campaign, wrong, on, settings=settings) == len(before) - 1
    ranked = Matcher.read(campaign, likeness_scale(campaign), on).rank(first, most=KEPT)
    assert [face.score for face in ranked] == pytest.approx(
        [match.score for match in campaign.matches(first)], abs=1e-5
    )
    assert match_everybody(campaign, scale, on, settings=MatchSettings()) == len(before) - 1
    assert campaign.photo(f"customer:{second}").model == "0" * 64, "no consent, no embedding"
    assert campaign.matches(second) == ()
    found = campaign.all_matches()
    assert {one: [match.photo for match in matches[:5]] for one, matches in found.items()} == {
        one: [match.photo for match in matches[:5]] for one, matches in before.items() if one != second
    }
    cosines = [match.cosine for matches in found.values() for match in matches]
    expected = [match.cosine for one, matches in before.items() for match in matches if one != second]
    assert cosines == pytest.approx(expected, abs=0.02), "a stored picture is not quite the file it came from"


def test_bans_rights_and_limits_hold_for_the_look_alikes_of_contacts_too(campaign: Campaign, on: date):
    circle = circle_of_demo(campaign)
    choose_whose_face(campaign, "contact")
    customer, contact = circle.without_photo, circle.first
    first = campaign.matches(contact)[0].photo
    assert in_ads(campaign)[customer] == first
    campaign.inventory.ban(customer, first)
    assert in_ads(campaign)[customer] != first
    campaign.inventory.allow(customer, first)
    campaign.inventory.ban(contact, first)
    assert in_ads(campaign)[customer] != first, "it is not like the contact"
    campaign.inventory.allow(contact, first)
    set_rights(campaign, [first], PhotoRights("", "no"))
    assert first not in in_ads(campaign).values()
    campaign.inventory.forget_rights([first])
    keep_match_settings(campaign, MatchSettings(most_ads=1))
    used = photo_usage(faces_of(campaign), on)
    assert max(used.values()) == 1
    assert len(used) > 15


def test_hair_and_age_of_a_customer_go_with_the_consent(campaign: Campaign, on: date):
    customer = campaign.matched_customers()[0]
    known = campaign.inventory.appearances([f"customer:{customer}"])
    assert len(known) == 1
    campaign.inventory.ban(customer, campaign.photo_keys("inventory")[0])
    campaign.withdraw_consent(customer, on)
    assert campaign.inventory.appearances([f"customer:{customer}"]) == {}
    assert campaign.inventory.bans(customer) == frozenset()
    with pytest.raises(ConsentError):
        pin(campaign, customer, campaign.photo_keys("inventory")[0], on)
