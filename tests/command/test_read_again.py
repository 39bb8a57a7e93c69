"""The command that makes a campaign's results again, from a later delivery too."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import main
from engine.campaign import Campaign
from engine.columns import CUSTOMER, OFFER
from engine.command_line import parse
from engine.made_from import kept_origin
from engine.recommending import withhold_offers
from tests.command.given import only_sentence, rows_of
from tests.small_campaign import PASSPHRASE, SmallCampaign

Run = Callable[..., int]


@pytest.fixture
def campaign(small_campaign: SmallCampaign, tmp_path: Path) -> Path:
    return small_campaign.copy_to(tmp_path)


@pytest.fixture
def run(campaign: Path, in_this_process: None, tmp_path: Path) -> Run:
    """Give the words behind ``read-again CAMPAIGN``; return the exit code."""
    passphrase = tmp_path / "passphrase.txt"
    passphrase.write_text(f"{PASSPHRASE}\n", encoding="utf-8")

    def go(*words: str | Path) -> int:
        return main.main(["read-again", *map(str, (campaign, "--passphrase-file", passphrase, *words))])

    return go


def test_a_later_delivery_is_read_and_what_a_person_did_stays(
    small_campaign: SmallCampaign, campaign: Path, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    later, out = tmp_path / "people_2027.csv", tmp_path / "results" / "june"
    lines = small_campaign.file("customers").read_text(encoding="utf-8").splitlines()
    gone = lines.pop(next(n for n, line in enumerate(lines) if n > 100 and line[:6].isdigit())).split(",")[0]
    later.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with Campaign.open(campaign, PASSPHRASE) as opened:
        table = opened.read_table("customers", [CUSTOMER, OFFER]).to_pylist()
        held = next(row[CUSTOMER] for row in table if row[OFFER] != "none" and row[CUSTOMER] != gone)
        withhold_offers(opened, [held])
    assert run("--customers", later, "--out", out, "--ads", "1", "--seeds", "2") == 0
    said = capsys.readouterr().out
    assert "The kept tables did not fit the files any more" in said
    assert said.splitlines()[-1] == f"The results are in {out}"
    offers = {row["customer"]: row["offer"] for row in rows_of(out / "recommendations.csv")}
    assert offers.keys() == {row[CUSTOMER] for row in table} - {gone}
    assert offers[held] == "none"
    assert said.startswith(f"{sum(offer != 'none' for offer in offers.values()):,} of {len(offers):,} customers")
    assert len(list((out / "ads").iterdir())) == 1
    assert {path.name for path in out.iterdir()} == {
        "recommendations.csv", "matches.csv", "rejects.csv", "seeds.csv", "summary.json", "ads",
    }  # fmt: skip
    with Campaign.open(campaign, PASSPHRASE) as opened:
        made = kept_origin(opened)
    assert made is not None
    assert made.inputs.customer_list == "people_2027.csv", "the next reading is from these files"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--calls", "nowhere.csv"], "nowhere.csv does not exist"),
        (["--plan", "nowhere.toml"], "nowhere.toml cannot be read"),
        (["--photos", "nowhere"], "nowhere is not there"),
        (["--customers", "empty.csv"], "empty.csv is empty"),
        (["--out", "full"], "full is not empty"),
    ],
)
def test_what_is_wrong_gets_one_sentence_and_the_campaign_is_as_it_was(
    campaign: Path, run: Run, tmp_path: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.csv").touch()
    (tmp_path / "full").mkdir()
    shutil.copy(tmp_path / "empty.csv", tmp_path / "full")
    before = campaign.read_bytes(), sorted(tmp_path.rglob("*"))
    assert run(words[0], tmp_path / words[1]) == 1
    assert said in only_sentence(capsys.readouterr().err)
    assert (campaign.read_bytes(), sorted(tmp_path.rglob("*"))) == before


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["x.semblance", "--calls", "c.csv", "--logs", "logs"],
        ["x.semblance", "--plan", "p.toml", "--customers", "c.csv"],
        ["x.semblance", "--ads", "3"],
        ["x.semblance", "--out", "x", "--seeds", "0"],
        ["x.semblance", "--out", "x"],
    ],
)
def test_words_that_do_not_go_together_exit_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        parse(["read-again", *words])
    assert left.value.code == 2
    assert "usage:" in capsys.readouterr().err
