"""Consent decides which faces the file keeps; withdrawing and erasing leave no bytes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from engine.campaign import Campaign, Consent, StoredMatch, StoredPhoto
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
    campaign.choose_face(ANNA, "54_a.jpg")
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
    assert campaign.chosen_face(ANNA) is None
    assert path.with_name(path.name + "-wal").stat().st_size == 0
    campaign.close()
    assert traces(copy, PASSPHRASE, photo) > 30
    assert traces(path, PASSPHRASE, photo) == 0
