"""Files that are recognised, and read again by a saved plan."""

from __future__ import annotations

from pathlib import Path

from engine.campaign import Campaign
from engine.demo import DemoOperator
from engine.handsets.naming import read_names
from engine.logs import load_plan
from engine.logs.cache import fingerprint, kept_import, kept_tables
from engine.made_from import kept_origin
from tests.command.given import OWN, own_arguments, rows_of, sentence
from tests.conftest import run_program


def test_logs_are_recognised_in_their_folder_and_read_again_by_the_saved_plan(operator: DemoOperator, tmp_path: Path):
    photos = ("--inventory", operator.inventory, "--photos", operator.photos, "--ads", "0")
    plan, names, tacs = (tmp_path / name for name in ("plan.toml", "names.csv", "tacs.csv"))
    names.write_text("phone_type,maker,model,device_class\nNo Such Type,Zulu,Ring,phone\n", encoding="utf-8")
    tacs.write_text("tac,maker,model\n35000001,Yankee,One\n", encoding="utf-8")
    handsets = ("--handset-names", names, "--tacs", tacs, "--keep-tables")
    first = ("campaign", "--logs", operator.files.customers.parent, "--save-plan", plan, *photos, *handsets)
    done = run_program(*first, "--out", tmp_path / "one", environment=OWN)
    assert done.returncode == 0, done.stderr
    assert len(load_plan(plan).of_kind("calls")) == len(operator.files.calls)
    with Campaign.open(tmp_path / "one" / "campaign.semblance", OWN["SEMBLANCE_PASSPHRASE"]) as campaign:
        made, kept = kept_origin(campaign), kept_tables(campaign)
        assert made is not None
        assert kept is not None
        assert kept.path.is_file()
        assert made.inputs.tacs == tacs
        assert [each.maker for each in read_names(campaign).entries] == ["Zulu"]
        assert kept_import(kept.path, kept.key, fingerprint(made.inputs.plan)) is not None
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
