"""Consent decides which faces the file keeps; withdrawing and erasing leave no bytes."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import apsw
import numpy as np
import pyarrow as pa
import pytest

from engine.campaign import Campaign, Consent, FaceChoice, StoredMatch, StoredPhoto, photos, schema
from engine.campaign.encrypted import connect
from engine.errors import ConsentError
from tests.engine.campaign.conftest import PASSPHRASE, MakePhoto

ANNA = "018204"
GIVEN = date(2026, 3, 1)
TODAY = date(2026, 11, 1)


def add_anna(campaign: Campaign, make_photo: MakePhoto) -> StoredPhoto:
    """Put Anna in as a whole campaign has her: consent, photo, look-alikes, choice, rows, mentions."""
    campaign.record_consent(Consent(ANNA, GIVEN, "customers.csv"))
    photo = make_photo("photos/018204.jpg", ANNA)
    campaign.add_photo(photo, on=TODAY)
    for key in ("54_a.jpg", "54_b.jpg"):
        campaign.add_photo(make_photo(key))
    campaign.write_matches([StoredMatch(ANNA, "54_b.jpg", 1, 0.61), StoredMatch(ANNA, "54_a.jpg", 2, 0.42)])
    campaign.choose_face(FaceChoice(ANNA, photo="54_a.jpg"))
    return photo


def traces(path: Path, passphrase: str, photo: StoredPhoto) -> int:
    """Count the 16-byte pieces of a photo's JPEG and embedding in all decrypted pages of a closed file."""
    connection = connect(path, passphrase)
    pages = connection.serialize("main")
    connection.close()
    secret = photo.jpeg + photo.embedding.tobytes()
    return sum(secret[start : start + 16] in pages for start in range(0, len(secret), 512))


def test_photo_comes_back_as_it_was_stored(campaign: Campaign, make_photo: MakePhoto) -> None:
    photo = add_anna(campaign, make_photo)
    stored = campaign.customer_photo(ANNA)
    assert stored is not None
    for field in ("key", "role", "customer", "jpeg", "width", "height", "box", "score", "hair_top", "model"):
        assert getattr(stored, field) == getattr(photo, field)
    assert stored.embedding.dtype == np.float32
    assert np.array_equal(stored.embedding, photo.embedding)
    assert np.array_equal(stored.points, photo.points)
    assert campaign.photo_keys("inventory") == ("54_a.jpg", "54_b.jpg")
    assert campaign.photo_keys("customer") == ("photos/018204.jpg",)


@pytest.mark.parametrize(
    "consent",
    [
        None,
        Consent(ANNA, date(2026, 12, 1), "customers.csv"),
        Consent(ANNA, GIVEN, "customers.csv", ends_on=date(2026, 10, 31)),
        Consent(ANNA, GIVEN, "customers.csv", withdrawn_on=date(2026, 4, 1)),
    ],
    ids=["none", "not yet", "ended", "withdrawn"],
)
def test_customer_photo_without_valid_consent_is_refused(
    campaign: Campaign, make_photo: MakePhoto, consent: Consent | None
) -> None:
    if consent is not None:
        campaign.record_consent(consent)
    with pytest.raises(ConsentError, match=ANNA):
        campaign.add_photo(make_photo("photos/018204.jpg", ANNA), on=TODAY)
    assert campaign.photo_keys("customer") == ()


def test_withdrawn_consent_erases_photo_face_matches_and_choice(
    campaign: Campaign, path: Path, make_photo: MakePhoto
) -> None:
    photo = add_anna(campaign, make_photo)
    copy = path.with_name("before.semblance")
    campaign.backup(copy)
    campaign.withdraw_consent(ANNA, TODAY)
    assert campaign.consent(ANNA) == Consent(ANNA, GIVEN, "customers.csv", withdrawn_on=TODAY)
    assert campaign.customer_photo(ANNA) is None
    assert campaign.matches(ANNA) == ()
    assert campaign.matched_customers() == ()
    assert campaign.face_choice(ANNA) is None
    assert path.with_name(path.name + "-wal").stat().st_size == 0
    campaign.close()
    assert traces(copy, PASSPHRASE, photo) > 30
    assert traces(path, PASSPHRASE, photo) == 0


def test_record_of_a_withdrawn_consent_erases_too(campaign: Campaign, make_photo: MakePhoto) -> None:
    add_anna(campaign, make_photo)
    campaign.record_consent(Consent(ANNA, GIVEN, "letter", withdrawn_on=TODAY))
    assert campaign.customer_photo(ANNA) is None
    assert campaign.matches(ANNA) == ()


def test_old_consent_does_not_undo_a_withdrawal_but_a_new_one_does(campaign: Campaign, make_photo: MakePhoto) -> None:
    add_anna(campaign, make_photo)
    withdrawn_on = date(2026, 6, 1)
    campaign.withdraw_consent(ANNA, withdrawn_on)
    with pytest.raises(ConsentError, match=rf"{ANNA} withdrew .*2026-06-01"):
        campaign.record_consent(Consent(ANNA, GIVEN, "customers.csv"))
    stored = campaign.consent(ANNA)
    assert stored is not None
    assert stored.withdrawn_on == withdrawn_on
    campaign.record_consent(Consent(ANNA, date(2026, 7, 1), "letter"))
    campaign.add_photo(make_photo("photos/018204.jpg", ANNA), on=TODAY)
    assert campaign.customer_photo(ANNA) is not None


def test_withdrawing_without_a_consent_records_nothing(campaign: Campaign) -> None:
    campaign.withdraw_consent(ANNA, TODAY)
    assert campaign.consent(ANNA) is None


def test_erased_customer_leaves_nothing_and_others_stay(campaign: Campaign, path: Path, make_photo: MakePhoto) -> None:
    photo = add_anna(campaign, make_photo)
    other = "070001"
    campaign.record_consent(Consent(other, GIVEN, "customers.csv"))
    campaign.add_photo(make_photo("photos/070001.jpg", other), on=TODAY)
    campaign.write_matches([StoredMatch(other, "54_a.jpg", 1, 0.5)])
    campaign.write_table("customers", pa.table({"customer": [ANNA, other], "first_name": ["Annamária", "Béla"]}))
    campaign.erase_customer(ANNA)
    assert path.with_name(path.name + "-wal").stat().st_size == 0
    assert campaign.consent(ANNA) is None
    assert campaign.photo_keys("customer") == ("photos/070001.jpg",)
    assert campaign.matched_customers() == (other,)
    assert campaign.read_table("customers").to_pydict() == {"customer": [other], "first_name": ["Béla"]}
    campaign.check()
    campaign.close()
    assert traces(path, PASSPHRASE, photo) == 0
    connection = connect(path, PASSPHRASE)
    pages = connection.serialize("main")
    connection.close()
    assert "Béla".encode() in pages
    assert "Annamária".encode() not in pages
    assert ANNA.encode() not in pages


def test_new_photo_of_a_customer_takes_the_place_of_the_old_with_its_matches(
    campaign: Campaign, make_photo: MakePhoto
) -> None:
    add_anna(campaign, make_photo)
    campaign.add_photo(make_photo("photos/new.jpg", ANNA), on=TODAY)
    assert campaign.photo_keys("customer") == ("photos/new.jpg",)
    assert campaign.matches(ANNA) == ()
    assert campaign.face_choice(ANNA) is None


def test_photo_key_belongs_to_one_person(campaign: Campaign, make_photo: MakePhoto) -> None:
    add_anna(campaign, make_photo)
    with pytest.raises(ValueError, match=r"54_a\.jpg is taken"):
        campaign.add_photo(make_photo("54_a.jpg", ANNA), on=TODAY)
    with pytest.raises(ValueError, match=r"018204\.jpg is taken"):
        campaign.add_photo(make_photo("photos/018204.jpg"))
    with pytest.raises(KeyError):
        campaign.photo("54_z.jpg")


def test_matches_are_ranked_and_replaced_per_customer(campaign: Campaign, make_photo: MakePhoto) -> None:
    add_anna(campaign, make_photo)
    assert [match.photo for match in campaign.matches(ANNA)] == ["54_b.jpg", "54_a.jpg"]
    campaign.write_matches([StoredMatch(ANNA, "54_a.jpg", 1, 0.7)])
    assert campaign.matches(ANNA) == (StoredMatch(ANNA, "54_a.jpg", 1, 0.7),)
    assert campaign.matches("070001") == ()


def test_matches_and_choice_need_stored_faces(campaign: Campaign, make_photo: MakePhoto) -> None:
    add_anna(campaign, make_photo)
    for match in (
        StoredMatch("070001", "54_a.jpg", 1, 0.5),
        StoredMatch(ANNA, "54_z.jpg", 1, 0.5),
        StoredMatch(ANNA, "photos/018204.jpg", 1, 1.0),
    ):
        with pytest.raises(ValueError, match="photo"):
            campaign.write_matches([match])
        with pytest.raises(ValueError, match="photo"):
            campaign.choose_face(FaceChoice(match.customer, photo=match.photo))
    assert len(campaign.matches(ANNA)) == 2
    assert campaign.face_choice(ANNA) == FaceChoice(ANNA, photo="54_a.jpg")
    campaign.forget_face_choice(ANNA)
    assert campaign.face_choice(ANNA) is None


def test_contact_s_look_alike_is_chosen_with_the_contact_s_consent_and_goes_with_the_contact_s_photo(
    campaign: Campaign, make_photo: MakePhoto
) -> None:
    add_anna(campaign, make_photo)
    bela = FaceChoice("070001", contact=ANNA, photo="54_b.jpg")  # who was never asked for a photo
    campaign.choose_face(bela, on=TODAY)
    assert campaign.face_choice("070001") == bela
    assert [choice.customer for choice in campaign.face_choices()] == [ANNA, "070001"]
    with pytest.raises(ConsentError):
        campaign.choose_face(bela, on=date(2026, 1, 1))
    with pytest.raises(ConsentError):
        campaign.choose_face(FaceChoice(ANNA, contact="070001"), on=TODAY)
    campaign.record_consent(Consent("070001", GIVEN, "customers.csv"))
    with pytest.raises(ValueError, match="no stored photo"):
        campaign.choose_face(FaceChoice(ANNA, contact="070001"), on=TODAY)
    campaign.withdraw_consent(ANNA, TODAY)
    assert campaign.face_choices() == ()


def test_choice_of_a_contact_goes_when_the_customer_withdraws_or_is_erased(
    campaign: Campaign, make_photo: MakePhoto
) -> None:
    add_anna(campaign, make_photo)
    campaign.record_consent(Consent("070001", GIVEN, "customers.csv"))
    for customer in ("070001", "070002"):
        campaign.choose_face(FaceChoice(customer, contact=ANNA), on=TODAY)
    campaign.withdraw_consent("070001", TODAY)
    campaign.erase_customer("070002")
    assert [choice.customer for choice in campaign.face_choices()] == [ANNA]


def test_pick_goes_with_its_photo_but_not_whose_look_alike_it_was(campaign: Campaign, make_photo: MakePhoto) -> None:
    add_anna(campaign, make_photo)
    campaign.choose_face(FaceChoice("070001", contact=ANNA, photo="54_b.jpg"), on=TODAY)
    with campaign._held() as connection:
        connection.execute("DELETE FROM photo WHERE key = '54_b.jpg'")
    assert campaign.face_choice("070001") == FaceChoice("070001", contact=ANNA)


def test_picks_of_an_older_file_are_the_customers_own(make_photo: MakePhoto) -> None:
    connection = apsw.Connection(":memory:")
    schema.migrate(connection, "a", schema.STEPS[:1])
    connection.execute("INSERT INTO choice VALUES (?, ?)", (ANNA, "54_a.jpg"))
    schema.migrate(connection, "a", schema.STEPS[:2])
    assert photos.face_choices(connection) == (FaceChoice(ANNA, photo="54_a.jpg"),)


@pytest.mark.parametrize(
    "change",
    [
        {"embedding": np.zeros(128, np.float32)},
        {"embedding": np.zeros(512, np.float64)},
        {"embedding": np.full(512, np.nan, np.float32)},
        {"points": np.zeros((4, 2))},
        {"box": (1.0, 2.0)},
        {"role": "customer"},
        {"role": "staff"},
        {"customer": ANNA},
    ],
)
def test_photo_with_parts_that_do_not_fit_is_refused(make_photo: MakePhoto, change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"54_a\.jpg"):
        dataclasses.replace(make_photo("54_a.jpg"), **change)
