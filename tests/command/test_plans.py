"""Files that are recognised, and read again by a saved plan."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

from engine.campaign import Campaign
from engine.demo import DemoOperator
from engine.handsets.naming import read_names
from engine.logs import detect, load_plan
from engine.logs.cache import fingerprint, kept_import, kept_tables
from engine.made_from import kept_origin
from tests.command.conftest import Made, RunHere
from tests.command.given import OWN, own_arguments, rows_of, sentence, without_history


def test_logs_are_recognised_in_their_folder_and_give_the_campaign_of_files_that_are_named(
    operator: DemoOperator, campaign_without_history: Made, run_here: RunHere, tmp_path: Path
):
    delivery, out, plan = tmp_path / "delivery", tmp_path / "out", tmp_path / "plan.toml"
    made_of = campaign_without_history.folder.parent
    files = (*operator.files.calls, *operator.files.usage, operator.files.offers, made_of / "customers.csv")
    delivery.mkdir()
    for file in files:
        shutil.copy(file, delivery)
    photos = ("--inventory", made_of / "inventory", "--photos", operator.photos, "--ads", "0")
    names, tacs = tmp_path / "names.csv", tmp_path / "tacs.csv"
    names.write_text("phone_type,maker,model,device_class\nNo Such Type,Zulu,Ring,phone\n", encoding="utf-8")
    tacs.write_text("tac,maker,model\n35000001,Yankee,One\n", encoding="utf-8")
    handsets = ("--handset-names", names, "--tacs", tacs, "--keep-tables")
    done = run_here("campaign", "--logs", delivery, "--save-plan", plan, *photos, *handsets, "--out", out)
    assert done.returncode == 0, done.stderr
    assert len(load_plan(plan).of_kind("calls")) == len(operator.files.calls)
    assert len(detect([operator.files.customers.parent]).of_kind("history")) == 1
    for name in ("recommendations.csv", "matches.csv", "rejects.csv"):
        assert (out / name).read_bytes() == (campaign_without_history.folder / name).read_bytes()
    assert len(rows_of(out / "rejects.csv")) > len(operator.dirty)
    with Campaign.open(out / "campaign.semblance", OWN["SEMBLANCE_PASSPHRASE"]) as campaign:
        made, kept = kept_origin(campaign), kept_tables(campaign)
        assert made is not None
        assert kept is not None
        assert kept.path.is_file()
        assert made.inputs.tacs == tacs
        assert [each.maker for each in read_names(campaign).entries] == ["Zulu"]
        assert kept_import(kept.path, kept.key, fingerprint(made.inputs.plan)) is not None


def test_many_rejects_stop_the_campaign_until_the_saved_plan_is_read_and_they_are_accepted(
    operator: DemoOperator, run_here: RunHere, tmp_path: Path
):
    usage, plan, out = tmp_path / "usage.csv", tmp_path / "plan.toml", tmp_path / "out"
    lines = operator.files.usage[-1].read_text(encoding="utf-8").splitlines()[:1_001]
    broken = [line.replace(":", "h", 1) if number % 10 == 1 else line for number, line in enumerate(lines)]
    usage.write_text("\n".join(broken) + "\n", encoding="utf-8")
    few = replace(operator, files=replace(operator.files, usage=(usage,)))
    said = sentence(run_here(*without_history(own_arguments(few, out, save_plan=plan, ads="0"))))
    told = re.search(r"usage\.csv: (\d+) of 1,000 rows cannot be used \(10%\)", said)
    assert told
    assert "--accept-rejects" in said
    assert not out.exists()
    photos = ("--inventory", operator.inventory, "--photos", operator.photos, "--ads", "0")
    done = run_here("campaign", "--plan", plan, "--accept-rejects", *photos, "--out", out)
    assert done.returncode == 0, done.stderr
    rejects = [row for row in rows_of(out / "rejects.csv") if row["file"] == "usage.csv"]
    assert len(rejects) == int(told.group(1)) >= 100


def test_logs_without_a_needed_kind_are_named_and_the_plan_is_left_to_be_corrected(
    operator: DemoOperator, run_here: RunHere, tmp_path: Path
):
    plan = tmp_path / "plan.toml"
    other = tmp_path / "notes.csv"
    other.write_text("subject,text\na,b\n")
    done = run_here(
        "campaign", "--logs", *operator.files.calls, operator.files.offers, other, "--save-plan", plan, "--out",
        tmp_path / "out", "--inventory", operator.inventory, "--photos", operator.photos,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == "semblance: notes.csv is left out: nothing says what it holds."
    assert "No customer list is there." in done.stderr.splitlines()[-1]
    assert [file.kind for file in load_plan(plan).files if file.source.name == "notes.csv"] == [None]
    assert not (tmp_path / "out").exists()
