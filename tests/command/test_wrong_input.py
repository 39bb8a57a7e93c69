"""Wrong input, a stop, a full disk: one sentence, and nothing is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.demo import DemoOperator
from tests.command.given import OWN, nothing_left_in, own_arguments, sentence
from tests.conftest import ROOT, run_program


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


def test_customers_that_the_logs_do_not_know_are_named_as_the_cause(operator: DemoOperator, tmp_path: Path):
    changed = tmp_path / "people.csv"
    lines = operator.files.customers.read_text(encoding="utf-8").splitlines()
    changed.write_text("\n".join([lines[0], *(f"x{line}" for line in lines[1:])]), encoding="utf-8")
    done = run_program(*own_arguments(operator, tmp_path / "out", customers=changed), environment=OWN)
    assert "people.csv" in sentence(done) or "history" in sentence(done)


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
        ["campaign", "--demo", "--out", "x", "--seeds", "0"],
        ["campaign", "--demo", "--out", "x", "--whose-face", "anybody's"],
        ["no-such-file.semblance"],
    ],
)
def test_a_wrong_command_line_exits_with_2_and_says_how_it_goes(arguments: list[str]):
    done = run_program(*arguments)
    assert done.returncode == 2
    assert "usage:" in done.stderr
