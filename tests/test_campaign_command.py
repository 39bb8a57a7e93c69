"""The whole way by the command line: what a person types, what lies in the folder afterwards."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from engine.campaign import Campaign
from engine.demo import DemoOperator, simulate_operator
from engine.handsets import handset_history, loyalty
from engine.job import JobContext
from engine.logs import Logs, customer_features, load_plan, plan_of, read_logs
from engine.recommending import People, _features_before, _first_day
from tests.conftest import DEMO_CUSTOMERS, ROOT, run_program

OWN = {"SEMBLANCE_PASSPHRASE": "a long passphrase"}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def header_of(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> DemoOperator:
    """CSV files and photo folders as a user would have them; few photos, since each costs time."""
    operator = simulate_operator(tmp_path_factory.mktemp("own") / "delivery", customers=2_000, seed=3)
    for folder in (operator.inventory, operator.photos):
        for photo in sorted(folder.iterdir())[8:]:
            photo.unlink()
    return operator


def own_arguments(operator: DemoOperator, out: Path, **changed: Path | str) -> list[str | Path]:
    files = operator.files
    given = {
        "customers": files.customers, "offers": files.offers, "history": files.history,
        "inventory": operator.inventory, "photos": operator.photos, "out": out,
    } | changed  # fmt: skip
    arguments: list[str | Path] = ["campaign", "--calls", *files.calls, "--usage", *files.usage]
    for name, value in given.items():
        arguments += [f"--{name.replace('_', '-')}", value]
    return arguments


def nothing_left_in(folder: Path) -> bool:
    return not any(folder.iterdir())


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


def test_own_files_make_a_campaign(operator: DemoOperator, tmp_path: Path):
    out = tmp_path / "spring"
    done = run_program(*own_arguments(operator, out, template="loud", ads="3"), environment=OWN)
    assert done.returncode == 0, done.stderr
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["ads"] == len(list((out / "ads").iterdir())) == 3
    assert summary["rejected_rows"] == len(operator.dirty)
    with Campaign.open(out / "campaign.semblance", OWN["SEMBLANCE_PASSPHRASE"]) as campaign:
        assert not campaign.is_demo
        assert campaign.template_families() == ("loud",)


def test_who_has_left_gets_no_offer(demo_output: Path):
    left = [row for row in rows_of(demo_output / "recommendations.csv") if row["segment"] == "left"]
    assert left
    assert {row["offer"] for row in left} == {"none"}
    assert {float(row["expected_value"]) for row in left} == {0.0}


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


def test_the_same_seed_gives_the_same_recommendations(operator: DemoOperator, tmp_path: Path):
    for name in ("one", "two"):
        done = run_program(*own_arguments(operator, tmp_path / name, ads="0"), environment=OWN)
        assert done.returncode == 0, done.stderr
    for name in ("recommendations.csv", "matches.csv", "rejects.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one line that a failed run says, and check that it is one."""
    assert done.returncode == 1, done.stderr
    said = [line for line in done.stderr.splitlines() if line.startswith("semblance: ")]
    assert len(said) == 1, done.stderr
    assert "Traceback" not in done.stderr
    return said[0]


def test_a_missing_column_is_named_with_the_file_and_what_was_found(operator: DemoOperator, tmp_path: Path):
    text = operator.files.customers.read_text(encoding="utf-8").replace("residence", "remark", 1)
    changed = tmp_path / "people.csv"
    changed.write_text(text, encoding="utf-8")
    (tmp_path / "result").mkdir()
    done = run_program(*own_arguments(operator, tmp_path / "result" / "out", customers=changed), environment=OWN)
    said = sentence(done)
    assert "people.csv" in said
    assert "residence" in said
    assert "remark" in said
    assert nothing_left_in(tmp_path / "result")


@pytest.mark.parametrize("broken", ["customers", "offers", "history", "inventory", "photos", "template"])
def test_each_broken_input_gives_one_sentence_and_leaves_nothing(operator: DemoOperator, tmp_path: Path, broken: str):
    empty = tmp_path / "empty"
    if broken in ("inventory", "photos"):
        empty.mkdir()
    else:
        empty.write_text("")
    (tmp_path / "result").mkdir()
    done = run_program(*own_arguments(operator, tmp_path / "result" / "out", **{broken: empty}), environment=OWN)
    said = sentence(done)
    assert str(empty) in said or empty.name in said
    assert said.count(".") >= 2, "it says what is wrong and what to do"
    assert nothing_left_in(tmp_path / "result")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no polite kill")
@pytest.mark.parametrize(
    ("number", "begun"), [(signal.SIGINT, ".it-*"), (signal.SIGTERM, ".it-*/it/.campaign-*/campaign.semblance")]
)
def test_a_stopped_campaign_leaves_nothing_and_says_so_in_one_sentence(
    operator: DemoOperator, tmp_path: Path, number: int, begun: str
):
    out = tmp_path / "made" / "for" / "it"
    command = [sys.executable, str(ROOT / "main.py"), *map(str, own_arguments(operator, out))]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | OWN, stderr=subprocess.PIPE, text=True)
    while not list(out.parent.glob(begun)):
        assert process.poll() is None, "it ended before it could be stopped"
        time.sleep(0.02)
    process.send_signal(number)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130, said
    assert said.splitlines()[-1] == "semblance: Stopped. Nothing was written."
    assert said.count("semblance: ") == 1
    assert "Traceback" not in said
    assert nothing_left_in(tmp_path)


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


def customers_of(logs: Logs) -> pd.DataFrame:
    return logs.connection.sql("SELECT * FROM customers").df()


def test_customers_that_the_logs_do_not_know_are_named_as_the_cause(operator: DemoOperator, tmp_path: Path):
    changed = tmp_path / "people.csv"
    lines = operator.files.customers.read_text(encoding="utf-8").splitlines()
    changed.write_text("\n".join([lines[0], *(f"x{line}" for line in lines[1:])]), encoding="utf-8")
    done = run_program(*own_arguments(operator, tmp_path / "out", customers=changed), environment=OWN)
    assert "people.csv" in sentence(done) or "history" in sentence(done)


def test_logs_are_recognised_in_their_folder_and_read_again_by_the_saved_plan(operator: DemoOperator, tmp_path: Path):
    photos = ("--inventory", operator.inventory, "--photos", operator.photos, "--ads", "0")
    plan = tmp_path / "plan.toml"
    first = ("campaign", "--logs", operator.files.customers.parent, "--save-plan", plan, *photos)
    done = run_program(*first, "--out", tmp_path / "one", environment=OWN)
    assert done.returncode == 0, done.stderr
    assert len(load_plan(plan).of_kind("calls")) == len(operator.files.calls)
    done = run_program("campaign", "--plan", plan, *photos, "--out", tmp_path / "two", environment=OWN)
    assert done.returncode == 0, done.stderr
    for name in ("recommendations.csv", "rejects.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert len(rows_of(tmp_path / "two" / "rejects.csv")) == len(operator.dirty)


def test_many_rejects_stop_the_campaign_until_they_are_accepted(operator: DemoOperator, tmp_path: Path):
    changed = tmp_path / "history.csv"
    lines = operator.files.history.read_text(encoding="cp1250").splitlines()
    broken = [line.rsplit(",", 1)[0] + ",maybe" if number % 10 == 1 else line for number, line in enumerate(lines)]
    changed.write_text("\n".join(broken) + "\n", encoding="cp1250")
    arguments = own_arguments(operator, tmp_path / "out", history=changed, ads="0")
    said = sentence(run_program(*arguments, environment=OWN))
    count = sum(line.endswith(",maybe") for line in broken)
    assert f"history.csv: {count:,} of {len(lines) - 1:,} rows cannot be used (10%)" in said
    assert "--accept-rejects" in said
    assert not (tmp_path / "out").exists()
    done = run_program(*arguments, "--accept-rejects", environment=OWN)
    assert done.returncode == 0, done.stderr
    rejects = [row for row in rows_of(tmp_path / "out" / "rejects.csv") if row["file"] == "history.csv"]
    assert len(rejects) == count


def test_logs_without_a_needed_kind_are_named_and_the_plan_is_left_to_be_corrected(
    operator: DemoOperator, tmp_path: Path
):
    plan = tmp_path / "plan.toml"
    other = tmp_path / "notes.csv"
    other.write_text("subject,text\na,b\n")
    done = run_program(
        "campaign", "--logs", *operator.files.calls, operator.files.offers, other, "--save-plan", plan, "--out",
        tmp_path / "out", "--inventory", operator.inventory, "--photos", operator.photos, environment=OWN,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == "semblance: notes.csv is left out: nothing says what it holds."
    assert "No customer list is there." in done.stderr.splitlines()[-1]
    assert [file.kind for file in load_plan(plan).files if file.source.name == "notes.csv"] == [None]
    assert not (tmp_path / "out").exists()


def test_customers_in_cp1250_keep_the_letters_of_their_towns(operator: DemoOperator, tmp_path: Path):
    changed = tmp_path / "people.csv"
    changed.write_bytes(operator.files.customers.read_text(encoding="utf-8").encode("cp1250"))
    plan = plan_of(replace(operator.files, customers=changed))
    towns = plan.run().tables.connection.sql("SELECT DISTINCT residence FROM customers").fetchall()
    assert ("Győr",) in towns


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path):
    (tmp_path / "keep.txt").write_text("mine")
    done = run_program("campaign", "--demo", "--customers", "300", "--out", tmp_path)
    assert "not empty" in sentence(done)
    assert [path.name for path in tmp_path.iterdir()] == ["keep.txt"]


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs root on Linux to mount a small disk")
def test_a_full_disk_gives_one_sentence_and_leaves_nothing(tmp_path: Path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)], check=False)
    if mounted.returncode != 0:
        pytest.skip("this machine lets nobody mount a disk")
    try:
        done = run_program("campaign", "--demo", "--customers", "2000", "--out", disk / "out")
        assert "disk is full" in sentence(done).lower()
        assert nothing_left_in(disk)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["campaign"],
        ["campaign", "--demo"],
        ["campaign", "--demo", "--out", "x", "--customers", "many"],
        ["campaign", "--demo", "--out", "x", "--calls", "calls.csv"],
        ["campaign", "--out", "x", "--calls", "calls.csv"],
        ["campaign", "--out", "x", "--logs", "logs", "--plan", "p.toml", "--inventory", "i", "--photos", "p"],
        ["campaign", "--out", "x", "--plan", "p.toml", "--history", "h.csv", "--inventory", "i", "--photos", "p"],
        ["campaign", "--demo", "--out", "x", "--logs", "logs"],
        ["campaign", "--demo", "--out", "x", "--ads", "-1"],
        ["no-such-file.semblance"],
    ],
)
def test_a_wrong_command_line_exits_with_2_and_says_how_it_goes(arguments: list[str]):
    done = run_program(*arguments)
    assert done.returncode == 2
    assert "usage:" in done.stderr


def test_own_data_without_a_passphrase_is_refused(operator: DemoOperator, tmp_path: Path):
    done = run_program(*own_arguments(operator, tmp_path / "out"), environment={"SEMBLANCE_PASSPHRASE": ""})
    assert done.returncode == 2
    assert "passphrase" in done.stderr
    assert nothing_left_in(tmp_path)


def test_consent_is_recorded_with_its_day(demo_output: Path, tmp_path: Path):
    copy = shutil.copy(demo_output / "campaign.semblance", tmp_path)
    with Campaign.open(Path(copy), "demo") as campaign:
        customer = campaign.matched_customers()[0]
        consent = campaign.consent(customer)
        assert consent is not None
        assert consent.holds(date.today())
        assert consent.source == "customers.csv"


def test_the_selftest_passes_here():
    done = run_program("selftest")
    assert done.returncode == 0, done.stderr
    assert "passed" in done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux does Qt need packages of the system")
@pytest.mark.parametrize("kind", ["DRAWING_LIBRARIES", "SCREEN_LIBRARIES"])
def test_a_library_that_qt_misses_is_named_with_its_package(tmp_path: Path, kind: str):
    """On a copy of dev.py whose environment is this one; its run ends before anything is opened."""
    script = (
        "import sys, dev\n"
        f"dev.ROOT, dev.PYTHON = dev.Path({str(ROOT)!r}), dev.Path(sys.executable)\n"
        "dev.install = lambda requirements: None\n"
        "dev.DRAWING_LIBRARIES, dev.SCREEN_LIBRARIES = {'libm.so.6': 'libc6'}, {'libm.so.6': 'libc6'}\n"
        f"dev.{kind}['libabsent-as-can-be.so.7'] = 'libabsent7'\n"
        "sys.exit(dev.run(['--version']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT), "DISPLAY": ":0"},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == (
        "dev.py: Qt needs system libraries that are missing here. Install them: sudo apt-get install libabsent7\n"
    )
    assert "Semblance" not in done.stdout, "the program was started all the same"


def test_dev_py_explains_itself():
    done = subprocess.run([sys.executable, str(ROOT / "dev.py")], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "screenshots" in done.stdout
