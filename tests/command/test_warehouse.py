"""A whole campaign from a warehouse: what comes of it, and what is said when it cannot be made."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from engine.campaign import Campaign
from engine.command_line import parse, run_campaign_command
from engine.demo import DemoOperator
from engine.logs import read_logs
from tests.command.conftest import Made
from tests.command.given import OWN, nothing_left_in, rows_of
from tests.conftest import ROOT

PLAN = """
[tables.calls]
name = "cdr.calls"
columns = { caller = "a_number", callee = "b_number" }

[tables.usage]
name = "usage"

[tables.customers]
name = "subscribers"
"""


@pytest.fixture(scope="module")
def warehouse(operator: DemoOperator, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The operator's clean tables in a database of its own, and the plan that names them."""
    folder = tmp_path_factory.mktemp("warehouse")
    logs = read_logs(operator.files)
    with duckdb.connect(folder / "telco.duckdb") as database:
        database.execute("CREATE SCHEMA cdr")
        for name, query in {
            "cdr.calls": "SELECT caller AS a_number, callee AS b_number, * EXCLUDE (caller, callee) FROM calls",
            "usage": "FROM usage",
            "subscribers": "FROM customers ORDER BY hash(customer)",
        }.items():
            database.register("rows", logs.connection.sql(query).to_arrow_table())
            database.execute(f"CREATE TABLE {name} AS FROM rows")
            database.unregister("rows")
    plan = folder / "plan.toml"
    plan.write_text(PLAN, encoding="utf-8")
    return f"duckdb://{folder / 'telco.duckdb'}", plan


def arguments(operator: DemoOperator, url: str, plan: Path, out: Path, **changed: Path | str) -> list[str | Path]:
    given = {
        "plan": plan, "offers": operator.files.offers, "history": operator.files.history,
        "inventory": operator.inventory, "photos": operator.photos, "out": out, "ads": "0",
    } | changed  # fmt: skip
    words: list[str | Path] = ["campaign", "--warehouse", url]
    for name, value in given.items():
        words += [f"--{name.replace('_', '-')}", value]
    return words


def test_a_campaign_from_a_warehouse_is_the_one_from_files_by_the_same_seed(
    operator: DemoOperator, own_campaign: Made, warehouse: tuple[str, Path], tmp_path: Path, in_this_process: None
):
    files, found = own_campaign.folder, tmp_path / "warehouse"
    changed = {"template": "loud", "ads": "3", "seeds": "3", "whose_face": "contact"}
    words = arguments(operator, *warehouse, found, **changed, logo=files.parent / "logo.png")
    assert run_campaign_command(parse(list(map(str, words)))) == 0
    for name in ("recommendations.csv", "matches.csv", "seeds.csv"):
        assert (found / name).read_bytes() == (files / name).read_bytes()
    assert len(rows_of(found / "recommendations.csv")) == 600
    assert len(list((files / "ads").iterdir())) == 3
    for path in (files / "ads").iterdir():
        assert (found / "ads" / path.name).read_bytes() == path.read_bytes()
    copy = shutil.copy(files / "campaign.semblance", tmp_path)
    with (
        Campaign.open(found / "campaign.semblance", OWN["SEMBLANCE_PASSPHRASE"]) as answered,
        Campaign.open(Path(copy), OWN["SEMBLANCE_PASSPHRASE"]) as expected,
    ):
        for table in ("customers", "phones", "circle", "circle_people"):
            rows, others = (campaign.read_table(table).to_pandas() for campaign in (answered, expected))
            pd.testing.assert_frame_equal(rows, others, rtol=1e-9, atol=0.0)
        for document in ("makers", "loyalty", "span"):
            assert answered.read_document(document) == expected.read_document(document)
        consents = [campaign.consent(expected.matched_customers()[0]) for campaign in (answered, expected)]
        assert (consents[0], consents[0].source) == (replace(consents[1], source="subscribers"), "subscribers")
        assert {file.file: file.kind for file in answered.files()} == {
            "cdr.calls": "calls", "usage": "usage", "subscribers": "customers", "offers.csv": "offers",
            "spring_trial.csv": "history",
        }  # fmt: skip
        assert used(answered) == used(expected)


def used(campaign: Campaign) -> Counter[str]:
    """How many rows of each kind were used."""
    rows: Counter[str] = Counter()
    for file in campaign.files():
        rows[file.kind] += file.rows - file.rejected
    return rows


@pytest.mark.parametrize(
    ("url", "old", "new", "said"),
    [
        ("", "cdr.calls", "cdr.cals", "has no table cdr.cals"),
        ("", "a_number", "number", r"no column number \(caller\)"),
        ("", "tables.usage", "tables.internet", "says internet, which is not known"),
        ("duckdb://nowhere.duckdb", "", "", "There is no file nowhere.duckdb"),
        ("trino://analyst@127.0.0.1/hive/cdr", "", "", r"is not installed. Run: pip install 'ibis-framework\[trino\]"),
        ("postgres://analyst@127.0.0.1:1/telco", "", "", "cannot be reached"),
        ("postgres://analyst:hunter2@127.0.0.1/telco", "", "", "has a password in it"),
    ],
)
def test_what_is_wrong_with_a_warehouse_is_said_in_a_sentence_and_leaves_nothing(
    operator: DemoOperator, warehouse: tuple[str, Path], tmp_path: Path, url: str, old: str, new: str, said: str,
    capsys: pytest.CaptureFixture[str], in_this_process: None,
):  # fmt: skip
    plan = tmp_path / "plan.toml"
    plan.write_text(PLAN.replace(old, new) if old else PLAN, encoding="utf-8")
    (tmp_path / "result").mkdir()
    words = arguments(operator, url or warehouse[0], plan, tmp_path / "result" / "out")
    assert run_campaign_command(parse(list(map(str, words)))) == 1
    errors = [line for line in capsys.readouterr().err.splitlines() if line.startswith("semblance: ")]
    assert len(errors) == 1
    assert re.search(said, errors[0])
    assert "hunter2" not in errors[0]
    assert nothing_left_in(tmp_path / "result")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no polite kill")
def test_a_stop_ends_the_question_and_leaves_nothing(operator: DemoOperator, tmp_path: Path):
    with duckdb.connect(tmp_path / "slow.duckdb") as database:
        database.execute("""CREATE TABLE people AS SELECT '1' AS customer;
            CREATE VIEW forever AS SELECT '1' AS caller, range::VARCHAR AS callee, TIMESTAMP '2026-01-01' AS time
                FROM range(1_000_000_000_000);""")
    plan = tmp_path / "plan.toml"
    plan.write_text('[tables.calls]\nname = "forever"\n[tables.customers]\nname = "people"\n', encoding="utf-8")
    out = tmp_path / "made" / "out"
    words = map(str, arguments(operator, f"duckdb://{tmp_path / 'slow.duckdb'}", plan, out))
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "main.py"), *words], cwd=ROOT, env=os.environ | OWN, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    while not list(out.parent.glob(".out-*/out/.campaign-*/campaign.semblance")):
        assert process.poll() is None, "it ended before it could be stopped"
        time.sleep(0.02)
    time.sleep(3.0)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130, said
    assert said.splitlines()[-1] == "semblance: Stopped. Nothing was written."
    assert not out.parent.exists()
