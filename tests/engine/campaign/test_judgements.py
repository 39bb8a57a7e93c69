"""Judgements, versions, rights and looks in the campaign file: what stays, and what goes with a person."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from engine.campaign import Appearance, Campaign, Consent, InventoryFile, Judgement, PhotoRights
from tests.engine.campaign.conftest import PASSPHRASE, MakePhoto

ON, AT = date(2026, 5, 5), datetime(2026, 5, 5, 12, 30, tzinfo=UTC)


def fill(campaign: Campaign, make_photo: MakePhoto) -> None:
    """Fill a campaign with an inventory and a customer, as a run does."""
    for key in "abc":
        campaign.add_photo(make_photo(key))
        campaign.inventory.keep_file(InventoryFile(f"/photos/{key}", "/photos", 9, 10, key * 64, photo=key))
        campaign.inventory.measure(key, Appearance((30.0, 1.0, 2.0), (20.0, 30.0)))
    campaign.inventory.keep_thumbnails({"a": b"small", "gone": b"small"})
    campaign.record_consent(Consent("1", ON, "customers.csv"))
    campaign.add_photo(make_photo("customer:1", "1"), on=ON)
    campaign.inventory.measure("customer:1", Appearance(None, (30.0, 40.0)))


def test_judgements_and_versions_come_back(campaign: Campaign) -> None:
    judgements = campaign.judgements
    first = judgements.add(Judgement(0, "customer:1", "1", "a", "b", "a", AT))
    second = judgements.add(Judgement(0, "c", None, "a", "b", "skip", AT))
    third = judgements.add(Judgement(0, "customer:1", "1", "a", "b", "b", AT, repeat_of=first))
    assert [each.number for each in judgements.all()] == [first, second, third]
    assert judgements.all()[2] == Judgement(third, "customer:1", "1", "a", "b", "b", AT, first)
    judgements.take_back(first)
    assert [each.repeat_of for each in judgements.all()] == [None, None]
    assert judgements.add(Judgement(0, "c", None, "a", "b", "a", AT)) > third, "a number is never used again"
    kept = judgements.add_version("First 30", "weights", "{}", b"\1\2")
    assert judgements.versions() == (kept,)
    assert (kept.has_data, judgements.version_data(kept.number)) == (True, b"\1\2")
    with pytest.raises(ValueError, match="First 30"):
        judgements.add_version("First 30", "metric", "{}")
    judgements.forget_version(kept.number)
    with pytest.raises(KeyError):
        judgements.version_data(kept.number)


def test_what_a_person_said_of_looks_is_not_measured_over(campaign: Campaign, make_photo: MakePhoto) -> None:
    fill(campaign, make_photo)
    campaign.inventory.set_appearance("a", Appearance((70.0, 5.0, 30.0), (20.0, 30.0), hair_by_hand=True))
    campaign.inventory.measure("a", Appearance((10.0, 0.0, 0.0), (50.0, 60.0)))
    assert campaign.inventory.appearances(["a"])["a"] == Appearance((70.0, 5.0, 30.0), (50.0, 60.0), True)
    with pytest.raises(ValueError, match="no photo"):
        campaign.inventory.set_appearance("gone", Appearance())
    assert campaign.inventory.thumbnails("ab") == {"a": b"small"}


def test_answers_about_a_photo_go_with_its_picture(campaign: Campaign, make_photo: MakePhoto) -> None:
    fill(campaign, make_photo)
    campaign.judgements.add(Judgement(0, "customer:1", "1", "a", "b", "a", AT))
    campaign.judgements.add(Judgement(0, "c", None, "a", "b", "a", AT))
    campaign.inventory.ban("1", "a")
    assert not campaign.add_photo(make_photo("customer:1", "1"), on=ON), "the same picture once more"
    assert len(campaign.judgements.all()) == 2
    assert campaign.add_photo(make_photo("customer:1", "1", seed=1), on=ON)
    assert [each.probe for each in campaign.judgements.all()] == ["c"]
    assert campaign.inventory.bans("1") == {"a"}, "the ban is of the photo, which is the same"


@pytest.mark.parametrize("way", ["withdraw_consent", "erase_customer"])
def test_a_customer_s_looks_bans_and_judgements_go_with_them(
    campaign: Campaign, make_photo: MakePhoto, way: str
) -> None:
    fill(campaign, make_photo)
    campaign.inventory.ban("1", "a")
    campaign.judgements.add(Judgement(0, "customer:1", "1", "a", "b", "a", AT))
    kept = campaign.judgements.add(Judgement(0, "c", None, "a", "b", "a", AT))
    getattr(campaign, way)(*("1", ON)[: 2 if way == "withdraw_consent" else 1])
    assert "customer:1" not in campaign.inventory.appearances()
    assert campaign.inventory.all_bans() == {}
    assert [each.number for each in campaign.judgements.all()] == [kept]


def test_a_new_run_finds_the_inventory_and_what_a_person_did_with_it_stays(
    campaign: Campaign, make_photo: MakePhoto, tmp_path: Path
) -> None:
    fill(campaign, make_photo)
    campaign.add_photo(make_photo("from before files were noted"))
    campaign.inventory.set_appearance("a", Appearance((70.0, 5.0, 30.0), (20.0, 30.0), hair_by_hand=True))
    campaign.inventory.set_appearance("customer:1", Appearance(None, (51.0, 52.0), age_by_hand=True))
    campaign.inventory.set_rights([PhotoRights("a", "yes", ("HU",), ON, ("beach",))])
    campaign.inventory.ban("1", "b")
    campaign.judgements.add(Judgement(0, "c", None, "a", "b", "a", AT))
    with Campaign.create(tmp_path / "fresh.semblance", PASSPHRASE, name="Spring") as fresh:
        fresh.take_inventory(campaign)
        assert fresh.photo_keys("inventory") == ("a", "b", "c")
        assert fresh.inventory.appearances(["a"]) == campaign.inventory.appearances(["a"])
        assert fresh.photo_keys("customer") == ()
        fresh.record_consent(Consent("1", ON, "customers.csv"))
        fresh.add_photo(make_photo("customer:1", "1"), on=ON)
        fresh.inventory.measure("customer:1", Appearance((1.0, 1.0, 1.0), (30.0, 40.0)))
        campaign.replace_results(fresh)
    assert campaign.photo_keys("inventory") == ("a", "b", "c")
    assert len(campaign.inventory.files()) == 3
    assert campaign.inventory.appearances(["customer:1"])["customer:1"].age == (51.0, 52.0)
    assert campaign.inventory.appearances(["a"])["a"].hair == (70.0, 5.0, 30.0)
    assert campaign.inventory.rights()["a"] == PhotoRights("a", "yes", ("HU",), ON, ("beach",))
    assert campaign.inventory.bans("1") == {"b"}
    assert len(campaign.judgements.all()) == 1
    assert campaign.inventory.thumbnails("a") == {"a": b"small"}
    campaign.check()
