"""The second command: files and photos as a user has them."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from PIL import Image

from engine.campaign import Campaign
from engine.demo import DemoOperator
from engine.handsets import handset_history, loyalty
from engine.job import JobContext
from engine.logs import customer_features, plan_of, read_logs
from engine.look_alikes import whose_face
from engine.recommending import People, _features_before, _first_day
from tests.command.given import OWN, customers_of, nothing_left_in, own_arguments, rows_of
from tests.conftest import run_program


def test_own_files_make_a_campaign(operator: DemoOperator, tmp_path: Path):
    out = tmp_path / "spring"
    wanted = own_arguments(operator, out, template="loud", ads="3", seeds="3", whose_face="contact")
    done = run_program(*wanted, environment=OWN)
    assert done.returncode == 0, done.stderr
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["ads"] == len(list((out / "ads").iterdir())) == 3
    assert summary["rejected_rows"] == len(operator.dirty)
    with Campaign.open(out / "campaign.semblance", OWN["SEMBLANCE_PASSPHRASE"]) as campaign:
        assert not campaign.is_demo
        assert campaign.template_families() == ("loud",)
        assert whose_face(campaign) == "contact"
    seeds = rows_of(out / "seeds.csv")
    assert [row["rank"] for row in seeds] == ["1", "2", "3"]
    assert [float(row["reached"]) for row in seeds] == sorted(float(row["reached"]) for row in seeds)
    assert all(row["note"].startswith("Seeds: 3. They reach about ") for row in seeds)


def test_without_a_past_campaign_offers_follow_loyalty_and_claim_no_effect(operator: DemoOperator, tmp_path: Path):
    arguments = own_arguments(operator, tmp_path / "out", ads="2")
    place = arguments.index("--history")
    done = run_program(*arguments[:place], *arguments[place + 2 :], environment=OWN)
    assert done.returncode == 0, done.stderr
    rows = rows_of(tmp_path / "out" / "recommendations.csv")
    assert {row["segment"] for row in rows} == {"unknown", "left"}
    assert {row["uplift"] + row["uplift_low"] + row["uplift_high"] + row["expected_value"] for row in rows} == {""}
    with_offer = [row for row in rows if row["offer"] != "none"]
    assert len(with_offer) > len(rows) / 2
    assert {row["offer"] for row in rows if row["current_maker"] == "Apple" and row["segment"] == "unknown"} == {
        "iphone-tradein"
    }
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert summary["uplift"] is None
    assert summary["ads"] == 2


def test_a_photo_without_consent_is_never_read(operator: DemoOperator, tmp_path: Path):
    customers = [row for row in rows_of(operator.files.customers) if row["customer"]]
    with_photo = {path.stem for path in operator.photos.iterdir()}
    changed = tmp_path / "customers.csv"
    with changed.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(customers[0]))
        writer.writeheader()
        for row in customers:
            writer.writerow(row | ({"photo_consent": ""} if row["customer"] in with_photo else {}))
    out = tmp_path / "out"
    done = run_program(*own_arguments(operator, out, customers=changed), environment=OWN)
    assert done.returncode == 0, done.stderr
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert (summary["matched"], summary["ads"], summary["without_consent"]) == (0, 0, len(with_photo))
    with Campaign.open(out / "campaign.semblance", OWN["SEMBLANCE_PASSPHRASE"]) as campaign:
        assert campaign.photo_keys("customer") == ()


def test_refused_photos_are_told_apart_from_rows_and_no_library_speaks_of_them(operator: DemoOperator, tmp_path: Path):
    inventory = tmp_path / "inventory"
    shutil.copytree(operator.inventory, inventory)
    Image.new("1", (10_000, 10_000)).save(inventory / "huge.png")
    (inventory / "broken.jpg").write_bytes(b"not a picture")
    arguments = own_arguments(operator, tmp_path / "out", ads="0", inventory=inventory)
    place = arguments.index("--history")
    done = run_program(*arguments[:place], *arguments[place + 2 :], environment=OWN)
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert (summary["rejected_rows"], summary["refused_photos"]) == (len(operator.dirty), 2)
    rejects = rows_of(tmp_path / "out" / "rejects.csv")
    assert len(rejects) == len(operator.dirty) + 2
    assert [(row["file"], row["line"]) for row in rejects[-2:]] == [("broken.jpg", "0"), ("huge.png", "0")]
    assert all(int(row["line"]) > 0 for row in rejects[:-2])
    assert "2 photos were refused" in done.stdout


def test_features_are_those_of_the_day_on_which_customers_were_asked(operator: DemoOperator, tmp_path: Path):
    """An outcome that only later shows in the phones must not be learnt from."""
    logs = read_logs(operator.files)
    phones = handset_history(logs)
    people = People(logs, customer_features(logs, phones), phones, loyalty(phones, customers_of(logs)))
    early = _features_before(people, datetime(2025, 11, 1), JobContext())
    late = people.features
    changed = (early["maker"].astype(str) != late["maker"].astype(str)).mean()
    assert 0.05 < changed < 0.6
    assert (late["age"] - early["age"]).median() == 1.0

    dated = tmp_path / "history.csv"
    rows = rows_of(operator.files.history)
    with dated.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["customer", "offer", "outcome", "asked_on"])
        writer.writeheader()
        writer.writerows(row | {"asked_on": "2025-11-01"} for row in rows)
    table = read_logs(replace(operator.files, history=dated)).connection.sql("SELECT * FROM history").df()
    assert _first_day(table) == datetime(2025, 11, 1)
    undated = logs.connection.sql("SELECT * FROM history").df()
    assert _first_day(undated) is None


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
