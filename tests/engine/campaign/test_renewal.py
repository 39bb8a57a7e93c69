"""New results in the place of earlier ones: what a person did stays, what the run made goes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from engine.campaign import Appearance, Campaign, Consent, FaceChoice, Judgement, PhotoRights, StoredMatch
from engine.errors import CampaignFileError
from tests.engine.campaign.conftest import PASSPHRASE, MakePhoto

JANUARY, MARCH, MAY = date(2026, 1, 5), date(2026, 3, 5), date(2026, 5, 5)
AT = datetime(2026, 5, 5, 12, 30, tzinfo=UTC)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Campaign]:
    with Campaign.create(tmp_path / "fresh.semblance", PASSPHRASE, name="Spring") as fresh:
        yield fresh


def fill(campaign: Campaign, make_photo: MakePhoto, customers: dict[str, date], inventory: str = "ab") -> None:
    """Fill a campaign as a run does: an inventory, and customers with the day of their consent."""
    for key in inventory:
        campaign.add_photo(make_photo(key))
    for customer, given_on in customers.items():
        campaign.record_consent(Consent(customer, given_on, "customers.csv"))
        campaign.add_photo(make_photo(f"customer:{customer}", customer), on=MAY)
        places = enumerate(inventory, 1)
        campaign.write_matches([StoredMatch(customer, key, rank, 0.9 - rank / 10) for rank, key in places])
    campaign.write_table("circle", pa.table({"customer": ["7", "7"], "contact": ["1", "2"]}))
    campaign.note_event("Read logs", 1.0)


def test_results_are_replaced_and_documents_of_a_person_stay(
    campaign: Campaign, fresh: Campaign, make_photo: MakePhoto
) -> None:
    fill(campaign, make_photo, {})
    campaign.write_document("value", "12")
    campaign.write_document("span", "old")
    campaign.mark_made()
    campaign.write_document("choice", "one for all")
    campaign.write_table("mine", pa.table({"customer": ["1"]}))
    fill(fresh, make_photo, {}, "abc")
    fresh.write_document("span", "new")
    fresh.mark_made()
    campaign.replace_results(fresh)
    assert campaign.read_document("span") == "new"
    assert campaign.read_document("value") is None, "the new run found no value"
    assert campaign.read_document("choice") == "one for all"
    assert campaign.read_table("mine") is not None
    assert campaign.photo_keys("inventory") == ("a", "b", "c")
    assert [event.text for event in campaign.events()] == ["Read logs", "Read logs"]
    fresh.erase_document("span")
    campaign.replace_results(fresh)
    assert campaign.read_document("span") is None, "what the second run made is known as such"
    campaign.check()


def test_withdrawn_consents_hold_until_a_newer_one_is_given(
    campaign: Campaign, fresh: Campaign, make_photo: MakePhoto
) -> None:
    fill(campaign, make_photo, {"1": JANUARY, "2": JANUARY, "3": JANUARY})
    for customer in ("1", "2"):
        campaign.withdraw_consent(customer, MARCH)
    fill(fresh, make_photo, {"1": JANUARY, "2": MAY})
    campaign.replace_results(fresh)
    assert campaign.consent("1") == Consent("1", JANUARY, "customers.csv", withdrawn_on=MARCH)
    assert campaign.customer_photo("1") is None
    assert campaign.matches("1") == ()
    assert campaign.consent("2") == Consent("2", MAY, "customers.csv")
    assert campaign.customer_photo("2") is not None
    assert campaign.consent("3") is None, "the customer list names no consent of theirs any more"
    assert campaign.customer_photo("3") is None
    assert campaign.read_table("circle")["contact"].to_pylist() == ["2"]


def test_of_a_consent_and_a_withdrawal_on_one_day_the_withdrawal_counts() -> None:
    withdrawn = Consent("1", JANUARY, "customers.csv", withdrawn_on=MARCH)
    assert Consent("1", MARCH, "customers.csv").is_overruled_by(withdrawn)
    assert not Consent("1", MAY, "customers.csv").is_overruled_by(withdrawn)


def test_picks_of_faces_stay_while_both_photos_are_there(
    campaign: Campaign, fresh: Campaign, make_photo: MakePhoto
) -> None:
    fill(campaign, make_photo, {"1": JANUARY, "2": JANUARY})
    campaign.choose_face(FaceChoice("1", photo="b"))
    campaign.choose_face(FaceChoice("2", photo="a"))
    campaign.choose_face(FaceChoice("3", contact="1", photo="a"), on=JANUARY)
    campaign.choose_face(FaceChoice("4", contact="2"), on=JANUARY)
    campaign.choose_face(FaceChoice("5"))
    fill(fresh, make_photo, {"1": JANUARY}, "bc")
    campaign.replace_results(fresh)
    assert campaign.face_choices() == (
        FaceChoice("1", photo="b"), FaceChoice("2"), FaceChoice("3", contact="1"), FaceChoice("5"),
    )  # fmt: skip


def test_a_photo_chosen_by_hand_stays_with_what_was_said_of_it_while_the_consent_does(
    campaign: Campaign, fresh: Campaign, make_photo: MakePhoto
) -> None:
    fill(campaign, make_photo, {"1": JANUARY, "2": JANUARY, "3": JANUARY})
    for customer in ("1", "2"):
        chosen = replace(make_photo(f"customer:{customer}", customer, seed=1), by_hand=True)
        campaign.add_photo(chosen, on=MAY)
    said = Appearance((50.0, 1.0, 2.0), (44.0, 46.0), True, True)
    for customer in ("1", "2", "3"):
        campaign.inventory.set_appearance(f"customer:{customer}", said)
        campaign.judgements.add(Judgement(0, f"customer:{customer}", customer, "a", "b", "a", AT))
        campaign.inventory.ban(customer, "a")
    campaign.inventory.ban("7", "b")
    fill(fresh, make_photo, {"1": MARCH, "3": MARCH})
    fresh.inventory.measure("customer:1", Appearance((1.0, 1.0, 1.0), (20.0, 21.0)))
    campaign.replace_results(fresh)
    photo = campaign.photo("customer:1")
    assert photo.jpeg == make_photo("customer:1", "1", seed=1).jpeg
    assert photo.by_hand
    assert campaign.consent("1") == Consent("1", MARCH, "customers.csv")
    assert campaign.matches("1") == (), "those of the folder's photo"
    assert campaign.inventory.appearances()["customer:1"] == said
    assert (campaign.customer_photo("2"), campaign.consent("2")) == (None, None)
    assert {each.customer for each in campaign.judgements.all()} == {"1", "3"}
    assert campaign.inventory.all_bans() == {"1": {"a"}, "3": {"a"}, "7": {"b"}}
    campaign.check()


def test_what_was_said_of_another_picture_goes_when_a_run_finds_a_new_one(
    campaign: Campaign, fresh: Campaign, make_photo: MakePhoto
) -> None:
    fill(campaign, make_photo, {"1": JANUARY})
    said = Appearance((50.0, 1.0, 2.0), (44.0, 46.0), True, True)
    campaign.inventory.set_appearance("customer:1", said)
    campaign.inventory.set_rights([PhotoRights("a", "yes"), PhotoRights("b", "yes")])
    campaign.judgements.add(Judgement(0, "customer:1", "1", "b", "c", "a", AT))
    campaign.judgements.add(Judgement(0, "b", None, "c", "d", "a", AT))
    campaign.choose_face(FaceChoice("1", photo="a"))
    fill(fresh, make_photo, {"1": JANUARY})
    for key, customer in (("customer:1", "1"), ("a", None)):
        fresh.add_photo(make_photo(key, customer, seed=1), on=MAY)
    fresh.inventory.measure("customer:1", Appearance((1.0, 1.0, 1.0), (20.0, 21.0)))
    campaign.replace_results(fresh)
    assert not campaign.inventory.appearances()["customer:1"].hair_by_hand
    assert {key: rights.release for key, rights in campaign.inventory.rights().items()} == {"a": "unknown", "b": "yes"}
    assert [each.probe for each in campaign.judgements.all()] == ["b"]
    assert campaign.face_choices() == (FaceChoice("1"),)
    assert "forgotten of a, customer:1" in [event.text for event in campaign.events()][-2]


def test_of_rights_only_what_a_person_changed_goes_before_the_table(campaign: Campaign, fresh: Campaign) -> None:
    said, now = ([PhotoRights(key, release, ("HU",), tags=("table",)) for key in "abcd"] for release in ("yes", "no"))
    campaign.inventory.set_rights(said, by_hand=False)
    campaign.inventory.set_rights([replace(said[0], tags=("mine",)), replace(said[1], territories=()), said[2]])
    fresh.inventory.set_rights(now, by_hand=False)
    campaign.replace_results(fresh)
    assert campaign.inventory.rights() == {
        "a": replace(now[0], tags=("mine",)), "b": PhotoRights("b", "yes", (), tags=("table",)),
        "c": now[2], "d": now[3],
    }  # fmt: skip
    campaign.inventory.forget_rights_of_tables()
    assert campaign.inventory.rights() == {
        "a": PhotoRights("a", tags=("mine",)), "b": PhotoRights("b", "yes"),
    }  # fmt: skip


def test_a_take_over_that_fails_leaves_everything(
    campaign: Campaign, fresh: Campaign, make_photo: MakePhoto, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(campaign, make_photo, {"1": JANUARY})
    fill(fresh, make_photo, {"2": JANUARY}, "c")

    def fail(*_: object, **__: object) -> int:
        raise CampaignFileError("The disk is full.")

    with monkeypatch.context() as broken, pytest.raises(CampaignFileError):
        broken.setattr("engine.campaign.tables.erase_from_tables", fail)
        campaign.replace_results(fresh)
    assert campaign.photo_keys("inventory") == ("a", "b")
    assert campaign.customer_photo("1") is not None
    assert [event.text for event in campaign.events()] == ["Read logs"]


def test_many_withdrawals_cost_one_pass(campaign: Campaign, fresh: Campaign) -> None:
    with campaign.transaction():
        for number in range(300):
            campaign.record_consent(Consent(str(number), JANUARY, "customers.csv", withdrawn_on=MARCH))
    keys = pa.array([str(number) for number in range(200_000)])
    fresh.write_table("circle", pa.table({"customer": keys, "contact": keys}))
    began = time.process_time()
    campaign.replace_results(fresh)
    assert time.process_time() - began < 2
    assert campaign.read_table("circle").num_rows == 200_000 - 300
