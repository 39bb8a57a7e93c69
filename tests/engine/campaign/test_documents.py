"""Offers, file reports and templates come back as they were written."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from engine.campaign import Campaign
from engine.logs import FileReport
from engine.offers import Offer

OFFERS = (
    Offer("xiaomi-15", "Xiaomi 15", "Xiaomi", 12_500.0, 310.5, headline="Válts – most", price="12 990", language="hu"),
    Offer("samsung-5g", "Galaxy 5G", "Samsung", 18_000.0, 310.5, template="cut", has_handset=True),
)


def test_offers_come_back_in_their_order(campaign: Campaign) -> None:
    assert campaign.offers() == ()
    campaign.write_offers(OFFERS)
    assert campaign.offers() == OFFERS
    campaign.write_offers(OFFERS[1:])
    assert campaign.offers() == OFFERS[1:]


def test_file_reports_come_back_in_their_order(campaign: Campaign) -> None:
    reports = (FileReport("calls_2024h2.csv", "calls", 400_000, 131), FileReport("customers.csv", "customers", 9, 0))
    campaign.write_files(reports)
    assert campaign.files() == reports
    campaign.write_files([dataclasses.replace(reports[0], rows=1)])
    assert campaign.files()[0].rows == 1


def test_template_family_is_unpacked_as_it_was_packed(campaign: Campaign, tmp_path: Path) -> None:
    files = {"template.toml": b"name = 'cut'", "1080x1080.svg": b"<svg/>", "logo/velmo.svg": bytes(range(256))}
    campaign.write_template("cut", {"old.svg": b"old"})
    campaign.write_template("cut", files)
    campaign.write_template("loud", {"template.toml": b"name = 'loud'"})
    assert campaign.template_families() == ("cut", "loud")
    folder = tmp_path / "family" / "cut"
    campaign.unpack_template("cut", folder)
    unpacked = {str(file.relative_to(folder).as_posix()): file for file in folder.rglob("*") if file.is_file()}
    assert {name: file.read_bytes() for name, file in unpacked.items()} == files
    with pytest.raises(KeyError):
        campaign.unpack_template("shelf", folder)


@pytest.mark.parametrize("name", ["../a.svg", "/etc/a.svg", "a/../../b.svg", "C:a.svg", "..\\a.svg", ""])
def test_template_file_cannot_leave_its_folder(campaign: Campaign, tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="plain file name"):
        campaign.write_template("cut", {name: b"x"})
    campaign._connection.execute("INSERT INTO template_file VALUES ('odd', ?, x'00')", (name,))
    with pytest.raises(ValueError, match="plain file name"):
        campaign.unpack_template("odd", tmp_path / "family")
    assert not (tmp_path / "family").exists()
