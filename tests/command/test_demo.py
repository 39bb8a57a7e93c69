"""The first command: the demo into a folder."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import numpy as np
from PIL import Image

from engine.campaign import Campaign
from tests.command.given import header_of, rows_of
from tests.conftest import DEMO_CUSTOMERS


def test_the_demo_fills_the_folder_with_what_is_promised(demo_output: Path):
    names = {path.name for path in demo_output.iterdir()}
    assert names == {"recommendations.csv", "matches.csv", "ads", "rejects.csv", "summary.json", "campaign.semblance"}
    assert header_of(demo_output / "recommendations.csv") == [
        "customer", "current_maker", "offer", "uplift", "uplift_low", "uplift_high", "expected_value", "segment",
    ]  # fmt: skip
    assert header_of(demo_output / "matches.csv") == ["customer", "photo", "rank", "cosine"]
    assert header_of(demo_output / "rejects.csv") == ["file", "line", "reason", "text"]


def test_every_customer_has_one_recommendation(demo_output: Path):
    rows = rows_of(demo_output / "recommendations.csv")
    assert len(rows) == len({row["customer"] for row in rows}) == DEMO_CUSTOMERS
    for row in rows:
        assert float(row["uplift_low"]) <= float(row["uplift"]) <= float(row["uplift_high"])
        assert (float(row["expected_value"]) > 0) == (row["offer"] != "none")


def test_the_summary_agrees_with_the_files(demo_output: Path):
    summary = json.loads((demo_output / "summary.json").read_text(encoding="utf-8"))
    recommended = [row for row in rows_of(demo_output / "recommendations.csv") if row["offer"] != "none"]
    matches = rows_of(demo_output / "matches.csv")
    assert summary["customers"] == DEMO_CUSTOMERS
    assert summary["recommended"] == len(recommended) > 0
    assert summary["matched"] == len({row["customer"] for row in matches}) > 0
    assert summary["ads"] == len(list((demo_output / "ads").glob("*.jpg"))) > 0
    assert summary["rejected_rows"] == len(rows_of(demo_output / "rejects.csv")) > 0
    assert summary["refused_photos"] == 0
    assert all(finding["light"] in ("red", "amber", "green") for finding in summary["honesty"])
    assert len(summary["honesty"]) >= 3
    assert set(summary["uplift"]) == {
        "qini", "qini_low", "qini_high", "has_signal", "value_per_customer", "best_single_offer_value",
    }  # fmt: skip
    assert all(len(model["sha256"]) == 64 for model in summary["models"])
    assert summary["versions"]["python"].startswith("3.11")
    assert min(summary["seconds"].values()) >= 0


def test_the_ads_are_pictures_of_the_named_size(demo_output: Path):
    recommended = {row["customer"] for row in rows_of(demo_output / "recommendations.csv") if row["offer"] != "none"}
    sizes = set()
    for path in (demo_output / "ads").iterdir():
        customer, size = path.stem.rsplit("_", 1)
        with Image.open(path) as picture:
            assert f"{picture.width}x{picture.height}" == size
            assert np.asarray(picture).std() > 20
        assert customer in recommended
        sizes.add(size)
    assert sizes == {"1080x1080", "1200x628"}


def test_matches_are_ranked_by_cosine(demo_output: Path):
    ranking: dict[str, list[dict[str, str]]] = {}
    for row in rows_of(demo_output / "matches.csv"):
        ranking.setdefault(row["customer"], []).append(row)
    for rows in ranking.values():
        assert [int(row["rank"]) for row in rows] == [1, 2, 3, 4, 5]
        cosines = [float(row["cosine"]) for row in rows]
        assert cosines == sorted(cosines, reverse=True)


def test_the_campaign_file_opens_with_the_demo_passphrase(demo_output: Path, tmp_path: Path):
    copy = shutil.copy(demo_output / "campaign.semblance", tmp_path)
    with Campaign.open(Path(copy), "demo") as campaign:
        assert campaign.is_demo
        table = campaign.read_table("customers")
        assert table is not None
        assert table.num_rows == DEMO_CUSTOMERS


def test_who_has_left_gets_no_offer(demo_output: Path):
    left = [row for row in rows_of(demo_output / "recommendations.csv") if row["segment"] == "left"]
    assert left
    assert {row["offer"] for row in left} == {"none"}
    assert {float(row["expected_value"]) for row in left} == {0.0}


def test_consent_is_recorded_with_its_day(demo_output: Path, tmp_path: Path):
    copy = shutil.copy(demo_output / "campaign.semblance", tmp_path)
    with Campaign.open(Path(copy), "demo") as campaign:
        customer = campaign.matched_customers()[0]
        consent = campaign.consent(customer)
        assert consent is not None
        assert consent.holds(date.today())
        assert consent.source == "customers.csv"
