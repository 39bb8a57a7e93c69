"""The second command: files and photos as a user has them."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from engine.ads import FaultKind
from engine.campaign import Campaign
from engine.creative import CreativeStudio
from engine.customer_base import base_of_logs, first_day_asked
from engine.demo import DemoOperator
from engine.handsets.tables import default_tables
from engine.job import JobContext
from engine.logs import plan_of, read_logs
from engine.look_alikes import whose_face
from engine.stages import OneBar, Stages
from tests.command.conftest import Made
from tests.command.given import OWN, nothing_left_in, own_arguments, rows_of, without_consent
from tests.conftest import run_program


def test_own_files_make_a_campaign(operator: DemoOperator, own_campaign: Made, tmp_path: Path):
    out = own_campaign.folder
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["ads"] == len(list((out / "ads").iterdir())) == 3
    assert summary["rejected_rows"] == len(operator.dirty)
    copy = shutil.copy(out / "campaign.semblance", tmp_path)
    with Campaign.open(Path(copy), OWN["SEMBLANCE_PASSPHRASE"]) as campaign:
        assert not campaign.is_demo
        assert campaign.template_families() == ("loud",)
        assert whose_face(campaign) == "contact"
        studio = CreativeStudio(campaign)
        faults = studio.compose(studio.creative(studio.customers()[0]), "1080x1080").faults
    assert [fault.kind for fault in faults] == [FaultKind.RELEASE], "no rights were given, and it is said"
    with Image.open(next((out / "ads").glob("*_1080x1080.jpg"))) as ad:
        pixels = np.asarray(ad.convert("RGB"), dtype=int)
    assert (abs(pixels - (230, 60, 250)).max(axis=-1) < 12).sum() > 1_000, "the logo is in the ad"
    assert "sample's logo" not in own_campaign.said
    seeds = rows_of(out / "seeds.csv")
    assert [row["rank"] for row in seeds] == ["1", "2", "3"]
    assert [float(row["reached"]) for row in seeds] == sorted(float(row["reached"]) for row in seeds)
    assert all(row["note"].startswith("Seeds: 3. They reach about ") for row in seeds)


def test_without_a_past_campaign_offers_follow_loyalty_and_claim_no_effect(campaign_without_history: Made):
    out = campaign_without_history.folder
    rows = rows_of(out / "recommendations.csv")
    assert {row["segment"] for row in rows} == {"unknown", "left"}
    assert {row["uplift"] + row["uplift_low"] + row["uplift_high"] + row["expected_value"] for row in rows} == {""}
    with_offer = [row for row in rows if row["offer"] != "none"]
    assert len(with_offer) > len(rows) / 2
    assert {row["offer"] for row in rows if row["current_maker"] == "Apple" and row["segment"] == "unknown"} == {
        "iphone-tradein"
    }
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["uplift"] is None
    assert summary["ads"] == 2
    assert "The ads bear the sample's logo; give your own with --logo F." in campaign_without_history.said


def test_a_photo_without_consent_is_never_read(operator: DemoOperator, campaign_without_history: Made, tmp_path: Path):
    refusing = without_consent(operator)
    agreeing = {photo.stem for photo in operator.photos.iterdir()} - set(refusing)
    summary = json.loads((campaign_without_history.folder / "summary.json").read_text(encoding="utf-8"))
    assert (summary["matched"], summary["without_consent"]) == (len(agreeing), len(refusing)) == (2, 2)
    assert {path.name.split("_")[0] for path in (campaign_without_history.folder / "ads").iterdir()} <= agreeing
    copy = shutil.copy(campaign_without_history.folder / "campaign.semblance", tmp_path)
    with Campaign.open(Path(copy), OWN["SEMBLANCE_PASSPHRASE"]) as campaign:
        assert set(campaign.photo_keys("customer")) == {f"customer:{customer}" for customer in agreeing}


def test_refused_photos_are_told_apart_from_rows_and_no_library_speaks_of_them(
    operator: DemoOperator, campaign_without_history: Made
):
    out = campaign_without_history.folder
    assert "Warning" not in campaign_without_history.errors
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert (summary["rejected_rows"], summary["refused_photos"]) == (len(operator.dirty), 2)
    rejects = rows_of(out / "rejects.csv")
    assert len(rejects) == len(operator.dirty) + 2
    assert [(row["file"], row["line"]) for row in rejects[-2:]] == [("broken.jpg", "0"), ("huge.png", "0")]
    assert all(int(row["line"]) > 0 for row in rejects[:-2])
    assert "2 photos were refused" in campaign_without_history.said


def test_features_are_those_of_the_day_on_which_customers_were_asked(operator: DemoOperator, tmp_path: Path):
    """An outcome that only later shows in the phones must not be learnt from."""
    history = pd.read_csv(operator.files.history, dtype=str)
    history.assign(asked_on="2025-11-01").to_csv(tmp_path / "dated.csv", index=False)
    history.drop(columns="asked_on").to_csv(tmp_path / "undated.csv", index=False)
    few = replace(operator.files, calls=operator.files.calls[-1:], usage=(), history=tmp_path / "undated.csv")
    base, undated = (
        base_of_logs(read_logs(files), "customers.csv", default_tables(), Stages(OneBar(JobContext())))
        for files in (replace(operator.files, history=tmp_path / "dated.csv"), few)
    )
    assert first_day_asked(base.history) == datetime(2025, 11, 1)
    early, late = base.features_when_asked, base.features
    changed = (early["maker"].astype(str) != late["maker"].astype(str)).mean()
    assert 0.05 < changed < 0.6
    assert (late["age"] - early["age"]).median() == 1.0
    assert first_day_asked(undated.history) is None
    assert undated.features_when_asked is undated.features


def test_customers_in_cp1250_keep_the_letters_of_their_towns(operator: DemoOperator, tmp_path: Path):
    changed = tmp_path / "people.csv"
    changed.write_bytes(operator.files.customers.read_text(encoding="utf-8").encode("cp1250"))
    plan = plan_of(replace(operator.files, customers=changed))
    towns = plan.run().tables.connection.sql("SELECT DISTINCT residence FROM customers").fetchall()
    assert ("Győr",) in towns


def test_own_data_without_a_passphrase_is_refused(operator: DemoOperator, tmp_path: Path):
    done = run_program(*own_arguments(operator, tmp_path / "out"), environment={"SEMBLANCE_PASSPHRASE": ""})
    assert done.returncode == 2
    assert "passphrase" in done.stderr
    assert nothing_left_in(tmp_path)
