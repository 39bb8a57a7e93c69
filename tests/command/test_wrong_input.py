"""Wrong input, a stop, a full disk: one sentence, and nothing is left."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import main
from engine.campaign_inputs import DemoInputs
from engine.command_line import parse
from engine.demo import DemoOperator
from engine.errors import PlaceError
from engine.job import JobContext
from engine.pipeline import campaign_into_folder, run_demo
from engine.stages import OneBar
from tests.command.given import OWN, nothing_left_in, only_sentence, own_arguments, sentence
from tests.conftest import ROOT, run_program

Say = Callable[[Sequence[str | Path]], str]


@pytest.fixture
def say(in_this_process: None, capsys: pytest.CaptureFixture[str]) -> Say:
    """Give the program its words; return what it says on its way out with 1."""

    def run(arguments: Sequence[str | Path]) -> str:
        assert main.main(list(map(str, arguments))) == 1
        return only_sentence(capsys.readouterr().err)

    return run


def test_a_missing_column_is_named_with_the_file_and_what_was_found(operator: DemoOperator, say: Say, tmp_path: Path):
    text = operator.files.customers.read_text(encoding="utf-8").replace("residence", "remark", 1)
    changed = tmp_path / "people.csv"
    changed.write_text(text, encoding="utf-8")
    (tmp_path / "result").mkdir()
    said = say(own_arguments(operator, tmp_path / "result" / "out", customers=changed))
    assert "people.csv" in said
    assert "residence" in said
    assert "remark" in said
    assert nothing_left_in(tmp_path / "result")


@pytest.mark.parametrize("broken", ["customers", "offers", "history", "inventory", "photos", "template"])
def test_each_broken_input_gives_one_sentence_and_leaves_nothing(
    operator: DemoOperator, say: Say, tmp_path: Path, broken: str
):
    empty = tmp_path / "empty"
    if broken in ("inventory", "photos"):
        empty.mkdir()
    else:
        empty.write_text("")
    (tmp_path / "result").mkdir()
    said = say(own_arguments(operator, tmp_path / "result" / "out", **{broken: empty}))
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


def test_customers_that_the_logs_do_not_know_are_named_as_the_cause(operator: DemoOperator, say: Say, tmp_path: Path):
    changed = tmp_path / "people.csv"
    lines = operator.files.customers.read_text(encoding="utf-8").splitlines()
    changed.write_text("\n".join([lines[0], *(f"x{line}" for line in lines[1:])]), encoding="utf-8")
    said = say(own_arguments(operator, tmp_path / "out", customers=changed))
    assert "people.csv" in said or "history" in said


def test_a_folder_that_holds_something_is_left_alone(say: Say, tmp_path: Path):
    (tmp_path / "keep.txt").write_text("mine")
    assert "not empty" in say(["campaign", "--demo", "--customers", "300", "--out", tmp_path])
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


def test_a_short_passphrase_is_refused_before_any_work(
    operator: DemoOperator, say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SEMBLANCE_PASSPHRASE", "7 signs")
    assert say(own_arguments(operator, tmp_path / "out")) == (
        "semblance: The passphrase is too short. Choose at least 8 characters; four words are good."
    )
    assert "too short" in say(["campaign", "--demo", "--customers", "300", "--out", tmp_path / "out"])
    assert nothing_left_in(tmp_path)


def test_weights_that_are_not_the_published_ones_are_told_before_anything_is_read(
    operator: DemoOperator, say: Say, tmp_path: Path
):
    weights = tmp_path / "weights.pt"
    weights.write_bytes(b"not these")
    (tmp_path / "result").mkdir()
    words = {"embedder": "facenet-vggface2", "embedder_file": weights}
    said = say(own_arguments(operator, tmp_path / "result" / "out", **words))
    assert "weights.pt is not the published 20180402-114759-vggface2.pt" in said
    assert nothing_left_in(tmp_path / "result")
    with pytest.raises(SystemExit):
        parse([str(each) for each in own_arguments(operator, tmp_path / "out", embedder_file=weights)])


@pytest.mark.parametrize("word", ["tacs", "handset_names"])
def test_a_table_of_handsets_that_is_none_gives_one_sentence(
    operator: DemoOperator, say: Say, tmp_path: Path, word: str
):
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("a,b\n1,2\n", encoding="utf-8")
    (tmp_path / "result").mkdir()
    said = say(own_arguments(operator, tmp_path / "result" / "out", **{word: wrong}))
    assert "wrong.csv lacks the column" in said
    assert nothing_left_in(tmp_path / "result")


def test_a_place_that_may_not_be_written_to_is_called_by_the_name_that_was_given(tmp_path: Path, monkeypatch):
    place = tmp_path / "closed" / "spring.semblance"
    (tmp_path / "closed").mkdir()

    def closed(suffix: str | None = None, prefix: str = "", dir: Path = tmp_path) -> str:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(Path(dir, f"{prefix}x7k2")))

    monkeypatch.setattr(tempfile, "mkdtemp", closed)
    with pytest.raises(PlaceError) as told:
        run_demo(place, "demo", customers=300)
    assert str(told.value) == (f"{place} cannot be used: Permission denied. Choose another place, or mend this one.")
    with pytest.raises(PlaceError, match=f"^{re.escape(str(tmp_path / 'closed' / 'out'))} cannot"):
        campaign_into_folder(
            DemoInputs(300), tmp_path / "closed" / "out", "demo", seed=0, ads=0, audience=OneBar(JobContext())
        )


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
        ["campaign", "--demo", "--out", "x", "--keep-tables"],
        ["campaign", "--demo", "--out", "x", "--warehouse", "duckdb://x"],
        ["campaign", "--out", "x", "--warehouse", "duckdb://x", "--offers", "o", "--inventory", "i", "--photos", "p"],
        [
            "campaign",
            "--out",
            "x",
            "--warehouse",
            "--plan",
            "p.toml",
            "--offers",
            "o.csv",
            "--calls",
            "c.csv",
            "--inventory",
            "i",
            "--photos",
            "p",
        ],
        ["campaign", "--demo", "--out", "x", "--ads", "-1"],
        ["campaign", "--demo", "--out", "x", "--seeds", "0"],
        ["campaign", "--demo", "--out", "x", "--whose-face", "anybody's"],
        ["no-such-file.semblance"],
    ],
)
def test_a_wrong_command_line_exits_with_2_and_says_how_it_goes(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
):
    """In this process: the words are read before anything else, and a start takes half a second."""
    with pytest.raises(SystemExit) as left:
        parse(arguments)
    assert left.value.code == 2
    assert "usage:" in capsys.readouterr().err
